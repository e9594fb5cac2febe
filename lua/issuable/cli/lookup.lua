-- `issuable lookup NAME…`: the relevant CAA RRset of each name and whom it authorises.
-- SPDX-License-Identifier: MIT
-- RFC 8659 section 3; the same lines as `decide`, without a CA.

local ask = require "issuable.ask"
local dates = require "issuable.dates"
local decide = require "issuable.decide"
local json = require "issuable.reports.jsonwriter"
local names = require "issuable.cli.names"
local options = require "issuable.cli.options"
local shapes = require "issuable.reports.shapes"
local decide_command = require "issuable.cli.decide"

local M = {}

function M.define(root)
  local command = root:command("lookup", "The relevant CAA RRset of these names. One JSON object a line")
  names.define(command)
  options.add_input(command)
  command:option("--format", "json"):argname("FORMAT"):choices({ "json" }):default("json")
  return command
end

--- A name that is not asked for at all, in the shape of an answer.
local function not_asked(identifier, settled)
  return { name = identifier.name or identifier.text, status = "unknown", reason = settled.reason, assumed = {}, trace = {} }
end

function M.run(arguments)
  local given = options.input(arguments)
  local identifiers = names.read(arguments)
  local asker, message = ask.open(given)
  if not asker then
    options.usage_error(message)
  end
  local at = dates.format(given.now)
  local lines, verdicts = {}, {}
  for i, identifier in ipairs(identifiers) do
    local answer, settled = asker:answer(identifier)
    answer = answer or not_asked(identifier, settled)
    if settled then
      verdicts[settled.verdict] = true
    elseif answer.status == "unknown" or answer.status == "failed" then
      verdicts.undecided = true
    end
    lines[i] = json.encode(shapes.answer(answer, identifier.wildcard, decide.issuers(answer), at)) .. "\n"
  end
  local notes, failed = decide_command.notes(asker)
  return decide_command.exit_code(verdicts, failed), table.concat(lines), notes
end

return M
