-- `when`: which subjects a rule is about, as data. Rules are indexed by it, so that what does not match is not run.
-- SPDX-License-Identifier: MIT
-- Design section 5. The fields are those of policy/fields.lua; texts are globs in which * stands for anything.

local M = {}

--- Fields that take few values in one run: all rules are matched once for each combination.
local FEW = { "scope", "namespace", "kind", "issuer", "environment", "ca", "verdict", "reason", "wildcard" }
--- Fields that differ from subject to subject: matched by themselves, and only for rules that ask for them.
local MANY = { "name", "owner", "zone" }

local patterns = {}

--- A glob as a Lua pattern without backtracking traps: * is the only wild card.
local function pattern_of(glob)
  local pattern = patterns[glob]
  if not pattern then
    pattern = "^" .. glob:lower():gsub("%*+", "*"):gsub("[%^%$%(%)%%%.%[%]%+%-%?]", "%%%0"):gsub("%*", ".*") .. "$"
    patterns[glob] = pattern
  end
  return pattern
end

--- Does a text match a glob? Without regard to case, as names have none. `exact` first: "*.example.com" is a name too.
---@param glob string
---@param text string
---@return boolean
function M.glob(glob, text)
  text = text:lower()
  if glob:lower() == text or glob == "*" then
    return true
  elseif not glob:find("*", 1, true) then
    return false
  end
  local _, stars = glob:gsub("%*", "")
  if stars > 3 then -- each further star may cost another factor of the length
    local at = 1
    local parts = {}
    for part in (glob:lower() .. "*"):gmatch("([^*]*)%*") do
      parts[#parts + 1] = part
    end
    for i, part in ipairs(parts) do
      local first, last
      if i == #parts then
        first = #text - #part + 1
        return first >= at and text:sub(first) == part
      end
      first, last = text:find(part, at, true)
      if not first or (i == 1 and first ~= 1) then
        return false
      end
      at = last + 1
    end
  end
  return text:find(pattern_of(glob)) ~= nil
end

local function matches(wanted, value)
  if type(wanted) == "boolean" then
    return wanted == (value == true)
  elseif value == nil then
    return false
  elseif type(wanted) == "string" then
    return M.glob(wanted, tostring(value))
  end
  for _, one in ipairs(wanted) do
    if M.glob(one, tostring(value)) then
      return true
    end
  end
  return false
end

--- A subject with several names (a request, a CA with its issuer domain names) is met through any of them.
local function any_name(wanted, names)
  for _, name in ipairs(names) do
    if matches(wanted, name) then
      return true
    end
  end
  return false
end

local function all_match(when, fields, values)
  for _, field in ipairs(fields) do
    if when[field] ~= nil then
      local several = field == "name" and values.names or field == "ca" and values.cas
      if not (several and any_name(when[field], several) or not several and matches(when[field], values[field])) then
        return false
      end
    end
  end
  return true
end

--- Does a whole `when` match the values of a subject?
---@param when table?
---@param values table by field
---@return boolean
function M.matches(when, values)
  return when == nil or (all_match(when, FEW, values) and all_match(when, MANY, values))
end

---@class issuable.RuleIndex
local Index = {}
Index.__index = Index

---@param rules { when: table? }[]
---@return issuable.RuleIndex
function M.index(rules)
  local used, asks_many = {}, false
  for _, rule in ipairs(rules) do
    for _, field in ipairs(FEW) do
      used[field] = used[field] or (rule.when and rule.when[field] ~= nil)
    end
    for _, field in ipairs(MANY) do
      asks_many = asks_many or (rule.when ~= nil and rule.when[field] ~= nil)
    end
  end
  local fields = {}
  for _, field in ipairs(FEW) do
    if used[field] then
      fields[#fields + 1] = field
    end
  end
  return setmetatable({ rules = rules, fields = fields, asks_many = asks_many, known = {} }, Index)
end

--- The rules that are about a subject with these values.
---@param values table by field of `when`
---@return table[] rules the caller changes nothing in it
function Index:find(values)
  local key = ""
  for i = 1, #self.fields do
    key = key .. "\0" .. tostring(values[self.fields[i]])
  end
  local list = self.known[key]
  if not list then
    list = {}
    for _, rule in ipairs(self.rules) do
      if not rule.when or all_match(rule.when, self.fields, values) then
        list[#list + 1] = rule
      end
    end
    self.known[key] = list
  end
  if not self.asks_many or #list == 0 then
    return list
  end
  local fitting = {}
  for _, rule in ipairs(list) do
    if not rule.when or all_match(rule.when, MANY, values) then
      fitting[#fitting + 1] = rule
    end
  end
  return fitting
end

return M
