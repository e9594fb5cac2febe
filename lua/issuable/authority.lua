-- Asking: from names to Answers. Drives the lookup machine of issuable.caa with the zones that were given.
-- SPDX-License-Identifier: MIT
-- RFC 8659 section 3 (the climb) lives in the machine; which zone answers an owner (RFC 1034 section 4.3.2, step 2) lives here.

local caa = require "issuable.caa"
local fragments = require "issuable.fragments"

---@class issuable.Authority
local Authority = {}
Authority.__index = Authority

local M = {}

--- Zones by apex. A zone that the user named beats any number that were found while walking;
--- two with equal right have no winner, and then nobody may say what the zone holds.
local function by_apex(zones)
  local apexes = {}
  for _, zone in ipairs(zones) do
    if zone.apex then
      local slot = apexes[zone.apex]
      if not slot then
        slot = { option = {}, found = {} }
        apexes[zone.apex] = slot
      end
      local list = slot[zone.given == "found" and "found" or "option"]
      list[#list + 1] = zone
    end
  end
  local chosen = {}
  for apex, slot in pairs(apexes) do
    chosen[apex] = #slot.option > 0 and slot.option or slot.found
  end
  return chosen
end

---@param options { zones: table[], assume_empty?: table<string, boolean>, view?: string }
---   zones: Zone subjects; assume_empty: names whose CAA may be taken as empty without asking (`--assume-empty`)
---@return issuable.Authority
function M.new(options)
  return setmetatable({
    zones = by_apex(options.zones or {}),
    fragments = fragments.index(options.zones or {}),
    assume_empty = options.assume_empty or {},
    view = options.view or "zones",
    memo = {}, -- owner → what a zone answered
    rrsets = {}, -- zone → owner → RRset
  }, Authority)
end

--- The zones with the deepest apex at or above a name.
---@param owner string
---@return table[]? zones more than one: ambiguous
---@return string? apex
function Authority:zones_for(owner)
  local name = owner
  while name do
    if self.zones[name] then
      return self.zones[name], name
    end
    name = caa.parent(name)
  end
end

local function paths_of(zones)
  local paths = {}
  for i, zone in ipairs(zones) do
    paths[i] = zone.path
  end
  return table.concat(paths, ", ")
end

--- A chain of aliases that a zone followed inside itself may lead to a name that another given zone answers for, or below a
--- cut. There the chain leaves this zone, whatever it holds at that name: asked directly, the name gets the same answer.
local function leave_at_deeper_zone(self, answer, apex)
  for i, link in ipairs(answer.aliases) do
    local _, other = self:zones_for(link.target)
    local last = i == #answer.aliases
    if (other and other ~= apex) or (last and answer.kind == "referral") then
      local followed = {}
      for j = 1, i do
        followed[j] = answer.aliases[j]
      end
      return { kind = "alias", rcode = "NOERROR", name = answer.name, aliases = followed, owner = link.target, target = link.target }
    end
  end
  return answer
end

--- A fragment that speaks against what a zone says of a name, or of the names that its aliases lead to.
local function contradiction(self, zone, answer, owner)
  if #self.fragments.fragments == 0 or answer.kind == "referral" then
    return nil
  end
  local exists = answer.kind ~= "nxdomain" and not answer.wildcard
  local against = fragments.contradiction(self.fragments, zone, owner, exists)
  for _, link in ipairs(answer.aliases) do
    local _, apex = self:zones_for(link.target)
    against = against or apex == zone.apex and fragments.contradiction(self.fragments, zone, link.target, false) or nil
  end
  return against
end

--- What the given zones say about one owner, as the machine wants it fed. `zone` rides along for the trace.
local function ask_zones(self, owner)
  local zones, apex = self:zones_for(owner)
  if not zones then
    return {
      kind = "unknown",
      reason = "outside-zones",
      detail = fragments.mention(self.fragments, owner) or ("no zone that was given holds %s"):format(owner),
    }
  end
  if #zones > 1 then
    return {
      kind = "unknown",
      reason = "zone-ambiguous",
      detail = ("%d files claim to be the zone %s: %s; name the one that is served with --zone FILE"):format(#zones, apex, paths_of(zones)),
    }
  end
  local zone = zones[1]
  if zone.status ~= "loadable" then
    return {
      kind = "unknown",
      reason = "zone-broken",
      source = zone.path,
      detail = ("a name server would not load %s, so it answers nothing"):format(zone.path),
    },
      zone
  end
  local answer = leave_at_deeper_zone(self, zone.handle:answer(owner), apex)
  local against = contradiction(self, zone, answer, owner)
  if against then
    return { kind = "unknown", reason = "zone-ambiguous", source = zone.path, detail = against }, zone
  end
  answer.source = zone.path
  if answer.kind == "referral" then
    answer.reason = "outside-zones"
    answer.detail = ("%s delegates %s to other servers, and no zone that was given holds it"):format(zone.path, answer.cut)
  end
  return answer, zone
end

--- RFC 8659 names no bound for the climb but the root; offline, the parent of an apex is nobody's file.
--- A registry's own name holds no CAA that restricts its children in practice; that this was taken for granted is listed.
local function may_assume(self, climb, owner, climbed_off_apex, zone)
  if self.assume_empty[owner] then
    return true -- the user says so: of a parent, of an alias's target, or of a name that was delegated
  end
  -- an alias target is somebody's real name, and so is what a zone delegates
  return owner == climb and not zone and climbed_off_apex and caa.parent(owner) == "."
end

--- A record's place without the blanks before it: what a person would point at.
local function visible_span(record)
  local first = record.generated and record.first or record.type_span.first -- of a $GENERATE: its line
  for _, field in ipairs { "owner_span", "ttl_span", "class_span" } do
    if record[field] then
      first = math.min(first, record[field].first)
    end
  end
  return { path = record.path, first = first, last = record.last, line = record.line, column = record.column + first - record.first }
end

--- The RRset at an owner of a zone, with each property's place in the file.
local function rrset_of(self, zone, rrset)
  local of_zone = self.rrsets[zone]
  if not of_zone then
    of_zone = {}
    self.rrsets[zone] = of_zone
  end
  local known = of_zone[rrset.owner]
  if known then
    return known
  end
  local set = { owner = rrset.owner, ttl = rrset.ttl, complete = true, zone = zone, properties = {} }
  local seen = {}
  for _, index in ipairs(rrset.records) do
    local record = zone.handle:record(index)
    local identity = ("%d %s %s"):format(record.flags, record.tag:lower(), record.value)
    if not seen[identity] then -- RFC 2181 section 5: an RRset holds no record twice
      seen[identity] = true
      local property = caa.property(record.flags, record.tag, record.value)
      property.span = visible_span(record)
      property.site = { zone = zone, record = index }
      set.properties[#set.properties + 1] = property
    end
  end
  of_zone[rrset.owner] = set
  return set
end

--- Every CAA RRset of the zones that answer, whoever asks for it or not, by path and owner.
---@return table[] RRsets
function Authority:every_rrset()
  local list = {}
  for _, zones in pairs(self.zones) do
    local zone = #zones == 1 and zones[1].status == "loadable" and zones[1]
    if zone then
      for owner in zone.handle:owners() do
        local records = zone.handle:find(owner, "CAA")
        if #records > 0 then
          list[#list + 1] = rrset_of(self, zone, { owner = owner, records = records, ttl = zone.handle:record(records[1]).ttl })
        end
      end
    end
  end
  table.sort(list, function(a, b)
    if a.zone.path ~= b.zone.path then
      return a.zone.path < b.zone.path
    end
    return a.owner < b.owner
  end)
  return list
end

--- Failures that the machine finds out by itself, as people say them.
local FAILURES = {
  ["alias-loop"] = "the aliases that start at %s never end (a loop, or a chain that is too long): a CA would refuse",
  ["yxdomain"] = "a DNAME on the way from %s makes the name longer than 255 bytes",
  ["tld-nxdomain"] = "the top-level domain %s does not exist",
}

--- Asks for the relevant CAA RRset of a name.
---@param name string canonical, without "*."
---@return table answer Answer (contract in the design): status found | none | failed | unknown
function Authority:ask(name)
  local known = self.memo[name]
  if known then
    return known
  end
  local machine = caa.lookup(name)
  local climbed_off_apex = false -- the step before was answered by a zone that was given, or was itself assumed
  local asked = {}
  while true do
    local owner, climb = machine:want()
    if not owner then
      break
    end
    local reply, zone = ask_zones(self, owner)
    if reply.reason == "outside-zones" and may_assume(self, climb, owner, climbed_off_apex, zone) then
      reply, zone = { kind = "assumed", detail = "taken as empty: no zone that was given holds it" }, nil
    end
    asked[#asked + 1] = { zone = zone, reply = reply }
    machine:feed(reply)
    climbed_off_apex = reply.kind == "nodata" or reply.kind == "nxdomain" or reply.kind == "assumed"
  end
  local answer = machine:result()
  answer.view, answer.name, answer.security = self.view, name, "unchecked"
  for i, step in ipairs(answer.trace) do
    local zone, reply = asked[i].zone, asked[i].reply
    step.zone, step.records = zone, reply.rrset and reply.rrset.records
    step.detail = step.detail or reply.detail
    step.links = reply.aliases -- with the record indexes that the machine does not carry
  end
  if answer.status == "failed" then
    answer.detail = answer.detail or (FAILURES[answer.reason] or "the lookup failed at %s (%s)"):format(answer.at or name, answer.reason or "")
  end
  local final = asked[#asked]
  if answer.status == "found" then
    answer.rrset = rrset_of(self, final.zone, final.reply.rrset)
    answer.source = final.zone.path
  else
    answer.detail = answer.detail or final.reply.detail
    answer.source = final.zone and final.zone.path
  end
  self.memo[name] = answer
  return answer
end

return M
