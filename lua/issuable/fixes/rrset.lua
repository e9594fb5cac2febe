-- The arithmetic of a CAA RRset: which properties give the wanted grants, with plain names and wildcards kept apart.
-- SPDX-License-Identifier: MIT
-- RFC 8659 sections 4.2 and 4.3: wildcards follow `issuewild` where there is one, else `issue`; design section 6.

local caa = require "issuable.caa"

local M = {}

local function has_tag(properties, tag)
  for _, property in ipairs(properties) do
    if property.tag == tag then
      return true
    end
  end
  return false
end

--- Grants of one kind, each value once, in the order of the asks.
local function distinct(grants, wildcard)
  local list, seen = {}, {}
  for _, grant in ipairs(grants) do
    if grant.wildcard == wildcard and not seen[grant.value] then
      seen[grant.value] = true
      list[#list + 1] = grant
    end
  end
  return list, seen
end

local function same_values(list, seen)
  local count = 0
  for _ in pairs(seen) do
    count = count + 1
  end
  if count ~= #list then
    return false
  end
  for _, grant in ipairs(list) do
    if not seen[grant.value] then
      return false
    end
  end
  return true
end

local function place(property)
  return property.site and property.site.record
end

--- Behind which record a property of this tag is put: beside its sibling, else below the last of its tag, else below the last of the other.
local function after(properties, tag, near)
  if near and near.tag == tag then
    return near
  end
  local last = {}
  for _, property in ipairs(properties) do
    last[property.tag] = property
    last.any = property
  end
  return last[tag] or (tag == "issuewild" and last.issue) or last.any
end

--- Collects what changes; never a property twice.
local Plan = {}
Plan.__index = Plan

function Plan:holds(tag, value)
  for _, property in ipairs(self.properties) do
    if property.tag == tag and property.value == value and not self.replaced[property] then
      return true
    end
  end
  for _, new in ipairs(self.add) do
    if new.tag == tag and new.value == value then
      return true
    end
  end
  for _, value_there in pairs(self.replaced) do
    if value_there.tag == tag and value_there.value == value then
      return true
    end
  end
  return false
end

function Plan:put(tag, grant)
  local old = grant.replace
  if old and old.tag == tag and not self.replaced[old] then
    self.replaced[old] = { tag = tag, value = grant.value }
    self.change[#self.change + 1] = { record = place(old), value = grant.value, property = old }
  elseif not self:holds(tag, grant.value) then
    local beside = after(self.properties, tag, grant.near)
    self.add[#self.add + 1] = {
      flags = grant.flags or 0,
      tag = tag,
      value = grant.value,
      after = beside and place(beside),
      beside = beside,
      copy = grant.copy and place(grant.copy) or nil,
    }
  end
end

--- Wildcards get an `issuewild` set of their own that says what `issue` said, so that what `issue` gains is not theirs.
local function copies(properties)
  local list = {}
  for _, property in ipairs(properties) do
    if property.tag == "issue" and not property.malformed and property.issuer and property.issuer ~= "" then
      list[#list + 1] = { value = property.value, flags = property.flags, copy = property }
    end
  end
  return list
end

--- The whole RRset afterwards, in the order in which it will stand.
local function result(plan)
  local properties, texts = {}, {}
  local function put(flags, tag, value)
    properties[#properties + 1] = caa.property(flags, tag, value)
    texts[#texts + 1] = caa.format(flags, tag, value)
  end
  for _, property in ipairs(plan.properties) do
    local new = plan.replaced[property]
    put(property.flags, property.tag_text or property.tag, new and new.value or property.value)
    for _, added in ipairs(plan.add) do
      if added.beside == property then
        put(added.flags, added.tag, added.value)
      end
    end
  end
  return properties, texts
end

--- What to add and to change so that the grants hold and nobody else gains or loses.
---@param properties table[] the RRset as it stands (Property)
---@param grants { value: string, wildcard: boolean, flags: integer, near: table?, replace: table? }[]
---@return { add: table[], change: table[], after: table[], result: string[], copied: boolean } plan
function M.plan(properties, grants)
  local plan = setmetatable({ properties = properties, add = {}, change = {}, replaced = {} }, Plan)
  local plain, plain_values = distinct(grants, false)
  local wild = distinct(grants, true)
  local own_wildcards = has_tag(properties, "issuewild")
  local together = not own_wildcards and same_values(wild, plain_values)
  for _, grant in ipairs(plain) do
    plan:put("issue", grant)
  end
  if own_wildcards then
    for _, grant in ipairs(wild) do
      plan:put("issuewild", grant)
    end
  elseif not together then
    local inherited = copies(properties)
    for _, grant in ipairs(inherited) do
      plan:put("issuewild", grant)
    end
    for _, grant in ipairs(wild) do
      plan:put("issuewild", grant)
    end
    if #inherited == 0 and #wild == 0 then
      plan:put("issuewild", { value = ";", flags = 0 })
    end
    plan.copied = true
  end
  plan.after, plan.result = result(plan)
  return plan
end

return M
