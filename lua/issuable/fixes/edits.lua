-- Byte edits: order, overlap, application.
-- SPDX-License-Identifier: MIT
-- Design section 1 (Fix.edits): { path, digest, first, last, text }; 1-based inclusive bytes, an insertion has last = first - 1.

local M = {}

--- An insertion stands before the byte at `first`, so it goes before a replacement that starts there.
local function before(a, b)
  if a.first ~= b.first then
    return a.first < b.first
  elseif a.last ~= b.last then
    return a.last < b.last
  end
  return a.order < b.order
end

local function same(a, b)
  return a.first == b.first and a.last == b.last and a.text == b.text and a.last >= a.first
end

--- Sorts the edits of one file and checks that none touches what another replaces.
--- The same replacement asked for twice is one (two zones that share an SOA file).
---@param edits table[]
---@return table[]? sorted a new array
---@return string? message
function M.sort(edits)
  local sorted = {}
  for i, edit in ipairs(edits) do
    sorted[i] = { path = edit.path, digest = edit.digest, first = edit.first, last = edit.last, text = edit.text, order = i }
  end
  table.sort(sorted, before)
  local kept = {}
  for _, edit in ipairs(sorted) do
    local previous = kept[#kept]
    if not previous or not same(previous, edit) then
      if previous and edit.first <= previous.last then
        return nil, ("two edits of %s overlap at byte %d"):format(edit.path or "the file", edit.first)
      elseif edit.last < edit.first - 1 then
        return nil, ("an edit of %s ends before it starts, at byte %d"):format(edit.path or "the file", edit.first)
      end
      edit.order = nil
      kept[#kept + 1] = edit
    end
  end
  return kept
end

--- The bytes after all edits. The caller has checked that these are the bytes the edits were made for.
---@param bytes string
---@param edits table[] of one file, in any order
---@return string? after
---@return string? message
function M.apply(bytes, edits)
  local sorted, message = M.sort(edits)
  if not sorted then
    return nil, message
  end
  local parts, at = {}, 1
  for _, edit in ipairs(sorted) do
    if edit.first < 1 or edit.first > #bytes + 1 or edit.last > #bytes then
      return nil, ("an edit of %s lies outside its %d bytes"):format(edit.path or "the file", #bytes)
    end
    parts[#parts + 1] = bytes:sub(at, edit.first - 1)
    parts[#parts + 1] = edit.text
    at = edit.last + 1
  end
  parts[#parts + 1] = bytes:sub(at)
  return table.concat(parts)
end

--- The edits of several changes, by file: each path once, sorted, free of overlaps.
---@param lists table[][] arrays of edits
---@return { path: string, digest: string, edits: table[] }[]? files by path
---@return string? message overlapping edits, or edits made for different bytes of one file
function M.by_file(lists)
  local files, order = {}, {}
  for _, list in ipairs(lists) do
    for _, edit in ipairs(list) do
      local target = files[edit.path]
      if not target then
        target = { path = edit.path, digest = edit.digest, edits = {} }
        files[edit.path] = target
        order[#order + 1] = target
      elseif target.digest ~= edit.digest then
        return nil, ("%s changed while it was read"):format(edit.path)
      end
      target.edits[#target.edits + 1] = edit
    end
  end
  table.sort(order, function(a, b)
    return a.path < b.path
  end)
  for _, target in ipairs(order) do
    local sorted, message = M.sort(target.edits)
    if not sorted then
      return nil, message
    end
    target.edits = sorted
  end
  return order
end

--- The edits of what `apply` returned that give the first bytes back.
---@param bytes string the bytes before
---@param edits table[] of one file
---@return table[]? inverse edits for the bytes after
---@return string? message
function M.invert(bytes, edits)
  local sorted, message = M.sort(edits)
  if not sorted then
    return nil, message
  end
  local inverse, shift = {}, 0
  for i, edit in ipairs(sorted) do
    local first = edit.first + shift
    inverse[i] = { path = edit.path, first = first, last = first + #edit.text - 1, text = bytes:sub(edit.first, edit.last) }
    shift = shift + #edit.text - (edit.last - edit.first + 1)
  end
  return inverse
end

return M
