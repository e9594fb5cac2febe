-- From an RRset as it stands to one that is wanted, with as few edits as there can be: kept, changed in place, added, removed.
-- SPDX-License-Identifier: MIT
-- RFC 8659 section 4; the Change of design section 1.

local caa = require "issuable.caa"

local M = {}

local function record_of(property)
  return property.site and property.site.record
end

local function issuer_of(property)
  local issuer = property.issuer or property.issuer_guess
  return issuer and issuer:lower() or nil
end

--- Takes the first old property that is not taken yet and passes a test.
local function take(old, taken, test)
  for i, property in ipairs(old) do
    if not taken[i] and test(property) then
      taken[i] = true
      return i
    end
  end
end

--- The old property behind which a new one goes: one of the same issuer, else the last of its tag, else the last of all.
local function beside(old, new, gone)
  local last, of_tag
  for i, property in ipairs(old) do
    if not gone[i] then
      last = property
      if property.tag == new.tag then
        of_tag = property
        if issuer_of(property) == new.issuer then
          return property
        end
      end
    end
  end
  return of_tag or last
end

--- Plans the edits from an RRset to the wanted one.
---@param old table[] Property
---@param wanted { flags: integer, tag: string, value: string, keep?: table }[] keep: an old property that stays as it is
---@return { add: table[], change: table[], remove: integer[], after: table[], result: string[], same: boolean } plan
function M.plan(old, wanted)
  local taken, place = {}, {}
  for i, new in ipairs(wanted) do
    place[i] = take(old, taken, function(property)
      return new.keep == property or (not new.keep and property.tag == new.tag and property.value == new.value and property.flags == new.flags)
    end)
  end
  local changed = {}
  for i, new in ipairs(wanted) do
    local issuer = issuer_of(caa.property(new.flags, new.tag, new.value))
    new.issuer = issuer
    if not place[i] then
      changed[i] = take(old, taken, function(property)
        return property.tag == new.tag and property.flags == new.flags and issuer ~= nil and issuer_of(property) == issuer
      end)
      place[i] = changed[i]
    end
  end
  local plan = { add = {}, change = {}, remove = {}, after = {}, result = {} }
  local gone = {}
  for i, property in ipairs(old) do
    if not taken[i] then
      gone[i] = true
      plan.remove[#plan.remove + 1] = record_of(property)
    end
  end
  for i, new in ipairs(wanted) do
    if changed[i] then
      local property = old[changed[i]]
      plan.change[#plan.change + 1] = { record = record_of(property), value = new.value, property = property }
    elseif not place[i] then
      local sibling = beside(old, new, gone) or beside(old, new, {})
      plan.add[#plan.add + 1] = { flags = new.flags, tag = new.tag, value = new.value, after = sibling and record_of(sibling), beside = sibling }
    end
    local value = new.keep and new.keep.value or new.value
    plan.after[i] = caa.property(new.flags, new.tag, value)
    plan.result[i] = caa.format(new.flags, new.tag, value)
  end
  plan.same = #plan.add + #plan.change + #plan.remove == 0 and next(gone) == nil
  return plan
end

--- An old property as a wanted one.
function M.keep(property)
  return { flags = property.flags, tag = property.tag_text or property.tag, value = property.value, keep = property }
end

return M
