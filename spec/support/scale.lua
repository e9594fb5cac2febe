-- Scales amounts of random cases: scale(1000) is 1000 × ISSUABLE_SCALE, at least 1.
-- SPDX-License-Identifier: MIT
-- Source: spec/run documents ISSUABLE_SCALE, the one variable for everything that takes long.

local factor = tonumber(os.getenv("ISSUABLE_SCALE") or "1") or 1

---@param n number how many at scale 1
---@return number whole, at least 1; prints the same on both engines with %d
return function(n)
  return math.max(1, math.floor(n * factor))
end
