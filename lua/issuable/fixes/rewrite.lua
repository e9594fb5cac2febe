-- The head of a record that stands in a file, with an owner or a TTL written out: few bytes, the columns kept.
-- SPDX-License-Identifier: MIT
-- RFC 1035 section 5.1; a parenthesis between the tokens stays where it is.

local columns = require "issuable.fixes.columns"

local M = {}

--- First byte of what a TTL is written in front of: the class where there is one, else the type.
local function behind_owner(record)
  local first = record.type_span.first
  if record.class_span and record.class_span.first < first then
    first = record.class_span.first
  end
  return first
end

--- The owner in place of the blanks that inherit it.
---@param bytes string the file
---@param record table a record with a blank owner
---@param text string the owner as it is written there
---@return { first: integer, last: integer, text: string }
function M.owner(bytes, record, text)
  local leading = bytes:match("^[ \t]+", record.first) or ""
  return { first = record.first, last = record.first + #leading - 1, text = columns.in_front(leading, text) }
end

--- Blanks with a word behind them that take no more room than the blanks did, if that can be.
local function squeeze(blanks, word)
  if blanks:find("^ +$") and #blanks > #word + 2 then
    return blanks:sub(1, #blanks - #word - 1) .. word .. " "
  elseif blanks:find("^\t\t+$") and #word < 8 then
    return blanks:sub(2) .. word .. "\t"
  end
  return blanks .. word .. (blanks:find("\t$") and "\t" or " ")
end

--- The TTL of a record, written out.
---@param bytes string the file
---@param record table
---@param ttl integer seconds
---@param fixed boolean the blanks in front must not be touched, because another edit does
---@return { first: integer, last: integer, text: string }
function M.ttl(bytes, record, ttl, fixed)
  local text = ("%d"):format(ttl)
  local span = record.ttl_span
  if span then
    local blanks = bytes:match("^ +", span.last + 1) or ""
    local grown = #text - (span.last - span.first + 1)
    if #blanks > 1 and grown ~= 0 and #blanks - grown >= 1 then
      return { first = span.first, last = span.last + #blanks, text = text .. (" "):rep(#blanks - grown) }
    end
    return { first = span.first, last = span.last, text = text }
  end
  local at = behind_owner(record)
  local line = math.max(record.line_first, 1)
  local blanks = bytes:sub(line, at - 1):match("[ \t]*$")
  if fixed or blanks == "" then
    return { first = at, last = at - 1, text = text .. " " }
  end
  return { first = at - #blanks, last = at - 1, text = squeeze(blanks, text) }
end

return M
