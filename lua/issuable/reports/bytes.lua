-- The bytes of files while a report is made: read on demand, kept while there is room.
-- SPDX-License-Identifier: MIT
-- Findings go from a manifest to its issuer and a zone and back: what was read is read again at once.

local M = {}

--- Kept in all; a larger file is kept as long as it is the last one.
local MAX_BYTES = 64 * 1024 * 1024

local Bytes = {}
Bytes.__index = Bytes

---@param files issuable.Files
function M.new(files)
  return setmetatable({ files = files, kept = {}, order = {}, first = 1, last = 0, size = 0 }, Bytes)
end

--- The entry of a file: `bytes` (nil: not readable now) and whatever a report keeps beside them.
---@param path string
---@return { bytes: string? }
function Bytes:entry(path)
  local entry = self.kept[path]
  if entry then
    return entry
  end
  entry = { bytes = self.files:read(path) }
  self.kept[path] = entry
  self.last = self.last + 1
  self.order[self.last] = path
  self.size = self.size + #(entry.bytes or "")
  while self.size > MAX_BYTES and self.first < self.last do
    local oldest = self.order[self.first]
    self.size = self.size - #(self.kept[oldest].bytes or "")
    self.kept[oldest], self.order[self.first] = nil, nil
    self.first = self.first + 1
  end
  return entry
end

return M
