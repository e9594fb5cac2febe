-- What the specs of issuable.manifest share: cases as text, values by path, comparison, seeded random numbers.
-- SPDX-License-Identifier: MIT
-- The format of the cases is in cases/README.txt; Park and Miller's generator (1988) is exact in doubles on both engines.

local cjson = require "cjson"
local manifest = require "issuable.manifest"

local M = {}

local function slurp(path)
  local file = assert(io.open(path, "rb"))
  local bytes = file:read("*a")
  file:close()
  return bytes
end

--- `\n \r \t \xHH \\` to bytes, `\e` and a line end to nothing.
---@param text string
---@return string
function M.unescape(text)
  local named = { n = "\n", r = "\r", t = "\t", ["\\"] = "\\", ['"'] = '"' }
  text = text:gsub("\\\\", "\\x5C"):gsub("\\e\n?", "")
  text = text:gsub("\\x(%x%x)", function(hex) return ("\0%s"):format(hex) end)
  text = text:gsub('\\([nrt"])', named)
  return (text:gsub("%z(%x%x)", function(hex) return string.char(tonumber(hex, 16)) end))
end

--- The cases of a file under spec/manifest/cases.
---@param name string
---@return { title: string, bytes: string, expect: { verb: string, rest: string }[], file: string }[]
function M.cases(name)
  local root = os.getenv("ISSUABLE_ROOT") or "."
  local text = slurp(root .. "/spec/manifest/cases/" .. name)
  local cases = {}
  local position = 1
  while true do
    local from, to, title = text:find("=== ([^\n]*)\n", position)
    if not from then break end
    local next_from = text:find("\n=== ", to, true) or #text
    local bytes, expected = text:sub(to + 1, next_from):match("^(.-)=>\n(.*)$")
    assert(bytes, "a case without =>: " .. title)
    if title:find("%(escaped%)$") then bytes = M.unescape(bytes:gsub("\n", "")) end
    local expect = {}
    for line in expected:gmatch("[^\n]+") do
      local verb, rest = line:match("^(%l+) ?(.*)$")
      expect[#expect + 1] = { verb = assert(verb, line), rest = rest }
    end
    cases[#cases + 1] = { title = title, bytes = bytes, expect = expect, file = name }
    position = next_from + 1
  end
  assert(#cases > 0, "no cases in " .. name)
  return cases
end

--- Same value? Empty tables are all the same; cjson.null is manifest.null.
function M.same(a, b)
  if type(a) ~= "table" or type(b) ~= "table" then return a == b and type(a) == type(b) end
  for key, value in pairs(a) do
    if b[key] == nil or not M.same(value, b[key]) then return false end
  end
  for key in pairs(b) do
    if a[key] == nil then return false end
  end
  return true
end

--- A value as text, for messages; keys in order.
function M.show(value)
  if value == manifest.null then return "null" end
  if type(value) == "string" then return ("%q"):format(value):gsub("\\\n", "\\n") end
  if type(value) ~= "table" then return tostring(value) end
  local out = {}
  if #value > 0 then
    for i, item in ipairs(value) do out[i] = M.show(item) end
    return "[" .. table.concat(out, ",") .. "]"
  end
  for key, item in pairs(value) do out[#out + 1] = M.show(key) .. ":" .. M.show(item) end
  table.sort(out)
  return "{" .. table.concat(out, ",") .. "}"
end

M.decode = cjson.decode

--- `2:spec/dnsNames/1` → the container that holds the last step, the key, the document.
---@return table? container nil: the path is the root itself
---@return string|integer|nil key
---@return table document
function M.walk(stream, path)
  local number, rest = path:match("^(%d+):(.*)$")
  local document = assert(stream.documents[tonumber(number or 1)], "no such document")
  local container, key, value = nil, nil, document.value
  for step in (rest or path):gmatch("[^/]+") do
    assert(type(value) == "table", "no container on the way: " .. path)
    container, key = value, (#value > 0 and tonumber(step)) or step
    value = value[key]
  end
  return container, key, document
end

--- Random whole numbers, the same on both engines.
---@param seed integer
---@return fun(n: integer): integer from 1 to n
function M.random(seed)
  local state = seed % 2147483646 + 1
  return function(n)
    state = (state * 16807) % 2147483647
    return math.floor(state / 2147483647 * n) + 1
  end
end

return M
