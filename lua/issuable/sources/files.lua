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
--- How much of a line on each side of an error is kept of standard input.
local MAX_KEPT_LINE = 4096

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

--- Forgets all of standard input but these parts: a dump of a cluster may hold Secrets, and it must be kept for snippets.
--- What is forgotten becomes blanks, so that offsets, lines and columns stay. Files on disk are not kept anyway.
---@param path string
---@param spans { first: integer, last: integer, whole_line?: boolean }[] whole_line: the line around it is kept too
function Files:keep_only(path, spans)
  local text = path == "-" and self.stdin_text
  if not text then
    return
  end
  local parts = {}
  for i, span in ipairs(spans) do
    local first, last = span.first, span.last
    if span.whole_line then
      first = first - #text:sub(math.max(1, first - MAX_KEPT_LINE), first - 1):match("[^\r\n]*$")
      if not text:find("^[\r\n]", last) then
        last = last + #text:sub(last + 1, last + MAX_KEPT_LINE):match("^[^\r\n]*")
      end
    end
    parts[i] = { first = first, last = last }
  end
  table.sort(parts, function(a, b)
    return a.first < b.first
  end)
  local out, at = {}, 1
  for _, part in ipairs(parts) do
    if part.last >= at then
      out[#out + 1] = text:sub(at, part.first - 1):gsub("[^\r\n]", " ")
      out[#out + 1] = text:sub(math.max(at, part.first), part.last)
      at = part.last + 1
    end
  end
  out[#out + 1] = text:sub(at):gsub("[^\r\n]", " ")
  self.stdin_text = table.concat(out)
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
