-- `issuable pin PATH…`: the tightest CAA that keeps every certificate in the input issuing, as a diff or written.
-- SPDX-License-Identifier: MIT
-- Whoever would lose stands first, as comment lines before the diff: `git apply` and `patch` pass over them.

local check = require "issuable.check"
local file = require "issuable.file"
local options = require "issuable.cli.options"
local terminal = require "issuable.reports.terminal"

local M = {}

function M.define(root)
  local command = root:command("pin", "Print (or write) the tightest CAA that keeps every certificate in the input issuing")
  options.add_manifests(command)
  options.add_input(command)
  command:flag("--write", "Write the files instead of printing a diff")
  return command
end

local function head_of(change)
  local lines = {}
  for _, line in ipairs(change.loses or {}) do
    lines[#lines + 1] = "# loses: " .. line
  end
  for _, line in ipairs(change.notes or {}) do
    lines[#lines + 1] = "# note: " .. line
  end
  lines[#lines + 1] = ("# %s then:"):format(change.owner)
  for _, text in ipairs(change.result) do
    lines[#lines + 1] = ("#   %s.%s IN CAA %s"):format(change.owner, change.ttl and (" %d"):format(change.ttl) or "", text)
  end
  if change.refused then
    lines[#lines + 1] = ("# no edit is made (%s): %s"):format(change.refused, change.why or "")
  end
  return lines
end

local function write(result, lines)
  local list = {}
  for _, fix in ipairs(result.fixes) do
    for _, target in ipairs(fix.files or {}) do
      list[#list + 1] = { path = target.path, digest = target.digest, bytes = target.after }
    end
  end
  local ok, message = true, nil
  if #list > 0 then
    ok, message = file.replace(list)
  end
  for _, target in ipairs(ok and list or {}) do
    lines[#lines + 1] = "# wrote " .. target.path
  end
  if not ok then
    lines[#lines + 1] = "# nothing written: " .. message
  end
  return ok
end

function M.run(arguments)
  local given = options.input(arguments)
  if #given.paths == 0 and #given.clusters == 0 then
    options.usage_error("pin wants files, folders or - for standard input")
  end
  local result, message = check.pin(given)
  if not result then
    options.usage_error(message)
  end
  local lines, diffs, pending, refused = {}, {}, 0, false
  for _, fix in ipairs(result.fixes) do
    for _, change in ipairs(fix.changes) do
      refused = refused or change.refused ~= nil
      for _, line in ipairs(head_of(change)) do
        lines[#lines + 1] = line
      end
    end
    for _, target in ipairs(fix.files or {}) do
      pending = pending + 1
      diffs[#diffs + 1] = target.diff
    end
  end
  local written = true
  if arguments.write then
    written, diffs = write(result, lines), {}
    pending = written and 0 or pending
  end
  for i, line in ipairs(lines) do
    lines[i] = terminal.visible(line) .. "\n"
  end
  local code = 0
  if pending > 0 or refused or not written then
    code = 1
  elseif result.summary.failed_input then
    code = 2
  elseif result.summary.failing.undecided + result.summary.undecided_documents > 0 then
    code = 3
  end
  local notes = #result.fixes == 0 and "issuable: nothing to pin\n" or nil
  return code, table.concat(lines) .. table.concat(diffs), notes
end

return M
