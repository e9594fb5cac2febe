-- A small JSON writer: keys in the order they are given, arrays that stay arrays, any byte made valid.
-- SPDX-License-Identifier: MIT
-- RFC 8259; lua-cjson reads JSON, but orders no keys and writes {} for an empty list.

local terminal = require "issuable.reports.terminal"

local M = {}

local Object, Array, Raw = {}, {}, {}
M.null = setmetatable({}, { __name = "json.null" })

--- An object of alternating keys and values; a nil value is written as null. Pass the count when values may be nil.
---@param ... any key, value, key, value …
---@return table
function M.object(...)
  return setmetatable({ n = select("#", ...), ... }, Object)
end

--- JSON that is already written, on one line: for small objects of numbers that come by the ten thousand.
---@param text string valid JSON, its strings made by M.string
function M.raw(text)
  return setmetatable({ text = text }, Raw)
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
  if not text:find('[%c"\\\127-\255]') then
    return '"' .. text .. '"'
  end
  local beyond_ascii = text:find("[\128-\255]") ~= nil
  if beyond_ascii then
    text = M.utf8(text)
  end
  text = text:gsub('[%c"\\\127]', function(c)
    return ESCAPES[c] or ("\\u%04x"):format(c:byte())
  end)
  return '"' .. (beyond_ascii and harmless(text) or text) .. '"'
end

--- Small integers as text: lines and columns are most of the numbers.
local INTEGERS = {}
for i = 0, 1000 do
  INTEGERS[i] = ("%d"):format(i)
end

local function number(value)
  if INTEGERS[value] then
    return INTEGERS[value]
  elseif value ~= value or value == math.huge or value == -math.huge then
    return "null"
  elseif value == math.floor(value) and value > -2 ^ 53 and value < 2 ^ 53 then
    return ("%d"):format(value) -- 5.4 prints floats as 5.0, LuaJIT as 5: one form for both
  end
  return ("%.17g"):format(value)
end

--- What a run of the writer keeps: by level what stands before an item, after the last one, and before each key.
---@class issuable.JsonRun
---@field out string[]
---@field indent string?
---@field levels table<integer, { first: string, other: string, last: string, firsts: table, others: table }>

local function level_of(run, level)
  local known = run.levels[level]
  if not known then
    local inner = run.indent and "\n" .. run.indent:rep(level + 1) or ""
    known = { first = inner, other = "," .. inner, last = run.indent and "\n" .. run.indent:rep(level) or "", firsts = {}, others = {} }
    run.levels[level] = known
  end
  return known
end

local function key_text(run, texts, before, key)
  local text = before .. M.string(key) .. (run.indent and ": " or ":")
  texts[key] = text
  return text
end

-- Only our own reports are written: their depth is ours, not the input's.
---@return integer n pieces in run.out
local function write(run, n, value, level)
  local kind, out = type(value), run.out
  if kind == "string" then
    out[n + 1] = M.string(value)
  elseif kind == "number" then
    out[n + 1] = number(value)
  elseif kind == "boolean" then
    out[n + 1] = value and "true" or "false"
  elseif value == nil or value == M.null then
    out[n + 1] = "null"
  elseif getmetatable(value) == Object then
    if value.n == 0 then
      out[n + 1] = "{}"
      return n + 1
    end
    local here = level_of(run, level)
    local key = value[1]
    out[n + 1] = here.firsts[key] or key_text(run, here.firsts, "{" .. here.first, key)
    n = write(run, n + 1, value[2], level + 1)
    local others = here.others
    for i = 3, value.n, 2 do
      key = value[i]
      out[n + 1] = others[key] or key_text(run, others, here.other, key)
      n = write(run, n + 1, value[i + 1], level + 1)
    end
    out[n + 1] = here.last
    n = n + 1
    out[n + 1] = "}"
  elseif getmetatable(value) == Array then
    if #value == 0 then
      out[n + 1] = "[]"
      return n + 1
    end
    local here = level_of(run, level)
    out[n + 1] = "["
    out[n + 2] = here.first
    n = write(run, n + 2, value[1], level + 1)
    for i = 2, #value do
      out[n + 1] = here.other
      n = write(run, n + 1, value[i], level + 1)
    end
    out[n + 1] = here.last
    n = n + 1
    out[n + 1] = "]"
  elseif getmetatable(value) == Raw then
    out[n + 1] = value.text
  else
    error("jsonwriter: a " .. kind .. " that is neither object() nor array()")
  end
  return n + 1
end

---@param value any built of object(), array(), strings, numbers, booleans, nil
---@param indent? string one level of indentation; nil: one line
---@return string
function M.encode(value, indent)
  local run = { out = {}, levels = {}, indent = indent }
  write(run, 0, value, 0)
  return table.concat(run.out)
end

return M
