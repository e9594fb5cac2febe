-- Names on the command line: arguments, a file with one name a line, or standard input, made ready to be asked.
-- SPDX-License-Identifier: MIT
-- Shared by decide, lookup and explain.

local Files = require "issuable.sources.files"
local certmanager = require "issuable.sources.certmanager"
local manifests = require "issuable.sources.manifests"
local file = require "issuable.file"
local options = require "issuable.cli.options"

local M = {}

function M.define(command)
  command:argument("name", "Domain names, *.name for wildcards, - for standard input"):args("*")
  command:option("-f --file", "A file with one name a line (# starts a comment), - for standard input"):argname("FILE"):count("*")
end

--- A name of a line, without comment and blanks; nil when nothing is left.
local function name_of(line)
  local name = line:match("^[^#]*")
  local from = name:find("%S")
  return from and name:match("^.*%S", from) or nil
end

local PIECE = 65536

--- The lines of an open file, read piece by piece; "\n", "\r" and "\r\n" end one.
local function lines_of(handle, path, counter)
  local rest, lines, at = "", {}, 0
  local ended, first = false, true
  return function()
    while true do
      at = at + 1
      if lines[at] then
        return lines[at]
      elseif ended then
        return nil
      end
      local piece, message = handle:read(PIECE)
      if message then
        options.usage_error(("%s: %s"):format(path, message))
      elseif piece and first and manifests.is_manifest(piece) then
        options.usage_error(("%s: a Kubernetes manifest, not a list of names: `issuable check` reads it"):format(path))
      end
      first, ended = false, not piece
      counter.read = counter.read + #(piece or "")
      local text = rest .. (piece or "")
      local whole = ended and text or text:match("^.*[\r\n]") or ""
      rest = text:sub(#whole + 1)
      if #rest > PIECE then
        options.usage_error(("%s: a line of more than 64 kB is no list of names"):format(path))
      end
      lines, at = {}, 0
      for line in whole:gmatch("[^\r\n]+") do
        lines[#lines + 1] = line
      end
    end
  end
end

--- Opens what names are read from. Whatever is no file of bytes is read at once, as everywhere.
local function open(path, files)
  local kind = path ~= "-" and file.stat(path)
  if path == "-" then
    return io.stdin
  elseif kind and kind.type == "file" then
    local handle = io.open(path, "rb")
    if handle then
      return handle, kind.size
    end
  end
  local text, message = files:read(path)
  if not text then
    options.usage_error(("%s: %s"):format(path, message))
  end
  local given = false
  return {
    read = function()
      local piece = not given and text or nil
      given = true
      return piece
    end,
  }
end

---@param arguments table
---@return { next: fun(): table?, share: (fun(): number?), from_file: boolean } source identifiers in input order, as
---   sources.certmanager makes them, read as they are needed; share: how much of the files is read
function M.source(arguments)
  local files = Files.new()
  local counter, size, parts, from_file = { read = 0 }, 0, {}, false
  local function add_file(path)
    local handle, bytes = open(path, files)
    size = bytes and size + bytes or math.huge
    from_file = true
    parts[#parts + 1] = lines_of(handle, path, counter)
  end
  for _, name in ipairs(arguments.name or {}) do
    if name == "-" then
      add_file("-")
    else
      local given = false
      parts[#parts + 1] = function()
        local text = not given and name or nil
        given = true
        return text, true -- as it stands: an empty argument is a name too, though none that is issuable
      end
    end
  end
  for _, path in ipairs(arguments.file or {}) do
    add_file(path)
  end
  if #parts == 0 then
    options.usage_error("no names: give them as arguments or with -f FILE")
  end
  local at = 1
  return {
    from_file = from_file,
    share = function()
      return size > 0 and size < math.huge and counter.read / size or nil
    end,
    next = function()
      while parts[at] do
        local line, as_it_stands = parts[at]()
        local name = as_it_stands and line or line and name_of(line)
        if name then
          return certmanager.dns_identifier(name)
        elseif not line then
          at = at + 1
        end
      end
    end,
  }
end

return M
