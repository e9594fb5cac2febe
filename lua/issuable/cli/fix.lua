-- `issuable fix PATH…`: the edits that make the denied names issuable, as a diff or written.
-- SPDX-License-Identifier: MIT
-- Without --write nothing on the disk changes; with it every file is replaced atomically or none is.

local check = require "issuable.check"
local file = require "issuable.file"
local options = require "issuable.cli.options"
local terminal = require "issuable.reports.terminal"

local M = {}

function M.define(root)
  local command = root:command("fix", "Print (or write) the edits that mend what is denied")
  options.add_manifests(command)
  options.add_input(command)
  command:flag("--write", "Write the files instead of printing a diff")
  command:option("--serial", "The SOA serial of edited zones: auto (bump it in its own style), keep, or a number"):argname "auto|keep|N"
  command:flag("--override-forbidden", "Lift an empty issuer (issue \";\") where a certificate is asked for")
  return command
end

--- What --serial says; a number fits the 32 bits of an SOA.
local function serial(text)
  if not text or text == "auto" or text == "keep" then
    return text
  end
  local number = text:find("^%d+$") and #text <= 10 and tonumber(text) or nil
  if not number or number == 0 or number > 4294967295 then
    options.usage_error("--serial wants auto, keep or a number from 1 to 4294967295, not " .. text)
  end
  return number
end

local function place(finding)
  local span = finding.span
  return span and ("%s:%d:%d: "):format(span.path, span.line, span.column or 1) or ""
end

--- What is wrong and stays wrong, on stderr, so that stdout is the diff alone.
---@return string[] lines
---@return boolean left a wanted edit is refused, or an error has none; a file that cannot be read has an exit code of its own
local function remainder(result)
  local lines, left = {}, false
  for _, fix in ipairs(result.fixes) do
    for _, change in ipairs(fix.changes) do
      if change.refused then
        left = true
        lines[#lines + 1] = ("not fixed (%s): %s"):format(change.refused, change.why or "")
        for _, text in ipairs(change.result or {}) do
          lines[#lines + 1] = "  wanted: " .. text
        end
      end
    end
  end
  for _, finding in ipairs(result.findings) do
    if finding.severity == "error" and not finding.change and not finding.waived then
      left = left or not (finding.input or finding.failed_rule)
      lines[#lines + 1] = "not fixed: " .. place(finding) .. finding.message
    end
  end
  for i, line in ipairs(lines) do
    lines[i] = terminal.visible(line)
  end
  return lines, left
end

local function exit_code(result, pending, left)
  if pending > 0 or left then
    return 1
  elseif result.summary.failed_input then
    return 2
  elseif result.summary.failing.undecided + result.summary.undecided_documents > 0 then
    return 3
  end
  return 0
end

local function write(result, lines)
  local list, names = {}, {}
  for _, fix in ipairs(result.fixes) do
    for _, target in ipairs(fix.files or {}) do
      list[#list + 1] = { path = target.path, digest = target.digest, bytes = target.after }
      names[#names + 1] = target.path
    end
  end
  if #list == 0 then
    return true
  end
  local ok, message = file.replace(list)
  if not ok then
    lines[#lines + 1] = terminal.visible("nothing written: " .. message)
    return false
  end
  for _, name in ipairs(names) do
    lines[#lines + 1] = "wrote " .. terminal.visible(name)
  end
  return true
end

function M.run(arguments)
  local given = options.input(arguments)
  given.override_forbidden = arguments.override_forbidden
  given.serial = serial(arguments.serial)
  if #given.paths == 0 and #given.clusters == 0 then
    options.usage_error("fix wants files, folders or - for standard input")
  end
  local result, message = check.run(given)
  if not result then
    options.usage_error(message)
  end
  local lines, left = remainder(result)
  local pending, text = 0, {}
  for _, fix in ipairs(result.fixes) do
    for _, target in ipairs(fix.files or {}) do
      pending = pending + 1
      text[#text + 1] = target.diff
    end
  end
  local code
  if arguments.write then
    code = exit_code(result, 0, not write(result, lines) or left)
    text = {}
  else
    code = exit_code(result, pending, left)
  end
  if pending == 0 and not left then
    lines[#lines + 1] = "nothing to fix"
  end
  if file.isatty(1) then -- for eyes; a pipe or a file gets the bytes, which `git apply` and `patch` need
    for i, diff in ipairs(text) do
      text[i] = diff:gsub("[^\n]+", function(line)
        return terminal.visible(line, true)
      end)
    end
  end
  return code, table.concat(text), #lines > 0 and table.concat(lines, "\n") .. "\n" or nil
end

return M
