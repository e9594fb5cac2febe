-- The way through the house: subjects → answers → decisions. Pure once the input is read.
-- SPDX-License-Identifier: MIT
-- Design section 1: read → ask → decide; judging and mending start from what this returns.

local authority = require "issuable.authority"
local decide = require "issuable.decide"

local M = {}

local function settled_decision(identifier, request, settled)
  return {
    view = "zones",
    name = identifier.name or identifier.text,
    text = identifier.text,
    wildcard = identifier.wildcard or false,
    ca = request.ca and request.ca.id or nil,
    authority = request.ca,
    verdict = settled.verdict,
    reason = settled.reason,
    detail = settled.detail,
    help = settled.help,
    requests = {},
  }
end

local function list_key(list)
  if not list then
    return "?"
  end
  local sorted = {}
  for i, item in ipairs(list) do
    sorted[i] = item
  end
  table.sort(sorted)
  return table.concat(sorted, "\1")
end

--- One decision for everybody who asks the same question of the same CA in the same way.
local function question_key(question, settled)
  return table.concat({
    question.name,
    question.wildcard and "*" or "",
    question.ca and question.ca.id or "",
    list_key(question.accounts),
    list_key(question.methods),
    settled and (settled.reason .. "\1" .. (settled.detail or "")) or "",
  }, "\0")
end

--- What can be said of an identifier before anybody is asked, or nil.
local function beforehand(request, identifier)
  local settled = request.settled
  if settled and settled.verdict == "exempt" then
    return settled
  end
  return decide.identifier(identifier) or settled
end

---@class issuable.PipelineOptions
---@field behaviour? string `--ca-behavior`: fixes one behaviour for every CA
---@field now integer unix time
---@field assume_empty? table<string, boolean>
---@field dns_handle? issuable.Dns what the zones do not hold is asked there
---@field require_dnssec? boolean `--require-dnssec`

--- Every name that has to be asked for, so that servers are asked about all of them at once.
local function names_of(requests)
  local names = {}
  for _, request in ipairs(requests) do
    for _, identifier in ipairs(request.identifiers) do
      if not beforehand(request, identifier) then
        names[#names + 1] = identifier.name or identifier.text
      end
    end
  end
  return names
end

--- Decides every identifier of every request.
---@param input table what sources.read returned
---@param options issuable.PipelineOptions
---@return table[] decisions in the order of the requests; equal questions share one
---@return issuable.Authority asker the same answers for who wants to ask more
function M.run(input, options)
  local asker = authority.new { zones = input.zones, assume_empty = options.assume_empty, dns = options.dns_handle }
  asker:ask_all(names_of(input.requests))
  local decisions, by_key = {}, {}
  for _, request in ipairs(input.requests) do
    for _, identifier in ipairs(request.identifiers) do
      local settled = beforehand(request, identifier)
      local question = {
        name = identifier.name or identifier.text,
        wildcard = identifier.wildcard or false,
        ca = request.ca,
        accounts = request.issuer and request.issuer.accounts or request.accounts,
        methods = identifier.methods,
        behaviour = options.behaviour,
        now = options.now,
        require_dnssec = options.require_dnssec,
      }
      local key = question_key(question, settled)
      local decision = by_key[key]
      if not decision then
        decision = settled and settled_decision(identifier, request, settled) or decide.decide(question, asker:ask(question.name))
        decision.requests = {}
        by_key[key] = decision
        decisions[#decisions + 1] = decision
      end
      decision.requests[#decision.requests + 1] = { request = request, identifier = identifier }
    end
  end
  return decisions, asker
end

return M
