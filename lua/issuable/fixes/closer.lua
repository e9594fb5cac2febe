-- A closer RRset for names whose RRset stands in no file that was given: where it may be put, and what it has to carry.
-- SPDX-License-Identifier: MIT
-- RFC 8659 section 3: the closest set wins and sets are never merged, so a closer one has to hold what was inherited. Design section 6.

local caa = require "issuable.caa"
local place = require "issuable.fixes.place"

local M = {}

--- The zone that a server would answer a name from, when one was given that can be edited.
---@param name string
---@param zones table[]? Zone subjects
---@return table? zone
local function zone_of(name, zones)
  local best, twice
  for _, zone in ipairs(zones or {}) do
    if zone.apex and caa.is_below(name, zone.apex) then
      if not best or #zone.apex > #best.apex then
        best, twice = zone, false
      elseif #zone.apex == #best.apex then
        twice = true
      end
    end
  end
  return best and not twice and best.status == "loadable" and best or nil
end

--- What the closer set starts from: the inherited properties as records that are not there yet.
local function inherited(group)
  local list = {}
  for i, property in ipairs(group.properties) do
    local copy = {}
    for key, value in pairs(property) do
      copy[key] = value
    end
    copy.site, copy.span = nil, nil
    list[i] = copy
  end
  return list
end

--- The group of one RRset as groups of the names that could have one of their own, and what speaks against the others.
---@param group table { owner, properties, decisions, complete, ttl } without a zone
---@param zones table[]?
---@return table[] groups one a name, with zone and `inherited_from`
---@return table[] left decisions of names that cannot
---@return string[] notes why they cannot, for people
function M.split(group, zones)
  local groups, left, notes, by_name = {}, {}, {}, {}
  for _, decision in ipairs(group.decisions) do
    local name = decision.name
    local own = by_name[name]
    if own == nil then
      local zone = name ~= group.owner and group.complete ~= false and zone_of(name, zones)
      if zone and caa.is_below(group.owner, zone.apex) then
        zone = nil -- the file does not hold what was found at a name of its own: it is not what is served
      end
      local fine, problem = false, nil
      if zone then
        fine, problem = place.check(zone.handle, name, "CAA")
      end
      own = fine and { owner = name, zone = zone, complete = true, decisions = {}, properties = inherited(group), inherited_from = group.owner }
      by_name[name] = own
      if own then
        groups[#groups + 1] = own
      elseif problem then
        notes[#notes + 1] = ("%s cannot have CAA of its own: %s"):format(name, problem.why)
      elseif name ~= group.owner then
        notes[#notes + 1] = ("a closer RRset at %s would replace what it inherits, so it would have to hold exactly these records"):format(name)
      end
    end
    table.insert(own and own.decisions or left, decision)
  end
  return groups, left, notes
end

--- The records of a planned closer set: all of them are new.
---@param properties table[] the planned set
---@return table[] add
function M.additions(properties)
  local list = {}
  for i, property in ipairs(properties) do
    list[i] = { flags = property.flags, tag = property.tag_text or property.tag, value = property.value }
  end
  return list
end

return M
