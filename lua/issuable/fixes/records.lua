-- The proof of an edit, record by record: what is there afterwards is what was there before, plus and minus what was wanted.
-- SPDX-License-Identifier: MIT
-- Both states are read by issuable.zone; only records that the two do not share are looked at.

local zone = require "issuable.zone"

local M = {}

local function caa_key(owner, ttl, flags, tag, value)
  return ("%s %d CAA %d %s %s"):format(owner, ttl or -1, flags, tag, value)
end

--- A record as text; an SOA without its serial, which is counted apart.
local function key_of(subject, record)
  if record.type == "CAA" then
    return caa_key(record.owner, record.ttl, record.flags, record.tag, record.value)
  end
  local bytes, words = subject.files:read(record.path), { record.text } -- the line that a $GENERATE makes
  local serial = record.serial_span
  for i, span in ipairs(record.rdata) do
    words[i] = serial and span.first == serial.first and "(serial)" or bytes:sub(span.first, span.last)
  end
  return ("%s %d %s %s %s"):format(record.owner, record.ttl or -1, record.type, record.origin or "", table.concat(words, " "))
end

local function count(counts, key, by)
  counts[key] = (counts[key] or 0) + by
end

--- What a record that stays looks like afterwards.
local function wanted_key(subject, index, intended)
  local record = subject.handle:record(index)
  local new = intended.values[index]
  record.ttl = intended.ttls[index] or record.ttl
  if new then
    return caa_key(record.owner, record.ttl, new.flags, new.tag, new.value)
  end
  return key_of(subject, record)
end

local function shown(key)
  return (key:gsub("[%c\127-\255]", function(character)
    return ("\\%03d"):format(character:byte())
  end))
end

--- Compares a zone before and after with what was wanted.
---@param before table Zone subject
---@param after table Zone subject
---@param intended { removed: table<integer, boolean>, values: table<integer, table>, ttls: table<integer, integer>, added: table[] }
---   by record index of the zone before
---@param serial integer? the serial that the SOA must have now; nil: the one it had
---@return boolean
---@return string? why the first difference that nobody wanted
function M.proven(before, after, intended, serial)
  local difference = {}
  local gone, come = zone.compare(before.handle, after.handle)
  for _, index in ipairs(gone) do
    count(difference, key_of(before, before.handle:record(index)), -1)
  end
  for _, index in ipairs(come) do
    count(difference, key_of(after, after.handle:record(index)), 1)
  end
  for index in pairs(intended.removed) do
    count(difference, key_of(before, before.handle:record(index)), 1)
  end
  local kept = {}
  for _, map in ipairs { intended.values, intended.ttls } do
    for index in pairs(map) do
      kept[index] = not intended.removed[index] or nil
    end
  end
  for index in pairs(kept) do
    count(difference, key_of(before, before.handle:record(index)), 1)
    count(difference, wanted_key(before, index, intended), -1)
  end
  for _, new in ipairs(intended.added) do
    count(difference, caa_key(new.owner, new.ttl, new.flags, new.tag, new.value), -1)
  end
  local first
  for key, n in pairs(difference) do
    if n ~= 0 and (not first or key < first) then
      first = key
    end
  end
  if first then
    return false, ("the record %s would be %s"):format(shown(first), difference[first] > 0 and "added" or "lost")
  end
  local soa = after.handle:find(after.apex, "SOA")[1]
  local old = before.handle:find(before.apex, "SOA")[1]
  local now, was = soa and after.handle:record(soa).serial, old and before.handle:record(old).serial
  if now ~= (serial or was) then
    return false, ("the serial would be %s"):format(tostring(now))
  end
  return true
end

return M
