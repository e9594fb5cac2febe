-- Random numbers that are the same on both engines for one seed, and the seed of this run.
-- SPDX-License-Identifier: MIT
-- Source: Lehmer's generator with Park and Miller's constants (all products fit a double).

local Random = {}
Random.__index = Random

---@param seed integer
---@return table random { below = function(self, n), pick = function(self, list), chance = function(self, percent) }
local function new(seed)
  return setmetatable({ state = seed % 2147483646 + 1 }, Random)
end

--- 1 to n.
function Random:below(n)
  self.state = self.state * 16807 % 2147483647
  return self.state % n + 1
end

function Random:pick(list)
  return list[self:below(#list)]
end

function Random:chance(percent)
  return self:below(100) <= percent
end

return new
