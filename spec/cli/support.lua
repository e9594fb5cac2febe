-- Reads the text cases of spec/cli/cases and runs their command lines. The format is explained in cases/README.txt.
-- SPDX-License-Identifier: MIT

local estate = require "spec.support.estate"
local shell = require "spec.support.shell"

local M = {}

local SAYS = { exit = true, out = true, err = true, ["not"] = true, line = true, lines = true, silent = true, same = true, other = true, stdout = true }

---@param path string
---@return { title: string, line: integer, files: table, commands: table[] }[] cases
function M.read(path)
  local cases, given, case, block = {}, {}, nil, nil
  local number = 0
  for line in io.lines(path) do
    number = number + 1
    local verb, rest = line:match("^(%S+) ?(.*)$")
    if line:find("^  ") and block then
      block[#block + 1] = line:sub(3)
    elseif line == "" or line:find("^#") then
      if block and line == "" then
        block[#block + 1] = "" -- an empty line inside; those at the end are dropped
      end
    elseif verb == "===" then
      case, block = { title = rest, line = number, files = {}, commands = {} }, nil
      for i, file in ipairs(given) do
        case.files[i] = file
      end
      cases[#cases + 1] = case
    elseif verb == "file" then
      block = { path = rest }
      table.insert(case and case.files or given, block)
    elseif verb == "$" then
      block = nil
      table.insert(case.commands, { line = rest, number = number, says = {} })
    elseif SAYS[verb] and case and #case.commands > 0 then
      local says = { verb = verb, rest = rest, number = number }
      block = verb == "stdout" and says or nil
      table.insert(case.commands[#case.commands].says, says)
    else
      error(("%s:%d: not understood: %s"):format(path, number, line), 0)
    end
  end
  return cases
end

local function text_of(block)
  local last = #block
  while last > 0 and block[last] == "" do
    last = last - 1
  end
  return last > 0 and table.concat(block, "\n", 1, last) .. "\n" or ""
end

---@param case table
---@return string folder
function M.prepare(case)
  local folder = shell.folder()
  local folders = {}
  for _, file in ipairs(case.files) do
    folders[#folders + 1] = shell.quote(folder .. "/" .. (file.path:match("^(.*)/") or "."))
  end
  if #folders > 0 then
    shell.run("mkdir -p " .. table.concat(folders, " "))
  end
  for _, file in ipairs(case.files) do
    shell.write(folder .. "/" .. file.path, text_of(file))
  end
  return folder
end

--- Runs one line in a folder.
---@return { code: integer, out: string, err: string }
function M.run(folder, line, command)
  local script = ("unset NO_COLOR CLICOLOR_FORCE TERM\nROOT=%s TREE=%s\nissuable() { %s \"$@\"; }\nNOBODY() { %s %s/bin/\"$@\"; }\ncd %s || exit 99\n%s\n"):format(
    shell.quote(shell.root),
    shell.quote(shell.tree),
    shell.quote(command or shell.command),
    estate.without_rights(),
    shell.quote(shell.tree),
    shell.quote(folder),
    line
  )
  local code, out, err = shell.run(script)
  return { code = code, out = out, err = err }
end

local checks = {}

checks["exit"] = function(result, rest)
  return result.code == tonumber(rest)
end
checks["out"] = function(result, rest)
  return result.out:find(rest, 1, true) ~= nil
end
checks["err"] = function(result, rest)
  return result.err:find(rest, 1, true) ~= nil
end
checks["not"] = function(result, rest)
  return not (result.out .. "\n" .. result.err):find(rest, 1, true)
end
checks["line"] = function(result, rest)
  return ("\n" .. result.out):find("\n" .. rest .. "\n", 1, true) ~= nil
end
checks["lines"] = function(result, rest)
  return select(2, result.out:gsub("\n", "")) == tonumber(rest)
end
checks["silent"] = function(result, rest)
  return result[rest] == ""
end
checks["stdout"] = function(result, _, block)
  return result.out == text_of(block)
end
checks["same"] = function(_, rest, _, folder, case)
  for _, file in ipairs(case.files) do
    if file.path == rest then
      return shell.read(folder .. "/" .. rest) == text_of(file)
    end
  end
end
checks["other"] = function(result, rest, block, folder, case)
  return checks["same"](result, rest, block, folder, case) == false
end

--- What of a line's expectations does not hold, as text; nil when all does.
---@param case table
---@param folder string
---@param command table
---@return string? problem
function M.judge(case, folder, command)
  local result = M.run(folder, command.line)
  local has_exit = false
  for _, says in ipairs(command.says) do
    has_exit = has_exit or says.verb == "exit"
    if not checks[says.verb](result, says.rest, says, folder, case) then
      return ("line %d: %s %s\n$ %s\nexit %d\n--- stdout\n%s--- stderr\n%s"):format(
        says.number, says.verb, says.rest, command.line, result.code, result.out, result.err
      )
    end
  end
  if result.err:find("fault of issuable", 1, true) then
    return result.err
  end
  return not has_exit and ("line %d: no exit code is said"):format(command.number) or nil
end

return M
