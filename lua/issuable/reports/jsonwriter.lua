-- A small JSON writer: keys in the order they are given, arrays that stay arrays, any byte made valid.
-- SPDX-License-Identifier: MIT
-- RFC 8259; lua-cjson reads JSON, but orders no keys and writes {} for an empty list.

local terminal = require "issuable.reports.terminal"

local M = {}

local Object, Array = {}, {}
M.null = setmetatable({}, { __name = "json.null" })

--- An object of alternating keys and values; a nil value is written as null. Pass the count when values may be nil.
---@param ... any key, value, key, value …
---@return table
function M.object(...)
  return setmetatable({ n = select("#", ...), ... }, Object)
end

--- Adds a key to an object.
function M.set(object, key, value)
  object[object.n + 1], object[object.n + 2] = key, value
  object.n = object.n + 2
  return object
end

---@param list any[]? nil is the empty array
---@param convert? fun(item: any, index: integer): any
---@return table
function M.array(list, convert)
  local array = {}
  for i, item in ipairs(list or {}) do
    array[i] = convert and convert(item, i) or item
  end
  return setmetatable(array, Array)
end

local ESCAPES = { ['"'] = '\\"', ["\\"] = "\\\\", ["\n"] = "\\n", ["\r"] = "\\r", ["\t"] = "\\t", ["\b"] = "\\b", ["\f"] = "\\f" }

--- A character of two to four bytes as `\uXXXX`, beyond U+FFFF as a surrogate pair (RFC 8259 section 7).
local function escaped(character)
  local a, b, c, d = character:byte(1, 4)
  if d then
    local code = (a - 0xF0) * 262144 + (b - 0x80) * 4096 + (c - 0x80) * 64 + (d - 0x80) - 0x10000
    return ("\\u%04x\\u%04x"):format(0xD800 + math.floor(code / 1024), 0xDC00 + code % 1024)
  elseif c then
    return ("\\u%04x"):format((a - 0xE0) * 4096 + (b - 0x80) * 64 + (c - 0x80))
  end
  return ("\\u%04x"):format((a - 0xC0) * 64 + (b - 0x80))
end

--- JSON is looked at in terminals too: what deceives there is written as an escape, which every reader undoes.
local function harmless(text)
  return (text:gsub("[\194\216\226\239\243][\128-\191]+", function(character)
    return terminal.deceives(character) and escaped(character) or nil
  end))
end

--- Replaces each byte that is part of no UTF-8 character by U+FFFD: readers refuse the whole document otherwise.
---@param text string
---@return string
function M.utf8(text)
  if not text:find("[\128-\255]") then
    return text
  end
  local out, at = {}, 1
  while at <= #text do
    local from, to = text:find("^[\1-\127%z]+", at)
    if not from then
      from, to = text:find("^[\194-\223][\128-\191]", at)
    end
    if not from then
      from, to = text:find("^[\224-\239][\128-\191][\128-\191]", at)
      if from then
        local a, b = text:byte(from, from + 1)
        if (a == 0xE0 and b < 0xA0) or (a == 0xED and b > 0x9F) then
          from = nil
        end
      end
    end
    if not from then
      from, to = text:find("^[\240-\244][\128-\191][\128-\191][\128-\191]", at)
      if from then
        local a, b = text:byte(from, from + 1)
        if (a == 0xF0 and b < 0x90) or (a == 0xF4 and b > 0x8F) then
          from = nil
        end
      end
    end
    if from then
      out[#out + 1] = text:sub(from, to)
      at = to + 1
    else
      out[#out + 1] = "\239\191\189"
      at = at + 1
    end
  end
  return table.concat(out)
end

---@param text string
---@return string
function M.string(text)
  local beyond_ascii = text:find("[\128-\255]") ~= nil
  if beyond_ascii then
    text = M.utf8(text)
  end
  text = text:gsub('[%c"\\\127]', function(c)
    return ESCAPES[c] or ("\\u%04x"):format(c:byte())
  end)
  return '"' .. (beyond_ascii and harmless(text) or text) .. '"'
end

local function number(value)
  if value ~= value or value == math.huge or value == -math.huge then
    return "null"
  elseif value == math.floor(value) and value > -2 ^ 53 and value < 2 ^ 53 then
    return ("%d"):format(value) -- 5.4 prints floats as 5.0, LuaJIT as 5: one form for both
  end
  return ("%.17g"):format(value)
end

local write

local function write_list(out, indent, level, open, close, count, item)
  if count == 0 then
    out[#out + 1] = open .. close
    return
  end
  local newline = indent and "\n" .. indent:rep(level + 1) or ""
  out[#out + 1] = open
  for i = 1, count do
    out[#out + 1] = (i > 1 and "," or "") .. newline
    item(i)
  end
  out[#out + 1] = (indent and "\n" .. indent:rep(level) or "") .. close
end

-- Only our own reports are written: their depth is ours, not the input's.
function write(out, value, indent, level)
  local kind = getmetatable(value)
  if kind == Object then
    write_list(out, indent, level, "{", "}", value.n / 2, function(i)
      out[#out + 1] = M.string(value[2 * i - 1]) .. (indent and ": " or ":")
      write(out, value[2 * i], indent, level + 1)
    end)
  elseif kind == Array then
    write_list(out, indent, level, "[", "]", #value, function(i)
      write(out, value[i], indent, level + 1)
    end)
  elseif value == nil or value == M.null then
    out[#out + 1] = "null"
  elseif type(value) == "string" then
    out[#out + 1] = M.string(value)
  elseif type(value) == "number" then
    out[#out + 1] = number(value)
  elseif type(value) == "boolean" then
    out[#out + 1] = tostring(value)
  else
    error("jsonwriter: a " .. type(value) .. " that is neither object() nor array()")
  end
end

---@param value any built of object(), array(), strings, numbers, booleans, nil
---@param indent? string one level of indentation; nil: one line
---@return string
function M.encode(value, indent)
  local out = {}
  write(out, value, indent, 0)
  return table.concat(out)
end

return M
