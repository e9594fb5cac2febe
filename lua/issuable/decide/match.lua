-- One property list against one CA as one behaviour reads it: the matching itself.
-- SPDX-License-Identifier: MIT
-- RFC 8659 section 4 (properties), 4.2 and 4.3 (issue, issuewild), 4.1 (critical); RFC 8657 through decide/parameters.lua.

local parameters = require "issuable.decide.parameters"

local M = {}

---@class issuable.Match
---@field verdict "allowed"|"denied"|"undecided"
---@field reason string
---@field matched table? the Property that allows
---@field near table? the Property that comes nearest to allowing
---@field blamed table[] the properties that a person has to look at
---@field needs "account"|"method"|nil what has to be known
---@field bound boolean a property for this CA carries a parameter of RFC 8657

--- Nearest miss first (design section 4). What is behind them, issuance-forbidden and issuer-mismatch, concerns the whole list.
local RANK = { ["account-mismatch"] = 1, ["method-mismatch"] = 2, ["malformed-property"] = 3 }

local function is_critical(property, switches)
  for _, bit in ipairs(switches.critical_bits) do
    if property.flags % (bit * 2) >= bit then
      return true
    end
  end
  return false
end

--- The properties that make a CA refuse because it does not know their tag.
---@param properties table[]
---@param switches issuable.Behaviour
---@return table[]
function M.critical_unknown(properties, switches)
  local list = {}
  for _, property in ipairs(properties) do
    if not switches.tags[property.tag] and is_critical(property, switches) then
      list[#list + 1] = property
    end
  end
  return list
end

--- RFC 8659 section 4.3: for a wildcard, issuewild if there is one (malformed or not), else issue; else issue alone.
---@param properties table[]
---@param wildcard boolean
---@return table[]
function M.relevant(properties, wildcard)
  local issue, issuewild = {}, {}
  for _, property in ipairs(properties) do
    if property.tag == "issue" then
      issue[#issue + 1] = property
    elseif property.tag == "issuewild" then
      issuewild[#issuewild + 1] = property
    end
  end
  return wildcard and #issuewild > 0 and issuewild or issue
end

--- The issuer that a property names for this behaviour; nil when it is malformed. A hyphen in a parameter tag may be what makes it so.
---@return string? issuer "" authorises nobody
---@return string? guess lower-case: the domain that a malformed one visibly names
function M.issuer(property, switches)
  if property.malformed then
    return nil, property.issuer_guess and property.issuer_guess:lower()
  elseif property.hyphen and switches.parameter_tag_hyphen == "refused" then
    return nil, property.issuer ~= "" and property.issuer:lower() or nil
  end
  return property.issuer
end

local function names_ca(issuer, domains, switches)
  if not issuer or issuer == "" then
    return false
  end
  return domains[switches.issuer_case == "ignored" and issuer:lower() or issuer] == true
end

--- Sorts the relevant properties: those that name the CA, those that would if they were well formed, and whether all are empty.
local function sort_out(relevant, domains, switches)
  local naming, misses, all_empty = {}, {}, true
  for _, property in ipairs(relevant) do
    local issuer, guess = M.issuer(property, switches)
    if names_ca(issuer, domains, switches) then
      naming[#naming + 1] = property
    elseif guess and domains[guess] then
      misses[#misses + 1] = { property = property, reason = "malformed-property" }
    end
    -- RFC 8659 section 4.2: a value outside the grammar counts as one with an empty issuer. One that visibly names another
    -- CA is told as a mismatch all the same, because that is what its author has to read.
    all_empty = all_empty and (issuer == "" or (issuer == nil and guess == nil))
  end
  return naming, misses, all_empty
end

--- How a property answers to each account and each method that is possible. `false` stands for one that is not known.
local function answers_of(property, accounts, methods, switches, prefixes)
  local answers = { property = property, account = {}, method = {} }
  local some_account, some_method = false, false
  for i, account in ipairs(accounts) do
    answers.account[i] = parameters.account(property, account or nil, switches, prefixes)
    some_account = some_account or answers.account[i] ~= "no"
  end
  for i, method in ipairs(methods) do
    answers.method[i] = parameters.method(property, method or nil, switches)
    some_method = some_method or answers.method[i] ~= "no"
  end
  answers.miss = not some_account and "account-mismatch" or not some_method and "method-mismatch" or nil
  return answers
end

--- What happens if this account orders and validates by this method: the property that allows, or the first that might.
local function outcome(all, i, j)
  local maybe
  for _, answers in ipairs(all) do
    local account, method = answers.account[i], answers.method[j]
    if account == "yes" and method == "yes" then
      return "yes", answers
    elseif account ~= "no" and method ~= "no" then
      -- account-unknown comes before method-unknown
      if not maybe or (account == "unknown" and maybe.account[i] ~= "unknown") then
        maybe = answers
      end
    end
  end
  return maybe and "unknown" or "no", maybe
end

--- Every combination of a possible account and a possible method. Allowed is only what all of them allow.
local function combine(all, accounts, methods)
  local seen = { yes = 0, no = 0, unknown = 0 }
  local first_match, first_maybe, needs_account = nil, nil, false
  for j = 1, #methods do
    local of_method
    for i = 1, #accounts do
      local kind, answers = outcome(all, i, j)
      seen[kind] = seen[kind] + 1
      if kind == "yes" then
        first_match = first_match or answers.property
      elseif kind == "unknown" then
        first_maybe = first_maybe or answers.property
        needs_account = needs_account or answers.account[i] == "unknown"
      end
      needs_account = needs_account or (of_method ~= nil and of_method ~= kind)
      of_method = kind
    end
  end
  if seen.yes > 0 and seen.no == 0 and seen.unknown == 0 then
    return "yes", first_match
  elseif seen.yes == 0 and seen.unknown == 0 then
    return "no"
  end
  return "unknown", first_maybe or first_match, needs_account and "account" or "method"
end

local function possible(list)
  if not list or #list == 0 then
    return { false }
  end
  return list
end

local function nearest(misses)
  local best
  for _, miss in ipairs(misses) do
    if not best or RANK[miss.reason] < RANK[best.reason] then
      best = miss
    end
  end
  return best
end

local function blamed_for(misses, reason)
  local list = {}
  for _, miss in ipairs(misses) do
    if miss.reason == reason then
      list[#list + 1] = miss.property
    end
  end
  return list
end

--- The property that names the CA but for its case, which this behaviour compares.
local function differs_in_case(relevant, domains, switches)
  for _, property in ipairs(relevant) do
    local issuer = M.issuer(property, switches)
    if issuer and issuer ~= "" and domains[issuer:lower()] then
      return property
    end
  end
end

---@param properties table[] the relevant RRset
---@param wildcard boolean
---@param domains table<string, boolean> the CA's identities, lower-case
---@param who { accounts: string[]?, methods: string[]?, prefixes: string[]? } nil or empty: not known; several: each is possible
---@param switches issuable.Behaviour
---@return issuable.Match
function M.evaluate(properties, wildcard, domains, who, switches)
  local critical = M.critical_unknown(properties, switches)
  if #critical > 0 then
    return { verdict = "denied", reason = "critical-unknown-tag", near = critical[1], blamed = critical, bound = false }
  end
  local relevant = M.relevant(properties, wildcard)
  if #relevant == 0 then
    return { verdict = "allowed", reason = "no-issue-property", blamed = {}, bound = false }
  end
  local naming, misses, all_empty = sort_out(relevant, domains, switches)
  local accounts, methods = possible(who.accounts), possible(who.methods)
  local all, bound = {}, false
  for i, property in ipairs(naming) do
    all[i] = answers_of(property, accounts, methods, switches, who.prefixes)
    bound = bound or parameters.bound(property, switches)
    if all[i].miss then
      misses[#misses + 1] = { property = property, reason = all[i].miss }
    end
  end
  if #all > 0 then
    local kind, property, needs = combine(all, accounts, methods)
    if kind == "yes" then
      return { verdict = "allowed", reason = "issuer-match", matched = property, blamed = {}, bound = bound }
    elseif kind == "unknown" then
      return { verdict = "undecided", reason = needs .. "-unknown", near = property, blamed = { property }, needs = needs, bound = bound }
    end
  end
  local best = nearest(misses)
  if best then
    local blamed = blamed_for(misses, best.reason)
    return { verdict = "denied", reason = best.reason, near = best.property, blamed = blamed, bound = bound }
  end
  return {
    verdict = "denied",
    reason = all_empty and "issuance-forbidden" or "issuer-mismatch",
    near = differs_in_case(relevant, domains, switches),
    blamed = relevant,
    bound = false,
  }
end

return M
