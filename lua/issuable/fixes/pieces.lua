-- Whole lines that go and come: joined where they meet, the end of the file kept as it is.
-- SPDX-License-Identifier: MIT
-- RFC 1035 section 5.1; BIND refuses a file whose last line is a directive without a line end.

local M = {}

---@class issuable.Piece
---@field first integer
---@field last integer first - 1: nothing goes
---@field lines string[] what comes, without line ends
---@field eol string the line end of what comes
---@field open boolean the file ends here without one: the first line that comes is parted from what is above

--- How a last line that has no end of its own would end: as the line above it does.
---@param bytes string
---@param first integer first byte of the last line
---@return string
function M.line_end(bytes, first)
  return bytes:sub(math.max(1, first - 2), first - 1) == "\r\n" and "\r\n" or "\n"
end

--- Whether the line that ends before a byte may lose its line end.
local function may_be_last(bytes, first)
  local text = bytes:sub(1, first - 1):match("([^\n]*)\r?\n$")
  return text == nil or text:sub(1, 1) ~= "$"
end

local function text_of(piece)
  local text = {}
  for i, line in ipairs(piece.lines) do
    text[i] = piece.open and piece.eol .. line or line .. piece.eol
  end
  return table.concat(text)
end

--- Lines that go up to the end of a file that has no last line end take the one above with them.
local function close(bytes, piece)
  local text = text_of(piece)
  if piece.last == #bytes and piece.last >= piece.first and not bytes:find("[\r\n]$") then
    if text ~= "" then
      return piece.first, text:sub(1, -#piece.eol - 1)
    elseif may_be_last(bytes, piece.first) then
      local above = bytes:sub(math.max(1, piece.first - 2), piece.first - 1)
      return piece.first - (above == "\r\n" and 2 or above:find("[\r\n]$") and 1 or 0), text
    end
  end
  return piece.first, text
end

--- The edits of one file.
---@param bytes string
---@param pieces issuable.Piece[] in any order, none touches a line of another
---@return { at: integer, first: integer, last: integer, text: string }[] at: `first` of the piece that it begins with
function M.edits(bytes, pieces)
  table.sort(pieces, function(a, b)
    if a.first ~= b.first then
      return a.first < b.first
    end
    return a.last < b.last
  end)
  local joined = {}
  for _, piece in ipairs(pieces) do
    local above = joined[#joined]
    if above and above.last + 1 == piece.first and not piece.open then
      above.last = piece.last
      for _, line in ipairs(piece.lines) do
        table.insert(above.lines, line)
      end
    else
      joined[#joined + 1] = { first = piece.first, last = piece.last, lines = { (table.unpack or unpack)(piece.lines) }, eol = piece.eol, open = piece.open }
    end
  end
  local list = {}
  for i, piece in ipairs(joined) do
    local first, text = close(bytes, piece)
    list[i] = { at = piece.first, first = first, last = piece.last, text = text }
  end
  return list
end

return M
