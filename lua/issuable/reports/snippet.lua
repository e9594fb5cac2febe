-- Source snippets: the lines of several files with what is said of them underneath, as good compilers print them.
-- SPDX-License-Identifier: MIT
-- Reads on demand and keeps what it read: ten thousand findings over one file read it once.

local Bytes = require "issuable.reports.bytes"
local terminal = require "issuable.reports.terminal"

local M = {}

--- Longer lines (minified JSON, one-line lists) are cut to a window around the span.
local MAX_LINE = 160
--- How far a line is searched for its ends: what lies further away is never shown.
local MAX_SEARCH = 4 * MAX_LINE

local Source = {}
Source.__index = Source

---@param files issuable.Files
function M.source(files)
  return setmetatable({ files = Bytes.new(files) }, Source)
end

---@return string? bytes
---@return boolean guarded the file also holds Secrets, as far as its text tells
function Source:bytes(path)
  local entry = self.files:entry(path)
  if entry.guarded == nil then
    entry.guarded = entry.bytes ~= nil and entry.bytes:find("Secret", 1, true) ~= nil
  end
  return entry.bytes, entry.guarded
end

local function line_start(bytes, at)
  local limit = math.max(1, at - MAX_SEARCH)
  local after = bytes:sub(limit, at - 1):match("^.*[\r\n]()")
  return after and limit + after - 1 or limit
end

--- In a file that also holds Secrets, a flow or minified line may hold their bytes beside the span:
--- of such a line only the span and its own key are shown.
local function without_neighbours(before, after)
  local at = before:find("[^%[%]{},]*$")
  local stop = after:find("[%[%]{},]")
  if at > 1 then
    before = "…" .. before:sub(at)
  end
  if stop then
    after = after:sub(1, stop - 1) .. "…"
  end
  return before, after
end

local function cut_to_window(before, inside, after)
  if #before > MAX_LINE / 2 then
    before = "…" .. before:sub(-MAX_LINE / 2):gsub("^[\128-\191]+", "")
  end
  if #inside > MAX_LINE then
    inside = inside:sub(1, MAX_LINE):gsub("[\192-\255]?[\128-\191]*$", "") .. "…"
  end
  if #before + #inside + #after > MAX_LINE then
    after = after:sub(1, math.max(0, MAX_LINE - #before - #inside)):gsub("[\192-\255]?[\128-\191]*$", "") .. "…"
  end
  return before, inside, after
end

--- The line that holds the first byte of a span, cut to a window, and where in it the span lies.
---@return string? before text before the span
---@return string? inside the part of the span on this line
---@return string? after
---@return boolean? goes_on the span reaches into later lines
function Source:line(span)
  local bytes, guarded = self:bytes(span.path)
  if not bytes or not span.first or span.first > #bytes + 1 then
    return nil
  end
  local first = span.first
  local from = line_start(bytes, first)
  local ahead = bytes:sub(first, first + MAX_SEARCH)
  local line_end = ahead:find("[\r\n]")
  local rest = line_end and ahead:sub(1, line_end - 1) or ahead
  local length = math.max(0, math.min(math.max((span.last or first) - first + 1, 1), #rest))
  local before, inside, after = bytes:sub(from, first - 1), rest:sub(1, length), rest:sub(length + 1)
  if guarded then
    before, after = without_neighbours(before, after)
  end
  before, inside, after = cut_to_window(before, inside, after)
  return before, inside, after, line_end ~= nil and (span.last or first) > first + #rest
end

local function expand(text)
  return (terminal.visible(text, true):gsub("\t", "    "))
end

local function trim_blanks(inside, before)
  local blanks = inside:match("^[ \t]*")
  if #blanks == #inside then
    return inside, before
  end
  return inside:sub(#blanks + 1), before .. blanks
end

--- Labels in the order they tell the story, those of one line together.
local function by_line(labels)
  local groups, index = {}, {}
  for _, label in ipairs(labels) do
    local span = label.span
    if span then
      local key = span.path .. "\0" .. span.line
      local group = index[key]
      if not group then
        group = { path = span.path, line = span.line, labels = {} }
        index[key] = group
        groups[#groups + 1] = group
      end
      table.insert(group.labels, label)
    end
  end
  return groups
end

--- A line that a narrow terminal cannot hold is cut around what it is about.
local function fit(before, inside, after, room)
  if not room or terminal.width(before .. inside .. after) <= room then
    return before, inside, after
  end
  local blanks = before:match("^ *")
  if #blanks > 4 then
    before = before:sub(#blanks - 3)
  end
  local cells = terminal.width(inside)
  if terminal.width(before) + cells > room then
    local kept = math.max(math.floor(room / 3), room - cells) - 1
    if terminal.width(before) > kept then
      before = "…" .. terminal.cut(before, -kept)
    end
  end
  local left = room - terminal.width(before)
  if cells > left then
    return before, terminal.cut(inside, left - 1) .. "…", ""
  end
  local rest = left - cells
  if terminal.width(after) > rest then
    after = rest > 0 and terminal.cut(after, rest - 1) .. "…" or ""
  end
  return before, inside, after
end

---@param out string[] lines are appended here
---@param source table from M.source
---@param labels table[] { span, text, primary }
---@param paint fun(style: string, text: string): string
---@param columns integer? cells of the terminal; nil: lines are as long as they are
---@return string margin
function M.render(out, source, labels, paint, columns)
  local groups = by_line(labels)
  local width = 1
  for _, group in ipairs(groups) do
    width = math.max(width, #tostring(group.line))
  end
  local margin = (" "):rep(width)
  local room = columns and math.max(columns - width - 3, 16)
  local last_path, last_line
  for i, group in ipairs(groups) do
    local arrow = i == 1 and "-->" or ":::"
    if group.path ~= last_path then
      local first = group.labels[1].span
      local shown = group.path == "-" and "<stdin>" or group.path
      out[#out + 1] = ("%s%s %s:%d:%d"):format(margin, paint("blue", arrow), terminal.visible(shown), group.line, first.column or 1)
      out[#out + 1] = margin .. paint("blue", " |")
    elseif group.line > last_line + 1 or group.line < last_line then
      out[#out + 1] = margin .. paint("blue", " |")
    end
    local drawn
    for _, label in ipairs(group.labels) do
      local before, inside, after, goes_on
      if not label.span.hidden then
        before, inside, after, goes_on = source:line(label.span)
      end
      if before then
        inside, before = trim_blanks(inside, before)
        local shown
        shown, inside, after = fit(expand(before), expand(inside), expand(after), room)
        local line = shown .. inside .. after
        if drawn ~= line then -- the first label of this line, or one so far away that it needs a window of its own
          local number = (" "):rep(width - #tostring(group.line)) .. group.line
          local style = label.primary and "red" or "cyan"
          out[#out + 1] = ("%s %s %s%s%s"):format(
            paint("blue", number),
            paint("blue", "|"),
            shown,
            paint(style, inside),
            after
          ):gsub("%s+$", "")
          drawn = line
        end
        local length = math.max(1, terminal.width(inside))
        local mark = (label.primary and "^" or "-"):rep(length) .. (goes_on and "…" or "")
        local said = terminal.visible(label.text)
        local beside = not room or terminal.width(shown) + terminal.width(mark) + 1 + terminal.width(said) <= room
        local text = beside and said ~= "" and " " .. said or ""
        out[#out + 1] = ("%s%s %s%s"):format(
          margin,
          paint("blue", " |"),
          (" "):rep(terminal.width(shown)),
          paint(label.primary and "red" or "cyan", mark .. text)
        )
        if not beside then
          local indent = ("%s%s   "):format(margin, paint("blue", " |"))
          local words = terminal.wrap(said, room - 2, "\n", 0)
          for line_of_words in words:gmatch("[^\n]+") do
            out[#out + 1] = indent .. paint(label.primary and "red" or "cyan", line_of_words)
          end
        end
      elseif label.text ~= "" then
        out[#out + 1] = ("%s%s %s"):format(margin, paint("blue", " |"), terminal.visible(label.text))
      end
    end
    last_path, last_line = group.path, group.line
  end
  return margin
end

return M
