-- Editing zone files: wanted changes of RRsets as byte edits of the files that a zone is read from. Nothing else changes.
-- SPDX-License-Identifier: MIT
-- RFC 1035 section 5.1; what must not be edited is refused with the reason (design section 6).
--
-- A library of its own:
--
--   local zonefile = require "issuable.fixes.zonefile"
--   local zone = assert(zonefile.load "example.com.zone")
--   local result, refusal = zonefile.edit(zone, {
--     zonefile.add(zone, "www.example.com", { tag = "issue", value = "letsencrypt.org" }),
--     zonefile.remove(zone, "example.com", { tag = "issue", value = "digicert.com" }),
--     zonefile.set_ttl(zone, "example.com", "CAA", 300),
--   }, { now = os.time() })
--   for _, target in ipairs(result.files) do print(target.diff) end
--   require("issuable.file").replace(result.writes)
--
-- A wanted change is data (issuable.EditorChange); add, remove, change and set_ttl only fill it in. All changes of one call are one
-- changeset with one serial bump. The edited files are read again before anything is returned: the records are those of before, plus
-- and minus what was wanted, or the answer is a refusal.

local Files = require "issuable.sources.files"
local changeset = require "issuable.fixes.changeset"
local diff = require "issuable.fixes.diff"
local edits = require "issuable.fixes.edits"
local file = require "issuable.file"
local records = require "issuable.fixes.records"
local serial = require "issuable.fixes.serial"
local zone_reader = require "issuable.zone"
local zones = require "issuable.sources.zones"

local M = {}

---@class issuable.EditorChange
---@field owner string canonical name
---@field ttl integer? of the first record of an owner, default: the one in force there; what joins an RRset has its TTL
---@field add issuable.EditorAdd[]?
---@field change { record: integer, flags: integer?, tag: string?, value: string? }[]? by record index
---@field remove integer[]? record indexes
---@field ttls { record: integer, ttl: integer }[]? single records of any type
---@field refused string?, why string? filled in by helpers that found nothing to change

---@class issuable.EditorAdd
---@field flags integer? default 0
---@field tag string
---@field value string bytes
---@field after integer? the CAA record of this owner behind which it goes; default: where its like stands
---@field copy integer? a record whose value is the same: it is written as there

---@class issuable.ZoneEditor
---@field zone table
---@field handle table issuable.zone handle
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

--- One file has one identity, however its path is written.
local function identity(path)
  return file.realpath(path) or path
end

M.identity = identity

--- A zone whose files are all in memory.
local function from_memory(files, path, origin, texts)
  local bytes, message = files:read(path)
  if not bytes then
    return nil, message
  end
  local handle, why = zone_reader.load(bytes, {
    path = path,
    origin = origin or zones.origin_from_name(path),
    include = function(name)
      if not texts[name] then
        return nil, "no such file"
      end
      return files:read(name), name
    end,
  })
  return handle
      and {
        apex = handle:apex(),
        path = path,
        handle = handle,
        status = handle:status(),
        errors = handle:errors(),
        files = files,
        given = "option",
        reload = function(edited)
          return from_memory(edited, path, origin, texts)
        end,
      },
    why
end

--- Reads a zone to edit, from the disk or from memory.
---@param path string the zone's file
---@param options? { origin?: string, include_base?: string, roots?: string[], texts?: table<string, string> }
---   roots: folders that $INCLUDE may read from, default: the working directory and the zone's folder; texts: path → bytes; then the
---   disk is not looked at
---@return table? zone Zone subject
---@return string? message
function M.load(path, options)
  options = options or {}
  if options.texts then
    return from_memory(Files.new { overlay = options.texts }, path, options.origin, options.texts)
  end
  local roots = {}
  for _, root in ipairs(options.roots or { ".", path:match("^(.*)/[^/]*$") or "." }) do
    roots[#roots + 1] = file.realpath(root)
  end
  return zones.load(Files.new(), path, { origin = options.origin, include_base = options.include_base, given = "option", roots = roots })
end

--- Opens a zone for editing.
---@param zone table Zone subject
---@param shared? table<string, string> identities of files that must not be edited → why (files that other zones are read from too)
---@return issuable.ZoneEditor?
---@return { refused: string, why: string }?
function M.open(zone, shared)
  if zone.status ~= "loadable" then
    return refusal("zone-" .. zone.status, "%s is not a zone that a name server would load", zone.path)
  end
  if zone.journal then
    local why = "%s: a name server keeps this zone up to date by itself. Send the change to the server (nsupdate), or freeze the zone first "
      .. "(rndc freeze)"
    return refusal("zone-journal", why, zone.journal)
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
    local id = identity(source.path)
    reads[id] = (reads[id] or 0) + 1
  end
  return setmetatable({ zone = zone, handle = zone.handle, reads = reads, shared = shared or {}, sources = {}, paths = {}, places = {} }, Editor)
end

--- The bytes that the zone's spans belong to.
---@param path string
---@return { bytes: string, digest: string }?
---@return { refused: string, why: string }?
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

local function is_written_as(bytes, record)
  local span = record.type_span
  local name = span and bytes:sub(span.first, span.last):upper()
  return name == record.type or name ~= nil and name:find("^TYPE%d+$") ~= nil
end

--- May a record's file be edited where the record stands?
---@param record table
---@return table? source { bytes, digest }
---@return { refused: string, why: string }?
function Editor:editable(record)
  local id = self.paths[record.path] or identity(record.path)
  self.paths[record.path] = id
  if record.generated then
    return refusal("generated", "%s:%d: the record is made by $GENERATE, so there is no line of it to edit", record.path, record.line)
  elseif self.reads[id] ~= 1 then
    local why = "%s is read %d times for this zone: an edit of it would change every place at once"
    return refusal("included-twice", why, record.path, self.reads[id] or 0)
  elseif self.shared[id] then
    return refusal("shared-file", "%s", self.shared[id])
  end
  local source, problem = self:source(record.path)
  if source and not is_written_as(source.bytes, record) then
    return refusal("changed-on-disk", "%s changed while it was read", record.path)
  end
  return source, problem
end

--- A record that may be edited, and its file.
---@param index integer
---@return table? record
---@return table source_or_refusal
function Editor:record(index)
  local record = self.handle:record(index)
  if not record then
    return refusal("no-record", "%s has no record %s", self.zone.path, tostring(index))
  end
  local source, problem = self:editable(record)
  return source and record, source or problem
end

--- The edits of several changes as one changeset, without the serial.
---@param changes issuable.EditorChange[]
---@return table[]? edits each with `change`: what it was made for
---@return { refused: string, why: string, change: table? }?
function Editor:edits(changes)
  local work, problem = changeset.make(self, changes)
  if not work then
    return nil, problem
  end
  self.intended = work.intended
  return work.edits
end

--- The edit that gives the SOA its new serial: its digits, nothing else.
---@param now integer unix time
---@param wanted? "auto"|"keep"|integer keep: the serial is somebody else's business; a number: this one
---@return table|false|nil edit false: none is needed
---@return { refused: string, why: string }?
function Editor:bump(now, wanted)
  local zone = self.zone
  if wanted == "keep" then
    return false
  end
  local index = self.handle:find(zone.apex, "SOA")[1]
  if not index then
    return refusal("zone-fragment", "%s has no SOA record", zone.path)
  end
  local record, source = self:record(index)
  if not record then
    local why = "%s. The serial cannot be raised there; with --serial keep it is left to you"
    return refusal(source.refused, why, source.why)
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
  local new = serial.bump(value, now)
  if type(wanted) == "number" then
    if not serial.newer(wanted, value) then
      local why = "%s:%d: the serial %.0f is not newer than %.0f by RFC 1982: secondaries would not take the zone"
      return refusal("serial-not-newer", why, record.path, record.line, wanted, value)
    end
    new = wanted
  end
  self.serial = new
  return { path = record.path, digest = source.digest, first = span.first, last = span.last, text = serial.text(digits, new) }
end

--- The files of edits, before and after.
---@param lists table[][] arrays of edits
---@return { path: string, digest: string, before: string, after: string, edits: table[], diff: string }[]?
---@return { refused: string, why: string }?
function Editor:files(lists)
  local targets, message = edits.by_file(lists)
  if not targets then
    return refusal("edit-conflict", "%s", message)
  end
  local files = {}
  for i, target in ipairs(targets) do
    local source, problem = self:source(target.path)
    if not source then
      return nil, problem
    end
    local after, why = edits.apply(source.bytes, target.edits)
    if not after then
      return refusal("edit-conflict", "%s", why)
    end
    files[i] = {
      path = target.path,
      digest = target.digest,
      before = source.bytes,
      after = after,
      edits = target.edits,
      diff = diff.unified(target.path, source.bytes, target.edits),
    }
  end
  return files
end

--- Are the records of the edited zone those of before, plus and minus what was wanted, and the serial?
---@param after table Zone subject, read from the edited files
---@return boolean
---@return string? why
function Editor:proven(after)
  if after.status ~= "loadable" then
    return false, ("%s would no longer load"):format(self.zone.path)
  end
  return records.proven(self.zone, after, self.intended, self.serial)
end

--- Edits a zone: the changes, one serial bump, and the proof. Nothing is written.
---@param zone table Zone subject (M.load, or of a check's result)
---@param changes issuable.EditorChange[]
---@param options? { now?: integer, serial?: "auto"|"keep"|integer, shared?: table<string, string> }
---@return { files: table[], edits: table[], writes: table[] }? result writes: what issuable.file.replace takes
---@return { refused: string, why: string, change: table? }?
function M.edit(zone, changes, options)
  options = options or {}
  local editor, problem = M.open(zone, options.shared)
  local list, bump, files
  if editor then
    list, problem = editor:edits(changes)
  end
  if list and #list == 0 then
    return { files = {}, edits = {}, writes = {} }
  elseif list then
    bump, problem = editor:bump(options.now or os.time(), options.serial)
  end
  if bump ~= nil and list then
    files, problem = editor:files { list, bump and { bump } or nil }
  end
  if not files then
    return nil, problem
  end
  local result, overlay = { files = files, edits = {}, writes = {} }, {}
  for i, target in ipairs(files) do
    overlay[target.path] = target.after
    result.writes[i] = { path = target.path, digest = target.digest, bytes = target.after }
    for _, edit in ipairs(target.edits) do
      table.insert(result.edits, edit)
    end
  end
  local edited = zone.files:with(overlay)
  local after, message
  if zone.reload then
    after, message = zone.reload(edited)
  else
    after, message = zones.load(edited, zone.path, zone.options)
  end
  local proven, why = false, message
  if after then
    proven, why = editor:proven(after)
  end
  if not proven then
    return refusal("internal-check", "reading the edited files again: %s", why)
  end
  return result
end

-- ---- changes as data ----

--- The records of an owner and type that hold this property, all of them when it stands there twice.
local function holding(zone, owner, property)
  local list = {}
  for _, index in ipairs(zone.handle:find(owner, "CAA") or {}) do
    local record = zone.handle:record(index)
    if
      record.tag:lower() == property.tag:lower()
      and record.value == property.value
      and (property.flags == nil or property.flags == record.flags)
    then
      list[#list + 1] = index
    end
  end
  return list
end

local function missing(owner, property)
  return ("there is no CAA record %s %s at %s"):format(property.tag, property.value, owner)
end

--- A property more.
---@param _ table zone
---@param owner string
---@param property { flags?: integer, tag: string, value: string }
---@param ttl? integer
---@return issuable.EditorChange
function M.add(_, owner, property, ttl)
  return { owner = owner, ttl = ttl, add = { { flags = property.flags or 0, tag = property.tag, value = property.value } } }
end

--- A property less.
---@param zone table
---@param owner string
---@param property { flags?: integer, tag: string, value: string }
---@return issuable.EditorChange
function M.remove(zone, owner, property)
  local list = holding(zone, owner, property)
  return { owner = owner, remove = list, refused = #list == 0 and "no-record" or nil, why = #list == 0 and missing(owner, property) or nil }
end

--- A property with other flags, another tag or another value.
---@param zone table
---@param owner string
---@param property { flags?: integer, tag: string, value: string }
---@param new { flags?: integer, tag?: string, value?: string }
---@return issuable.EditorChange
function M.change(zone, owner, property, new)
  local list = {}
  for i, index in ipairs(holding(zone, owner, property)) do
    list[i] = { record = index, flags = new.flags, tag = new.tag, value = new.value }
  end
  return { owner = owner, change = list, refused = #list == 0 and "no-record" or nil, why = #list == 0 and missing(owner, property) or nil }
end

--- Another TTL for a whole RRset.
---@param zone table
---@param owner string
---@param type_name string
---@param ttl integer seconds
---@return issuable.EditorChange
function M.set_ttl(zone, owner, type_name, ttl)
  local list = {}
  for i, index in ipairs(zone.handle:find(owner, type_name) or {}) do
    list[i] = { record = index, ttl = ttl }
  end
  local none = #list == 0
  return {
    owner = owner,
    ttls = list,
    refused = none and "no-record" or nil,
    why = none and ("there is no %s record at %s"):format(type_name, owner) or nil,
  }
end

return M
