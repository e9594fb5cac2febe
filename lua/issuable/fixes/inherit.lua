-- Who takes an owner or a TTL from a line above, and what has to be written out so that an edit changes nobody's.
-- SPDX-License-Identifier: MIT
-- RFC 1035 section 5.1 (a blank owner is the last one stated, inside an $INCLUDEd file first the one of the including file),
-- RFC 2308 section 4 (without $TTL a record takes the last TTL stated, in whatever file).

local M = {}

---@class issuable.Changes what happens to the records of a zone in one changeset, by record index
---@field removed table<integer, boolean>
---@field ttls table<integer, integer> new TTLs
---@field inserted table<integer, { owner: string?, ttl: integer? }> what holds behind the lines that are put behind a record:
---   owner: another than the record's (nil: the same); ttl: one that they state (nil: none)

---@class issuable.Repair
---@field index integer a record that stays
---@field owner boolean its owner has to be written out
---@field ttl integer? this TTL has to be written out
---@field cause integer the record whose change makes it necessary

--- Is a file read from inside another one?
local function is_inside(files, file, above)
  while file and file ~= above do
    file = files[file].included_from
  end
  return file == above
end

--- The owner in force in a file before a record, once the changes are made; nil: not known.
function M.owner_before(zone, files, changes, record)
  for index = record.index - 1, 1, -1 do
    local above = zone:record(index)
    if above.file == record.file then
      local inserted = changes.inserted[index]
      if inserted then
        return inserted.owner or above.owner
      elseif not changes.removed[index] and not above.generated then
        return above.owner
      end
    elseif not is_inside(files, above.file, record.file) then
      return nil
    end
  end
end

--- The records that take their owner from what holds behind a record of a file.
local function owner_heirs(zone, files, changes, from)
  local heirs = {}
  local pending = { [from.file] = true } -- file → its next blank owner is the one that was changed
  for index = from.index + 1, zone:size() do
    local record = zone:record(index)
    local file = record.file
    if file ~= from.file and not is_inside(files, file, from.file) then
      return heirs
    end
    if pending[file] == nil then
      local above = files[file].included_from
      while pending[above] == nil do
        above = files[above].included_from
      end
      pending[file] = pending[above]
    end
    -- $GENERATE states names of its own, and leaves the last owner alone
    if not record.generated then
      if record.owner_span then
        pending[file] = false
      elseif pending[file] and changes.removed[index] then
        pending[file] = not changes.inserted[index] -- what stands in its place states its owner
      elseif pending[file] then
        heirs[#heirs + 1] = index
        pending[file] = false
      end
    end
    if not pending[from.file] then
      return heirs
    end
  end
  return heirs
end

--- The TTL in force behind a record, once the changes are made.
local function ttl_after(zone, changes, index)
  while index >= 1 do
    local inserted = changes.inserted[index]
    if inserted and inserted.ttl then
      return inserted.ttl
    elseif changes.ttls[index] then
      return changes.ttls[index]
    elseif not changes.removed[index] then
      return zone:record(index).ttl
    end
    index = index - 1
  end
end

--- The record that takes its TTL from what holds behind another.
local function ttl_heir(zone, changes, from)
  for index = from + 1, zone:size() do
    local record = zone:record(index)
    if record.ttl_span or record.default_ttl then
      return nil
    elseif record.generated and record.ttl ~= zone:record(index - 1).ttl then
      return nil -- its $GENERATE states one
    elseif changes.ttls[index] then
      return nil
    elseif not changes.removed[index] then
      return record
    elseif changes.inserted[index] and changes.inserted[index].ttl then
      return nil
    end
  end
end

--- What has to be written out.
---@param zone table issuable.zone handle
---@param changes issuable.Changes
---@param touched integer[] the records that go, get a TTL, or have lines put behind them; ascending
---@return issuable.Repair[] by record index
function M.repairs(zone, changes, touched)
  local files, repairs, by_index = zone:files(), {}, {}
  local function repair(index, cause)
    if not by_index[index] then
      by_index[index] = { index = index, owner = false, cause = cause }
      repairs[#repairs + 1] = by_index[index]
    end
    return by_index[index]
  end
  for _, index in ipairs(touched) do
    local record = zone:record(index)
    local inserted = changes.inserted[index]
    local stranger = inserted and inserted.owner and inserted.owner ~= record.owner
    -- lines put in the place of a record that goes state its owner
    local orphans = changes.removed[index] and record.owner_span and not inserted
    local heirs = (stranger or orphans) and owner_heirs(zone, files, changes, record) or {}
    if #heirs > 0 and (stranger or M.owner_before(zone, files, changes, record) ~= record.owner) then
      for _, heir in ipairs(heirs) do
        repair(heir, index).owner = true
      end
    end
    -- of records that go one after the other the last one says what is left behind
    local last_to_go = changes.removed[index] and not changes.removed[index + 1]
    if last_to_go or changes.ttls[index] or inserted and inserted.ttl then
      local heir = ttl_heir(zone, changes, index)
      if heir and heir.ttl and ttl_after(zone, changes, index) ~= heir.ttl then
        repair(heir.index, index).ttl = heir.ttl
      end
    end
  end
  table.sort(repairs, function(a, b)
    return a.index < b.index
  end)
  return repairs
end

M.ttl_after = ttl_after

return M
