-- Drift: what the given zones say about CAA, and what a server serves, record by record.
-- SPDX-License-Identifier: MIT
-- Design section 1: two views, compared. TTLs are not: a resolver counts them down.

local caa = require "issuable.caa"
local walk = require "issuable.dns.walk"

local M = {}

local CAA, WINDOW = 257, 32

--- What a zone holds at an owner, as presentation texts; nil where the zone is not the one to say.
local function held(zone, owner)
  local answer = zone.handle:answer(owner)
  if #answer.aliases > 0 or answer.kind == "referral" or answer.kind == "outside" then
    return nil
  end
  local texts = {}
  for _, index in ipairs(answer.rrset and answer.rrset.records or {}) do
    local record = zone.handle:record(index)
    texts[caa.format(record.flags, record.tag:lower(), record.value)] = record
  end
  return texts
end

--- Owners whose CAA matters: those that have some in the file, the apex, and what requested names climb through.
local function owners_of(zone, decisions)
  local owners, seen = {}, {}
  local function add(owner)
    if not seen[owner] then
      seen[owner] = true
      owners[#owners + 1] = owner
    end
  end
  add(zone.apex)
  for owner in zone.handle:owners() do
    if #zone.handle:find(owner, "CAA") > 0 then
      add(owner)
    end
  end
  for _, decision in ipairs(decisions) do
    for _, step in ipairs(decision.answer and decision.answer.trace or {}) do
      if step.zone == zone and caa.is_below(step.asked, zone.apex) then
        add(step.asked)
      end
    end
  end
  table.sort(owners)
  return owners
end

--- Asks the first server of `dns` about each owner; replies by owner.
local function ask_all(dns, owners)
  local r, replies = dns.resolver, {}
  local owner_of, at, left = {}, 0, 0
  while true do
    while at < #owners and left < WINDOW do
      local query = r:query(owners[at + 1], CAA, 0, { rd = true })
      if not query then
        break
      end
      at, left = at + 1, left + 1
      owner_of[query] = owners[at]
    end
    if left == 0 then
      return replies
    end
    local kind, query = r:event()
    if kind == "answer" then
      local owner = owner_of[query]
      local octets, cause = r:message(query)
      replies[owner] = walk.reply_of(owner, octets, cause, dns.servers[1], true)
      left = left - 1
    else
      assert(r:step())
    end
  end
end

--- Compares a zone with what is served.
---@param zone table Zone subject, loadable
---@param decisions table[]
---@param dns issuable.Dns
---@return table[] differences { zone, owner, server, only_file = { text → record }, only_served = text[], why = string? }
function M.of_zone(zone, decisions, dns)
  local wanted, owners = {}, {}
  for _, owner in ipairs(owners_of(zone, decisions)) do
    wanted[owner] = held(zone, owner)
    owners[#owners + 1] = wanted[owner] and owner or nil
  end
  local replies, differences = ask_all(dns, owners), {}
  for _, owner in ipairs(owners) do
    local reply = replies[owner]
    local difference = { zone = zone, owner = owner, server = dns.servers[1].text, only_file = {}, only_served = {} }
    local differs = false
    if reply.kind == "failed" or reply.kind == "yxdomain" or #reply.aliases > 0 then
      difference.why = walk.summary(reply)
      differs = true
    else
      local served = {}
      for _, rdata in ipairs(reply.records or {}) do
        local flags, tag, value = caa.decode(rdata)
        local text = caa.format(flags, tag:lower(), value)
        if not served[text] and not wanted[owner][text] then
          table.insert(difference.only_served, text)
          differs = true
        end
        served[text] = true
      end
      for text, record in pairs(wanted[owner]) do
        if not served[text] then
          difference.only_file[text] = record
          differs = true
        end
      end
    end
    table.sort(difference.only_served)
    if differs then
      differences[#differences + 1] = difference
    end
  end
  return differences
end

--- All zones of an input that a server would load.
---@return table[] differences in the order of the zones and owners
function M.of_input(input, decisions, dns)
  local all = {}
  for _, zone in ipairs(input.zones) do
    if zone.status == "loadable" then
      for _, difference in ipairs(M.of_zone(zone, decisions, dns)) do
        all[#all + 1] = difference
      end
    end
  end
  return all
end

return M
