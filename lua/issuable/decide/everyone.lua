-- Who may issue: the same decision, asked for every CA that is known or named.
-- SPDX-License-Identifier: MIT
-- RFC 8659 section 4; for `explain` and `lookup`, where nobody has said which CA is meant.

local behaviours = require "issuable.authorities.behaviours"
local decide = require "issuable.decide"
local match = require "issuable.decide.match"
local parameters = require "issuable.decide.parameters"
local words = require "issuable.decide.words"

local M = {}

--- The relevant properties by the issuer that they name, lower-case, in order of appearance; malformed ones authorise nobody.
local function by_issuer(relevant)
  local groups, order = {}, {}
  for _, property in ipairs(relevant) do
    local issuer = property.issuer or ""
    if issuer ~= "" then
      local key = issuer:lower()
      if not groups[key] then
        groups[key] = {}
        order[#order + 1] = key
      end
      table.insert(groups[key], property)
    end
  end
  return groups, order
end

--- One unknown critical property for each behaviour that has one: enough for its veto, however many there are.
local function vetoes(properties, now)
  local list, seen = {}, {}
  local all = true
  for _, name in ipairs(behaviours.names()) do
    local first = match.critical_unknown(properties, behaviours.at(name, now))[1]
    all = all and first ~= nil
    if first and not seen[first] then
      seen[first] = true
      list[#list + 1] = first
    end
  end
  return list, all
end

--- The CAs of the directory that a set names by any of their identities, then the names that no CA of the directory has.
local function candidates(directory, groups, order)
  local list = {}
  for _, ca in ipairs(directory:all()) do
    local mine = {}
    for _, identity in ipairs(ca.identities) do
      for _, property in ipairs(groups[identity.domain] or {}) do
        mine[#mine + 1] = property
      end
    end
    if #mine > 0 then
      list[#list + 1] = { ca = ca, properties = mine }
    end
  end
  for _, domain in ipairs(order) do
    if #directory:by_domain(domain) == 0 then
      list[#list + 1] = { ca = directory:named(domain), properties = groups[domain] }
    end
  end
  return list
end

--- The terms on which the properties for a CA let it issue, when each has some.
local function terms_of(properties, switches)
  local accounts, methods = {}, {}
  for _, property in ipairs(properties) do
    local account, uri = parameters.account(property, nil, switches)
    local method, labels = parameters.method(property, nil, switches)
    if account ~= "no" and method ~= "no" then
      if uri then
        accounts[#accounts + 1] = words.printable(uri)
      end
      for _, label in ipairs(labels or {}) do
        methods[#methods + 1] = label
      end
    end
  end
  return accounts, methods
end

local function entry_of(candidate, decision, switches)
  local ca = candidate.ca
  local property = decision.matched or decision.near
  local why = property and words.property(property) or decision.detail
  local entry = { id = ca.id, name = ca.name, ca = ca, property = property, reason = decision.reason, ended = ca.ended }
  if decision.needs then
    entry.accounts, entry.methods = terms_of(candidate.properties, switches)
    local terms = {}
    if #entry.accounts > 0 then
      terms[#terms + 1] = "only account " .. words.list(entry.accounts, "or")
    end
    if #entry.methods > 0 then
      terms[#terms + 1] = "only by " .. words.list(entry.methods, "or")
    end
    why = ("%s (%s)"):format(why, table.concat(terms, ", "))
  elseif decision.verdict == "undecided" then
    why = decision.detail
  end
  if ca.ended then
    why = ("%s, but it issues no more since %s"):format(why, ca.ended)
  end
  entry.why = why
  return entry
end

--- Every CA that may issue, and why.
---@param answer issuable.Answer
---@param wildcard boolean
---@param directory issuable.Directory
---@param options { now: integer?, behaviour: string? }?
---@return { anyone: boolean, why: string?, allowed: table[], undecided: table[] } everyone
---   anyone: the set restricts no CA; why: why anyone, or why nobody. Entries: { id, name, ca, why, property, reason, accounts, methods, ended }.
---   A CA that may issue on terms (an account, a method) is in `allowed`, with the terms; one whose implementation matters is in `undecided`.
function M.list(answer, wildcard, directory, options)
  options = options or {}
  local result = { anyone = false, allowed = {}, undecided = {} }
  if answer.status ~= "found" then
    local question = { name = answer.name, wildcard = wildcard, behaviour = options.behaviour, now = options.now }
    local decision = decide.decide(question, answer)
    result.anyone, result.why = decision.verdict == "allowed", decision.detail
    return result
  end
  local properties = answer.rrset.properties
  local switches = behaviours.at(options.behaviour or "strict", options.now)
  local veto, vetoed_by_all = vetoes(properties, options.now)
  local relevant = match.relevant(properties, wildcard)
  local context = { switches = switches, wildcard = wildcard, found_at = answer.found_at }
  local fixed_veto = options.behaviour and match.critical_unknown(properties, switches)[1]
  if vetoed_by_all or fixed_veto then
    result.why = words.match({ reason = "critical-unknown-tag", blamed = fixed_veto and { fixed_veto } or veto }, context)
    return result
  elseif #relevant == 0 and (#veto == 0 or options.behaviour) then
    result.anyone, result.why = true, words.match({ reason = "no-issue-property" }, context)
    return result
  elseif #relevant == 0 then
    -- Who refuses depends on the implementation alone: each CA of the directory by its own.
    result.why = words.match({ reason = "critical-unknown-tag", blamed = veto }, context)
  end
  local groups, order = by_issuer(relevant)
  local list = candidates(directory, groups, order)
  if #relevant == 0 then
    for _, ca in ipairs(directory:all()) do
      list[#list + 1] = { ca = ca, properties = {} }
    end
  end
  for _, candidate in ipairs(list) do
    local seen = {}
    for i, property in ipairs(candidate.properties) do
      seen[i] = property
    end
    for _, property in ipairs(veto) do
      seen[#seen + 1] = property
    end
    local question = { name = answer.name, wildcard = wildcard, ca = candidate.ca, behaviour = options.behaviour, now = options.now }
    local decision = decide.decide(question, {
      view = answer.view,
      name = answer.name,
      status = "found",
      found_at = answer.found_at,
      rrset = { properties = seen, complete = answer.rrset.complete },
    })
    if decision.verdict == "allowed" or decision.needs then
      table.insert(result.allowed, entry_of(candidate, decision, switches))
    elseif decision.verdict == "undecided" then
      table.insert(result.undecided, entry_of(candidate, decision, switches))
    end
  end
  if #result.allowed == 0 and #result.undecided == 0 and not result.why then
    result.why = words.match({ reason = "issuance-forbidden", blamed = relevant }, context)
  end
  return result
end

local function issuers_of(properties, wildcard, switches)
  local relevant = match.relevant(properties, wildcard)
  if #relevant == 0 then
    return nil
  end
  local _, order = by_issuer(relevant)
  if #match.critical_unknown(properties, switches) > 0 then
    order = {}
  end
  return order
end

--- The issuer domain names that the relevant set authorises, whatever their parameters say.
---@param answer issuable.Answer
---@return { issue: string[]?, issuewild: string[]? }? authorises nil: not known. A nil list: every CA; an empty one: nobody.
---   issuewild is what counts for wildcards: the issuewild properties, or the issue properties where there is none.
function M.issuers(answer)
  if answer.status == "none" then
    return {}
  elseif answer.status ~= "found" then
    return nil
  end
  local switches = behaviours.at("strict", nil)
  local properties = answer.rrset.properties
  return { issue = issuers_of(properties, false, switches), issuewild = issuers_of(properties, true, switches) }
end

return M
