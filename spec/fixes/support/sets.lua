-- CAA sets and asks as text, for the planner's cases: properties, decisions, changes.
-- SPDX-License-Identifier: MIT
-- Presentation form of RFC 8659 section 4.1.1; decisions are issuable.decide's own.

local authorities = require "issuable.authorities"
local caa = require "issuable.caa"
local decide = require "issuable.decide"
local plan = require "issuable.fixes.plan"

local M = {}

M.NOW = 1795459452 -- 2026-11-23
M.directory = assert(authorities.new())

--- Properties of lines such as `0 issue "letsencrypt.org"`, as if they were records 1, 2, … of a zone.
---@param lines string[]
---@param zone table?
function M.properties(lines, zone)
  local properties = {}
  for i, line in ipairs(lines) do
    local flags, tag, value = caa.parse(line)
    assert(flags, ("%s: %s"):format(line, tostring(tag)))
    local property = caa.property(flags, tag, value)
    property.site = zone and { zone = zone, record = i }
    properties[i] = property
  end
  return properties
end

--- An ask such as `*.example.com letsencrypt account=https://… method=dns-01`; the CA is an id of the directory or a domain.
function M.ask(text)
  local name, id = text:match("^(%S+)%s+(%S+)")
  local ask = { name = name:gsub("^%*%.", ""), wildcard = name:sub(1, 2) == "*." }
  ask.ca = M.directory:by_id(id) or assert(M.directory:from_option(id))
  for key, value in text:gmatch("(%w+)=(%S+)") do
    local list = {}
    for item in value:gmatch("[^|]+") do
      list[#list + 1] = item
    end
    ask[key .. "s"] = list
  end
  return ask
end

--- The Decision on an ask, when this set was found.
function M.decision(ask, properties, zone, extra)
  local answer = {
    view = "zones",
    name = ask.name,
    status = "found",
    found_at = extra and extra.owner or "example.com",
    at = ask.name,
    rrset = { owner = extra and extra.owner or "example.com", ttl = 3600, complete = true, properties = properties, zone = zone },
    aliases = extra and extra.aliases or {},
    assumed = {},
    trace = {},
    security = "unchecked",
  }
  return decide.decide({
    name = ask.name,
    wildcard = ask.wildcard,
    ca = ask.ca,
    accounts = ask.accounts,
    methods = ask.methods,
    behaviour = extra and extra.behaviour,
    now = M.NOW,
  }, answer)
end

--- Plans for a set and asks. The zone is a stand-in: a planner only passes it on.
---@return table[] changes
---@return table[] decisions
function M.plan(lines, asks, options)
  options = options or {}
  local zone = not options.no_zone and { path = "example.com.zone", apex = "example.com", status = "loadable" } or nil
  local properties = M.properties(lines, zone)
  local decisions = {}
  for i, ask in ipairs(asks) do
    decisions[i] = M.decision(type(ask) == "string" and M.ask(ask) or ask, properties, zone, options)
  end
  return plan.changes(decisions, { now = M.NOW, override_forbidden = options.override, zones = options.zones }), decisions
end

return M
