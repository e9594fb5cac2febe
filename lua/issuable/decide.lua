-- Deciding: may this CA issue for this name, given what the DNS answered? Pure: no input, no output, no clock.
-- SPDX-License-Identifier: MIT
-- RFC 8659 section 3 and 4, RFC 8657; the order of verdicts and the closed list of reasons are section 4 of the design.

local behaviours = require "issuable.authorities.behaviours"
local identifiers = require "issuable.decide.identifier"
local match = require "issuable.decide.match"
local words = require "issuable.decide.words"

local M = {}

---@class issuable.Question
---@field name string canonical, without "*."
---@field wildcard boolean
---@field ca issuable.CA|{ domain: string }|nil nil: not known
---@field accounts string[]? account URIs that may order; nil or empty: not known. Allowed is what all of them may
---@field methods string[]? validation methods that may be used; nil or empty: not known. Allowed is what all of them allow
---@field behaviour "strict"|"boulder"|"mpic"|nil fixes one
---@field now integer? unix time, for switches with a date
---@field require_dnssec boolean? what nobody checked with DNSSEC allows nothing

---@class issuable.Decision
---@field view string
---@field name string
---@field wildcard boolean
---@field ca string? id or domain of the CA
---@field authority issuable.CA?
---@field behaviour string|string[] the behaviours that had to agree
---@field verdict "allowed"|"denied"|"undecided"|"exempt"
---@field reason string of the closed list
---@field detail string one clause for people
---@field matched table? the Property that allows
---@field near table? the nearest miss
---@field blamed table[] properties to look at
---@field needs "account"|"method"|nil
---@field portable boolean do all behaviours agree?
---@field differs table<string, { verdict: string, reason: string }>? by behaviour, when they do not
---@field contested string? the identity on which alone a match rests, when sources disagree about it
---@field ended string? day from which the CA issues no more
---@field unenforced string? day until which the CA may disregard the parameters of the property that names it
---@field answer issuable.Answer
---@field question issuable.Question
---@field requests table[]

local UNKNOWN_REASONS = {
  ["lookup-failed"] = true,
  ["servers-disagree"] = true,
  ["outside-zones"] = true,
  ["zone-broken"] = true,
  ["zone-ambiguous"] = true,
  ["unresolved-name"] = true,
  ["dnssec-unchecked"] = true,
}

--- The identities of a CA as two sets: those that are sure, and all of them.
local function identities_of(ca)
  local sure, all, contested = {}, {}, false
  for _, identity in ipairs(ca.identities or { { domain = ca.domain, status = "published" } }) do
    local domain = identity.domain:lower()
    all[domain] = true
    if identity.status == "contested" then
      contested = true
    else
      sure[domain] = true
    end
  end
  return sure, all, contested
end

--- The identity that a property names.
local function named_domain(property, switches)
  local issuer, guess = match.issuer(property, switches)
  return issuer and issuer:lower() or guess
end

--- One behaviour's view. A match that only a contested identity makes is none, and no refusal either.
---@return issuable.Match
local function by_behaviour(properties, question, ca, switches)
  local who = { accounts = question.accounts, methods = question.methods, prefixes = ca.account_prefixes }
  local sure, all, contested = identities_of(ca)
  local result = match.evaluate(properties, question.wildcard or false, sure, who, switches)
  if not contested or result.verdict ~= "denied" then
    return result
  end
  local wider = match.evaluate(properties, question.wildcard or false, all, who, switches)
  if wider.verdict == "denied" then
    return wider
  end
  local property = wider.matched or wider.near
  return {
    verdict = "undecided",
    reason = "ca-dependent",
    near = property,
    blamed = { property },
    contested = named_domain(property, switches),
    bound = wider.bound,
  }
end

--- Which behaviours have to agree: the one that was fixed, the CA's own, or all.
local function judges_of(question, ca)
  local name = question.behaviour or ca.behaviour
  if name then
    return { name }
  end
  return behaviours.names()
end

local function agree(names, results, field)
  for _, name in ipairs(names) do
    if results[name][field] ~= results[names[1]][field] then
      return false
    end
  end
  return true
end

--- Do all behaviours say the same? What they say apart is kept for rules about portability.
local function compare(decision, results)
  local names = behaviours.names()
  decision.portable = agree(names, results, "verdict") and agree(names, results, "reason")
  if not decision.portable then
    decision.differs = {}
    for _, name in ipairs(names) do
      decision.differs[name] = { verdict = results[name].verdict, reason = results[name].reason }
    end
  end
end

local function take(decision, result, detail)
  decision.verdict, decision.reason = result.verdict, result.reason
  decision.matched, decision.near, decision.needs = result.matched, result.near, result.needs
  decision.blamed, decision.contested = result.blamed, result.contested
  decision.detail = detail
end

local function context_of(question, answer, switches)
  return {
    switches = switches,
    wildcard = question.wildcard or false,
    found_at = answer.found_at,
    accounts = question.accounts,
    methods = question.methods,
  }
end

--- The properties over which behaviours part.
local function disputed(names, results)
  for _, name in ipairs(names) do
    if #results[name].blamed > 0 then
      return results[name].blamed
    end
  end
  return {}
end

--- If all behaviours that have to agree do, their common result, told with the reason of the first; else nothing is decided.
local function settle(decision, question, answer, ca, names, results, switches)
  local first = results[names[1]]
  if not agree(names, results, "verdict") then
    take(decision, {
      verdict = "undecided",
      reason = "ca-dependent",
      near = first.matched or first.near,
      blamed = disputed(names, results),
    }, words.difference(names, results))
  elseif first.contested then
    take(
      decision,
      first,
      ("%s is the only property that may name %s, and sources disagree whether it answers to %s"):format(
        words.property(first.near),
        ca.name or ca.domain,
        words.printable(first.contested)
      )
    )
  else
    take(decision, first, words.match(first, context_of(question, answer, switches[names[1]])))
  end
  for _, name in ipairs(names) do
    if results[name].bound and not switches[name].binding then
      decision.unenforced = behaviours.PARAMETERS_BINDING
    end
  end
end

--- A CA of whom not even a name is known: only what holds for every CA can be said, so nothing where a name would decide.
local function for_anybody(decision, properties, question, answer, names, switches)
  local results, open = {}, false
  for _, name in ipairs(behaviours.names()) do
    results[name] = match.evaluate(properties, question.wildcard or false, {}, {}, switches[name])
  end
  compare(decision, results)
  for _, name in ipairs(names) do
    open = open or results[name].reason == "issuer-mismatch"
  end
  local first = results[names[1]]
  if not open and agree(names, results, "verdict") then
    take(decision, first, words.match(first, context_of(question, answer, switches[names[1]])))
    return
  end
  decision.verdict, decision.reason = "undecided", "unknown-ca"
  decision.blamed = disputed(names, results)
  decision.detail = "the issuer domain name of the CA is not known"
end

local function all_switches(now)
  local switches = {}
  for _, name in ipairs(behaviours.names()) do
    switches[name] = behaviours.at(name, now)
  end
  return switches
end

local function decide_found(decision, question, answer, ca)
  local properties = answer.rrset.properties
  local switches = all_switches(question.now)
  local names = judges_of(question, ca or {})
  if not ca or (ca.identities and #ca.identities == 0) then
    for_anybody(decision, properties, question, answer, names, switches)
    return
  end
  local results = {}
  for _, name in ipairs(behaviours.names()) do
    results[name] = by_behaviour(properties, question, ca, switches[name])
  end
  compare(decision, results)
  settle(decision, question, answer, ca, names, results, switches)
end

--- A CA of one known behaviour may have a bound of its own; nobody says that of all CAs.
local function too_many_labels(name, names, now)
  local most = #names == 1 and behaviours.at(names[1], now).max_labels
  return most and select(2, name:gsub("%.", "")) + 1 > most
end

local function undecided(decision, reason, detail)
  decision.verdict, decision.reason, decision.detail = "undecided", reason, detail
  return decision
end

--- Servers disagree: what all of their answers lead to stands; else nothing is decided.
local function decide_views(question, answer)
  local first, same = nil, true
  for _, view in ipairs(answer.views) do
    local decision = M.decide(question, view)
    same = same and (not first or first.verdict == decision.verdict)
    first = first or decision
  end
  if not same then
    first.verdict, first.reason, first.matched = "undecided", "servers-disagree", nil
    first.detail = "the zone's servers disagree: " .. answer.disagreement
    first.blamed = {}
  end
  first.answer = answer
  return first
end

--- Decides one question from one answer.
---@param question issuable.Question
---@param answer issuable.Answer status found | none | failed | unknown
---@return issuable.Decision
function M.decide(question, answer)
  local ca = question.ca
  if question.behaviour and not behaviours.exists(question.behaviour) then
    error(("no such behaviour: %s"):format(tostring(question.behaviour)), 2)
  end
  if answer.views then
    return decide_views(question, answer)
  end
  local names = judges_of(question, ca or {})
  local decision = {
    view = answer.view,
    name = question.name or answer.name,
    wildcard = question.wildcard or false,
    ca = ca and (ca.id or ca.domain) or nil,
    authority = ca,
    behaviour = #names == 1 and names[1] or names,
    ended = ca and ca.ended or nil,
    blamed = {},
    portable = true,
    answer = answer,
    question = question,
    requests = {},
  }
  if ca and ca.private then
    decision.verdict, decision.reason = "exempt", "private-issuer"
    decision.detail = ("%s is a private CA, which CAA does not bind"):format(ca.name or ca.id)
  elseif too_many_labels(decision.name, names, question.now) then
    decision.verdict, decision.reason = "denied", "name-not-issuable"
    local most = behaviours.at(names[1], question.now).max_labels
    decision.detail = ("it has more than %d labels, and %s issues for no such name"):format(most, ca and (ca.name or ca.domain) or names[1])
  elseif answer.security == "bogus" then
    -- Baseline Requirements 3.2.2.8 since 2026-03-15 (SC-085): an answer that fails DNSSEC validation is a refusal.
    decision.verdict, decision.reason, decision.detail = "denied", "dnssec-bogus", answer.detail or "the answer fails DNSSEC validation"
  elseif answer.status == "failed" then
    -- "MUST NOT issue" for a lookup that fails (Baseline Requirements 3.2.2.8), but the next one may not fail.
    undecided(decision, "lookup-failed", answer.detail or answer.reason or "the CAA lookup failed")
  elseif answer.status == "unknown" then
    undecided(decision, UNKNOWN_REASONS[answer.reason] and answer.reason or "lookup-failed", answer.detail or answer.reason)
  elseif answer.status == "none" then
    decision.verdict, decision.reason = "allowed", "no-caa"
    decision.detail = "no CAA record stands at the name or above it, so every CA may issue"
  elseif answer.rrset.complete == false then
    undecided(decision, "unresolved-name", "not all CAA records of the set are known")
  else
    decide_found(decision, question, answer, ca)
  end
  if question.require_dnssec and decision.verdict == "allowed" and answer.security == "unchecked" then
    -- a CA validates (Baseline Requirements 3.2.2.8); whether it would see the same, nobody here knows
    undecided(decision, "dnssec-unchecked", "nobody that is trusted checked the answer with DNSSEC")
    decision.matched = nil
  end
  return decision
end

--- What can be said of an identifier without asking anybody: nil, or { verdict, reason, detail }.
M.identifier = identifiers.judge

local function as_answer(properties)
  return { view = "list", name = ".", status = "found", rrset = { properties = properties, complete = true }, aliases = {}, assumed = {}, trace = {} }
end

--- What a plain list of properties says to one CA: for comparing a set before and after an edit.
---@param properties table[] Property; an empty list restricts nobody (`no-caa`)
---@param wildcard boolean
---@param ca issuable.CA|string a CA, or an issuer domain name that stands for itself
---@param account string? nil: not known
---@param method string? nil: not known
---@param behaviour string? nil: the CA's own, else all have to agree
---@param now integer?
---@return "allowed"|"denied"|"undecided"|"exempt" verdict
---@return string reason
---@return issuable.Decision decision
function M.authorises(properties, wildcard, ca, account, method, behaviour, now)
  local answer = as_answer(properties)
  if #properties == 0 then
    answer.status, answer.rrset = "none", nil
  end
  local decision = M.decide({
    name = ".",
    wildcard = wildcard,
    ca = type(ca) == "string" and { domain = ca } or ca,
    accounts = account and { account } or nil,
    methods = method and { method } or nil,
    behaviour = behaviour,
    now = now,
  }, answer)
  return decision.verdict, decision.reason, decision
end

--- Every CA that may issue, and why: see decide/everyone.lua.
function M.everyone(...)
  return require("issuable.decide.everyone").list(...)
end

--- The issuer domain names that a set authorises for names and for wildcards: see decide/everyone.lua.
function M.issuers(...)
  return require("issuable.decide.everyone").issuers(...)
end

return M
