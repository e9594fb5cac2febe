-- Lines of files: where a span ends, where a byte lies, and the fingerprint by which GitHub follows a line that moves.
-- SPDX-License-Identifier: MIT
-- SARIF 2.1.0 section 3.30 (regions, columns in code points); the fingerprint is that of github/codeql-action.

local Bytes = require "issuable.reports.bytes"
local json = require "issuable.reports.jsonwriter"

local M = {}

--- What is looked at of one line: a longer span ends there. Ten thousand spans over one endless line stay linear.
local MAX_LINE = 4096
--- The fingerprint covers this many characters that are no blanks.
local BLOCK = 100
local END_OF_FILE = 65535

local Lines = {}
Lines.__index = Lines

---@param files issuable.Files
function M.new(files)
  return setmetatable({ files = Bytes.new(files) }, Lines)
end

--- Code points of a text, a byte that is part of none counting as one.
local function code_points(text)
  if not text:find("[\128-\255]") then
    return #text
  end
  text = json.utf8(text)
  local _, continuation = text:gsub("[\128-\191]", "")
  return #text - continuation
end

---@class issuable.Region
---@field line integer
---@field column integer 1-based, code points
---@field end_line integer
---@field end_column integer exclusive

--- The part of a span that lies on its first line: GitHub shows an alert in a pull request only when all lines are in it.
---@param span table Span
---@return issuable.Region
function Lines:region(span)
  local column = span.column or 1
  local region = { line = span.line, column = column, end_line = span.line, end_column = column + 1 }
  local bytes = span.first and self.files:entry(span.path).bytes
  if not bytes or span.first > #bytes then
    return region
  end
  local last = math.min(math.max(span.last or span.first, span.first), span.first + MAX_LINE)
  local text = bytes:sub(span.first, last):match("^[^\r\n]*")
  if text ~= "" then
    region.end_column = column + code_points(text)
  end
  return region
end

--- Byte offsets at which the lines of a file start.
local function starts_of(entry)
  if not entry.starts then
    local starts, bytes, at = { 1 }, entry.bytes, 1
    while true do
      local _, to = bytes:find("\r?\n", at)
      if not to then
        break
      end
      starts[#starts + 1] = to + 1
      at = to + 1
    end
    entry.starts = starts
  end
  return entry.starts
end

--- Line and column of a byte (or of the end of the file: one after the last).
---@param path string
---@param byte integer 1-based
---@return integer? line
---@return integer? column code points
function Lines:position(path, byte)
  local entry = self.files:entry(path)
  if not entry.bytes or byte < 1 or byte > #entry.bytes + 1 then
    return nil
  end
  local starts = starts_of(entry)
  local low, high = 1, #starts
  while low < high do
    local middle = math.floor((low + high + 1) / 2)
    if starts[middle] <= byte then
      low = middle
    else
      high = middle - 1
    end
  end
  return low, code_points(entry.bytes:sub(math.max(starts[low], byte - MAX_LINE), byte - 1)) + 1
end

--- How many bytes at `at` make one character as a decoder of UTF-8 sees it, and its code point (nil: replaced by U+FFFD;
--- then the bytes are the longest start of a character, as the WHATWG decoder has it).
local function character(text, at)
  local a, b, c, d = text:byte(at, at + 3)
  if a < 0x80 then
    return 1, a
  end
  local low, high = 0x80, 0xBF
  if a == 0xE0 then
    low = 0xA0
  elseif a == 0xED then
    high = 0x9F
  elseif a == 0xF0 then
    low = 0x90
  elseif a == 0xF4 then
    high = 0x8F
  end
  if a < 0xC2 or a > 0xF4 or not b or b < low or b > high then
    return 1
  elseif a < 0xE0 then
    return 2, (a - 0xC0) * 64 + b - 0x80
  elseif not c or c < 0x80 or c > 0xBF then
    return 2
  elseif a < 0xF0 then
    return 3, (a - 0xE0) * 4096 + (b - 0x80) * 64 + c - 0x80
  elseif not d or d < 0x80 or d > 0xBF then
    return 3
  end
  return 4, (a - 0xF0) * 262144 + (b - 0x80) * 4096 + (c - 0x80) * 64 + d - 0x80
end

--- The first UTF-16 code units from a place on, as JavaScript counts characters.
local function units_at(text, at)
  local units = {}
  while #units < BLOCK and at <= #text do
    local length, code = character(text, at)
    code = code or 0xFFFD
    if code >= 0x10000 then
      units[#units + 1] = 0xD800 + math.floor((code - 0x10000) / 1024)
      units[#units + 1] = 0xDC00 + (code - 0x10000) % 1024
    else
      units[#units + 1] = code
    end
    at = at + length
  end
  if #units < BLOCK then
    units[#units + 1] = END_OF_FILE
  end
  units[BLOCK + 1] = nil -- the second half of a pair that does not fit
  return units
end

local TWO_32 = 4294967296

--- Sum of unit × 37^(99 - i) modulo 2^64, in two halves: a double holds neither half times 37^3 wrongly.
---@param first integer
---@param next_three fun(i: integer): integer, integer, integer
local function hash(first, next_three)
  local high, low = 0, first
  for i = 2, BLOCK, 3 do
    local a, b, c = next_three(i)
    local product = low * 50653 + a * 1369 + b * 37 + c
    local carry = math.floor(product / TWO_32)
    low = product - carry * TWO_32
    high = (high * 50653 + carry) % TWO_32
  end
  if high == 0 then
    return ("%x"):format(low)
  end
  return ("%x%08x"):format(high, low)
end

local function hash_at(text, at)
  if at + BLOCK - 1 <= #text and not text:sub(at, at + BLOCK - 1):find("[\128-\255]") then
    return hash(text:byte(at), function(i)
      return text:byte(at + i - 1, at + i + 1)
    end)
  end
  local units = units_at(text, at)
  return hash(units[1] or 0, function(i)
    return units[i] or 0, units[i + 1] or 0, units[i + 2] or 0
  end)
end

--- Which lines of a file begin alike: each one's key, and how many before it have the same.
local function index_of(entry)
  if entry.index then
    return entry.index
  end
  local text = entry.bytes
  if text:find("\r", 1, true) then
    text = text:gsub("\r\n?", "\n")
  end
  text = text:gsub("[ \t]+", "")
  local foreign = text:find("[\128-\255]") ~= nil
  local starts, again, seen, line, at = {}, {}, {}, 0, 1
  repeat
    local key = text:sub(at, at + BLOCK - 1)
    if foreign and key:find("[\128-\255]") then
      key = table.concat(units_at(text, at), ",")
    end
    line = line + 1
    starts[line] = at
    local before = seen[key]
    if before then
      again[line] = before + 1
    end
    seen[key] = (before or 0) + 1
    local newline = text:find("\n", at, true)
    at = newline and newline + 1
  until not at
  entry.index = { text = text, starts = starts, again = again, hashes = {} }
  return entry.index
end

--- GitHub's `primaryLocationLineHash` of a line.
---@param path string
---@param line integer
---@return string? fingerprint nil: there is no such file or line
function Lines:fingerprint(path, line)
  local entry = self.files:entry(path)
  if not entry.bytes then
    return nil
  end
  local index = index_of(entry)
  local at = index.starts[line]
  if not at then
    return nil
  end
  if not index.hashes[line] then
    index.hashes[line] = ("%s:%d"):format(hash_at(index.text, at), index.again[line] or 1)
  end
  return index.hashes[line]
end

return M
