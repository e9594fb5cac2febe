-- The DNSSEC chain of a name that a resolver calls bogus: walked from the top, the broken link named, with dates.
-- SPDX-License-Identifier: MIT
-- RFC 4035 section 5; the questions go to the same resolver with CD, so that it hands out what it does not believe. For explaining only.

local caa = require "issuable.caa"
local dates = require "issuable.dates"
local words = require "issuable.dns.words"

local M = {}

local SOA, DS, DNSKEY, CAA = 6, 43, 48, 257

--- Asks the resolver that gave the answer, without its checking.
local function ask(dns, name, qtype, server)
  local r = dns.resolver
  local query = r:query(name, qtype, server, { rd = true, cd = true, now = dns.carrier and dns.carrier.now })
  if not query then
    return nil
  end
  while true do
    local kind, number = r:event()
    if kind == "answer" and number == query then
      return (r:message(query))
    elseif not kind then
      local ok = dns.carrier and dns.carrier:step()
      if not dns.carrier then
        ok = r:step()
      end
      if not ok then
        return nil
      end
    end
  end
end

--- Is there a zone cut at this name?
local function is_apex(octets, name)
  local message = octets and caa.message(octets)
  for _, record in ipairs(message and message.answer or {}) do
    if record.type == SOA and record.owner == name then
      return true
    end
  end
  return false
end

local function ancestors(name)
  local list = {}
  local at = name
  while at and at ~= "." do
    table.insert(list, 1, at)
    at = caa.parent(at)
  end
  return list
end

local function of_dates(link)
  if not link.expiration then
    return ""
  end
  return (" (valid from %s to %s)"):format(dates.format(link.inception), dates.format(link.expiration))
end

local SAYS = {
  ["no-ds"] = "%s is not signed for anybody: its parent has no DS, so nothing below can be bogus by its keys",
  ["no-keys"] = "the parent of %s has a DS (key %d), but the zone has no DNSKEY: it is not signed, or not any more",
  ["wrong-key"] = "the parent of %s has a DS for key %d, and no DNSKEY of the zone is that key",
  ["unsigned"] = "%s is served without a signature by a key that counts",
  ["expired"] = "the signature of %s by key %d has expired",
  ["not-yet"] = "the signature of %s by key %d is not valid yet",
  ["bad-signature"] = "the signature of %s by key %d is not of these records",
  ["unreadable"] = "no readable answer about %s",
  ["unsupported"] = "%s is signed only with algorithms that cannot be checked here",
}

local function sentence(link, what)
  return (SAYS[link.state] or "%s"):format(what, link.tag) .. of_dates(link)
end

--- Walks from the topmost zone down to an owner.
---@param dns issuable.Dns
---@param owner string whose CAA answer is bogus
---@param source string the server that said so
---@param now integer unix time
---@return { zones: { name: string, state: string, text: string }[], broken: string? } broken: the first link that does not hold
function M.walk(dns, owner, source, now)
  local server = 0
  for i, candidate in ipairs(dns.servers) do
    server = candidate.text == source and i - 1 or server
  end
  local result = { zones = {} }
  local keys
  for _, name in ipairs(ancestors(owner)) do
    if is_apex(ask(dns, name, SOA, server), name) then
      local ds, own_keys = ask(dns, name, DS, server), ask(dns, name, DNSKEY, server)
      local link = ds and own_keys and caa.link(name, "DS", ds, own_keys, now) or { state = "unreadable", tag = 0 }
      local parent_link = keys and ds and link.state ~= "no-ds" and link.state ~= "unreadable" and caa.link(name, DS, ds, keys, now)
      -- the topmost zone's own DS is the parent's business, which is not looked at: a trust anchor may stand in for it
      local top = keys == nil and #result.zones == 0
      if parent_link and parent_link.state ~= "good" then
        result.zones[#result.zones + 1] = { name = name, state = parent_link.state, text = sentence(parent_link, "the DS of " .. name) }
        result.broken = result.zones[#result.zones].text
        return result
      elseif link.state == "good" then
        result.zones[#result.zones + 1] = { name = name, state = "good", text = ("key %d%s"):format(link.tag, of_dates(link)) }
      elseif link.state == "no-ds" then
        result.zones[#result.zones + 1] = { name = name, state = "no-ds", text = top and "the DS, if there is one, was not seen" or sentence(link, name) }
        if not top then
          return result
        end
      else
        local what = (link.state == "wrong-key" or link.state == "no-keys" or link.state == "unreadable") and name or "the keys of " .. name
        result.zones[#result.zones + 1] = { name = name, state = link.state, text = sentence(link, what) }
        result.broken = result.zones[#result.zones].text
        return result
      end
      keys = own_keys
    end
  end
  local answer = ask(dns, owner, CAA, server)
  local reply
  if answer then
    local _
    _, reply = caa.read("\0\0" .. answer:sub(3, 12) .. answer:sub(13, 12 + #owner + 2):lower() .. answer:sub(#owner + 15), owner, { cd = true })
  end
  if reply and reply.kind == "rrset" and #reply.aliases == 0 and keys then
    local link = caa.link(owner, CAA, answer, keys, now)
    if link.state ~= "good" then
      result.broken = sentence(link, "the CAA of " .. owner)
    end
  elseif reply and reply.kind == "failed" then
    result.broken = words.cause(reply)
  end
  return result
end

return M
