-- What rules want changed, as changes of RRsets: `:want { accounturi = … }` of many findings becomes one property an account.
-- SPDX-License-Identifier: MIT
-- Design section 5: the wanted change is data, the engine makes the edit; wants of several scopes are merged. RFC 8657 section 3.

local grant = require "issuable.fixes.grant"
local rewrite = require "issuable.fixes.rewrite_set"

local M = {}

--- Fields of `want`. Each takes what it wants of one RRset.
M.FIELDS = {
  accounturi = "an ACME account URI: the CA's property is bound to it, and to every other account that uses it",
  validationmethods = "a method, or a list: the CA's property is bound to them, and to every other method in use",
  iodef = "a mailto: or https: URL: an iodef property is added",
}

local function add_to(list, seen, value)
  if value and not seen[value] then
    seen[value] = true
    list[#list + 1] = value
  end
end

local function set()
  return { list = {}, seen = {} }
end

local function put(collection, value)
  add_to(collection.list, collection.seen, value)
end

--- The RRset that a want is about.
local function rrset_of(want)
  if want.kind == "decision" then
    return want.subject.answer and want.subject.answer.rrset
  elseif want.kind == "rrset" then
    return want.subject
  end
end

local function refused(want, rrset, code, why)
  return {
    kind = "rrset",
    owner = rrset and rrset.owner or want.subject.name or "",
    zone = rrset and rrset.zone,
    ttl = rrset and rrset.ttl,
    add = {},
    change = {},
    remove = {},
    result = {},
    decisions = {},
    wants = { want },
    refused = code,
    why = why,
  }
end

--- What is wrong with a want, or nil.
local function problem_of(want, rrset)
  for field, value in pairs(want.fields) do
    if not M.FIELDS[field] then
      return "unknown-want", ("a rule wants %q; it may want accounturi, iodef, validationmethods"):format(tostring(field))
    elseif type(value) ~= "string" and not (field == "validationmethods" and type(value) == "table") then
      return "unknown-want", ("%s must be %s"):format(field, M.FIELDS[field])
    end
  end
  if not rrset then
    return "no-rrset", "there are no CAA records to change; `issuable pin` writes new ones"
  elseif (want.fields.accounturi or want.fields.validationmethods) and not (want.kind == "decision" and want.subject.matched) then
    return "no-property", "there is no property that lets the CA issue, so none can be bound"
  end
end

--- Everybody in the input who issues on a property: their accounts and methods, and whether one of them is not known.
local function users_of(decisions, property)
  local accounts, methods = set(), set()
  for _, decision in ipairs(decisions) do
    if decision.matched == property and decision.verdict == "allowed" then
      local question = decision.question or {}
      accounts.open = accounts.open or not question.accounts or #question.accounts == 0
      methods.open = methods.open or not question.methods or #question.methods == 0
      for _, account in ipairs(question.accounts or {}) do
        put(accounts, account)
      end
      for _, method in ipairs(question.methods or {}) do
        put(methods, method)
      end
    end
  end
  return accounts, methods
end

--- The values that take the place of one property.
local function bound_values(property, group, decisions)
  local accounts, methods = users_of(decisions, property)
  for _, account in ipairs(group.accounts.list) do
    put(accounts, account)
  end
  for _, method in ipairs(group.methods.list) do
    put(methods, method)
  end
  if #group.accounts.list > 0 and accounts.open then
    return nil, "account-unknown", "somebody in the input issues on this property with an account that is not known; it would be locked out"
  elseif #group.methods.list > 0 and methods.open then
    return nil, "method-unknown", "somebody in the input issues on this property by a method that is not known; it would be locked out"
  end
  local wanted = { validationmethods = #group.methods.list > 0 and table.concat(methods.list, ",") or nil }
  local values = {}
  for i, account in ipairs(#group.accounts.list > 0 and accounts.list or { false }) do
    wanted.accounturi = account or nil
    values[i] = grant.value_like(property, property.issuer, wanted)
  end
  return values
end

--- All wants of one RRset: by property what it is bound to, and iodef.
local function gather(wants)
  local group = { by_property = {}, order = {}, iodef = set() }
  for _, want in ipairs(wants) do
    local fields = want.fields
    if fields.iodef then
      put(group.iodef, fields.iodef)
    end
    if fields.accounturi or fields.validationmethods then
      local property = want.subject.matched
      local bound = group.by_property[property]
      if not bound then
        bound = { accounts = set(), methods = set() }
        group.by_property[property] = bound
        group.order[#group.order + 1] = property
      end
      put(bound.accounts, fields.accounturi)
      local methods = fields.validationmethods
      for _, method in ipairs(type(methods) == "table" and methods or { methods }) do
        put(bound.methods, method)
      end
    end
  end
  return group
end

local function change_of(rrset, wants, decisions)
  local group = gather(wants)
  local wanted = {}
  for _, property in ipairs(rrset.properties) do
    local bound = group.by_property[property]
    if bound then
      local values, code, why = bound_values(property, bound, decisions)
      if not values then
        return nil, code, why
      end
      for _, value in ipairs(values) do
        wanted[#wanted + 1] = { flags = property.flags, tag = property.tag, value = value }
      end
    else
      wanted[#wanted + 1] = rewrite.keep(property)
    end
  end
  for _, value in ipairs(group.iodef.list) do
    wanted[#wanted + 1] = { flags = 0, tag = "iodef", value = value }
  end
  local plan = rewrite.plan(rrset.properties, wanted)
  plan.kind, plan.owner, plan.zone, plan.ttl = "rrset", rrset.owner, rrset.zone, rrset.ttl
  plan.before, plan.decisions, plan.wants = rrset.properties, {}, wants
  plan.why = "does what the policy wants of it, and locks out nobody in the input"
  if not rrset.zone then
    plan.refused, plan.why = "not-editable", "the records are in none of the files that were given"
  end
  return plan
end

--- Adds the changes that findings want to those that mend what is denied.
---@param changes issuable.Change[]
---@param result table of issuable.check
function M.add(changes, result)
  local busy, by_rrset, order = {}, {}, {}
  for _, change in ipairs(changes) do
    if not change.refused then
      busy[("%s\0%s"):format(change.zone and change.zone.path or "", change.owner)] = true
    end
  end
  for _, finding in ipairs(result.findings) do
    local want = not finding.waived and finding.want
    if want then
      local rrset = rrset_of(want)
      local code, why = problem_of(want, rrset)
      if code then
        changes[#changes + 1] = refused(want, rrset, code, why)
      else
        if not by_rrset[rrset] then
          by_rrset[rrset] = {}
          order[#order + 1] = rrset
        end
        table.insert(by_rrset[rrset], want)
      end
    end
  end
  for _, rrset in ipairs(order) do
    local wants = by_rrset[rrset]
    local change, code, why
    if busy[("%s\0%s"):format(rrset.zone and rrset.zone.path or "", rrset.owner)] then
      code, why = "other-change-first", "these records are changed already, to let a denied name be issued; do that first, then check again"
    else
      change, code, why = change_of(rrset, wants, result.decisions)
    end
    if not change then
      change = refused(wants[1], rrset, code, why)
      change.wants = wants
    end
    changes[#changes + 1] = change
  end
end

return M
