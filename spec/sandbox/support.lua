-- A box with a small prelude: runs one text as a policy would be run.
-- SPDX-License-Identifier: MIT

local sandbox = require "issuable.sandbox"

local M = {}

M.PRELUDE = [[
local words = { assert = assert, error = error, getmetatable = getmetatable, ipairs = ipairs, math = math, next = next,
  pairs = pairs, pcall = pcall, rawequal = rawequal, rawget = rawget, select = select, setmetatable = setmetatable,
  string = string, table = table, tonumber = tonumber, tostring = tostring, type = type }
local function run(text, ...)
  local chunk, message = native.load(text, "@policy", words)
  if not chunk then error(message, 0) end
  return chunk(...)
end
return {
  classes = { point = { __index = { sum = function(self) return self.x + self.y end } } },
  run = run,
  clone = function(value) return native.clone(value) end,
  echo = function(...) return ... end,
}
]]

---@param options table? of sandbox.new
function M.box(options)
  return assert(sandbox.new(M.PRELUDE, options))
end

return M
