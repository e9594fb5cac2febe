-- The outer side of a policy's sandbox: files in, statements out, rules called, trouble told with file and line.
-- SPDX-License-Identifier: MIT
-- luacheck: read globals package.searchpath
-- Design section 2 (issuable.sandbox) and 5. Chunks have short names inside, because Lua cuts long ones in messages.

local file = require "issuable.file"
local sandbox = require "issuable.sandbox"

---@class issuable.PolicyBox
local Box = {}
Box.__index = Box

local M = {}

local BUDGET = {
  steps = "it takes too many steps (a loop without an end?)",
  memory = "it uses too much memory",
  time = "it takes too much time",
}

local function source_of(module)
  local path, message = package.searchpath(module, package.path)
  local text = path and file.read(path)
  if not text then
    error(("the module %s cannot be found: %s"):format(module, message or path), 0)
  end
  return text
end

local prelude

--- The text that runs inside first. Read from the modules' own files, so that both sides share it.
local function prelude_text()
  if not prelude then
    prelude = ("CLASSES = (function() %s\nend)() %s"):format(source_of("issuable.policy.classes"), source_of("issuable.policy.inside"))
  end
  return prelude
end

---@param options table? of issuable.sandbox.new
---@return issuable.PolicyBox
function M.new(options)
  local self = setmetatable({ options = options, chunks = {} }, Box)
  self:open()
  return self
end

function Box:open()
  local box, message = sandbox.new(prelude_text(), self.options)
  self.box = box or error("no sandbox: " .. tostring(message), 0)
end

--- A message of the inside with real file names, and the place that it begins with.
---@return string message
---@return string? path
---@return integer? line
function Box:place(message)
  local path, line
  local chunk, number, rest = message:match("^policy(%d+):(%d+): (.*)$")
  if chunk and self.chunks[tonumber(chunk)] then
    path, line, message = self.chunks[tonumber(chunk)].path, tonumber(number), rest
  end
  message = message:gsub("policy(%d+):(%d+):", function(other, at)
    local known = self.chunks[tonumber(other)]
    return known and ("%s:%s:"):format(known.path, at)
  end)
  return message, path, line
end

--- What a failed call says: { message, path, line, budget }.
function Box:trouble(message, kind, line, chunk)
  local text, path, at = self:place(message)
  if BUDGET[kind] then
    local known = chunk and self.chunks[tonumber(chunk:match("^policy(%d+)$"))]
    return { message = BUDGET[kind], path = known and known.path, line = known and line, budget = kind }
  end
  return { message = text, path = path, line = at }
end

--- Runs the text of a policy file.
---@return table[]? statements { kind, value, line }
---@return string? message with file and line
function Box:load(path, text)
  local number = #self.chunks + 1
  self.chunks[number] = { path = path, text = text }
  local ok, statements, kind, line, chunk = self.box:call("load", text, ("@policy%d"):format(number))
  if ok then
    return statements
  end
  local trouble = self:trouble(statements, kind, line, chunk)
  if trouble.path then
    return nil, ("%s:%d: %s"):format(trouble.path, trouble.line, trouble.message)
  end
  return nil, ("%s: %s"):format(path, trouble.message)
end

--- The Span of a line of a policy file, without the blanks around it.
---@return table span
function Box:line_span(path, line)
  local text
  for _, chunk in ipairs(self.chunks) do
    text = chunk.path == path and chunk.text or text
  end
  local first, number = 1, 1
  while text and number < line do
    local newline = text:find("\n", first, true)
    if not newline then
      break
    end
    first, number = newline + 1, number + 1
  end
  local row = text and text:match("^[^\r\n]*", first) or ""
  local blanks = #row:match("^%s*")
  local length = #row:match("^(.-)%s*$")
  return { path = path, line = line, column = blanks + 1, first = first + blanks, last = first + length - 1 }
end

--- A new state with the same files: what a rule left behind is gone. Functions keep their numbers.
function Box:restart()
  self.box:close()
  self:open()
  for number, chunk in ipairs(self.chunks) do
    self.box:call("load", chunk.text, ("@policy%d"):format(number))
  end
end

--- Calls the inside; see policy/inside.lua.
---@return boolean ok
---@return any result, or trouble { message, path, line, budget }
function Box:call(name, ...)
  local ok, result, kind, line, chunk = self.box:call(name, ...)
  if ok then
    return true, result
  end
  return false, self:trouble(result, kind, line, chunk)
end

--- Steps that a call may take, and those that the last one left.
function Box:allowance()
  return self.options and self.options.steps or 1000000
end

function Box:left()
  return self.box:left()
end

function Box:close()
  self.box:close()
end

return M
