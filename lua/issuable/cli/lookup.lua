-- `issuable lookup NAME…`: the relevant CAA RRset of each name and whom it authorises.
-- SPDX-License-Identifier: MIT
-- RFC 8659 section 3; the same lines as `decide`, without a CA.

local ask = require "issuable.ask"
local bulk = require "issuable.cli.bulk"
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
  bulk.define(command)
  options.add_input(command)
  command:option("--format", "json"):argname("FORMAT"):choices({ "json" }):default("json")
  return command
end

--- A name that is not asked for at all, in the shape of an answer.
local function not_asked(identifier, settled)
  return { name = identifier.name or identifier.text, status = "unknown", reason = settled.reason, assumed = {}, trace = {} }
end

local OPEN = { unknown = true, failed = true }

--- What stands without asking anybody, by its reason: a line of an earlier run does not tell the verdict.
local SETTLED = { ["name-not-issuable"] = "denied", ["ip-address"] = "exempt", ["onion"] = "exempt", ["not-tls-server"] = "exempt" }

--- Notes the verdict of a line of an earlier run.
local function verdict_of(line, verdicts)
  if OPEN[line:match('"status":"(%a+)"')] then
    verdicts[SETTLED[line:match('"reason":"([%l-]+)"')] or "undecided"] = true
  end
end

function M.run(arguments)
  local given = options.input(arguments)
  local source = names.source(arguments)
  local asker, message = ask.open(given)
  if not asker then
    options.usage_error(message)
  end
  local at = dates.format(given.now)
  return decide_command.finish(asker, bulk.run(arguments, {
    source = source,
    asker = asker,
    verdict_of = verdict_of,
    line = function(identifier, answer, settled)
      answer = answer or not_asked(identifier, settled)
      local verdict = settled and settled.verdict or OPEN[answer.status] and "undecided" or "allowed"
      return json.encode(shapes.answer(answer, identifier.wildcard, decide.issuers(answer), at)), verdict
    end,
  }))
end

return M
