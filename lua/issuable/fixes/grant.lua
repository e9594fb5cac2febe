-- What has to be written so that a CA gets what was asked, and no more: the value of the property for one ask.
-- SPDX-License-Identifier: MIT
-- RFC 8659 section 4.2 (issuer and parameters), RFC 8657 (accounturi, validationmethods); design section 6.

local caa = require "issuable.caa"
local words = require "issuable.decide.words"

local M = {}

--- RFC 8659 section 4.2: what a parameter's value may hold.
local PARAMETER_VALUE = "^[\33-\58\60-\126]+$"
--- RFC 8657 section 4: one validation method label.
local METHOD = "^[%w-]+$"

local function refusal(code, why, ...)
  return nil, { refused = code, why = why:format(...) }
end

---@param ca table CA row
---@return string name for people
function M.title(ca)
  return ca.name or ca.domain or ca.id
end

--- The name to write for a CA: the first published identity, else the first observed one. A contested name is never written.
---@param ca table CA row
---@return string? domain
function M.domain(ca)
  local observed
  for _, identity in ipairs(ca.identities or { { domain = ca.domain, status = "published" } }) do
    if identity.status == "published" then
      return identity.domain
    elseif identity.status == "observed" then
      observed = observed or identity.domain
    end
  end
  return observed
end

--- The tag whose properties decide.
---@param properties table[]
---@param wildcard boolean
---@return "issue"|"issuewild"
function M.relevant_tag(properties, wildcard)
  if wildcard then
    for _, property in ipairs(properties) do
      if property.tag == "issuewild" then
        return "issuewild"
      end
    end
  end
  return "issue"
end

local function trimmed(property)
  local value = property.value:gsub("[ \t;]+$", "")
  local sound = caa.property(property.flags, property.tag, value)
  return not sound.malformed and sound or nil
end

--- A property as it was meant, when only a semicolon too many at its end makes it malformed.
local function as_meant(property)
  if property.malformed_kind == "trailing-semicolon" then
    return trimmed(property) or property
  end
  return property
end

local function names(property, ca)
  local issuer = property.issuer or property.issuer_guess
  if not issuer or issuer == "" then
    return false
  end
  issuer = issuer:lower()
  for _, identity in ipairs(ca.identities or {}) do
    if identity.domain:lower() == issuer then
      return true
    end
  end
  return ca.domain == issuer
end

--- What a property of the CA is bound to. A malformed one tells by its text what was meant.
local function pins(property)
  if property.malformed then
    local text = property.value:lower()
    return text:find("accounturi", 1, true) ~= nil, text:find("validationmethods", 1, true) ~= nil
  end
  local account, methods = false, false
  for _, parameter in ipairs(property.parameters or {}) do
    local tag = parameter.tag:lower()
    account = account or tag == "accounturi"
    methods = methods or tag == "validationmethods"
  end
  return account, methods
end

--- The properties of the same CA, those that decide before those under the other tag.
---@return { property: table, meant: table }[]
local function siblings_of(properties, ca, wildcard)
  local tag = M.relevant_tag(properties, wildcard)
  local near, far = {}, {}
  for _, property in ipairs(properties) do
    if property.tag == "issue" or property.tag == "issuewild" then
      local meant = as_meant(property)
      if names(meant, ca) then
        local list = property.tag == tag and near or far
        list[#list + 1] = { property = property, meant = meant, near = property.tag == tag }
      end
    end
  end
  for _, sibling in ipairs(far) do
    near[#near + 1] = sibling
  end
  return near
end

--- The sibling to follow, the one that binds most among those that decide, and what any sibling at all binds.
local function strictest(siblings)
  local best, best_count, account, methods = nil, -1, false, false
  for _, sibling in ipairs(siblings) do
    local a, m = pins(sibling.meant)
    local count = (sibling.near and 4 or 0) + (a and 1 or 0) + (m and 1 or 0) + (sibling.meant.malformed and 0 or 0.5)
    if count > best_count then
      best, best_count = sibling, count
    end
    account, methods = account or a, methods or m
  end
  return best, account, methods
end

local function split(text)
  local segments, at = {}, 1
  while true do
    local semicolon = text:find(";", at, true)
    segments[#segments + 1] = text:sub(at, (semicolon or #text + 1) - 1)
    if not semicolon then
      return segments
    end
    at = semicolon + 1
  end
end

--- A sibling's value with other pins. Its other parameters, and its blanks, are kept.
---@param meant table? a sound property of the same CA
---@param domain string
---@param wanted { accounturi?: string, validationmethods?: string }
local function value_like(meant, domain, wanted)
  local parts, written = { domain }, {}
  for i, segment in ipairs(meant and not meant.malformed and split(meant.value) or {}) do
    local before, tag, equals, after = segment:match("^([ \t]*)([%w-]+)([ \t]*=[ \t]*).-([ \t]*)$")
    if i > 1 and tag then
      local name = tag:lower()
      if not wanted[name] then
        parts[#parts + 1] = segment
      elseif not written[name] then -- RFC 8657 section 3: written twice it could match nobody
        written[name] = true
        parts[#parts + 1] = before .. name .. equals .. wanted[name] .. after
      end
    end
  end
  for _, name in ipairs { "accounturi", "validationmethods" } do
    if wanted[name] and not written[name] then
      parts[#parts + 1] = " " .. name .. "=" .. wanted[name]
    end
  end
  return table.concat(parts, ";")
end

M.value_like = value_like

local function method_list(ask)
  if not ask.methods or #ask.methods == 0 then
    return refusal("method-unknown", "the records of %s bind it to validation methods, and the method of this request is not known", M.title(ask.ca))
  end
  for _, method in ipairs(ask.methods) do
    if not method:find(METHOD) then
      return refusal("method-unknown", "%s is no validation method label", words.printable(method))
    end
  end
  return table.concat(ask.methods, ",")
end

local function account_list(ask)
  if not ask.accounts or #ask.accounts == 0 then
    return refusal("account-unknown", "the records of %s bind it to an ACME account, and the account of this request is not known", M.title(ask.ca))
  end
  for _, account in ipairs(ask.accounts) do
    if not account:find(PARAMETER_VALUE) then
      return refusal("account-unknown", "the account URI %s cannot be written in a CAA record", words.printable(account))
    end
  end
  return ask.accounts
end

--- A lone semicolon after the last parameter is taken away where that alone gives what was asked.
local function mended(siblings, is_enough)
  for _, sibling in ipairs(siblings) do
    local property, meant = sibling.property, sibling.meant
    if property ~= meant and not meant.malformed and is_enough(meant) then
      return { { value = meant.value, replace = property, flags = property.flags, near = property } }
    end
  end
end

local function first_empty(properties, tag)
  for _, property in ipairs(properties) do
    if property.tag == tag and not property.malformed and property.issuer == "" then
      return property
    end
  end
end

--- The values that give an ask what it wants.
---@param ask table { ca, wildcard, accounts, methods, reason }
---@param properties table[] the RRset as it stands
---@param allows fun(ask: table, properties: table[]): boolean what issuable.decide says of a set
---@return { value: string, flags: integer, near: table?, replace: table? }[]? values near: the property to stand beside; replace: the one to change in place
---@return { refused: string, why: string }?
function M.values(ask, properties, allows)
  local domain = M.domain(ask.ca)
  if not domain then
    return refusal("no-identity", "it is not established which CAA name %s answers to, so none is written", M.title(ask.ca))
  end
  local siblings = siblings_of(properties, ask.ca, ask.wildcard)
  if ask.reason == "malformed-property" then
    local values = mended(siblings, function(meant)
      return allows(ask, { meant })
    end)
    if values then
      return values
    end
  end
  local best, pin_account, pin_methods = strictest(siblings)
  local wanted, accounts = {}, { false }
  if pin_methods then
    local methods, problem = method_list(ask)
    if not methods then
      return nil, problem
    end
    wanted.validationmethods = methods
  end
  if pin_account then
    local problem
    accounts, problem = account_list(ask)
    if not accounts then
      return nil, problem
    end
  end
  local values, written = {}, {}
  for i, account in ipairs(accounts) do
    wanted.accounturi = account or nil
    values[i] = { value = value_like(best and best.meant, domain, wanted), flags = 0, near = best and best.property }
    written[i] = caa.property(0, "issue", values[i].value)
  end
  if not allows(ask, written) then
    local why = "its other property says %s, and not every implementation would accept the same terms (a hyphen in a parameter tag, an unusual account URI)"
    return refusal("ca-dependent", why, best and words.property(best.property) or domain)
  end
  if ask.reason == "issuance-forbidden" then
    values[1].replace = first_empty(properties, M.relevant_tag(properties, ask.wildcard))
  end
  return values
end

return M
