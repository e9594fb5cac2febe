-- Wanted changes of RRsets as byte edits: lines that go and come, words that change, and what these would take from other lines.
-- SPDX-License-Identifier: MIT
-- RFC 1035 section 5.1, RFC 8659 section 4.1.1; design section 6.

local caa_line = require "issuable.fixes.line"
local fresh = require "issuable.fixes.fresh"
local inherit = require "issuable.fixes.inherit"
local names = require "issuable.fixes.names"
local pieces = require "issuable.fixes.pieces"
local place = require "issuable.fixes.place"
local rewrite = require "issuable.fixes.rewrite"

local M = {}

local MAX_TTL = 2147483647 -- RFC 2181 section 8
local MAX_RDATA = 65535

---@class issuable.Work
---@field editor issuable.ZoneEditor
---@field handle table
---@field removed table<integer, boolean>
---@field ttls table<integer, integer>
---@field values table<integer, table> new { flags, tag, value }
---@field inserted table<integer, table> for issuable.fixes.inherit
---@field retimed table<string, integer> owner → the TTL that its CAA records get
---@field first_ttl table<string, integer> owner → the TTL that its first CAA record got
---@field anchors table<integer, table[]> what comes behind a record, in order
---@field cause table<integer, table> the change that touches a record
local Work = {}
Work.__index = Work

local function refusal(code, why, ...)
  return nil, { refused = code, why = why:format(...) }
end

local function is_whole(number, most)
  return type(number) == "number" and number >= 0 and number <= most and number % 1 == 0
end

--- RFC 8659 section 4.1: flags in one octet, a tag of letters and digits.
local function check_property(flags, tag, value)
  if not is_whole(flags, 255) then
    return refusal("bad-property", "the flags of a CAA record are a number from 0 to 255, not %s", tostring(flags))
  elseif type(tag) ~= "string" or #tag > 255 or not tag:find("^%w+$") then
    return refusal("bad-property", "the tag of a CAA record is made of letters and digits")
  elseif type(value) ~= "string" or #value + #tag + 2 > MAX_RDATA then
    return refusal("bad-property", "the value of a CAA record is a text of at most %d bytes", MAX_RDATA - 2 - #tag)
  end
  return true
end

local function check_ttl(ttl)
  if not is_whole(ttl, MAX_TTL) then
    return refusal("bad-ttl", "a TTL is a number of seconds from 0 to %d", MAX_TTL)
  end
  return true
end

--- The CAA record of an owner that a change speaks of.
function Work:caa_record(index, owner)
  local record, source = self.editor:record(index)
  if record and (record.type ~= "CAA" or record.owner ~= owner) then
    return refusal("no-record", "%s:%d: this is no CAA record of %s", record.path, record.line, owner)
  end
  return record, source
end

-- ---- what is wanted ----

local function key_of(flags, tag, value)
  return ("%d %s %s"):format(flags, tag:lower(), value)
end

function Work:gather_removals(change, owner)
  for _, index in ipairs(change.remove or {}) do
    local record, problem = self:caa_record(index, owner)
    if not record then
      return nil, problem
    end
    self.removed[index], self.cause[index] = true, change
  end
  return true
end

function Work:gather_values(change, owner)
  for _, wanted in ipairs(change.change or {}) do
    local record, problem = self:caa_record(wanted.record, owner)
    if not record then
      return nil, problem
    end
    local new = { flags = wanted.flags or record.flags, tag = wanted.tag or record.tag, value = wanted.value or record.value }
    local fine, why = check_property(new.flags, new.tag, new.value)
    if not fine then
      return nil, why
    elseif self.values[wanted.record] then
      return refusal("edit-conflict", "%s:%d: two changes of one record", record.path, record.line)
    end
    self.values[wanted.record], self.cause[wanted.record] = new, change
  end
  return true
end

function Work:gather_ttls(change)
  for _, wanted in ipairs(change.ttls or {}) do
    local fine, why = check_ttl(wanted.ttl)
    if not fine then
      return nil, why
    end
    local record, problem = self.editor:record(wanted.record)
    if not record then
      return nil, problem
    end
    local following = self.handle:record(wanted.record + 1)
    if record.type == "SOA" and not record.ttl_span and not record.default_ttl and following and following.default_ttl then
      local why_not = "%s:%d: neither $TTL nor a TTL is written there, so the SOA's minimum is the TTL of the whole zone; write a $TTL line first"
      return refusal("ttl-carrier", why_not, record.path, record.line)
    end
    if record.type == "CAA" then
      self.retimed[record.owner] = wanted.ttl
    end
    if record.ttl ~= wanted.ttl then
      self.ttls[wanted.record], self.cause[wanted.record] = wanted.ttl, change
    end
  end
  return true
end

--- The CAA records of an owner, read once.
function Work:set(owner)
  local set = self.sets[owner]
  if not set then
    set = {}
    for i, index in ipairs(self.handle:find(owner, "CAA")) do
      set[i] = self.handle:record(index)
    end
    self.sets[owner] = set
  end
  return set
end

--- The CAA record behind which a new one goes: the last of its tag, else of the other one, else the last.
function Work:sibling(owner, tag)
  local last = self.last[owner]
  if not last then
    last = {}
    for _, record in ipairs(self:set(owner)) do
      local fine, problem = self.editor:editable(record)
      if fine then
        last[record.tag:lower()], last[1] = record, record
      else
        last[2] = last[2] or problem
      end
    end
    self.last[owner] = last
  end
  tag = tag:lower()
  return last[tag] or (tag == "issuewild" and last.issue) or last[1], last[2]
end

--- Is the property there already, and does it stay?
function Work:holds(owner, new)
  local there = self.added[owner]
  if not there then
    there = {}
    for _, record in ipairs(self:set(owner)) do
      if not self.removed[record.index] then
        local as = self.values[record.index] or record
        there[key_of(as.flags, as.tag, as.value)] = true
      end
    end
    self.added[owner] = there
  end
  local key = key_of(new.flags, new.tag, new.value)
  local held = there[key] or false
  there[key] = true
  return held
end

--- Finds where a new property goes: behind a sibling, else as the first of its owner.
function Work:locate(new, owner)
  if new.after then
    local record, problem = self:caa_record(new.after, owner)
    return record and { anchor = record, sibling = true, own = true }, problem
  end
  local record, problem = self:sibling(owner, new.tag)
  if record then
    return { anchor = record, sibling = true, own = true }
  elseif problem then
    return nil, problem
  end
  local spot = self.spots[owner]
  if not spot then
    spot, problem = place.find(self.handle, owner, function(candidate)
      return self.editor:editable(candidate)
    end, self.editor.places)
    self.spots[owner] = spot
  end
  return spot, problem
end

function Work:gather_additions(change, owner)
  if #(change.add or {}) == 0 then
    return true
  end
  local fine, problem = place.check(self.handle, owner, "CAA")
  if fine and change.ttl then
    fine, problem = check_ttl(change.ttl)
  end
  if not fine then
    return nil, problem
  end
  for _, wanted in ipairs(change.add) do
    local new = { flags = wanted.flags or 0, tag = wanted.tag, value = wanted.value }
    fine, problem = check_property(new.flags, new.tag, new.value)
    if not fine then
      return nil, problem
    elseif not self:holds(owner, new) then
      local spot, why = self:locate({ tag = new.tag, after = wanted.after }, owner)
      if not spot then
        return nil, why
      end
      if wanted.copy then
        local copied, source = self.editor:record(wanted.copy)
        if not copied then
          return nil, source
        end
        local span = copied.value_span
        new.token = span and copied.value == new.value and source.bytes:sub(span.first, span.last) or nil
      end
      local anchor = spot.anchor.index
      self.anchors[anchor] = self.anchors[anchor] or {}
      table.insert(self.anchors[anchor], { owner = owner, new = new, ttl = change.ttl, spot = spot, change = change })
      self.cause[anchor] = self.cause[anchor] or change
    end
  end
  return true
end

-- ---- lines that come ----

--- Those for the anchor's own name first: only behind them may another name begin.
local function in_order(items)
  local sorted, order = {}, {}
  for _, item in ipairs(items) do
    if item.spot.own then
      sorted[#sorted + 1] = item
    end
  end
  for _, item in ipairs(items) do
    if not item.spot.own and not order[item.owner] then
      order[item.owner] = true
      for _, other in ipairs(items) do
        if other.owner == item.owner then
          sorted[#sorted + 1] = other
        end
      end
    end
  end
  return sorted
end

--- The TTL of a new record: that of its RRset, which has one (RFC 2181 section 5.2); for the first record of an owner what was wanted,
--- else what a line without one has there.
function Work:ttl_of(item, inherited)
  if not item.spot.sibling then
    self.first_ttl[item.owner] = self.first_ttl[item.owner] or item.ttl or inherited
    return self.first_ttl[item.owner]
  elseif self.retimed[item.owner] then
    return self.retimed[item.owner]
  end
  local smallest = nil
  for _, record in ipairs(self:set(item.owner)) do
    smallest = math.min(smallest or record.ttl, record.ttl)
  end
  return smallest
end

--- The owner that a line must write out, because the line above says another one once the changes are made.
function Work:written_owner(record, source)
  if not self.removed[record.index] then
    return nil
  elseif record.owner_span then
    return source.bytes:sub(record.owner_span.first, record.owner_span.last)
  elseif inherit.owner_before(self.handle, self.handle:files(), self, record) ~= record.owner then
    return names.owner(record.owner, record.origin)
  end
end

--- A CAA record of a name above, whose data shows how values are written.
function Work:example(owner)
  local labels = names.labels(owner)
  for count = #labels, 1, -1 do
    local parts = {}
    for i = count, 1, -1 do
      parts[#parts + 1] = labels[i]
    end
    for _, index in ipairs(self.handle:find(table.concat(parts, "."), "CAA") or {}) do
      local record, source = self.editor:record(index)
      if record and record.value_span then
        return { record = record, bytes = source.bytes }
      end
    end
  end
end

local function leading_of(bytes, record)
  return bytes:match("^[ \t]+", record.first) or "\t"
end

--- The first records of an owner.
function Work:fresh_line(item, source, ttl, repeated)
  local spot, bytes = item.spot, source.bytes
  local options = { ttl = ttl, like = self:example(item.owner) }
  local following = self.handle:record(spot.anchor.index + 1)
  local blank_below = following and following.file == spot.anchor.file and not following.owner_span and not following.generated
  if spot.own and not spot.anchor.owner_span then
    options.leading = leading_of(bytes, spot.anchor)
  elseif spot.own and blank_below then
    options.leading = leading_of(bytes, following)
  elseif repeated and not spot.anchor.owner_span then
    options.leading = leading_of(bytes, spot.anchor)
  elseif spot.own then
    options.owner = bytes:sub(spot.anchor.owner_span.first, spot.anchor.owner_span.last)
  else
    local token = spot.named and bytes:sub(spot.named.owner_span.first, spot.named.owner_span.last)
    options.owner = names.owner(item.owner, spot.anchor.origin, token and names.is_absolute(token))
  end
  return fresh.line(bytes, spot.model, item.new, options)
end

--- The lines behind one record.
function Work:lines(index, record, source)
  local items, lines = in_order(self.anchors[index]), {}
  local following = self.handle:record(index + 1)
  local inherited = record.default_ttl or inherit.ttl_after(self.handle, self, index)
  local owner_text = self:written_owner(record, source)
  local peers = self:set(record.owner)
  local effect = {}
  for i, item in ipairs(items) do
    local ttl = self:ttl_of(item, inherited)
    if item.spot.sibling then
      lines[i] = caa_line.like(source.bytes, record, following, peers, item.new, { ttl = ttl, inherited = inherited, owner = owner_text })
      owner_text = nil
    else
      lines[i] = self:fresh_line(item, source, ttl ~= inherited and ttl or nil, i > 1 and items[i - 1].owner == item.owner)
    end
    if not record.default_ttl then
      inherited, effect.ttl = ttl, ttl
    end
    effect.owner = not item.spot.own and item.owner or effect.owner
    table.insert(self.intended.added, { owner = item.owner, ttl = ttl, flags = item.new.flags, tag = item.new.tag, value = item.new.value })
  end
  self.inserted[index] = effect
  return lines
end

-- ---- edits ----

function Work:put(record, source, edit, change)
  if source.bytes:sub(edit.first, edit.last) ~= edit.text then
    table.insert(self.edits, { path = record.path, digest = source.digest, first = edit.first, last = edit.last, text = edit.text, change = change })
  end
end

local function sorted_keys(...)
  local keys, seen = {}, {}
  for _, map in ipairs { ... } do
    for key in pairs(map) do
      if not seen[key] then
        seen[key] = true
        keys[#keys + 1] = key
      end
    end
  end
  table.sort(keys)
  return keys
end

--- Lines that go and come.
function Work:line_edits()
  local files, order = {}, {}
  for _, index in ipairs(sorted_keys(self.removed, self.anchors)) do
    local record, source = self.editor:record(index)
    local lines = record and (self.anchors[index] and self:lines(index, record, source) or {})
    if not lines then
      return nil, source
    end
    local behind = record.line_last + #record.eol + 1
    local file = files[record.path]
    if not file then
      file = { record = record, source = source, pieces = {}, causes = {} }
      files[record.path] = file
      order[#order + 1] = file
    end
    table.insert(file.pieces, {
      first = self.removed[index] and record.line_first or behind,
      last = behind - 1,
      lines = lines,
      eol = record.eol ~= "" and record.eol or pieces.line_end(source.bytes, record.line_first),
      open = record.eol == "" and not self.removed[index],
    })
    file.causes[record.line_first] = self.cause[index]
    file.causes[behind] = file.causes[behind] or self.cause[index]
  end
  for _, file in ipairs(order) do
    for _, edit in ipairs(pieces.edits(file.source.bytes, file.pieces)) do
      self:put(file.record, file.source, edit, file.causes[edit.at])
    end
  end
  return true
end

--- A new value in place: the words, and where the record stands in the \# form its whole data.
function Work:value_edits()
  for _, index in ipairs(sorted_keys(self.values)) do
    local record, source = self.editor:record(index)
    local new, change = self.values[index], self.cause[index]
    if record.value_span then
      local span = record.value_span
      local function word(place_of, old, wanted, text)
        if old ~= wanted then
          self:put(record, source, { first = place_of.first, last = place_of.last, text = text }, change)
        end
      end
      word(record.flags_span, record.flags, new.flags, ("%d"):format(new.flags))
      word(record.tag_span, record.tag, new.tag, new.tag)
      word(span, record.value, new.value, caa_line.value(new.value, source.bytes:sub(span.first, span.last)))
    else
      local first, last = record.rdata[1].first, record.rdata[#record.rdata].last
      if source.bytes:sub(first, last):find("[()\r\n;]") then
        return refusal("generic-record", "%s:%d: the record is written in the \\# form over several lines", record.path, record.line)
      end
      self:put(record, source, { first = record.type_span.first, last = record.type_span.last, text = "CAA" }, change)
      self:put(record, source, { first = first, last = last, text = ("%d %s %s"):format(new.flags, new.tag, caa_line.quote(new.value)) }, change)
    end
  end
  return true
end

--- Why a line that would have to say what it took from another cannot.
local function carrier(code, cause, problem)
  local what = code == "owner-carrier" and "owner" or "TTL"
  return refusal(code, "%s:%d: lines below take their %s from this one, and cannot be given it: %s", cause.path, cause.line, what, problem.why)
end

--- TTLs, and what has to be written out so that no other record changes.
function Work:head_edits()
  local touched = sorted_keys(self.removed, self.ttls, self.inserted)
  local heads = {}
  for index, ttl in pairs(self.ttls) do
    if not self.removed[index] then
      heads[index] = { ttl = ttl, change = self.cause[index] }
    end
  end
  for _, repair in ipairs(inherit.repairs(self.handle, self, touched)) do
    local record, problem = self.editor:record(repair.index)
    local cause = self.handle:record(repair.cause)
    if not record then
      return carrier(repair.owner and "owner-carrier" or "ttl-carrier", cause, problem)
    end
    local head = heads[repair.index] or { change = self.cause[repair.cause] }
    head.ttl = head.ttl or repair.ttl
    head.owner_from = repair.owner and cause or nil
    heads[repair.index] = head
  end
  for _, index in ipairs(sorted_keys(heads)) do
    local head = heads[index]
    local record, source = self.editor:record(index)
    local from = head.owner_from
    if from then
      local text = names.owner(record.owner, record.origin)
      if from.owner_span and from.owner == record.owner and from.origin == record.origin and from.path == record.path then
        text = source.bytes:sub(from.owner_span.first, from.owner_span.last)
      end
      self:put(record, source, rewrite.owner(source.bytes, record, text), head.change)
    end
    if head.ttl then
      self:put(record, source, rewrite.ttl(source.bytes, record, head.ttl, from ~= nil), head.change)
    end
  end
  return true
end

local STEPS = { "line_edits", "value_edits", "head_edits" }
local GATHER = { "gather_removals", "gather_values", "gather_ttls", "gather_additions" }

--- The name that a change speaks of, as issuable.zone writes it.
local function canonical(handle, owner)
  local answer, message = handle:answer(owner, "CAA")
  if not answer then
    return refusal("no-name", "%s is no domain name: %s", owner, message)
  end
  return answer.name
end

--- Takes one change in, as far as one step goes.
function Work:gather(step, change)
  if change.refused then
    return nil, { refused = change.refused, why = change.why }
  end
  local owner, problem = canonical(self.handle, change.owner)
  if not owner then
    return nil, problem
  end
  return self[step](self, change, owner)
end

--- Makes the edits of all changes at once.
---@param editor issuable.ZoneEditor
---@param changes issuable.EditorChange[]
---@return { edits: table[], intended: table }?
---@return { refused: string, why: string, change: table? }?
function M.make(editor, changes)
  local work = setmetatable({ editor = editor, handle = editor.handle }, Work)
  for _, field in ipairs { "removed", "ttls", "values", "inserted", "anchors", "cause", "added", "spots", "edits", "retimed", "first_ttl", "sets", "last" } do
    work[field] = {}
  end
  work.intended = { added = {}, removed = work.removed, values = work.values, ttls = work.ttls }
  -- what goes is known before what comes looks for its place
  for _, step in ipairs(GATHER) do
    for _, change in ipairs(changes) do
      local done, problem = work:gather(step, change)
      if not done then
        problem.change = change
        return nil, problem
      end
    end
  end
  for index in pairs(work.values) do
    if work.removed[index] then
      local record = work.handle:record(index)
      return refusal("edit-conflict", "%s:%d: one change takes the record away, another one changes it", record.path, record.line)
    end
  end
  for _, step in ipairs(STEPS) do
    local done, problem = work[step](work)
    if not done then
      return nil, problem
    end
  end
  return work
end

return M
