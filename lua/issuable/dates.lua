-- Dates: RFC 3339 text and unix time, both UTC, on both engines alike.
-- SPDX-License-Identifier: MIT
-- Civil-day arithmetic of the proleptic Gregorian calendar; os.time would take the local zone into account.

local M = {}

local floor = math.floor

--- Days since 1970-01-01.
local function days_from_civil(year, month, day)
  if month <= 2 then
    year = year - 1
  end
  local era = floor(year / 400)
  local year_of_era = year - era * 400
  local day_of_year = floor((153 * (month + (month > 2 and -3 or 9)) + 2) / 5) + day - 1
  local day_of_era = year_of_era * 365 + floor(year_of_era / 4) - floor(year_of_era / 100) + day_of_year
  return era * 146097 + day_of_era - 719468
end

---@param unix integer seconds since 1970-01-01T00:00:00Z
---@return integer year
---@return integer month
---@return integer day
function M.civil(unix)
  local z = floor(unix / 86400) + 719468
  local era = floor(z / 146097)
  local day_of_era = z - era * 146097
  local year_of_era =
    floor((day_of_era - floor(day_of_era / 1460) + floor(day_of_era / 36524) - floor(day_of_era / 146096)) / 365)
  local day_of_year = day_of_era - (365 * year_of_era + floor(year_of_era / 4) - floor(year_of_era / 100))
  local shifted = floor((5 * day_of_year + 2) / 153)
  local day = day_of_year - floor((153 * shifted + 2) / 5) + 1
  local month = shifted < 10 and shifted + 3 or shifted - 9
  local year = year_of_era + era * 400 + (month <= 2 and 1 or 0)
  return year, month, day
end

---@param unix integer
---@return string text like 2026-11-23T19:50:19Z
function M.format(unix)
  local year, month, day = M.civil(unix)
  local second = unix % 86400
  return ("%04d-%02d-%02dT%02d:%02d:%02dZ"):format(
    year,
    month,
    day,
    floor(second / 3600),
    floor(second % 3600 / 60),
    floor(second % 60)
  )
end

local LENGTHS = { 31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31 }

--- Reads `2027-03-15` (midnight UTC), `2027-03-15T12:00:00Z` or with an offset.
---@param text string
---@return integer? unix
---@return string? message
function M.parse(text)
  local year, month, day, rest = text:match("^(%d%d%d%d)%-(%d%d)%-(%d%d)(.*)$")
  local message = ("\"%s\" is no date: write 2027-03-15 or 2027-03-15T12:00:00Z"):format(text)
  if not year then
    return nil, message
  end
  year, month, day = tonumber(year), tonumber(month), tonumber(day)
  if month < 1 or month > 12 or day < 1 or day > LENGTHS[month] then
    return nil, message
  end
  local unix = days_from_civil(year, month, day) * 86400
  if M.format(unix):sub(1, 10) ~= text:sub(1, 10) then
    return nil, message -- 29 February of a common year
  end
  if rest == "" then
    return unix
  end
  local hour, minute, second, zone = rest:match("^[Tt ](%d%d):(%d%d):(%d%d)(.*)$")
  if not hour then
    return nil, message
  end
  hour, minute, second = tonumber(hour), tonumber(minute), tonumber(second)
  if hour > 23 or minute > 59 or second > 60 then
    return nil, message
  end
  unix = unix + hour * 3600 + minute * 60 + second
  if zone == "Z" or zone == "z" then
    return unix
  end
  local sign, off_hour, off_minute = zone:match("^([+-])(%d%d):(%d%d)$")
  if not sign then
    return nil, message
  end
  off_hour, off_minute = tonumber(off_hour), tonumber(off_minute)
  if off_hour > 23 or off_minute > 59 then
    return nil, message
  end
  local offset = off_hour * 3600 + off_minute * 60
  return unix - (sign == "+" and offset or -offset)
end

return M
