-- Comments that waive a finding in place: `issuable:ignore RULE until DATE because …` in zone files, YAML and HCL.
-- SPDX-License-Identifier: MIT
-- Design section 5 (waivers). Behind a line the comment is about that line; on a line of its own, about the next one that is no comment.

local dates = require "issuable.dates"

local M = {}

local MARK = "issuable:ignore"
local WANTED = "write `issuable:ignore RULE until 2027-01-31 because …`"
--- So many in one file are no comments any more.
local MOST = 10000

---@class issuable.Ignore
---@field rule string?
---@field expires string?
---@field because string?
---@field path string
---@field span table
---@field covers integer line
---@field problem string? what is wrong with it; then it waives nothing

local function parse(ignore, text)
  local rule, rest = text:match("^%s+(%S+)%s*(.*)$")
  if not rule or rule == "until" then
    ignore.problem = "which rule? " .. WANTED
    return
  end
  local expires, because = rest:match("^until%s+(%S+)%s*(.*)$")
  if not expires then
    ignore.problem = "until when? " .. WANTED
  elseif not dates.parse(expires) then
    ignore.problem = ("%q is no date: %s"):format(expires, WANTED)
  else
    because = because:match("^because%s+(.-)%s*$")
    if not because or because == "" then
      ignore.problem = "why? " .. WANTED
    end
  end
  ignore.rule, ignore.expires, ignore.because = rule, expires, because
end

--- Is this line nothing but a comment, or blank?
local function is_comment(line)
  return line:find("^%s*$") ~= nil or line:find("^%s*[#;]") ~= nil or line:find("^%s*//") ~= nil
end

--- The comment sign before the mark, with nothing but blanks and words of the comment between: "# ", "; ", "// ".
local function sign_before(line, at)
  local before = line:sub(1, at - 1)
  local sign = before:match("^.*()[#;]%s*$") or before:match("^.*()//%s*$")
  if not sign then
    return nil
  end
  local ahead = before:sub(1, sign - 1)
  -- in YAML and HCL a # starts a comment only behind a blank
  if ahead ~= "" and not ahead:find("[%s;)\"]$") and line:sub(sign, sign) ~= ";" then
    return nil
  end
  return sign, ahead
end

--- The lines of a text from a place on: number, line, first byte.
local function lines_from(text, first, number)
  return function()
    if first > #text then
      return nil
    end
    local stop = text:find("\n", first, true) or #text + 1
    local line = text:sub(first, stop - 1):gsub("\r$", "")
    local at, current = first, number
    first, number = stop + 1, number + 1
    return current, line, at
  end
end

--- All such comments of a text.
---@param text string
---@param path string
---@return issuable.Ignore[]? nil: none
function M.scan(text, path)
  local at = text:find(MARK, 1, true)
  if not at then
    return nil
  end
  local list, waiting = {}, {}
  for number, line, first in lines_from(text, 1, 1) do
    local own = is_comment(line)
    if not own then
      for _, ignore in ipairs(waiting) do
        ignore.covers = number
      end
      waiting = {}
    end
    local mark = line:find(MARK, 1, true)
    local sign, ahead
    if mark then
      sign, ahead = sign_before(line, mark)
    end
    if sign and #list < MOST then
      local ignore = {
        path = path,
        span = { path = path, line = number, column = sign, first = first + sign - 1, last = first + #line - 1 },
        covers = number,
      }
      parse(ignore, line:sub(mark + #MARK))
      list[#list + 1] = ignore
      if ahead:find("^%s*$") then
        ignore.covers = nil
        waiting[#waiting + 1] = ignore
      end
    end
  end
  return #list > 0 and list or nil
end

return M
