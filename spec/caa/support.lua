-- What the specs of issuable.caa share: readable octets, cases as text, random numbers that both engines repeat.
-- SPDX-License-Identifier: MIT
-- Source: the generator is Park and Miller's (1988), exact in doubles; math.random differs between engines.

local M = {}

local NAMED = { t = "\t", n = "\n", r = "\r", ["\\"] = "\\", ['"'] = '"' }

--- `a\000b\t` → the octets. Not the escapes of RFC 1035: the cases must not rest on the code under test.
---@param text string
---@return string
function M.octets(text)
  return (text:gsub("\\(.%d?%d?)", function(escape)
    if escape:find("^%d%d%d$") then
      return string.char(tonumber(escape))
    end
    return assert(NAMED[escape:sub(1, 1)], "bad escape in a case") .. escape:sub(2)
  end))
end

--- The reverse, for messages.
---@param octets string
---@return string
function M.readable(octets)
  return (octets:gsub('[%c"\\\127-\255]', function(c)
    return ("\\%03d"):format(c:byte())
  end))
end

--- The lines of a text block that hold a case: no blank ones, no `#` comments. `#` lines are kept as the section of what follows.
---@param block string
---@return { text: string, section: string }[]
function M.lines(block)
  local lines, section = {}, ""
  for line in block:gmatch("[^\n]+") do
    if line:find("^%s*#") then
      section = line:match("^%s*#%s*(.-)%s*$")
    elseif line:find("%S") then
      lines[#lines + 1] = { text = line:match("^%s*(.-)%s*$"), section = section }
    end
  end
  return lines
end

---@param seed number 1 .. 2^31 - 2
---@return fun(n: number): number from 1 to n
function M.random(seed)
  local state = seed
  return function(n)
    state = state * 16807 % 2147483647
    return math.floor(state / 2147483647 * n) + 1
  end
end

--- Runs a property with many seeds; the seed that breaks it is in the message.
---@param count number
---@param property fun(random: fun(n: number): number)
function M.for_all(count, property)
  for seed = 1, count do
    local random = M.random(seed * 7919)
    for _ = 1, 3 do
      random(2) -- small seeds start alike
    end
    local ok, message = pcall(property, random)
    if not ok then
      error(("seed %d: %s"):format(seed, type(message) == "table" and tostring(message.message or message) or tostring(message)), 0)
    end
  end
end

--- Random octets, from an alphabet of pieces when one is given.
---@param random fun(n: number): number
---@param length number
---@param pieces? string[]
---@return string
function M.string(random, length, pieces)
  local out = {}
  for i = 1, length do
    out[i] = pieces and pieces[random(#pieces)] or string.char(random(256) - 1)
  end
  return table.concat(out)
end

return M
