-- The tightest CAA that keeps every certificate in the input issuing: issuer, account and method, one property an account.
-- SPDX-License-Identifier: MIT
-- RFC 8659 sections 4.2 and 4.3, RFC 8657; issue "Policies that teams write in Lua" (`issuable pin`). What is not known is not bound.

local caa = require "issuable.caa"
local effect = require "issuable.fixes.effect"
local grant = require "issuable.fixes.grant"
local rewrite = require "issuable.fixes.rewrite_set"

local M = {}

--- RFC 8659 section 4.2: what a parameter's value may hold (no `;`, no blank).
local PARAMETER_VALUE = "^[\33-\58\60-\126]+$"

--- The zone in which new records for a name go: the deepest one that was given.
local function zone_of(zones, name)
  local best
  for _, zone in ipairs(zones) do
    if zone.status == "loadable" and (name == zone.apex or caa.is_below(name, zone.apex)) and (not best or #zone.apex > #best.apex) then
      best = zone
    end
  end
  return best
end

--- Decisions by the RRset that decides them; where there is none, by the apex at which one would be made.
local function groups_of(result)
  local groups, order = {}, {}
  for _, decision in ipairs(result.decisions) do
    local answer = decision.answer
    local rrset = answer and answer.rrset
    local zone = not rrset and answer and answer.status == "none" and zone_of(result.input.zones, decision.name)
    local key = rrset or zone
    if key then
      local group = groups[key]
      if not group then
        group = {
          owner = rrset and rrset.owner or zone.apex,
          zone = rrset and rrset.zone or zone,
          ttl = rrset and rrset.ttl,
          properties = rrset and rrset.properties or {},
          complete = not rrset or rrset.complete ~= false,
          fresh = not rrset,
          decisions = {},
        }
        groups[key] = group
        order[#order + 1] = group
      end
      table.insert(group.decisions, decision)
    end
  end
  table.sort(order, function(a, b)
    local x, y = a.zone and a.zone.path or "", b.zone and b.zone.path or ""
    if x ~= y then
      return x < y
    end
    return a.owner < b.owner
  end)
  return order
end

--- What has to be granted, by issuer and account, for plain names or for wildcards.
local function new_family()
  return { order = {}, by_key = {} }
end

local function need(family, domain, account, methods, meant)
  local key = domain .. "\0" .. (account or "")
  local entry = family.by_key[key]
  if not entry then
    entry = { domain = domain, account = account, methods = {}, seen = {}, meant = meant }
    family.by_key[key] = entry
    family.order[#family.order + 1] = entry
  end
  if not methods or #methods == 0 then
    entry.any_method = true
  end
  for _, method in ipairs(methods or {}) do
    if not entry.seen[method] then
      entry.seen[method] = true
      entry.methods[#entry.methods + 1] = method
    end
  end
end

--- Does an entry for everybody of an issuer cover one for a single account?
local function covered(entry, everybody)
  if not entry.account or not everybody then
    return false
  elseif everybody.any_method then
    return true
  end
  for _, method in ipairs(entry.methods) do
    if not everybody.seen[method] then
      return false
    end
  end
  return not entry.any_method
end

local function values_of(family)
  local values = {}
  for _, entry in ipairs(family.order) do
    if not covered(entry, family.by_key[entry.domain .. "\0"]) then
      table.sort(entry.methods)
      local wanted = { accounturi = entry.account, validationmethods = not entry.any_method and table.concat(entry.methods, ",") or nil }
      local meant = entry.meant
      values[#values + 1] = grant.value_like(meant and not meant.malformed and meant or nil, entry.domain, wanted)
    end
  end
  table.sort(values)
  return values
end

local function same(a, b)
  return table.concat(a, "\0") == table.concat(b, "\0")
end

--- Collects the needs of a group. Returns why it cannot be pinned, or nil.
local function collect(group, families, kept, notes)
  local function note(text, ...)
    text = text:format(...)
    if not notes[text] then
      notes[text] = true
      notes[#notes + 1] = text
    end
  end
  for _, decision in ipairs(group.decisions) do
    local question = decision.question or {}
    local name = (decision.wildcard and "*." or "") .. decision.name
    if decision.verdict == "allowed" then
      local ca = decision.authority
      local domain = decision.matched and decision.matched.issuer and decision.matched.issuer:lower() or (ca and grant.domain(ca))
      if not domain then
        return "no-identity", ("it is not established which CAA name %s answers to"):format(ca and grant.title(ca) or "the CA of " .. name)
      end
      local family = decision.wildcard and families.wild or families.plain
      local accounts = question.accounts and #question.accounts > 0 and question.accounts or { false }
      for _, account in ipairs(accounts) do
        if account and not account:find(PARAMETER_VALUE) then
          account = false
        end
        if not account then
          note("the account with %s of %s is not known, so it is not bound", grant.title(ca), name)
        end
        need(family, domain, account or nil, question.methods, decision.matched)
      end
    elseif decision.verdict == "undecided" then
      note("%s is undecided (%s): what may let it be issued stays", name, decision.reason)
      for _, property in ipairs(decision.blamed or {}) do
        kept[property] = true
      end
    elseif decision.verdict == "denied" then
      note("%s is denied today (%s) and stays so; `issuable fix` first, if it shall be issued", name, decision.reason)
    end
  end
end

--- The wanted properties of a group, in the order in which they will stand.
local function wanted_of(group, families, kept)
  local plain, wild = values_of(families.plain), values_of(families.wild)
  local list = {}
  local function put(tag, values)
    for _, value in ipairs(values) do
      list[#list + 1] = { flags = 0, tag = tag, value = value }
    end
  end
  put("issue", #plain > 0 and plain or { ";" })
  if not same(plain, wild) then
    put("issuewild", #wild > 0 and wild or { ";" })
  end
  for _, property in ipairs(group.properties) do
    local restricts = property.tag == "issue" or property.tag == "issuewild"
    if not restricts or kept[property] then
      list[#list + 1] = rewrite.keep(property)
    end
  end
  return list
end

--- Who may issue before and not afterwards, or only on terms that are new; for people.
---@return string[]
local function losers(change, now, directory)
  local lines, bound, terms = {}, {}, {}
  local function key(line)
    return line.issuer .. (line.wildcard and "*" or "")
  end
  for _, line in ipairs(effect.compare(change.after, change.before, now, directory)) do
    terms[key(line)] = line.terms or ""
  end
  for _, line in ipairs(effect.compare(change.before, change.after, now, directory)) do
    local who = line.ca and ("%s (%s)"):format(line.ca, line.issuer) or line.issuer
    local what = line.wildcard and "wildcards" or "names"
    if line.before and not line.after then
      lines[#lines + 1] = ("%s may issue no more %s at %s"):format(who, what, change.owner)
    elseif line.before and line.after and line.terms and line.terms ~= terms[key(line)] then
      bound[#bound + 1] = ("%s may issue %s at %s only with %s"):format(who, what, change.owner, line.terms)
    end
  end
  for _, line in ipairs(bound) do
    lines[#lines + 1] = line
  end
  return lines
end

local function refused(group, code, why)
  return {
    kind = "rrset",
    owner = group.owner,
    zone = group.zone,
    ttl = group.ttl,
    add = {},
    change = {},
    remove = {},
    result = {},
    decisions = {},
    refused = code,
    why = why,
  }
end

---@param group table
---@param options { now: integer, directory?: table }
local function change_of(group, options)
  if not group.complete then
    return refused(group, "incomplete", ("not all records at %s are known"):format(group.owner))
  end
  local families, kept, notes = { plain = new_family(), wild = new_family() }, {}, {}
  local code, why = collect(group, families, kept, notes)
  if code then
    return refused(group, code, why)
  elseif #families.plain.order + #families.wild.order == 0 then
    return nil -- nothing here is issued: there is nothing to keep
  end
  local change = rewrite.plan(group.properties, wanted_of(group, families, kept))
  if change.same then
    return nil
  end
  change.kind, change.owner, change.zone, change.ttl = "rrset", group.owner, group.zone, group.ttl
  change.before, change.decisions, change.notes = group.properties, {}, notes
  change.why = "lets those issue that the input asks for, and nobody else"
  change.loses = losers(change, options.now, options.directory)
  if not group.zone then
    change.refused, change.why = "not-editable", "the records are in none of the files that were given"
  end
  return change
end

--- The changes that pin every RRset that decides a name of the input.
---@param result table of issuable.check
---@param options { now: integer, directory?: table }
---@return issuable.Change[] each with `loses` (lines for people) and `notes`
function M.changes(result, options)
  local changes = {}
  for _, group in ipairs(groups_of(result)) do
    changes[#changes + 1] = change_of(group, options)
  end
  return changes
end

return M
