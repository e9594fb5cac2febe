-- Edits as a unified diff that `git apply` and `patch -p1` take, and as the lines a report shows.
-- SPDX-License-Identifier: MIT
-- Format: POSIX diff -u (IEEE 1003.1-2017), names quoted as git does (core.quotePath); the edits say where to look, so no search is needed.

local edit_list = require "issuable.fixes.edits"

local M = {}

local CONTEXT = 3

local NAMED_ESCAPES = {
  [7] = "\\a",
  [8] = "\\b",
  [9] = "\\t",
  [10] = "\\n",
  [11] = "\\v",
  [12] = "\\f",
  [13] = "\\r",
  [34] = '\\"',
  [92] = "\\\\",
}

--- A file name for a ---/+++ line: in C quotes when it holds quotes, controls or bytes above ASCII; a tab ends a name with blanks.
local function header_name(prefix, path)
  path = path:gsub("^%./+", "")
  if prefix ~= "" then
    path = prefix .. path:gsub("^/+", "")
  end
  if not path:find('[%c"\\\127-\255]') then
    return path:find(" ", 1, true) and path .. "\t" or path
  end
  return '"' .. path:gsub('[%c"\\\127-\255]', function(character)
    local code = character:byte()
    return NAMED_ESCAPES[code] or ("\\%03o"):format(code)
  end) .. '"'
end

--- First byte of every line. A last line without a newline is a line.
local function line_starts(bytes)
  local starts, at, n = {}, 1, 0
  local size = #bytes
  while at <= size do
    n = n + 1
    starts[n] = at
    local newline = bytes:find("\n", at, true)
    at = newline and newline + 1 or size + 1
  end
  return starts
end

--- Index of the line that holds a byte; one past the last line for the end of the file.
local function line_at(starts, position, size)
  if position > size then
    return #starts + 1
  end
  local low, high = 1, #starts
  while low < high do
    local middle = math.floor((low + high + 1) / 2)
    if starts[middle] <= position then
      low = middle
    else
      high = middle - 1
    end
  end
  return low
end

local function split_lines(text)
  local lines, at = {}, 1
  while at <= #text do
    local newline = text:find("\n", at, true) or #text
    lines[#lines + 1] = text:sub(at, newline)
    at = newline + 1
  end
  return lines
end

local Source = {}
Source.__index = Source

local function source_of(bytes)
  return setmetatable({ bytes = bytes, starts = line_starts(bytes) }, Source)
end

function Source:line(index)
  local first = self.starts[index]
  return self.bytes:sub(first, (self.starts[index + 1] or #self.bytes + 1) - 1)
end

--- The whole lines [from, to] that an edit touches; an insertion of whole lines touches none (to = from - 1).
function Source:touched(edit)
  local size = #self.bytes
  local from = line_at(self.starts, edit.first, size)
  local at_start = self.starts[from] == edit.first or edit.first == size + 1 and (size == 0 or self.bytes:byte(size) == 10)
  if not at_start and from > #self.starts then
    from = #self.starts -- behind a last line without a newline
  end
  local to
  if edit.last >= edit.first then
    to = line_at(self.starts, edit.last, size)
  else
    to = at_start and from - 1 or from
  end
  -- text that leaves its last line open runs into the line below
  local closed = to < from or self.bytes:byte((self.starts[to + 1] or size + 1) - 1) == 10
  local reaches_end = to >= from and edit.last == (self.starts[to + 1] or size + 1) - 1
  local open_text = edit.text ~= "" and edit.text:sub(-1) ~= "\n"
  local runs_on
  if to < from then
    runs_on = open_text
  else
    runs_on = closed and reaches_end and (open_text or edit.text == "" and self.starts[from] ~= edit.first)
  end
  if runs_on and to < #self.starts then
    to = to + 1
  end
  return from, to
end

--- Runs of touched lines with the edits inside them.
local function regions(source, edits)
  local list = {}
  for _, edit in ipairs(edits) do
    local from, to = source:touched(edit)
    local last = list[#list]
    if last and from <= last.to then
      last.to = math.max(last.to, to)
      last.edits[#last.edits + 1] = edit
    else
      list[#list + 1] = { from = from, to = to, edits = { edit } }
    end
  end
  return list
end

--- What a region loses and gains, without the lines that stay at its ends.
local function operation(source, region)
  local size = #source.bytes
  local first = source.starts[region.from] or size + 1
  local last = (source.starts[region.to + 1] or size + 1) - 1
  local shifted = {}
  for i, edit in ipairs(region.edits) do
    shifted[i] = { path = edit.path, first = edit.first - first + 1, last = edit.last - first + 1, text = edit.text }
  end
  local before = source.bytes:sub(first, last)
  local after = assert(edit_list.apply(before, shifted))
  local removed, added = split_lines(before), split_lines(after)
  local at = region.from
  while #removed > 0 and removed[1] == added[1] do
    table.remove(removed, 1)
    table.remove(added, 1)
    at = at + 1
  end
  while #removed > 0 and removed[#removed] == added[#added] do
    removed[#removed] = nil
    added[#added] = nil
  end
  return { at = at, removed = removed, added = added }
end

---@param bytes string
---@param edits table[] of one file
---@return { at: integer, removed: string[], added: string[] }[] operations at: first old line concerned; lines with their ends
---@return table source
local function operations(bytes, edits)
  local source = source_of(bytes)
  local list = {}
  for _, region in ipairs(regions(source, assert(edit_list.sort(edits)))) do
    local change = operation(source, region)
    if #change.removed > 0 or #change.added > 0 then
      list[#list + 1] = change
    end
  end
  return list, source
end

local function put(out, sign, line)
  out[#out + 1] = sign .. line
  if line:sub(-1) ~= "\n" then
    out[#out + 1] = "\n\\ No newline at end of file\n"
  end
end

local function range(first, count)
  if count == 1 then
    return ("%d"):format(first)
  end
  -- an empty range is named by the line before it
  return ("%d,%d"):format(count == 0 and first - 1 or first, count)
end

local function write_hunk(out, source, changes, shift)
  local first = math.max(1, changes[1].at - CONTEXT)
  local final = changes[#changes]
  local last = math.min(#source.starts, final.at + #final.removed - 1 + CONTEXT)
  local body, grown, at = {}, 0, first
  for _, change in ipairs(changes) do
    for index = at, change.at - 1 do
      put(body, " ", source:line(index))
    end
    for _, line in ipairs(change.removed) do
      put(body, "-", line)
    end
    for _, line in ipairs(change.added) do
      put(body, "+", line)
    end
    at = change.at + #change.removed
    grown = grown + #change.added - #change.removed
  end
  for index = at, last do
    put(body, " ", source:line(index))
  end
  local count = last - first + 1
  out[#out + 1] = ("@@ -%s +%s @@\n"):format(range(first, count), range(first + shift, count + grown))
  for _, piece in ipairs(body) do
    out[#out + 1] = piece
  end
  return grown
end

--- A unified diff of one file, three lines of context. Empty when the edits change nothing.
---@param path string as the user wrote it; a leading "./" or "/" is dropped so that `-p1` finds it from its root
---@param bytes string the bytes before
---@param edits table[] edits of this file
---@return string
function M.unified(path, bytes, edits)
  local changes, source = operations(bytes, edits)
  if #changes == 0 then
    return ""
  end
  local out = { "--- ", header_name("a/", path), "\n+++ ", header_name("b/", path), "\n" }
  local shift, hunk = 0, {}
  for i, change in ipairs(changes) do
    hunk[#hunk + 1] = change
    local following = changes[i + 1]
    if not following or following.at - (change.at + #change.removed) > 2 * CONTEXT then
      shift = shift + write_hunk(out, source, hunk, shift)
      hunk = {}
    end
  end
  return table.concat(out)
end

local function without_end(lines)
  local bare = {}
  for i, line in ipairs(lines) do
    bare[i] = line:gsub("\r?\n$", "")
  end
  return bare
end

--- The lines that edits take and give, for a report.
---@param path string
---@param bytes string
---@param edits table[] edits of this file
---@return { path: string, line: integer, removed: string[], added: string[] }[] places line: 1-based, of the file before
function M.places(path, bytes, edits)
  local places = {}
  for i, change in ipairs(operations(bytes, edits)) do
    places[i] = { path = path, line = change.at, removed = without_end(change.removed), added = without_end(change.added) }
  end
  return places
end

return M
