-- What the subjects of a rule can be asked besides reading their fields: the same in a sandbox and outside.
-- SPDX-License-Identifier: MIT
-- RFC 8659 section 4.2 and 4.3 for which properties count; runs inside the sandbox, so it requires nothing.

local rrset = {}

--- The properties that count for plain names, or for wildcards: `issuewild` where there is one, else `issue`.
---@param wildcard boolean?
---@return table[]
function rrset:relevant(wildcard)
  local issue, issuewild = {}, {}
  for _, property in ipairs(self.properties) do
    local list = property.tag == "issue" and issue or property.tag == "issuewild" and issuewild
    if list then
      list[#list + 1] = property
    end
  end
  return wildcard and #issuewild > 0 and issuewild or issue
end

--- The properties with a tag.
---@param tag string lower-case
---@return table[]
function rrset:tagged(tag)
  local list = {}
  for _, property in ipairs(self.properties) do
    if property.tag == tag then
      list[#list + 1] = property
    end
  end
  return list
end

--- The value of a parameter of a property, or nil: `rrset.param(property, "accounturi")`.
---@param property table
---@param tag string lower-case
---@return string?
function rrset.param(property, tag)
  for _, parameter in ipairs(property.parameters) do
    if parameter.tag:lower() == tag then
      return parameter.value
    end
  end
end

--- Does some property name this issuer domain name?
---@param domain string
---@param wildcard boolean?
---@return boolean
function rrset:names(domain, wildcard)
  for _, property in ipairs(self:relevant(wildcard)) do
    if property.issuer and property.issuer:lower() == domain:lower() then
      return true
    end
  end
  return false
end

--- Is whoever orders with this account bound to it? True when a property names the account, and no property of the same
--- issuer lets other accounts in.
---@param account string ACME account URI
---@return boolean
function rrset:pins(account)
  local issuers = {}
  for _, property in ipairs(self.properties) do
    if property.issuer and rrset.param(property, "accounturi") == account then
      issuers[property.issuer:lower()] = true
    end
  end
  if next(issuers) == nil then
    return false
  end
  for _, property in ipairs(self.properties) do
    if property.issuer and issuers[property.issuer:lower()] and not rrset.param(property, "accounturi") then
      return false
    end
  end
  return true
end

--- The text of a report; what is wrong with it is told at the line of the rule.
local function format(level, text, ...)
  if type(text) ~= "string" then
    error("a report wants a text, not a " .. type(text), level + 1)
  end
  local ok, message = pcall(string.format, text, ...)
  if not ok then
    error(message, level + 1)
  end
  return message
end

--- What a report can be given besides its text. Each takes the report's data and returns nothing.
local details = {
  --- States the wanted change as data; the engine makes the edit.
  want = function(data, change)
    if type(change) ~= "table" then
      error("want { … } takes a table", 3)
    end
    for field, value in pairs(change) do
      data.want[field] = value
    end
  end,
  --- Points at a property of the RRset, or at an identifier of the request, instead of at the whole.
  at = function(data, part)
    if type(part) ~= "table" or type(part.index) ~= "number" then
      error("at(…) takes a property or an identifier", 3)
    end
    data.index = part.index
  end,
  note = function(data, text, ...)
    data.notes[#data.notes + 1] = format(3, text, ...)
  end,
  help = function(data, text, ...)
    data.help[#data.help + 1] = format(3, text, ...)
  end,
}

--- The `report` that a rule is called with: report("%s …", …):want { … }:note("…").
---@param list table[] what is reported goes here: { message, want, notes, help, index? }
local function reporter(list)
  return function(text, ...)
    local data = { message = format(2, text, ...), want = {}, notes = {}, help = {} }
    list[#list + 1] = data
    local handle = {}
    for name, detail in pairs(details) do
      handle[name] = function(_, ...)
        detail(data, ...)
        return handle
      end
    end
    return handle
  end
end

return { rrset = { __index = rrset, __name = "rrset" }, reporter = reporter }
