-- The command: picks the subcommand, prints what it returns, and turns every outcome into an exit code.
-- SPDX-License-Identifier: MIT
-- Data on stdout, the rest on stderr; exit codes of design section 4.

local argparse = require "argparse"
local options = require "issuable.cli.options"
local terminal = require "issuable.reports.terminal"
local version = require "issuable.version"

local M = {}

local COMMANDS = { "check", "fix", "explain", "decide", "lookup", "wait", "pin", "rules", "test" }

local IS_COMMAND = {}
for _, name in ipairs(COMMANDS) do
  IS_COMMAND[name] = true
end

local EXIT_CODES = [[
Exit codes:
   0  everything decided and allowed or exempt; fix: nothing left to do, or all written
   1  something is denied, or a finding reaches --fail-on; fix, pin: edits pending or refused; test: a test failed
   2  usage error, a named input that cannot be read, or a rule of the policy that failed
   3  nothing denied, but something undecided (--undecided=warn makes it 0)]]

--- Messages quote arguments, file names and bytes of files: only line breaks pass to the terminal as they are.
local function complain(...)
  local text = table.concat({ ... })
  io.stderr:write("issuable: ", (text:gsub("[^\n]+", function(line)
    return terminal.visible(line, true)
  end)))
end

--- Half a report is worse than none: a failed write is an error, not silence.
local function print_out(text)
  local written, message = io.stdout:write(text)
  if written then
    written, message = io.stdout:flush()
  end
  if not written then
    complain("cannot write the output: ", tostring(message), "\n")
    return false
  end
  return true
end

--- What --help and --version say, and the end: an exit code of 0 only when it was said.
local function say(text)
  os.exit(print_out(text) and 0 or 2, true)
end

local function add_help(command)
  command:add_help { action = function()
    say(command:get_help() .. "\n")
  end }
end

--- `first`: the first argument. A command that is named is the only one that is loaded: starting up is most of a short run.
local function parser(first)
  local root = argparse("issuable", "Says before anything is applied whether CAA lets your certificates be issued, and what edit makes it so.")
  add_help(root)
  root:command_target("command")
  root:require_command(true)
  root:flag("--version", "Print the version"):action(function()
    say("issuable " .. version .. "\n")
  end)
  root:epilog(EXIT_CODES)
  local asked = IS_COMMAND[first] and { first } or first == "--version" and {} or COMMANDS
  for _, name in ipairs(asked) do
    add_help(require("issuable.cli." .. name).define(root))
  end
  return root
end

--- `issuable www.example.com` is `issuable explain www.example.com`. A word without a dot is a mistyped command.
local function with_default_command(arguments)
  local first = arguments[1]
  if not first or IS_COMMAND[first] or first:sub(1, 1) == "-" or not first:find(".", 1, true) or first:find("/", 1, true) then
    return arguments
  end
  local longer = { "explain" }
  for i, argument in ipairs(arguments) do
    longer[i + 1] = argument
  end
  return longer
end

---@param arguments string[]
---@return integer exit code
function M.main(arguments)
  collectgarbage("setpause", 400) -- a short run that keeps what it reads: looking for garbage all the time finds little
  local plain = {}
  for i = 1, #arguments do
    plain[i] = arguments[i]
  end
  plain = with_default_command(plain)
  local ok, parsed = parser(plain[1]):pparse(plain)
  if not ok then
    complain(tostring(parsed), "\n", "Try `issuable --help`.\n")
    return 2
  end
  local command = require("issuable.cli." .. parsed.command)
  local trace
  local fine, code, text, notes = xpcall(function()
    return command.run(parsed)
  end, function(problem)
    if not options.is_usage_error(problem) then
      trace = debug.traceback(tostring(problem), 2)
    end
    return problem
  end)
  if not fine then
    if options.is_usage_error(code) then
      complain(code.message, "\n")
    else
      complain("a fault of issuable itself; please report it with this text:\n", trace or tostring(code), "\n")
    end
    return 2
  end
  if notes and notes ~= "" then
    io.stderr:write(notes)
  end
  if text and text ~= "" and not print_out(text) then
    return 2
  end
  return code
end

return M
