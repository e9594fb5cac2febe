-- Columns of text: what a new word needs in front of it so that it stands under its neighbours.
-- SPDX-License-Identifier: MIT
-- Tabs every eight columns, as every terminal shows them; a code point is one column wide.

local M = {}

--- Screen column behind a text.
---@param text string
---@param column? integer where it starts, default 0
---@return integer
function M.width(text, column)
  column = column or 0
  for character in text:gmatch("[^\128-\191]") do
    column = character == "\t" and column + 8 - column % 8 or column + 1
  end
  return column
end

--- The blanks between two tokens; what holds a parenthesis, a comment or a line's end becomes one blank.
---@param bytes string
---@param from integer
---@param to integer
---@return string
function M.gap(bytes, from, to)
  local text = bytes:sub(from, to)
  return text:find("^[ \t]+$") and text or " "
end

--- Blanks that lead from one column to another in the manner of other blanks: a single blank makes no column.
---@param column integer where they start
---@param target integer where the next word should stand
---@param manner string blanks that stand at this place elsewhere
---@return string at least one blank
function M.reach(column, target, manner)
  if manner:find("\t", 1, true) then
    local blanks, at = "\t", M.width("\t", column)
    while at < target do
      blanks, at = blanks .. "\t", M.width("\t", at)
    end
    return blanks
  elseif #manner > 1 then
    return (" "):rep(math.max(1, target - column))
  end
  return " "
end

--- Blanks at the start of a line made room for a word: what follows keeps its column where there is room.
---@param leading string blanks
---@param word string
---@return string the word and blanks
function M.in_front(leading, word)
  return word .. M.reach(M.width(word), M.width(leading), leading:find("\t", 1, true) and leading or "  ")
end

return M
