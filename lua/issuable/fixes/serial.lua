-- The next SOA serial in the style of the one that stands there: date, unix time or counter.
-- SPDX-License-Identifier: MIT
-- RFC 1982 (serial number arithmetic), RFC 2136 section 7.11 (a serial is never set to 0), RFC 1912 section 2.2 (YYYYMMDDnn).

local dates = require "issuable.dates"

local M = {}

local floor = math.floor
local MODULUS = 4294967296
local HALF = 2147483648

--- Ten years: a value this near to the clock was made from one.
local UNIX_WINDOW = 315576000

local LENGTHS = { 31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31 }

local function month_length(year, month)
  if month == 2 and year % 4 == 0 and (year % 100 ~= 0 or year % 400 == 0) then
    return 29
  end
  return LENGTHS[month]
end

--- RFC 1982 section 3.2: does a secondary that holds `old` take `new`?
---@param new integer
---@param old integer
---@return boolean
function M.newer(new, old)
  local ahead = (new - old) % MODULUS
  return ahead > 0 and ahead < HALF
end

local function successor(value)
  local next_value = (value + 1) % MODULUS
  return next_value == 0 and 1 or next_value
end

local function is_date(value, now)
  local year = floor(value / 1000000)
  local month = floor(value / 10000) % 100
  local day = floor(value / 100) % 100
  if year < 1990 or year > dates.civil(now) + 1 or month < 1 or month > 12 or day < 1 then
    return false
  end
  -- One day too many is what the hundredth change of a month's last day counts into; the next change finds the calendar again.
  return day <= month_length(year, month) + 1
end

--- How the operator of the zone counts.
---@param value integer 0..2^32-1
---@param now integer unix time
---@return "date"|"unix"|"counter"
function M.style(value, now)
  if is_date(value, now) then
    return "date"
  elseif math.abs(value - now) <= UNIX_WINDOW then
    return "unix"
  end
  return "counter"
end

--- The serial for one more change, newer than the old one by RFC 1982 whatever the clock says.
---@param value integer the serial in force, 0..2^32-1
---@param now integer unix time; a date serial is in UTC
---@return integer new never 0
---@return "date"|"unix"|"counter" style
function M.bump(value, now)
  value, now = floor(value), floor(now)
  local style = M.style(value, now)
  local candidate
  if style == "date" then
    local year, month, day = dates.civil(now)
    candidate = ((year * 100 + month) * 100 + day) * 100
  elseif style == "unix" then
    candidate = now % MODULUS
  end
  if candidate and candidate ~= 0 and M.newer(candidate, value) then
    return candidate, style
  end
  return successor(value), style
end

--- The digits to write: a token that fills its width with zeros keeps that width.
---@param text string the digits that stand there
---@param value integer
---@return string
function M.text(text, value)
  local digits = ("%.0f"):format(value)
  return text:sub(1, 1) == "0" and ("0"):rep(#text - #digits) .. digits or digits
end

return M
