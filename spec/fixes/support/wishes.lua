-- Random wishes for a zone, and what its records are once they are granted: worked out apart from the editor.
-- SPDX-License-Identifier: MIT
-- RFC 2181 section 5 (RRsets), RFC 8659 section 4.1.

local caa = require "issuable.caa"
local zonefile = require "issuable.fixes.zonefile"

local M = {}

local PROPERTIES = {
  { flags = 0, tag = "issue", value = "letsencrypt.org" },
  { flags = 0, tag = "issue", value = "digicert.com" },
  { flags = 128, tag = "issue", value = "pki.goog; a=b" },
  { flags = 0, tag = "issuewild", value = ";" },
  { flags = 0, tag = "iodef", value = "mailto:a@example.com" },
  { flags = 0, tag = "issuevmc", value = 'odd \\ " \200 value' },
}
local NAMES = {
  "example.com", "www.example.com", "api.example.com", "new.example.com", "zz.example.com", "b.example.com", "x.b.example.com", "c.d.e.example.com",
  "x.w.example.com", "*.w.example.com", "*.example.com", "cut.example.com", "y.cut.example.com", "y.d.example.com", "c.example.com", "alias.example.com",
  "q.v.example.com", "out.example.net", "ns.example.com", "\\036x.example.com",
}

--- Every record as the reader gives it, in reading order.
---@param zone table Zone subject
---@return table[]
function M.records(zone)
  local list, texts = {}, {}
  for index = 1, zone.handle:size() do
    local record = zone.handle:record(index)
    texts[record.path] = texts[record.path] or zone.files:read(record.path)
    local words = {}
    for i, span in ipairs(record.rdata) do
      words[i] = texts[record.path]:sub(span.first, span.last)
    end
    list[index] = {
      index = index,
      owner = record.owner,
      ttl = record.ttl,
      type = record.type,
      flags = record.flags,
      tag = record.tag,
      value = record.value,
      origin = record.origin,
      default_ttl = record.default_ttl,
      text = record.type == "CAA" and ("%d %s %s"):format(record.flags, record.tag, record.value)
        or record.type == "SOA" and table.concat({ words[1], words[2] }, " ") or record.text or table.concat(words, " "),
      serial = record.serial,
    }
  end
  return list
end

local function owners_of(records)
  local list = {}
  for i, record in ipairs(records) do
    list[i] = record.owner
  end
  return list
end

--- A random wish: { kind, owner, … }.
local function wish(records, random)
  local kind = random:pick { "add", "add", "add", "remove", "change", "ttl" }
  local owner = random:pick(random:one_in(3) and NAMES or owners_of(records))
  local record = random:pick(records)
  if kind == "add" then
    return { kind = kind, owner = owner, property = random:pick(PROPERTIES), ttl = random:one_in(3) and random:pick { 60, 300, 3600 } or nil }
  elseif kind == "ttl" then
    return { kind = kind, owner = record.owner, type = record.type, ttl = random:pick { 60, 300, 3600, 86400 } }
  end
  local sets = {}
  for _, each in ipairs(records) do
    if each.type == "CAA" then
      sets[#sets + 1] = each
    end
  end
  if #sets == 0 then
    return { kind = "add", owner = owner, property = random:pick(PROPERTIES) }
  end
  record = random:pick(sets)
  local property = { flags = record.flags, tag = record.tag, value = record.value }
  return { kind = kind, owner = record.owner, property = property, new = kind == "change" and random:pick(PROPERTIES) or nil }
end

--- Names are written in many ways: what the zone calls this one.
function M.canonical(zone, list)
  for _, one in ipairs(list) do
    one.name = zone.handle:answer(one.owner).name
  end
  return list
end

--- Some wishes; none takes away what another one changes.
---@return table[]
function M.random(records, random)
  local list, taken = {}, {}
  for _ = 1, random:upto(4) do
    local one = wish(records, random)
    local key = (one.kind == "remove" or one.kind == "change") and ("%s %s %s"):format(one.owner, one.property.tag:lower(), one.property.value)
      or one.kind == "ttl" and ("%s %s"):format(one.owner, one.type)
    if not key or not taken[key] then
      taken[key or one] = true
      list[#list + 1] = one
    end
  end
  return list
end

---@return table[] changes of the library
function M.changes(zone, wishes)
  local list = {}
  for i, one in ipairs(wishes) do
    if one.kind == "add" then
      list[i] = zonefile.add(zone, one.owner, one.property, one.ttl)
    elseif one.kind == "remove" then
      list[i] = zonefile.remove(zone, one.owner, one.property)
    elseif one.kind == "change" then
      list[i] = zonefile.change(zone, one.owner, one.property, one.new)
    else
      list[i] = zonefile.set_ttl(zone, one.owner, one.type, one.ttl)
    end
  end
  return list
end

function M.describe(wishes)
  local list = {}
  for i, one in ipairs(wishes) do
    local property = one.property
    list[i] = ("%s %s %s%s%s"):format(one.kind, one.owner, property and caa.format(property.flags, property.tag, property.value) or one.type,
      one.new and " -> " .. caa.format(one.new.flags, one.new.tag, one.new.value) or "", one.ttl and (" ttl %d"):format(one.ttl) or "")
  end
  return table.concat(list, "\n")
end

local function same_property(record, property)
  return record.type == "CAA" and record.tag:lower() == property.tag:lower() and record.value == property.value and record.flags == property.flags
end

--- The records that stay, in order, as they have to be; and what has to come besides.
---@return table[] stay { owner, ttl, type, text }
---@return table[] come { owner, text, ttl? }
function M.expected(records, wishes)
  local stay, come = {}, {}
  for _, record in ipairs(records) do
    local new, gone = { owner = record.owner, ttl = record.ttl, type = record.type, text = record.text, origin = record.origin }, false
    for _, one in ipairs(wishes) do
      if one.name == record.owner then
        if one.kind == "remove" and same_property(record, one.property) then
          gone = true
        elseif one.kind == "change" and same_property(record, one.property) then
          new.text = ("%d %s %s"):format(one.new.flags, one.new.tag, one.new.value)
        elseif one.kind == "ttl" and one.type == record.type then
          new.ttl = one.ttl
        end
      end
    end
    if not gone then
      stay[#stay + 1] = new
    end
  end
  local function there(one)
    local text = ("%d %s %s"):format(one.property.flags, one.property.tag, one.property.value)
    for _, list in ipairs { stay, come } do
      for _, record in ipairs(list) do
        if record.owner == one.name and (record.type or "CAA") == "CAA" and record.text:gsub("^%d+ %w+", string.lower) == text then
          return true
        end
      end
    end
    return false, text
  end
  -- an RRset has one TTL; the first record of an owner has the one that was wanted
  local function ttl_of_set(owner)
    for _, one in ipairs(wishes) do
      if one.kind == "ttl" and one.type == "CAA" and one.name == owner then
        return one.ttl
      end
    end
    local smallest
    for _, record in ipairs(records) do
      if record.owner == owner and record.type == "CAA" and (not smallest or record.ttl < smallest) then
        smallest = record.ttl
      end
    end
    return smallest
  end
  local first_ttl = {}
  for _, one in ipairs(wishes) do
    if one.kind == "add" then
      local found, text = there(one)
      if not found then
        local ttl = ttl_of_set(one.name)
        if not ttl then
          first_ttl[one.name] = first_ttl[one.name] or one.ttl or "any"
          ttl = first_ttl[one.name]
        end
        come[#come + 1] = { owner = one.name, text = text, ttl = ttl ~= "any" and ttl or nil }
      end
    end
  end
  return stay, come
end

return M
