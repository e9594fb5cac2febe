-- Proof of a planned RRset: for every CA, plain or wildcard, account and method, nothing lost and nothing gained but what was asked.
-- SPDX-License-Identifier: MIT
-- Design section 6; every answer is issuable.decide's own, under every behaviour, so the planner cannot vouch for itself.

local behaviours = require "issuable.authorities.behaviours"
local decide = require "issuable.decide"
local match = require "issuable.decide.match"

local M = {}

--- Stand for everybody who is not written in the set.
local NOBODY = "nobody.invalid"
local NO_ACCOUNT = "https://nobody.invalid/acct/0"
local METHODS = { "dns-01", "http-01", "tls-alpn-01", "x-none" }

--- Above this many accounts of one CA only those are tried that the change concerns: an account that stands in an untouched
--- record before and after is judged alike.
local MAX_ACCOUNTS = 16

local function answer_of(properties)
  return {
    view = "list",
    name = ".",
    status = "found",
    found_at = ".",
    rrset = { owner = ".", complete = true, properties = properties },
    aliases = {},
    assumed = {},
    trace = {},
  }
end

--- Whether a CA may issue on these properties, whichever of the accounts orders and whichever of the methods is used.
---@param properties table[]
---@param question { ca: table, wildcard: boolean, accounts?: string[], methods?: string[], behaviour?: string, now?: integer }
---@return boolean
function M.allows(properties, question)
  local decision = decide.decide({
    name = ".",
    wildcard = question.wildcard,
    ca = question.ca,
    accounts = question.accounts,
    methods = question.methods,
    behaviour = question.behaviour,
    now = question.now,
  }, answer_of(properties))
  return decision.verdict == "allowed"
end

local Names = {}
Names.__index = Names

local function new_names()
  return setmetatable({ list = {}, seen = {} }, Names)
end

function Names:add(name)
  if name and not self.seen[name] then
    self.seen[name] = true
    self.list[#self.list + 1] = name
  end
end

local function key_of(property)
  return ("%d %s %s"):format(property.flags, property.tag, property.value)
end

--- Properties that only one of the two sets holds.
local function concerned(before, after)
  local count = {}
  for _, property in ipairs(before) do
    count[key_of(property)] = 1
  end
  for _, property in ipairs(after) do
    local key = key_of(property)
    count[key] = (count[key] or 0) + 2
  end
  return function(property)
    local n = count[key_of(property)]
    return n == 1 or n == 2
  end
end

local function issuer_of(property)
  local issuer = property.issuer or property.issuer_guess
  return issuer and issuer ~= "" and issuer:lower() or nil
end

--- Who and what has to be tried: by issuer name the accounts, for all the methods.
local function universe(before, after, asks)
  local is_concerned = concerned(before, after)
  local identities, methods = new_names(), new_names()
  local accounts, sure = {}, {}
  local function of(identity)
    identities:add(identity)
    accounts[identity] = accounts[identity] or new_names()
    sure[identity] = sure[identity] or new_names()
  end
  for _, set in ipairs { before, after } do
    for _, property in ipairs(set) do
      local identity = issuer_of(property)
      if identity then
        of(identity)
        for _, parameter in ipairs(property.parameters or {}) do
          local tag = parameter.tag:lower()
          if tag == "accounturi" then
            accounts[identity]:add(parameter.value)
            if is_concerned(property) then
              sure[identity]:add(parameter.value)
            end
          elseif tag == "validationmethods" then
            for label in parameter.value:gmatch("[^,%s]+") do
              methods:add(label)
            end
          end
        end
      end
    end
  end
  for _, ask in ipairs(asks) do
    for _, domain in ipairs(ask.domains) do
      of(domain)
      for _, account in ipairs(ask.accounts or {}) do
        accounts[domain]:add(account)
        sure[domain]:add(account)
      end
    end
    for _, method in ipairs(ask.methods or {}) do
      methods:add(method)
    end
  end
  of(NOBODY)
  for identity, names in pairs(accounts) do
    if #names.list > MAX_ACCOUNTS then
      names = sure[identity]
      accounts[identity] = names
    end
    names:add(NO_ACCOUNT)
  end
  for _, method in ipairs(METHODS) do
    if not methods.seen[method] then
      methods:add(method) -- one that no record names is enough for all of them
      break
    end
  end
  return identities.list, accounts, methods.list
end

--- The properties that matter for one issuer name: its own, whatever is malformed or unknown, and one other of each tag.
local function relevant(properties, identity)
  local list, other = {}, {}
  for _, property in ipairs(properties) do
    local issuer = not property.malformed and property.issuer
    local foreign = issuer and issuer ~= "" and issuer:lower() ~= identity
    if not foreign then
      list[#list + 1] = property
    elseif not other[property.tag] then
      other[property.tag] = true
      list[#list + 1] = property
    end
  end
  return list
end

local function contains(list, item)
  for _, member in ipairs(list) do
    if member == item then
      return true
    end
  end
  return false
end

--- Was this asked for? A pinned grant only for its accounts and methods.
local function was_asked(asks, identity, wildcard, account, method)
  for _, ask in ipairs(asks) do
    if
      ask.wildcard == wildcard
      and contains(ask.domains, identity)
      and (not ask.pinned_account or contains(ask.accounts or {}, account))
      and (not ask.pinned_methods or contains(ask.methods or {}, method))
    then
      return true
    end
  end
  return false
end

local function describe(identity, wildcard, account, method, behaviour)
  return ("%s, %s, account %s, method %s, as %s reads it"):format(identity, wildcard and "wildcards" or "plain names", account, method, behaviour)
end

local function allowed(properties, domains, wildcard, account, method, switches)
  return match.evaluate(properties, wildcard, domains, { accounts = { account }, methods = { method } }, switches).verdict == "allowed"
end

local function all_switches(now)
  local list = {}
  for i, name in ipairs(behaviours.names()) do
    list[i] = behaviours.at(name, now)
  end
  return list
end

--- Compares two states of an RRset.
---@param before table[] properties
---@param after table[] properties
---@param asks { domains: string[], wildcard: boolean, accounts?: string[], methods?: string[], pinned_account: boolean, pinned_methods: boolean }[]
---@param now integer
---@return boolean same_but_for_the_asks
---@return string? why the first difference that nobody asked for
function M.compare(before, after, asks, now)
  local switches_list = all_switches(now)
  local identities, accounts, methods = universe(before, after, asks)

  local function compare_one(old, new, identity, wildcard, account, method)
    local domains = { [identity] = true }
    for _, switches in ipairs(switches_list) do
      local had = allowed(old, domains, wildcard, account, method, switches)
      local has = allowed(new, domains, wildcard, account, method, switches)
      if had and not has then
        return false, "would be lost: " .. describe(identity, wildcard, account, method, switches.name)
      elseif has and not had and not was_asked(asks, identity, wildcard, account, method) then
        return false, "would be gained without being asked for: " .. describe(identity, wildcard, account, method, switches.name)
      end
    end
    return true
  end

  for _, identity in ipairs(identities) do
    local old, new = relevant(before, identity), relevant(after, identity)
    for _, account in ipairs(accounts[identity].list) do
      for _, method in ipairs(methods) do
        for _, wildcard in ipairs { false, true } do
          local same, why = compare_one(old, new, identity, wildcard, account, method)
          if not same then
            return false, why
          end
        end
      end
    end
  end
  return true
end

return M
