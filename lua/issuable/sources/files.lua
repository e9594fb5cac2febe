-- Reading files: the one place where bytes of the world enter the program.
-- SPDX-License-Identifier: MIT
-- An edit that is tried out is a layer of bytes over the same paths, so everything after reads it the same way (design, "mend").

local file = require "issuable.file"

---@class issuable.Files
---@field private overlay table<string, string> bytes by path, on top of the disk
---@field private digests table<string, string> SHA-256 (hex) of the bytes last read from each path
---@field private below issuable.Files? the files under this layer
---@field private stdin_text string? standard input, read once
local Files = {}
Files.__index = Files

--- 256 MiB: above every manifest stream and zone that a repository holds; a bound, so that a path cannot eat the machine.
local MAX_BYTES = 256 * 1024 * 1024

---@param options? { overlay?: table<string, string>, max_bytes?: integer, stdin?: fun(): string? }
---@return issuable.Files
function Files.new(options)
  options = options or {}
  return setmetatable({
    overlay = options.overlay or {},
    digests = {},
    max_bytes = options.max_bytes or MAX_BYTES,
    stdin = options.stdin or function()
      return io.stdin:read("*a")
    end,
  }, Files)
end

--- What is wrong, without the path in front: whoever tells it knows the path, and reports print it once.
---@param message string of issuable.file
---@return string
function Files.reason(message)
  return (message:gsub("^.*: ", ""))
end

--- The same files with other bytes for some paths. Nothing is written.
---@param overlay table<string, string>
---@return issuable.Files
function Files:with(overlay)
  local above = Files.new { overlay = overlay, max_bytes = self.max_bytes, stdin = self.stdin }
  above.below = self
  return above
end

---@param path string "-" is standard input, which can be read again
---@return string? bytes
---@return string? message
---@return string? code as issuable.file.read: "ENOENT", "EACCES", "not-regular", "too-large" …
function Files:read(path)
  local bytes = self.overlay[path]
  if bytes then
    return bytes
  end
  if self.below then
    return self.below:read(path)
  end
  if path == "-" then
    if not self.stdin_text then
      self.stdin_text = self.stdin() or ""
    end
    bytes = self.stdin_text
  else
    local message, code
    bytes, message, code = file.read(path, self.max_bytes)
    if not bytes then
      return nil, Files.reason(message), code
    end
  end
  self.digests[path] = file.sha256(bytes)
  return bytes
end

--- The SHA-256 of what was last read from the disk at a path: an edit is written only over these bytes.
---@param path string
---@return string? hex
function Files:digest(path)
  if self.below and not self.overlay[path] then
    return self.below:digest(path)
  end
  if self.overlay[path] then
    return file.sha256(self.overlay[path])
  end
  return self.digests[path]
end

return Files
