-- A new CAA line in the style of the record it is put behind.
-- SPDX-License-Identifier: MIT
-- RFC 1035 section 5.1 (entries, blank owners), RFC 8659 section 4.1.1 (presentation); works on the spans of issuable.zone.

local columns = require "issuable.fixes.columns"

local M = {}

local gap, width = columns.gap, columns.width

--- A value that may stand without quotes in every dialect.
local PLAIN = "^[%w%.%-_:/=+~]+$"

--- The value as a quoted character string.
---@param value string bytes
---@return string
function M.quote(value)
  return '"' .. value:gsub('[%c"\\\127-\255]', function(character)
    if character == '"' or character == "\\" then
      return "\\" .. character
    end
    return ("\\%03d"):format(character:byte())
  end) .. '"'
end

--- A value written like another token: without quotes only where that one has none and none are needed.
---@param value string bytes
---@param token string? the token whose manner is followed
---@return string
function M.value(value, token)
  if token and token:sub(1, 1) ~= '"' and value:find(PLAIN) then
    return value
  end
  return M.quote(value)
end

local function text_of(bytes, span)
  return bytes:sub(span.first, span.last)
end

--- The header's tokens in the order in which they stand, class and TTL being free to change places.
local function header(record)
  local tokens = {}
  for _, kind in ipairs { "owner", "ttl", "class", "type" } do
    local span = record[kind .. "_span"]
    if span then
      tokens[#tokens + 1] = { kind = kind, first = span.first, last = span.last }
    end
  end
  table.sort(tokens, function(a, b)
    return a.first < b.first
  end)
  return tokens
end

--- Blanks that take the place of an owner, so that what follows keeps its column.
local function blanks_for(owner, between, example)
  if example and width(example) == width(owner .. between) then
    return example
  end
  if between:find("^\t") then
    return ("\t"):rep(math.floor(width(owner) / 8)) .. between
  end
  return (" "):rep(width(owner)) .. between
end

--- Blanks after a token whose new text has another length: a column is kept, a plain blank stays one.
local function padded(blanks, old, new, aligned)
  if #old == #new or blanks:find("\t", 1, true) or not aligned then
    return blanks
  end
  return (" "):rep(math.max(1, #blanks + #old - #new))
end

--- Do the values of this RRset stand under each other? Judged by its records whose tags have other lengths.
local function aligned_values(record, peers, blanks)
  local function value_column(of)
    return of.value_span.first - of.line_first
  end
  for _, peer in ipairs(peers) do
    if peer.value_span and peer.line_first and #peer.tag ~= #record.tag and peer.path == record.path and not peer.in_parens then
      return value_column(peer) == value_column(record)
    end
  end
  return #blanks > 1
end

--- Is the line below written with a blank owner for the same name? Then so is what comes between.
local function blank_owner(bytes, record, following)
  if not record.owner_span then
    return true
  end
  if following and following.file == record.file and not following.owner_span and not following.generated and following.owner == record.owner then
    local tokens = header(following)
    local leading = tokens[1] and bytes:sub(following.first, tokens[1].first - 1) or ""
    return true, leading:find("^[ \t]+$") and leading or nil
  end
  return false
end

--- Whether, and how, the TTL is shown.
local function ttl_token(bytes, record, options)
  if record.ttl_span then
    return record.ttl == options.ttl and text_of(bytes, record.ttl_span) or ("%d"):format(options.ttl)
  elseif options.inherited ~= options.ttl then
    return ("%d"):format(options.ttl)
  end
end

---@class issuable.NewRecord
---@field flags integer 0..255
---@field tag string
---@field value string bytes
---@field token? string the value as it is written elsewhere, for a copy

---@class issuable.LineOptions
---@field ttl integer the TTL it shall have
---@field inherited integer? the TTL that a line without one has there
---@field owner string? the owner as it has to be written, when the line above cannot be relied on

local function header_text(bytes, record, following, options)
  local tokens = header(record)
  local parts = {}
  local shown_ttl = ttl_token(bytes, record, options)
  local blank, example
  if not options.owner then
    blank, example = blank_owner(bytes, record, following)
  end
  for i, token in ipairs(tokens) do
    local text = text_of(bytes, token)
    local before = i > 1 and gap(bytes, tokens[i - 1].last + 1, token.first - 1) or ""
    if token.kind == "owner" and blank then
      local between = tokens[2] and gap(bytes, token.last + 1, tokens[2].first - 1) or " "
      text = blanks_for(text, between, example)
    elseif i == 2 and tokens[1].kind == "owner" and blank then
      before = ""
    elseif token.kind == "owner" then
      text = options.owner or text
    elseif i == 1 then
      local leading = bytes:sub(record.first, token.first - 1)
      before = leading:find("^[ \t]+$") and leading or "\t"
      before = options.owner and columns.in_front(before, options.owner) or before
    end
    if token.kind == "ttl" then
      text = shown_ttl
    elseif token.kind == "type" and record.generic then
      text = "CAA" -- the sibling's \# form says nothing to a reader, and is not copied
    end
    if shown_ttl and not record.ttl_span and (i == 1 and token.kind ~= "owner" or i == 2 and tokens[1].kind == "owner") then
      text = shown_ttl .. " " .. text
    end
    parts[#parts + 1] = before .. text
  end
  return table.concat(parts)
end

local function rdata_text(bytes, record, peers, new)
  local flags = ("%d"):format(new.flags)
  if not record.value_span then
    return (" %s %s %s"):format(flags, new.tag, new.token or M.quote(new.value))
  end
  local old_flags, old_tag, old_value =
    text_of(bytes, record.flags_span), text_of(bytes, record.tag_span), text_of(bytes, record.value_span)
  local to_flags = gap(bytes, record.type_span.last + 1, record.flags_span.first - 1)
  local to_tag = gap(bytes, record.flags_span.last + 1, record.tag_span.first - 1)
  local to_value = gap(bytes, record.tag_span.last + 1, record.value_span.first - 1)
  local quoted = old_value:sub(1, 1) == '"'
  local token = new.token
  if not token or (token:sub(1, 1) == '"') ~= quoted then
    token = M.value(new.value, old_value)
  end
  return table.concat {
    to_flags,
    flags,
    padded(to_tag, old_flags, flags, #to_tag > 1),
    new.tag,
    padded(to_value, old_tag, new.tag, aligned_values(record, peers, to_value)),
    token,
  }
end

--- One line, without its end, that says the same of the same owner as a record does, with other rdata.
--- Put directly behind the record it has the record's owner and class.
---@param bytes string the file
---@param record table the record it follows (issuable.zone)
---@param following table? the next record of the zone
---@param peers table[] records of the same RRset
---@param new issuable.NewRecord
---@param options issuable.LineOptions
---@return string
function M.like(bytes, record, following, peers, new, options)
  return header_text(bytes, record, following, options) .. rdata_text(bytes, record, peers, new)
end

return M
