-- Asking: from names to Answers. Drives the lookup machine of issuable.caa with the zones that were given.
-- SPDX-License-Identifier: MIT
-- RFC 8659 section 3 (the climb) lives in the machine; which zone answers an owner (RFC 1034 section 4.3.2, step 2) lives here.

local caa = require "issuable.caa"
local dns_words = require "issuable.dns.words"
local fragments = require "issuable.fragments"
local walk = require "issuable.dns.walk"

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

---@param options { zones: table[], assume_empty?: table<string, boolean>, view?: string, dns?: issuable.Dns }
---   zones: Zone subjects; assume_empty: names whose CAA may be taken as empty without asking (`--assume-empty`);
---   dns: asked about all that the zones do not hold; without it that is unknown
---@return issuable.Authority
function M.new(options)
  return setmetatable({
    zones = by_apex(options.zones or {}),
    fragments = fragments.index(options.zones or {}),
    assume_empty = options.assume_empty or {},
    view = options.view or "zones",
    dns = options.dns,
    with_files = #(options.zones or {}) > 0 or next(options.assume_empty or {}) ~= nil,
    memo = {}, -- name → Answer
    rrsets = {}, -- zone or "dns" → owner → RRset
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

local EMPTY = { nodata = true, nxdomain = true }

--- A zone that nobody named and that the zone above it does not delegate is perhaps an old file, or one that only an inner
--- network sees: outside, the zone above answers. Where both hold no CAA it is all the same.
---@param zone table the Zone subject that answers
---@param answer table what it says of the owner
---@return string? detail
local function not_delegated(self, zone, apex, answer, owner)
  if zone.given ~= "found" or apex == "." then
    return nil
  end
  local above = self:zones_for(caa.parent(apex))
  if not above or #above > 1 or above[1].status ~= "loadable" then
    return nil
  end
  local theirs = above[1].handle:answer(owner)
  local cut = theirs.kind == "referral" and theirs.cut
  if cut and (cut == apex or apex:sub(-#cut - 1) == "." .. cut) or EMPTY[theirs.kind] and EMPTY[answer.kind] then
    return nil
  end
  return ("%s was found, but %s does not delegate %s: outside, the zone above may be what answers"):format(zone.path, above[1].path, apex)
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
  local against = not_delegated(self, zone, apex, answer, owner) or contradiction(self, zone, answer, owner)
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

--- The RRset that servers gave; equal answers share one.
local function rrset_of_step(self, owner, step)
  local of_dns = self.rrsets.dns or setmetatable({}, { __mode = "v" })
  self.rrsets.dns = of_dns
  local key = table.concat(step.records, "\0") .. "\0" .. owner
  local known = of_dns[key]
  if known then
    return known
  end
  local set = { owner = owner, ttl = step.rrset_ttl, complete = true, properties = {} }
  local seen = {}
  for _, rdata in ipairs(step.records) do
    local flags, tag, value = caa.decode(rdata)
    local identity = ("%d %s %s"):format(flags, tag:lower(), value)
    if not seen[identity] then
      seen[identity] = true
      set.properties[#set.properties + 1] = caa.property(flags, tag, value)
    end
  end
  of_dns[key] = set
  return set
end

--- Failures that the machine finds out by itself, as people say them.
local FAILURES = {
  ["alias-loop"] = "the aliases that start at %s never end (a loop, or a chain that is too long): a CA would refuse",
  ["yxdomain"] = "a DNAME on the way from %s makes the name longer than 255 bytes",
  ["tld-nxdomain"] = "the top-level domain %s does not exist",
}

--- A decided lookup as an Answer.
---@param told table<integer, { zone: table?, reply: table }> what zones answered, by step
local function finish(self, answer, name, told)
  answer.view, answer.name = self.view, name
  answer.security = answer.security or "unchecked"
  for i, step in ipairs(answer.trace) do
    local zone, reply = told[i] and told[i].zone, told[i] and told[i].reply
    if reply then
      step.zone, step.records = zone, reply.rrset and reply.rrset.records
      step.detail = step.detail or reply.detail
      step.links = reply.aliases -- with the record indexes that the machine does not carry
    else
      step.links = step.aliases
    end
  end
  if answer.status == "failed" then
    answer.detail = answer.detail or (FAILURES[answer.reason] or "the lookup failed at %s (%s)"):format(answer.at or name, answer.reason or "")
  end
  local last = answer.trace[#answer.trace]
  local final = told[#answer.trace] or { reply = {} }
  if answer.status == "found" then
    answer.rrset = final.zone and rrset_of(self, final.zone, final.reply.rrset) or rrset_of_step(self, answer.owner, last)
  else
    answer.detail = answer.detail or final.reply.detail
  end
  answer.source = final.zone and final.zone.path
  if last and last.live then
    answer.source, answer.resolver = "dns", last.source
  end
  return answer
end

--- What files say about an owner, or nil when the servers shall.
local function ask_files(self, owner, climb, climbed_off_apex)
  local reply, zone = ask_zones(self, owner)
  if reply.reason ~= "outside-zones" then
    return reply, zone
  elseif self.dns and not self.assume_empty[owner] then
    return nil
  elseif may_assume(self, climb, owner, climbed_off_apex, zone) then
    return { kind = "assumed", detail = "taken as empty: no zone that was given holds it" }, nil
  end
  return reply, zone
end

--- From files only: the machine as a handle.
local function ask_offline(self, name)
  local machine = caa.lookup(name)
  local climbed_off_apex = false -- the step before was answered by a zone that was given, or was itself assumed
  local told = {}
  while true do
    local owner, climb = machine:want()
    if not owner then
      break
    end
    local reply, zone = ask_files(self, owner, climb, climbed_off_apex)
    told[#told + 1] = { zone = zone, reply = reply }
    machine:feed(reply)
    climbed_off_apex = reply.kind == "nodata" or reply.kind == "nxdomain" or reply.kind == "assumed"
  end
  return finish(self, machine:result(), name, told)
end

--- Replies of a zone's servers that say the same, together: { { reply, servers } … }, the largest group first.
local function grouped(replies)
  local groups, by_essence = {}, {}
  for _, entry in ipairs(replies) do
    local key = walk.essence(entry.reply)
    if not by_essence[key] then
      by_essence[key] = { reply = entry.reply, servers = {}, order = #groups }
      groups[#groups + 1] = by_essence[key]
    end
    table.insert(by_essence[key].servers, walk.title(entry.server))
  end
  table.sort(groups, function(a, b)
    if #a.servers ~= #b.servers then
      return #a.servers > #b.servers
    end
    return a.order < b.order
  end)
  return groups
end

--- Ways through servers that disagree; more of them than this are not followed one by one.
local MAX_VIEWS = 8

--- One way through: at the n-th disagreement the group that `choices` says; what is chosen and what else there was is noted.
local function ask_one_way(self, name, choices)
  local machine = caa.lookup(name)
  local told, who, turns = {}, {}, 0
  while true do
    local owner, climb = machine:want()
    if not owner then
      break
    end
    local reply, zone = ask_files(self, owner, climb, false)
    local groups
    if not reply then
      local replies, why = self.dns.walker:replies(owner)
      if not replies then
        reply = { kind = "failed", reason = "lookup-failed", detail = ("%s: %s"):format(owner, why) }
      else
        groups = grouped(replies)
        local choice = 1
        if #groups > 1 then
          turns = turns + 1
          choices[turns] = choices[turns] or { at = 1, of = #groups }
          choice = choices[turns].at
        end
        reply = groups[choice].reply
        who[#who + 1] = #groups > 1 and { owner = owner, groups = groups, choice = choice } or nil
      end
    end
    told[#told + 1] = { zone = zone, reply = reply, live = groups and reply or nil }
    machine:feed(reply)
  end
  local answer = machine:result()
  for i, step in ipairs(answer.trace) do
    local live = told[i].live
    if live then
      for _, field in ipairs { "live", "security", "cause", "fault", "extended_error", "records", "rrset_ttl", "negative_ttl", "soa" } do
        step[field] = live[field]
      end
      told[i] = nil
    end
  end
  answer.name = name
  local last = answer.trace[#answer.trace]
  if answer.status == "failed" and last and last.cause then
    answer.cause, answer.detail = last.cause, dns_words.failure(answer)
    last.detail = answer.detail
  end
  return finish(self, answer, name, told), who
end

local function next_choices(choices)
  for turn = #choices, 1, -1 do
    if choices[turn].at < choices[turn].of then
      choices[turn].at = choices[turn].at + 1
      for later = turn + 1, #choices do
        choices[later] = nil
      end
      return true
    end
  end
end

--- Who says what, at the owners where servers disagree.
local function disagreement(who)
  local parts = {}
  for _, entry in ipairs(who) do
    for _, group in ipairs(entry.groups) do
      parts[#parts + 1] = ("%s says of %s: %s"):format(table.concat(group.servers, " and "), entry.owner, walk.summary(group.reply))
    end
  end
  return table.concat(parts, "; ")
end

--- From every server of every zone on the way. Where they disagree there is one answer for each way through, in `views`.
local function ask_authorities(self, name)
  local choices, views, first_who = {}, {}, nil
  repeat
    local answer, who = ask_one_way(self, name, choices)
    if #who == 0 then
      return answer
    end
    first_who = first_who or who
    answer.who = who
    views[#views + 1] = answer
  until #views == MAX_VIEWS or not next_choices(choices)
  local answer = {}
  for key, value in pairs(views[1]) do
    answer[key] = value
  end
  answer.views, answer.disagreement = views, disagreement(first_who)
  return answer
end

--- Asks for many names at once; files first, servers for the rest.
---@param next_name fun(): string? the next name to ask for; nil: none now, it is asked again after each answer
---@param done fun(index: integer, answer: table) called once for each name, in the order in which they are decided
function Authority:ask_each(next_name, done)
  local dns = self.dns
  if dns.walker then
    local index = 0
    for name in next_name do
      index = index + 1
      done(index, ask_authorities(self, name))
    end
    return
  end
  local running = {} -- lookup's number → { index, name, told }
  local started, waiting = 0, nil
  while true do
    while true do
      local name = waiting or next_name()
      waiting = nil
      if not name then
        break
      end
      local number = dns:start(name, self.with_files)
      if not number then
        waiting = name
        break
      end
      started = started + 1
      running[number] = { index = started, name = name, told = {}, steps = 0 }
    end
    local kind, number, owner, climb = dns:event()
    if not kind then
      for left in pairs(running) do -- told to stop
        dns:give_up(left)
      end
      return
    end
    local task = running[number]
    if kind == "want" then
      local reply, zone = ask_files(self, owner, climb, false)
      task.steps = task.steps + 1
      if reply then
        task.told[task.steps] = { zone = zone, reply = reply }
        dns:tell(number, reply)
      else
        dns:ask(number)
      end
    else
      running[number] = nil
      done(task.index, finish(self, dns:take(number, task.name), task.name, task.told))
    end
  end
end

--- Asks for several names and remembers their Answers.
---@param names string[] canonical, without "*."
function Authority:ask_all(names)
  if not self.dns then
    return
  end
  local list, seen = {}, {}
  for _, name in ipairs(names) do
    if not self.memo[name] and not seen[name] then
      seen[name] = true
      list[#list + 1] = name
    end
  end
  local at = 0
  self:ask_each(function()
    at = at + 1
    return list[at]
  end, function(index, answer)
    self.memo[list[index]] = answer
  end)
end

--- Asks for the relevant CAA RRset of a name.
---@param name string canonical, without "*."
---@return table answer Answer (contract in the design): status found | none | failed | unknown
function Authority:ask(name)
  if not self.memo[name] then
    if self.dns then
      self:ask_all { name }
    else
      self.memo[name] = ask_offline(self, name)
    end
  end
  return self.memo[name]
end

return M
