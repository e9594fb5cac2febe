-- Random small zones full of what answers depend on, and names to ask them for.
-- SPDX-License-Identifier: MIT
-- RFC 1034 section 4.3.2, RFC 4592, RFC 6672; the same seed gives the same zone on both engines.

local new_random = require "spec.support.random"

local M = {}

local LABELS = { "a", "b", "c", "d", "w", "ent", "x", "*", "*", "\\042", "A", "B", "e\\.f", "\\195\\132", "\\097" }
local ASKED_LABELS = { "a", "b", "c", "d", "w", "ent", "x", "*", "nx", "q", "C", "e\\.f", "\\195\\132" }

local CAA = {
  '0 issue "ca.test"', '0 issue "ca2.test; account=1"', '0 issuewild ";"', '128 issue "ca3.test"', '0 iodef "mailto:a@example.com"',
  "0 issue ca4.test", '0 tbs "x"', "\\# 14 000569737375656361 2e74657374", '0 issue "\\195\\164"', "\\# 14 000549535355456361 2e74657374",
}

--- One canonical form for names that are written differently.
local function canonical(name)
  return (name:gsub("\\(%d%d%d)", function(digits)
    local c = string.char(tonumber(digits))
    return c:find("[%w%*]") and c or "\\" .. digits
  end):gsub("%u", string.lower))
end

--- The name of a label below a relative name.
local function below(label, name)
  return name == "@" and label or label .. "." .. name
end

local Maker = {}
Maker.__index = Maker

--- A relative name of one to three labels, often below one that is there.
function Maker:name()
  local random = self.random
  local labels = {}
  for i = 1, random:pick { 1, 1, 1, 2, 2, 3 } do
    labels[i] = random:pick(LABELS)
  end
  local name = table.concat(labels, ".")
  if #self.names > 0 and random:chance(40) then
    name = below(random:pick(LABELS), random:pick(self.names))
  end
  return #name < 60 and name or "a"
end

function Maker:target()
  local random = self.random
  local kind = random:below(10)
  if kind <= 5 and #self.names > 0 then
    return random:pick(self.names)
  elseif kind == 6 and #self.names > 0 then
    return below(random:pick(ASKED_LABELS), random:pick(self.names))
  elseif kind == 7 then
    return random:pick { "www.elsewhere.invalid.", "invalid.", "@", "@" }
  end
  return self:name()
end

function Maker:line(owner, ttl, text)
  if self.random:chance(10) then
    owner = owner == "@" and self.apex .. "." or owner .. "." .. self.apex .. "."
  end
  self.lines[#self.lines + 1] = ("%s %s%s"):format(owner, ttl and ("%d "):format(ttl) or "", text)
end

--- NSD and Knot refuse a zone with data below a DNAME, or with an upper-case tag; BIND loads it. Few zones have that.
function Maker:below_dname(key)
  for owner, has in pairs(self.has) do
    if has.DNAME and (owner == "@" and key ~= "@" or key:sub(-#owner - 1) == "." .. owner) then
      return true
    end
  end
end

-- What may stand at an owner. A tidy zone has nothing beside a CNAME, and one CNAME or DNAME.
function Maker:record(owner)
  local random = self.random
  local key = canonical(owner)
  local has = self.has[key] or {}
  self.has[key] = has
  local kind = random:pick { "CAA", "CAA", "CAA", "CAA", "A", "A", "TXT", "CNAME", "CNAME", "CNAME", "DNAME", "NS", "DS", "SET" }
  if self.tidy and (self:below_dname(key) or has.CNAME or kind == "CNAME" and next(has) or kind == "DNAME" and has.DNAME) then
    return
  end
  local wildcard = key:find("^%*%.") or key == "*"
  local ttl = random:chance(30) and random:pick { 60, 600, 3600 } or nil
  if kind == "CAA" then
    self:line(owner, ttl, random:pick { "CAA ", "TYPE257 ", "IN CAA " } .. (self.tidy and random:pick(CAA) or '0 ISSUE "ca.test"'))
  elseif kind == "SET" then
    kind = "CAA"
    for _ = 1, 3 do
      self:line(owner, random:chance(20) and 60 or ttl, "CAA " .. random:pick(CAA))
    end
  elseif kind == "A" then
    self:line(owner, ttl, "A 192.0.2.1")
  elseif kind == "TXT" then
    self:line(owner, ttl, 'TXT "x"')
  elseif kind == "CNAME" or kind == "DNAME" then
    if kind == "DNAME" and self.tidy then
      for other in pairs(self.has) do -- nothing may be below it yet
        if other ~= "@" and (owner == "@" or other:sub(-#key - 1) == "." .. key) then
          return
        end
      end
    end
    self:line(owner, ttl, kind .. " " .. self:target())
  elseif kind == "NS" then
    if wildcard and self.tidy or owner == "@" then
      return
    end
    self:line(owner, ttl, "NS " .. random:pick { "ns.elsewhere.invalid.", "ns." .. owner })
    if random:chance(60) then
      self:line("ns." .. owner, nil, "A 192.0.2.1")
    end
  elseif kind == "DS" then
    if owner == "@" then
      return
    end
    self:line(owner, nil, "DS 12345 13 2 0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef")
  end
  has[kind] = true
end

--- Names to ask a zone for: what is there, what is above, below and beside it, and what is not.
local function questions(random, names, apex, count)
  local list = {}
  for i = 1, count do
    local name = #names > 0 and random:pick(names) or "@"
    local kind = random:below(10)
    if kind <= 2 then
      name = below(random:pick(ASKED_LABELS), name)
    elseif kind == 3 then
      name = below(random:pick(ASKED_LABELS), below(random:pick(ASKED_LABELS), name))
    elseif kind <= 5 then
      name = name:match("^[^%.]*[^%.\\]%.(.+)$") or name
    elseif kind == 6 then
      name = random:pick(ASKED_LABELS)
    elseif kind == 7 then
      name = name:upper()
    end
    list[i] = name == "@" and apex or name .. "." .. apex
  end
  return list
end

--- A zone and questions for it.
---@param seed integer
---@param apex string
---@param count integer number of questions
---@return string text
---@return string[] names absolute, without final dots
function M.zone(seed, apex, count)
  local random = new_random(seed * 7919)
  for _ = 1, 4 do
    random:below(2) -- neighbouring seeds begin alike
  end
  local maker = setmetatable({
    random = random, apex = apex, lines = {}, names = {}, has = { ["@"] = { SOA = true } }, tidy = random:chance(93),
  }, Maker)
  maker.lines = {
    ("$ORIGIN %s."):format(apex), "$TTL 300", "@ SOA ns.elsewhere.invalid. h.elsewhere.invalid. 1 7200 900 1209600 300", "@ NS ns.elsewhere.invalid.",
  }
  if random:chance(40) then
    maker.names[1] = "@"
  end
  for _ = 1, random:below(12) do
    local owner = #maker.names > 0 and random:chance(30) and random:pick(maker.names) or maker:name()
    maker.names[#maker.names + 1] = owner
    maker:record(owner)
  end
  return table.concat(maker.lines, "\n") .. "\n", questions(random, maker.names, apex, count)
end

return M
