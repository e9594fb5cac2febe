-- `issuable check PATH…`: may these certificates be issued?
-- SPDX-License-Identifier: MIT

local check = require "issuable.check"
local file = require "issuable.file"
local options = require "issuable.cli.options"
local reports = require "issuable.reports"
local terminal = require "issuable.reports.terminal"

local M = {}

function M.define(root)
  local command = root:command("check", "Decide every name that the manifests ask for")
  options.add_manifests(command)
  options.add_input(command)
  options.add_reports(command)
  command:option("--against", "Compare the zones with what this server serves, record by record (dns: that of --dns or resolv.conf)")
    :argname("ADDRESS[@port]")
  command:option("--fail-on", "The lowest severity that makes the exit code 1")
    :argname("SEVERITY")
    :choices({ "error", "warning", "info", "never" })
    :default("error")
  command:option("--baseline", "Findings that this file knows do not count"):argname("FILE")
  command:option("--write-baseline", "Write the findings of this run as a baseline, and count none of them"):argname("FILE")
  command:option("--undecided", "fail (exit code 3) or warn (0)"):argname("MODE"):choices({ "fail", "warn" }):default("fail")
  return command
end

--- The findings of today into a file, all or nothing. A rule that failed, or a file that cannot be read, is no state to start from.
local function write_baseline(result, path)
  local text = require("issuable.policy.baseline").write(result.findings)
  local target, message = io.open(path .. ".new", "wb")
  if target then
    local written = target:write(text)
    local closed, problem = target:close()
    message = not (written and closed) and (problem or "write failed") or nil
    if not message then
      local moved, why = os.rename(path .. ".new", path)
      message = not moved and why or nil
    else
      os.remove(path .. ".new")
    end
  end
  if message then
    options.usage_error("cannot write the baseline: " .. message)
  end
  local note = ("issuable: %d findings are in %s; check with --baseline %s\n"):format(#result.findings, terminal.visible(path), terminal.visible(path))
  return result.summary.failed_input and 2 or 0, "", note
end

--- Makes the reports that were asked for: files are written, what goes to standard output comes back.
---@return string? text
---@return string? message a file that cannot be written
local function report(wanted, result, arguments)
  local text = ""
  for _, item in ipairs(wanted) do
    local to_terminal = not item.path and file.isatty(1)
    local bytes = reports.render(item.format, result, {
      colour = not item.path and terminal.wants_colour(arguments.color, os.getenv, to_terminal),
      quiet = arguments.quiet,
      width = to_terminal and file.columns(1) or nil,
      root = reports.root(),
    })
    if item.path then
      local ok, message = file.write(item.path, bytes)
      if not ok then
        return nil, message
      end
    else
      text = bytes
    end
  end
  return text
end

function M.run(arguments)
  local given = options.input(arguments)
  local wanted = options.reports(arguments)
  if #given.paths == 0 and #given.clusters == 0 then
    options.usage_error("check wants files, folders or - for standard input")
  end
  given.baseline = arguments.baseline
  if arguments.against then
    if not given.dns and arguments.against == "dns" then
      options.usage_error("--against dns asks servers; it cannot do that offline")
    end
    given.against = { servers = arguments.against ~= "dns" and { arguments.against } or given.dns.servers }
  end
  local result, message = check.run(given)
  if not result then
    options.usage_error(message)
  end
  if arguments.write_baseline then
    return write_baseline(result, arguments.write_baseline)
  end
  local text, problem = report(wanted, result, arguments)
  if not text then
    options.usage_error("cannot write the report: " .. problem)
  end
  local code = check.exit_code(result, { fail_on = arguments.fail_on, undecided = arguments.undecided })
  local notes
  local undecided = result.summary.undecided + result.summary.undecided_documents
  if arguments.undecided == "warn" and undecided > 0 then
    notes = ("issuable: %d undecided, passed because of --undecided=warn\n"):format(undecided)
  end
  return code, text, notes
end

return M
