-- Denied decisions become wanted changes of the RRsets that were found, or refusals that say why.
-- SPDX-License-Identifier: MIT
-- Design section 6 ("What a fix may do"): nothing lost, and gained only what was asked. Pure.

local behaviours = require "issuable.authorities.behaviours"
local caa = require "issuable.caa"
local closer = require "issuable.fixes.closer"
local dates = require "issuable.dates"
local grant = require "issuable.fixes.grant"
local match = require "issuable.decide.match"
local rrset = require "issuable.fixes.rrset"
local verify = require "issuable.fixes.verify"
local words = require "issuable.decide.words"

local M = {}

local unpack = table.unpack or unpack

---@class issuable.Change
---@field kind "rrset"
---@field owner string owner of the records as they stand in the file
---@field zone table? Zone subject
---@field ttl integer? of the RRset
---@field add { flags: integer, tag: string, value: string, after: integer?, copy: integer? }[] after, copy: record indexes
---@field change { record: integer?, value: string }[]
---@field remove integer[]
---@field result string[] the whole wanted RRset in presentation form
---@field before table[] properties
---@field after table[] properties
---@field decisions table[] the denied decisions that it mends
---@field why string
---@field inherited_from string? the owner of the set that a closer one replaces for this name; then all records are new
---@field refused string? a code; then no edit is made, and `result` may still say what was wanted

--- Reasons of a denial that no edit of an RRset can or may mend.
local HOPELESS = {
  ["name-not-issuable"] = "the CA issues for no such name, whatever the DNS says",
  ["dnssec-bogus"] = "the signatures of the zone are broken: CAA records are not the problem",
}

local function name_of(decision)
  return (decision.wildcard and "*." or "") .. decision.name
end

local function names_of(decisions)
  local names, seen = {}, {}
  for _, decision in ipairs(decisions) do
    local name = name_of(decision)
    if not seen[name] then
      seen[name] = true
      names[#names + 1] = name
    end
  end
  return words.list(names)
end

local function refuse(group, decisions, problem)
  return {
    kind = "rrset",
    owner = group and group.owner or decisions[1].name,
    zone = group and group.zone,
    ttl = group and group.ttl,
    add = {},
    change = {},
    remove = {},
    result = {},
    decisions = decisions,
    refused = problem.refused,
    why = problem.why,
  }
end

--- Denied decisions by the RRset that denies them, in the order of the decisions.
local function group_by_rrset(decisions)
  local groups, by_zone, without = {}, {}, {}
  for _, decision in ipairs(decisions) do
    local found = decision.verdict == "denied" and decision.answer and decision.answer.rrset
    if found then
      local zone_key = found.zone or M
      by_zone[zone_key] = by_zone[zone_key] or {}
      local group = by_zone[zone_key][found.owner]
      if not group then
        group = { owner = found.owner, zone = found.zone, ttl = found.ttl, properties = found.properties, complete = found.complete, decisions = {} }
        by_zone[zone_key][found.owner] = group
        groups[#groups + 1] = group
      end
      table.insert(group.decisions, decision)
    elseif decision.verdict == "denied" then
      without[#without + 1] = decision
    end
  end
  table.sort(groups, function(a, b)
    local x, y = a.zone and a.zone.path or "", b.zone and b.zone.path or ""
    if x ~= y then
      return x < y
    end
    return a.owner < b.owner
  end)
  return groups, without
end

local function ended(ca, now)
  local day = ca.ended and dates.parse(#ca.ended == 7 and ca.ended .. "-01" or ca.ended)
  return day and now and day <= now
end

--- The critical property that stops the CA, whatever else the set says. Where implementations differ, one that stops is enough.
local function veto(decision, group, now)
  local judges = decision.behaviour
  for _, name in ipairs(type(judges) == "table" and judges or { judges }) do
    local property = match.critical_unknown(group.properties, behaviours.at(name, now))[1]
    if property then
      return {
        refused = "critical-unknown-tag",
        why = (
          "a critical property `%s` at %s forbids issuance to every CA that does not know it: "
          .. "adding a CA beside it changes nothing, and taking it away is its owner's decision"
        ):format(words.printable(property.tag_text or property.tag), group.owner),
      }
    end
  end
end

--- Why this decision cannot be mended by its kind, or nil.
local function hopeless(decision, group, options)
  local reason = decision.reason
  local vetoed = veto(decision, group, options.now)
  if vetoed then
    return vetoed
  elseif HOPELESS[reason] then
    return { refused = reason, why = HOPELESS[reason] }
  elseif reason == "issuance-forbidden" and not options.override_forbidden then
    local why = "an empty issuer (%s \";\") at %s says on purpose that nobody may issue; --override-forbidden lifts it"
    return { refused = reason, why = why:format(grant.relevant_tag(group.properties, decision.wildcard), group.owner) }
  elseif group.complete == false then
    return { refused = "incomplete", why = ("not all records at %s are known"):format(group.owner) }
  elseif not decision.authority then
    return { refused = "unknown-ca", why = "the CA is not known" }
  elseif ended(decision.authority, options.now) then
    local ca = decision.authority
    return { refused = "ca-ended", why = ("%s has ended its service (%s): naming it in CAA would help nobody"):format(grant.title(ca), ca.ended) }
  end
end

local function ask_of(decision)
  local question = decision.question or {}
  return {
    decision = decision,
    ca = decision.authority,
    wildcard = decision.wildcard or false,
    accounts = question.accounts,
    methods = question.methods,
    behaviour = question.behaviour,
    reason = decision.reason,
  }
end

--- Would a set allow what is asked?
local function judge(now)
  return function(ask, properties)
    return verify.allows(properties, {
      ca = ask.ca,
      wildcard = ask.wildcard,
      accounts = ask.accounts,
      methods = ask.methods,
      behaviour = ask.behaviour,
      now = now,
    })
  end
end

--- What the proof may count as asked for: as wide as what is written, and no wider.
local function claim(ask, values)
  local domains, pinned_account, pinned_methods = {}, true, true
  for _, value in ipairs(values) do
    local property = caa.property(value.flags, "issue", value.value)
    domains[#domains + 1] = property.issuer and property.issuer:lower()
    local account, methods = false, false
    for _, parameter in ipairs(property.parameters or {}) do
      account = account or parameter.tag:lower() == "accounturi"
      methods = methods or parameter.tag:lower() == "validationmethods"
    end
    pinned_account, pinned_methods = pinned_account and account, pinned_methods and methods
  end
  return {
    domains = domains,
    wildcard = ask.wildcard,
    accounts = ask.accounts,
    methods = ask.methods,
    pinned_account = pinned_account,
    pinned_methods = pinned_methods,
  }
end

--- The asks of a group with the values they need; those that cannot be served become refusals, equal ones together.
local function collect(group, options, out)
  local asks, grants, claims = {}, {}, {}
  local refused = {}
  local function turn_down(decision, problem)
    local key = problem.refused .. "\0" .. problem.why
    if refused[key] then
      table.insert(refused[key].decisions, decision)
    else
      refused[key] = refuse(group, { decision }, problem)
      out[#out + 1] = refused[key]
    end
  end
  for _, decision in ipairs(group.decisions) do
    local problem = hopeless(decision, group, options)
    if problem then
      turn_down(decision, problem)
    else
      local ask = ask_of(decision)
      local values, why = grant.values(ask, group.properties, judge(options.now))
      if not values then
        turn_down(decision, why)
      else
        asks[#asks + 1] = ask
        claims[#claims + 1] = claim(ask, values)
        for _, value in ipairs(values) do
          value.wildcard = ask.wildcard
          grants[#grants + 1] = value
        end
      end
    end
  end
  return asks, grants, claims
end

local function alias_notes(decisions, owner)
  local notes, seen = {}, {}
  for _, decision in ipairs(decisions) do
    local answer = decision.answer
    for _, alias in ipairs(answer.aliases or {}) do
      if not seen[alias.owner] then
        seen[alias.owner] = true
        notes[#notes + 1] = ("%s is an alias of %s, so the records at %s count for it"):format(alias.owner, alias.target, owner)
      end
    end
  end
  return notes
end

local function explain(group, asks, planned)
  local by_ca, order = {}, {}
  for _, ask in ipairs(asks) do
    local list = by_ca[ask.ca]
    if not list then
      list = {}
      by_ca[ask.ca] = list
      order[#order + 1] = ask.ca
    end
    list[#list + 1] = ask.decision
  end
  local sentences = {}
  for _, ca in ipairs(order) do
    sentences[#sentences + 1] = ("lets %s issue for %s"):format(grant.title(ca), names_of(by_ca[ca]))
  end
  if planned.copied then
    sentences[#sentences + 1] = "wildcards keep the issuers they had, through issuewild"
  end
  for _, note in ipairs(alias_notes(group.decisions, group.owner)) do
    sentences[#sentences + 1] = note
  end
  return table.concat(sentences, "; ")
end

--- The set that is wanted, for people who keep these records elsewhere.
local function unedited(group, change, notes)
  change.refused = "not-editable"
  local why = ("the records at %s are in none of the zone files that were given; they would have to be as shown"):format(group.owner)
  change.why = table.concat({ why, unpack(notes) }, "; ")
  return change
end

local function all_served(asks, after, now)
  local allows = judge(now)
  for _, ask in ipairs(asks) do
    if not allows(ask, after) then
      return false, ("%s would still not be allowed for %s"):format(grant.title(ask.ca), name_of(ask.decision))
    end
  end
  return true
end

local function group_change(group, options, out, notes)
  local asks, grants, claims = collect(group, options, out)
  if #asks == 0 then
    return
  end
  local planned = rrset.plan(group.properties, grants)
  local decisions = {}
  for i, ask in ipairs(asks) do
    decisions[i] = ask.decision
  end
  local sound, why = verify.compare(group.properties, planned.after, claims, options.now)
  if sound then
    sound, why = all_served(asks, planned.after, options.now)
  end
  if not sound then
    out[#out + 1] = refuse(group, decisions, { refused = "internal-check", why = "internal check: " .. why })
    return
  end
  local change = {
    kind = "rrset",
    owner = group.owner,
    zone = group.zone,
    ttl = group.ttl,
    inherited_from = group.inherited_from,
    add = planned.add,
    change = planned.change,
    remove = {},
    result = planned.result,
    before = group.properties,
    after = planned.after,
    decisions = decisions,
    why = explain(group, asks, planned),
  }
  if group.inherited_from then
    change.add, change.change = closer.additions(planned.after), {}
    change.why = ("%s; a closer RRset at %s carries what it inherits from %s, and what changes there later does not reach it any more"):format(
      change.why,
      group.owner,
      group.inherited_from
    )
  end
  out[#out + 1] = group.zone and change or unedited(group, change, notes)
end

--- An RRset that stands in no file can only be replaced by closer ones, where the names are in a zone that was given.
local function group_changes(group, options, out)
  if group.zone then
    return group_change(group, options, out)
  end
  local groups, left, notes = closer.split(group, options.zones)
  for _, own in ipairs(groups) do
    group_change(own, options, out)
  end
  if #left > 0 then
    group.decisions = left
    group_change(group, options, out, notes)
  end
end

--- The changes that denied decisions need. Decisions with another verdict need none.
---@param decisions table[]
---@param options { now: integer, override_forbidden?: boolean, zones?: table[] }
---@return issuable.Change[] changes at most one for each RRset, and refusals, by zone path and owner
function M.changes(decisions, options)
  local groups, without = group_by_rrset(decisions)
  local out = {}
  for _, decision in ipairs(without) do
    local why = HOPELESS[decision.reason] or decision.detail or "there is no RRset to change"
    out[#out + 1] = refuse(nil, { decision }, { refused = decision.reason, why = why })
  end
  for _, group in ipairs(groups) do
    group_changes(group, options, out)
  end
  return out
end

return M
