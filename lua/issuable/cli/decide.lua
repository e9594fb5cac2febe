-- `issuable decide NAME… --ca CA`: one decision a line, for scripts.
-- SPDX-License-Identifier: MIT
-- Keys of the JSON lines: design section 4.

local ask = require "issuable.ask"
local bulk = require "issuable.cli.bulk"
local dates = require "issuable.dates"
local json = require "issuable.reports.jsonwriter"
local names = require "issuable.cli.names"
local options = require "issuable.cli.options"
local shapes = require "issuable.reports.shapes"
local terminal = require "issuable.reports.terminal"

local M = {}

function M.define(root)
  local command = root:command("decide", "May this CA issue for these names? One JSON object a line")
  names.define(command)
  bulk.define(command)
  command:option("--ca", "Issuer domain name, CA id or ACME directory URL"):argname("CA"):count(1)
  command:option("--account", "ACME account URI that orders"):argname("URI"):count("*")
  command:option("--method", "Challenge method that is used: dns-01, http-01 …"):argname("METHOD"):count("*")
  options.add_input(command)
  command:option("--format", "json or text"):argname("FORMAT"):choices({ "json", "text" }):default("json")
  return command
end

local function text_line(decision)
  local found = decision.answer and decision.answer.rrset and " at " .. decision.answer.found_at or ""
  return terminal.visible(
    ("%s%s %s %s%s%s"):format(
      decision.wildcard and "*." or "",
      decision.name,
      decision.verdict,
      decision.reason,
      found,
      decision.detail and ": " .. decision.detail or ""
    )
  )
end

--- 1 wins over 2 over 3, as for check.
function M.exit_code(verdicts, failed)
  if verdicts.denied then
    return 1
  elseif failed then
    return 2
  end
  return verdicts.undecided and 3 or 0
end

function M.notes(asker)
  local lines, failed = asker:problems()
  for i, line in ipairs(lines) do
    lines[i] = "issuable: " .. terminal.visible(line) .. "\n"
  end
  return table.concat(lines), failed
end

--- What a command that prints many lines returns at its end.
---@return integer code
---@return string? text
---@return string notes
function M.finish(asker, verdicts, code, message)
  local notes, failed = M.notes(asker)
  if message then
    notes = notes .. "issuable: " .. terminal.visible(message) .. "\n"
  end
  return code or M.exit_code(verdicts, failed), nil, notes
end

--- Notes the verdict of a line of an earlier run; keys stand in a fixed order, and quotes inside of values are escaped.
local function verdict_of(line, verdicts)
  local verdict = line:match('"verdict":"(%a+)"')
  if verdict then
    verdicts[verdict] = true
  end
end

function M.run(arguments)
  local given = options.input(arguments)
  given.ca = arguments.ca
  local source = names.source(arguments)
  local asker, message = ask.open(given)
  if not asker then
    options.usage_error(message)
  end
  local question = {
    ca = asker.ca,
    accounts = #arguments.account > 0 and arguments.account or nil,
    methods = #arguments.method > 0 and arguments.method or nil,
  }
  local at = dates.format(given.now)
  return M.finish(asker, bulk.run(arguments, {
    source = source,
    asker = asker,
    verdict_of = verdict_of,
    line = function(identifier, answer, settled)
      local decision = asker:judge(identifier, question, answer, settled)
      return arguments.format == "text" and text_line(decision) or json.encode(shapes.decision(decision, at)), decision.verdict
    end,
  }))
end

return M
