-- Who may issue before and after a change, for people: issuer names with and without wildcards.
-- SPDX-License-Identifier: MIT
-- RFC 8659 sections 4.2 and 4.3 as written (behaviour strict); terms of RFC 8657 are named, not judged.

local behaviours = require "issuable.authorities.behaviours"
local match = require "issuable.decide.match"

local M = {}

--- Stands for a CA that no record names.
local NOBODY = "nobody.invalid"
M.ANYBODY = "(any CA)"

local function issuers_of(sets)
  local list, seen = {}, {}
  for _, properties in ipairs(sets) do
    for _, property in ipairs(properties) do
      local issuer = (property.tag == "issue" or property.tag == "issuewild") and not property.malformed and property.issuer
      issuer = issuer and issuer:lower()
      if issuer and issuer ~= "" and not seen[issuer] then
        seen[issuer] = true
        list[#list + 1] = issuer
      end
    end
  end
  return list
end

--- May it issue, for some account by some method?
local function may(properties, issuer, wildcard, switches)
  return match.evaluate(properties, wildcard, { [issuer] = true }, {}, switches).verdict ~= "denied"
end

--- The terms under which it may, as they are written.
local function terms_of(properties, issuer, wildcard)
  local terms = {}
  for _, property in ipairs(match.relevant(properties, wildcard)) do
    if not property.malformed and property.issuer and property.issuer:lower() == issuer then
      if #property.parameters == 0 then
        return nil
      end
      for _, parameter in ipairs(property.parameters) do
        terms[#terms + 1] = parameter.tag .. "=" .. parameter.value
      end
    end
  end
  return #terms > 0 and table.concat(terms, "; ") or nil
end

local function names_in(directory, issuer)
  local names = {}
  for _, ca in ipairs(directory and directory:by_domain(issuer) or {}) do
    for _, identity in ipairs(ca.identities) do
      if identity.domain == issuer and identity.status ~= "contested" then
        names[#names + 1] = ca.name
      end
    end
  end
  return #names > 0 and table.concat(names, ", ") or nil
end

--- Who may issue before and after, for every name of an issuer in either state of the RRset.
---@param before table[] properties
---@param after table[] properties
---@param now integer? unix time
---@param directory table? CA directory (issuable.authorities), for the names of CAs
---@return { issuer: string, ca: string?, wildcard: boolean, before: boolean, after: boolean, terms: string? }[] lines
---   issuer "(any CA)": nothing restricts; terms: what it is bound to afterwards
function M.compare(before, after, now, directory)
  local switches = behaviours.at("strict", now)
  local lines = {}
  local issuers = issuers_of { before, after }
  for _, wildcard in ipairs { false, true } do
    local had, has = may(before, NOBODY, wildcard, switches), may(after, NOBODY, wildcard, switches)
    if had or has then
      lines[#lines + 1] = { issuer = M.ANYBODY, wildcard = wildcard, before = had, after = has }
    end
    for _, issuer in ipairs(issuers) do
      local line = {
        issuer = issuer,
        ca = names_in(directory, issuer),
        wildcard = wildcard,
        before = may(before, issuer, wildcard, switches),
        after = may(after, issuer, wildcard, switches),
        terms = terms_of(after, issuer, wildcard),
      }
      if (line.before or line.after) and not (had and has) then
        lines[#lines + 1] = line
      end
    end
  end
  return lines
end

--- The effect of a Change.
---@param change issuable.Change
---@param now integer? unix time
---@param directory table?
function M.of(change, now, directory)
  return M.compare(change.before or {}, change.after or change.before or {}, now, directory)
end

return M
