-- Changes of a CAA RRset as byte edits of the files that a zone is read from. Nothing but the edits changes.
-- SPDX-License-Identifier: MIT
-- RFC 1035 section 5.1; what must not be edited is refused with the reason (design section 6).

local caa_line = require "issuable.fixes.line"
local serial = require "issuable.fixes.serial"

local M = {}

---@class issuable.ZoneEditor
local Editor = {}
Editor.__index = Editor

local SIGNED = { RRSIG = true, DNSKEY = true, NSEC = true, NSEC3 = true, NSEC3PARAM = true }

local function refusal(code, why, ...)
  return nil, { refused = code, why = why:format(...) }
end

local function signed_by(handle)
  for name in handle:types() do
    if SIGNED[name] then
      return name
    end
  end
end

--- Opens a zone for editing.
---@param zone table Zone subject
---@param shared? table<string, string> paths that must not be edited → why (files that other zones are read from too)
---@return issuable.ZoneEditor?
---@return { refused: string, why: string }?
function M.open(zone, shared)
  if zone.status ~= "loadable" then
    return refusal("zone-" .. zone.status, "%s is not a zone that a name server would load", zone.path)
  end
  if zone.journal then
    return refusal(
      "zone-journal",
      "%s: a name server keeps this zone up to date by itself; change it by dynamic update, or freeze it and remove the journal first",
      zone.journal
    )
  end
  local signature = signed_by(zone.handle)
  if signature then
    return refusal(
      "zone-signed",
      "%s holds %s records: an edit breaks the signatures. Edit the unsigned zone it is made from, or change it where it is signed, then re-sign",
      zone.path,
      signature
    )
  end
  local reads = {}
  for _, source in ipairs(zone.handle:files()) do
    if source.path == "-" then
      return refusal("standard-input", "the zone %s was read from standard input: there is no file to edit", zone.apex)
    end
    reads[source.path] = (reads[source.path] or 0) + 1
  end
  return setmetatable({ zone = zone, reads = reads, shared = shared or {}, sources = {} }, Editor)
end

--- The bytes that the zone's spans belong to.
function Editor:source(path)
  local source = self.sources[path]
  if source then
    return source
  end
  local files = self.zone.files
  local digest = files:digest(path)
  local bytes, message = files:read(path)
  if not bytes then
    return refusal("unreadable", "%s: %s", path, message)
  elseif digest and files:digest(path) ~= digest then
    return refusal("changed-on-disk", "%s changed while it was read", path)
  end
  source = { bytes = bytes, digest = files:digest(path) }
  self.sources[path] = source
  return source
end

local function is_caa(bytes, record)
  local span = record.type_span
  local name = span and bytes:sub(span.first, span.last):upper()
  return name == "CAA" or name == "TYPE257"
end

--- A record that stands in the file once, as it was read.
function Editor:record(index)
  local record = self.zone.handle:record(index)
  if record.generated then
    return refusal("generated", "%s:%d: the record is made by $GENERATE, so there is no line of it to edit", record.path, record.line)
  elseif self.reads[record.path] ~= 1 then
    local why = "%s is read %d times for this zone: an edit of it would change every place at once"
    return refusal("included-twice", why, record.path, self.reads[record.path] or 0)
  elseif self.shared[record.path] then
    return refusal("shared-file", "%s", self.shared[record.path])
  end
  local source, problem = self:source(record.path)
  if not source then
    return nil, problem
  end
  return record, source
end

local function edit(record, source, first, last, text)
  return { path = record.path, digest = source.digest, first = first, last = last, text = text }
end

function Editor:caa_record(index)
  local record, source = self:record(index)
  if not record then
    return nil, source
  elseif not is_caa(source.bytes, record) then
    return refusal("changed-on-disk", "%s changed while it was read", record.path)
  end
  return record, source
end

--- How this file ends its lines, for a last line that has no end of its own.
local function end_of_line(bytes)
  local newline = bytes:find("\n", 1, true)
  return newline and newline > 1 and bytes:byte(newline - 1) == 13 and "\r\n" or "\n"
end

function Editor:peers(change)
  local peers = {}
  for i, index in ipairs(self.zone.handle:find(change.owner, "CAA")) do
    peers[i] = self.zone.handle:record(index)
  end
  return peers
end

--- New lines, those behind the same record together and in their order.
function Editor:insertions(change, edits)
  local at, order = {}, {}
  for _, new in ipairs(change.add) do
    if not new.after then
      return refusal("no-sibling", "there is no CAA record at %s that a new one could stand beside", change.owner)
    end
    if not at[new.after] then
      at[new.after] = {}
      order[#order + 1] = new.after
    end
    table.insert(at[new.after], new)
  end
  local peers = self:peers(change)
  for _, index in ipairs(order) do
    local record, source = self:caa_record(index)
    if not record then
      return nil, source
    end
    local following = index < self.zone.handle:size() and self.zone.handle:record(index + 1) or nil
    local line_end = record.eol ~= "" and record.eol or end_of_line(source.bytes)
    local lines = {}
    for i, new in ipairs(at[index]) do
      local copied = new.copy and self.zone.handle:record(new.copy) or nil
      local token
      if copied and copied.value_span then
        local other, problem = self:source(copied.path)
        if not other then
          return nil, problem
        end
        token = other.bytes:sub(copied.value_span.first, copied.value_span.last)
      end
      local text = caa_line.like(source.bytes, record, following, peers, { flags = new.flags, tag = new.tag, value = new.value, token = token }, change.ttl)
      lines[i] = record.eol ~= "" and text .. line_end or line_end .. text
    end
    local place = record.line_last + #record.eol + 1
    edits[#edits + 1] = edit(record, source, place, place - 1, table.concat(lines))
  end
  return true
end

--- A new value in place: the token, and where the record stands in the \# form its whole rdata.
function Editor:replacements(change, edits)
  for _, wanted in ipairs(change.change) do
    local record, source = self:caa_record(wanted.record)
    if not record then
      return nil, source
    end
    if record.value_span then
      local span = record.value_span
      local old = source.bytes:sub(span.first, span.last)
      edits[#edits + 1] = edit(record, source, span.first, span.last, caa_line.value(wanted.value, old))
    else
      local first, last = record.rdata[1].first, record.rdata[#record.rdata].last
      if source.bytes:sub(first, last):find("[()\r\n;]") then
        return refusal("generic-record", "%s:%d: the record is written in the \\# form over several lines", record.path, record.line)
      end
      edits[#edits + 1] = edit(record, source, record.type_span.first, record.type_span.last, "CAA")
      edits[#edits + 1] = edit(record, source, first, last, ("%d %s %s"):format(record.flags, record.tag, caa_line.quote(wanted.value)))
    end
  end
  return true
end

--- The first record that stays of those below, in the same file, that take their owner from this one.
function Editor:heir(record, removed)
  local handle = self.zone.handle
  for index = record.index + 1, handle:size() do
    local following = handle:record(index)
    if following.file == record.file then
      if following.owner_span then
        return nil
      elseif not removed[index] then
        return following
      end
    end
  end
end

local function hand_over_owner(source, record, heir)
  local bytes = source.bytes
  local token = heir.type_span.first
  for _, kind in ipairs { "ttl_span", "class_span" } do
    token = heir[kind] and math.min(token, heir[kind].first) or token
  end
  local leading = bytes:sub(heir.first, token - 1)
  local owner = bytes:sub(record.owner_span.first, record.owner_span.last)
  if record.origin ~= heir.origin then
    return nil -- the owner as it is written would mean another name there
  end
  local text
  if leading:find("^\t+$") then
    text = owner .. ("\t"):rep(math.max(1, #leading - math.floor(#owner / 8)))
  else
    text = owner .. (leading:find("^ +$") and (" "):rep(math.max(1, #leading - #owner)) or " ")
  end
  return edit(heir, source, heir.first, token - 1, text)
end

--- Whole lines go. A name that lines below take over from this one moves down to the first of them.
function Editor:removals(change, edits)
  local removed = {}
  for _, index in ipairs(change.remove or {}) do
    removed[index] = true
  end
  local handed = {} -- heir → done
  for _, index in ipairs(change.remove or {}) do
    local record, source = self:caa_record(index)
    if not record then
      return nil, source
    end
    local heir = self:heir(record, removed)
    if heir and record.owner_span and not handed[heir.index] then
      local moved = hand_over_owner(source, record, heir)
      if not moved then
        return refusal("owner-carrier", "%s:%d: lines below take their owner from this one, under another $ORIGIN", record.path, record.line)
      end
      handed[heir.index] = true
      edits[#edits + 1] = moved
    end
    if record.ttl_span and not record.default_ttl and self:inherits_ttl(record, removed) then
      return refusal("ttl-carrier", "%s:%d: lines below take their TTL from this one", record.path, record.line)
    end
    local first, last = record.line_first, record.line_last + #record.eol
    if record.eol == "" and first > 1 then
      first = first - (source.bytes:sub(math.max(1, first - 2), first - 1) == "\r\n" and 2 or 1)
    end
    edits[#edits + 1] = edit(record, source, first, last, "")
  end
  return true
end

function Editor:inherits_ttl(record, removed)
  local handle = self.zone.handle
  for index = record.index + 1, handle:size() do
    if not removed[index] then
      local following = handle:record(index)
      return not following.ttl_span and not following.default_ttl
    end
  end
  return false
end

--- The edits of one Change of a CAA RRset in this zone, without the serial.
---@param change table { owner, ttl, add, change, remove } (contract: Change)
---@return table[]? edits
---@return { refused: string, why: string }?
function Editor:edits(change)
  local edits = {}
  for _, step in ipairs { "insertions", "replacements", "removals" } do
    local done, problem = self[step](self, change, edits)
    if not done then
      return nil, problem
    end
  end
  return edits
end

--- The edit that bumps the SOA serial: its digits, nothing else.
---@param now integer unix time
---@return table? edit
---@return { refused: string, why: string }?
function Editor:bump(now)
  local zone = self.zone
  local index = zone.handle:find(zone.apex, "SOA")[1]
  if not index then
    return refusal("zone-fragment", "%s has no SOA record", zone.path)
  end
  local record, source = self:record(index)
  if not record then
    return nil, source
  end
  local span = record.serial_span
  local digits = span and source.bytes:sub(span.first, span.last)
  if not digits or not digits:find("^%d+$") then
    return refusal("soa-unreadable", "%s:%d: the serial of the SOA record is not written as digits", record.path, record.line)
  end
  local value = tonumber(digits)
  if value > 4294967295 then
    return refusal("soa-unreadable", "%s:%d: the serial of the SOA record has more than 32 bits", record.path, record.line)
  end
  return edit(record, source, span.first, span.last, serial.text(digits, (serial.bump(value, now))))
end

return M
