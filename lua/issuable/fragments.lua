-- Files without an SOA: what they lack proves nothing, but what they hold counts.
-- SPDX-License-Identifier: MIT
-- Design section 4. A record that a fragment holds and the whole zone does not may well be served: then nobody knows the answer.

local caa = require "issuable.caa"

local M = {}

--- Types that change what a climb finds: at the name itself (or at a wildcard above it), and above it.
local AT_NAME, CUT, ABOVE = { "CAA", "CNAME" }, { "NS" }, { "DNAME", "NS" }

--- What makes a record the same as another one of its owner and type.
local function identity(record)
  if record.tag then
    return ("%d %s %s"):format(record.flags, record.tag:lower(), record.value)
  end
  return record.target or ""
end

local function identities(handle, owner, type_name)
  local known = {}
  for _, index in ipairs(handle:find(owner, type_name) or {}) do
    known[identity(handle:record(index))] = true
  end
  return known
end

--- The first record of an owner that the fragment holds and the zone does not.
local function extra_record(fragment, zone, owner, types)
  for _, type_name in ipairs(types) do
    local list = fragment.handle:find(owner, type_name) or {}
    local known = #list > 0 and identities(zone.handle, owner, type_name)
    for _, index in ipairs(list) do
      local record = fragment.handle:record(index)
      if not known[identity(record)] then
        return record, type_name
      end
    end
  end
end

local function extra_for(fragment, zone, owner, exists)
  local record, type_name = extra_record(fragment, zone, owner, AT_NAME)
  local name = owner
  while not record and name ~= zone.apex do
    record, type_name = extra_record(fragment, zone, name, name == owner and CUT or ABOVE)
    name = caa.parent(name)
    if not record and not exists then -- RFC 4592: a wildcard is for names that do not exist
      record, type_name = extra_record(fragment, zone, "*." .. name, AT_NAME)
    end
  end
  if not record and owner ~= zone.apex then
    record, type_name = extra_record(fragment, zone, zone.apex, { "DNAME" })
  end
  return record, type_name
end

--- Does a fragment speak against what a whole zone answers for a name?
---@param fragments table[] Zone subjects without an apex
---@param zone table the Zone subject that answers
---@param owner string inside the zone
---@param exists boolean the zone holds the name itself
---@return string? detail
function M.contradiction(fragments, zone, owner, exists)
  for _, fragment in ipairs(fragments) do
    -- a zone that the user named is what is served, whatever else lies about
    if fragment.given ~= "found" or zone.given == "found" then
      local record, type_name = extra_for(fragment, zone, owner, exists)
      if record then
        return ("%s:%d holds %s of %s, which the zone file %s does not hold: is it a part that is served as well?"):format(
          record.path,
          record.line,
          type_name,
          record.owner,
          zone.path
        )
      end
    end
  end
end

--- That a file without an SOA speaks of a name proves nothing, but it is worth saying.
---@param fragments table[]
---@param owner string
---@return string? detail
function M.mention(fragments, owner)
  for _, zone in ipairs(fragments) do
    if #zone.handle:find(owner) > 0 then
      return ("%s speaks of %s, but it has no SOA record: a part of a zone cannot prove what else the zone holds"):format(zone.path, owner)
    end
  end
end

return M
