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

local MATTERS = { CAA = true, CNAME = true, DNAME = true, NS = true }

local function matters(handle)
  for type_name in handle:types() do
    if MATTERS[type_name] then
      return true
    end
  end
  return false
end

--- The fragments by the owners that they hold: asking ten thousand names goes through no fragment again.
---@param zones table[] Zone subjects
---@return table index
function M.index(zones)
  local index = { fragments = {}, by_owner = {} }
  for _, zone in ipairs(zones) do
    if zone.status == "fragment" then
      table.insert(index.fragments, zone)
      if matters(zone.handle) then
        for owner in zone.handle:owners() do
          index.by_owner[owner] = index.by_owner[owner] or {}
          table.insert(index.by_owner[owner], zone)
        end
      end
    end
  end
  return index
end

--- The first record of an owner that a fragment holds and the zone does not.
local function extra_record(index, zone, owner, types)
  for _, fragment in ipairs(index.by_owner[owner] or {}) do
    -- a zone that the user named is what is served, whatever else lies about
    local counts = fragment.given ~= "found" or zone.given == "found"
    for _, type_name in ipairs(counts and types or {}) do
      local known = identities(zone.handle, owner, type_name)
      for _, at in ipairs(fragment.handle:find(owner, type_name)) do
        local record = fragment.handle:record(at)
        if not known[identity(record)] then
          return record, type_name
        end
      end
    end
  end
end

--- Does a fragment speak against what a whole zone answers for a name?
---@param index table of M.index
---@param zone table the Zone subject that answers
---@param owner string inside the zone
---@param exists boolean the zone holds the name itself
---@return string? detail
function M.contradiction(index, zone, owner, exists)
  local record, type_name = extra_record(index, zone, owner, AT_NAME)
  local name = owner
  while not record and name ~= zone.apex do
    record, type_name = extra_record(index, zone, name, name == owner and CUT or ABOVE)
    name = caa.parent(name)
    if not record and not exists then -- RFC 4592: a wildcard is for names that do not exist
      record, type_name = extra_record(index, zone, "*." .. name, AT_NAME)
    end
  end
  if not record and owner ~= zone.apex then
    record, type_name = extra_record(index, zone, zone.apex, { "DNAME" })
  end
  return record
    and ("%s:%d holds %s of %s, which the zone file %s does not hold: is it a part that is served as well?"):format(
      record.path,
      record.line,
      type_name,
      record.owner,
      zone.path
    )
end

--- That a file without an SOA speaks of a name proves nothing, but it is worth saying.
---@param index table of M.index
---@param owner string
---@return string? detail
function M.mention(index, owner)
  for _, zone in ipairs(index.fragments) do
    if #zone.handle:find(owner) > 0 then
      return ("%s speaks of %s, but it has no SOA record: a part of a zone cannot prove what else the zone holds"):format(zone.path, owner)
    end
  end
end

return M
