-- The first CAA line of an owner, in the style of the lines around it.
-- SPDX-License-Identifier: MIT
-- RFC 1035 section 5.1, RFC 8659 section 4.1.1; the columns of the model are kept, its owner, TTL and type are not.

local caa_line = require "issuable.fixes.line"
local columns = require "issuable.fixes.columns"

local M = {}

local width = columns.width

local function text_of(bytes, span)
  return bytes:sub(span.first, span.last)
end

--- The words of the head in the model's order, each with the blanks in front of it there and the column at which it stands.
local function head_of(bytes, model)
  local words = {}
  for _, kind in ipairs { "owner", "ttl", "class", "type" } do
    local span = model[kind .. "_span"]
    if span then
      words[#words + 1] = { kind = kind, first = span.first, last = span.last }
    end
  end
  table.sort(words, function(a, b)
    return a.first < b.first
  end)
  local behind, column = model.first, 0
  for _, word in ipairs(words) do
    word.blanks = word.first > behind and columns.gap(bytes, behind, word.first - 1) or ""
    word.column = width(word.blanks, column)
    column = width(text_of(bytes, word), word.column)
    behind = word.last + 1
  end
  local data = model.rdata[1]
  words.blanks = data and columns.gap(bytes, behind, data.first - 1) or " "
  words.column = width(words.blanks, column)
  return words
end

--- Flags, tag and value as another CAA record parts them.
local function data_text(new, like)
  local value = new.token or caa_line.quote(new.value)
  if not like or not like.record.value_span then
    return ("%d %s %s"):format(new.flags, new.tag, value)
  end
  local record, bytes = like.record, like.bytes
  local old = text_of(bytes, record.value_span)
  local to_tag = columns.gap(bytes, record.flags_span.last + 1, record.tag_span.first - 1)
  local to_value = columns.gap(bytes, record.tag_span.last + 1, record.value_span.first - 1)
  if #to_value > 1 and not to_value:find("\t", 1, true) then
    to_value = (" "):rep(math.max(1, #to_value + #record.tag - #new.tag))
  end
  return ("%d"):format(new.flags) .. to_tag .. new.tag .. to_value .. (new.token or caa_line.value(new.value, old))
end

---@class issuable.FreshLine
---@field owner string? the owner as it is written; nil: blank
---@field leading string? the blanks in its place
---@field ttl integer? nil: not shown
---@field like { record: table, bytes: string }? a CAA record whose data shows the style of values

--- What stands for a word of the model.
local function word_text(bytes, word, ttl)
  if word.kind == "ttl" then
    return ttl
  elseif word.kind == "type" then
    return text_of(bytes, word):find("^%l+$") and "caa" or "CAA"
  end
  return word.kind ~= "owner" and text_of(bytes, word) or nil
end

--- A line without its end.
---@param bytes string the file of the model
---@param model table
---@param new issuable.NewRecord
---@param options issuable.FreshLine
---@return string
function M.line(bytes, model, new, options)
  local words = head_of(bytes, model)
  local ttl = options.ttl and ("%d"):format(options.ttl)
  local text = options.owner or ""
  local left_out -- the model's TTL
  for _, word in ipairs(words) do
    local word_there = word_text(bytes, word, ttl)
    left_out = word.kind == "ttl" and not word_there and word or left_out
    if word_there then
      local at = left_out and #word.blanks == 1 and word.blanks ~= "\t" and left_out or word
      text = text .. (text == "" and options.leading or columns.reach(width(text), at.column, at.blanks))
      left_out = nil
      if ttl and not model.ttl_span then
        text = text .. ttl .. " " -- in front of the class
        ttl = nil
      end
      text = text .. word_there
    end
  end
  return text .. columns.reach(width(text), words.column, words.blanks) .. data_text(new, options.like)
end

return M
