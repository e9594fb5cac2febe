-- What may reach a terminal: colours on demand, and never a control character from DNS or files.
-- SPDX-License-Identifier: MIT
-- Colour precedence: flag > NO_COLOR > CLICOLOR_FORCE > terminal (design section 4).

local M = {}

local CODES = { bold = "1", red = "31;1", yellow = "33;1", blue = "34;1", green = "32;1", cyan = "36;1", dim = "2" }

---@param enabled boolean
---@return fun(style: string, text: string): string
function M.painter(enabled)
  return function(style, text)
    if not enabled or text == "" then
      return text
    end
    return ("\27[%sm%s\27[0m"):format(CODES[style], text)
  end
end

local function valid_length(text, at)
  local c = text:byte(at)
  local length = c < 0x80 and 1 or c >= 0xC2 and c < 0xE0 and 2 or c >= 0xE0 and c < 0xF0 and 3 or c >= 0xF0 and c < 0xF5 and 4 or 0
  if length == 0 or at + length - 1 > #text then
    return 0
  end
  for i = at + 1, at + length - 1 do
    local continuation = text:byte(i)
    if continuation < 0x80 or continuation > 0xBF then
      return 0
    end
  end
  local second = text:byte(at + 1)
  -- overlong forms, surrogates, and beyond U+10FFFF are no characters
  if (c == 0xE0 and second < 0xA0) or (c == 0xED and second > 0x9F) or (c == 0xF0 and second < 0x90) or (c == 0xF4 and second > 0x8F) then
    return 0
  end
  return length
end

--- Bidirectional and invisible formatting characters make a line look like another one; C1 controls are obeyed by some
--- terminals even in UTF-8.
---@param character string one well-formed UTF-8 character
---@return boolean
function M.deceives(character)
  local lead = character:byte()
  if lead == 0xC2 then
    return character:find("^\194[\128-\159\173]") ~= nil -- C1, soft hyphen
  elseif lead == 0xD8 then
    return character == "\216\156" -- Arabic letter mark
  elseif lead == 0xE2 then
    return character:find("^\226\128[\139-\143\168-\174]") ~= nil or character:find("^\226\129[\160-\175]") ~= nil
  elseif lead == 0xEF then
    return character == "\239\187\191" or character:find("^\239\191[\176-\187\190\191]") ~= nil -- byte order mark, U+FFF0..FFFB, FFFE, FFFF
  elseif lead == 0xF3 then
    return character:find("^\243\160[\128\129]") ~= nil -- tag characters, U+E0000..E007F
  end
  return false
end

--- Text with everything that a terminal would obey made visible: \xNN for bytes, tabs kept only where asked for.
---@param text string
---@param keep_tabs? boolean
---@return string
function M.visible(text, keep_tabs)
  if not text:find("[%c\127-\255]") then
    return text
  end
  local out, at = {}, 1
  while at <= #text do
    local length = valid_length(text, at)
    local character = text:sub(at, at + math.max(length, 1) - 1)
    local c = character:byte()
    if length == 0 or (c < 0x20 and not (c == 9 and keep_tabs)) or c == 0x7F or (length > 1 and M.deceives(character)) then
      out[#out + 1] = character:gsub(".", function(byte)
        return ("\\x%02x"):format(byte:byte())
      end)
    else
      out[#out + 1] = character
    end
    at = at + #character
  end
  return table.concat(out)
end

--- Cells that a text takes, near enough: one for each code point.
---@param text string
---@return integer
function M.width(text)
  if not text:find("[\128-\191]") then
    return #text
  end
  local _, continuation = text:gsub("[\128-\191]", "")
  return #text - continuation
end

--- The first or, with a negative count, the last cells of a text that `visible` made.
---@param text string
---@param cells integer
---@return string
function M.cut(text, cells)
  local room = math.abs(cells)
  if M.width(text) <= room then
    return text
  elseif cells > 0 then
    local at = 0
    for _ = 1, room do
      _, at = text:find("^[%z\1-\127\192-\255][\128-\191]*", at + 1)
    end
    return text:sub(1, at or 0)
  end
  local skip, at = M.width(text) - room, 0
  for _ = 1, skip do
    _, at = text:find("^[%z\1-\127\192-\255][\128-\191]*", at + 1)
  end
  return text:sub(at + 1)
end

--- Words in lines of at most `width` cells; a word that is longer stays whole, so that it can be copied.
---@param text string without control characters
---@param width integer? nil: one line
---@param indent string before the second line and those after it
---@param first integer cells that stand before the text on its first line
---@return string
function M.wrap(text, width, indent, first)
  if not width or first + M.width(text) <= width then
    return text
  end
  local lines, line, used = {}, {}, first
  for word in text:gmatch("%S+") do
    local cells = M.width(word)
    if #line > 0 and used + 1 + cells > width then
      lines[#lines + 1] = table.concat(line, " ")
      line, used = {}, M.width(indent)
    end
    used = used + cells + (#line > 0 and 1 or 0)
    line[#line + 1] = word
  end
  lines[#lines + 1] = table.concat(line, " ")
  return table.concat(lines, "\n" .. indent)
end

---@param setting "auto"|"always"|"never"|nil
---@param getenv fun(name: string): string?
---@param is_terminal boolean
---@return boolean
function M.wants_colour(setting, getenv, is_terminal)
  if setting == "always" or setting == "never" then
    return setting == "always"
  end
  local function set(name)
    local value = getenv(name)
    return value ~= nil and value ~= ""
  end
  if set("NO_COLOR") then
    return false
  end
  if set("CLICOLOR_FORCE") and getenv("CLICOLOR_FORCE") ~= "0" then
    return true
  end
  return is_terminal and getenv("TERM") ~= "dumb"
end

return M
