-- The parameters that bind a property to an account or to a validation method.
-- SPDX-License-Identifier: MIT
-- RFC 8657 sections 3 (accounturi) and 4 (validationmethods).

local M = {}

--- The values of one parameter in their order. Whether its tag differs by case is the behaviour's matter.
---@param property table Property
---@param tag string lower-case
---@param switches issuable.Behaviour
---@return string[]
function M.values(property, tag, switches)
  local values = {}
  for _, parameter in ipairs(property.parameters or {}) do
    local given = parameter.tag
    if given == tag or (switches.parameter_tag_case == "ignored" and given:lower() == tag) then
      values[#values + 1] = parameter.value
    end
  end
  return values
end

--- RFC 3986: a scheme, then only characters that a URI may hold, each % followed by two hexadecimal digits.
---@param text string
---@return boolean
function M.is_uri(text)
  if not text:find("^%a[%w+.-]*:.") or text:find("[^%w%-._~:/?#%[%]@!$&'()*+,;=%%]") then
    return false
  end
  for escape in text:gmatch("%%(.?.?)") do
    if not escape:find("^%x%x$") then
      return false
    end
  end
  return true
end

--- Two URIs that differ only in one of the prefixes under which a CA has known its accounts.
local function same_under_prefixes(left, right, prefixes)
  for _, a in ipairs(prefixes or {}) do
    if left:sub(1, #a) == a then
      for _, b in ipairs(prefixes) do
        if b .. left:sub(#a + 1) == right then
          return true
        end
      end
    end
  end
  return false
end

--- Does a property accept an account? "A Property with multiple accounturi parameters is unsatisfiable"; the URI is compared as a string.
---@param property table Property
---@param account string? nil: not known
---@param switches issuable.Behaviour
---@param prefixes string[]? account_prefixes of the CA
---@return "yes"|"no"|"unknown"
---@return string? only the one account URI that is accepted
function M.account(property, account, switches, prefixes)
  local values = M.values(property, "accounturi", switches)
  if #values == 0 then
    return "yes"
  end
  local uri = values[1]
  if #values > 1 or not M.is_uri(uri) then
    return "no"
  elseif account == nil then
    return "unknown", uri
  elseif account == uri or same_under_prefixes(account, uri, prefixes) then
    return "yes", uri
  end
  return "no", uri
end

--- The labels of a validationmethods value that can match at all: those before the first that is no label, and known to the CA.
--- Implementations walk the list from the left and stop at a match, so what stands after it is never looked at.
---@param value string
---@param switches issuable.Behaviour
---@return string[]
function M.labels(value, switches)
  local labels = {}
  for label in (value .. ","):gmatch("([^,]*),") do
    if not label:find("^[%w-]+$") then
      break
    end
    if not switches.methods or switches.methods[label] then
      labels[#labels + 1] = label
    end
  end
  return labels
end

--- Does a property accept a validation method? Labels are compared as strings.
---@param property table Property
---@param method string? nil: not known
---@param switches issuable.Behaviour
---@return "yes"|"no"|"unknown"
---@return string[]? only the labels that are accepted
function M.method(property, method, switches)
  local values = M.values(property, "validationmethods", switches)
  if #values == 0 then
    return "yes"
  elseif #values > 1 then
    return "no" -- RFC 8657 says nothing of this; Boulder refuses, and nobody may be surprised by a permission
  end
  local labels = M.labels(values[1], switches)
  if #labels == 0 then
    return "no", labels
  elseif method == nil then
    return "unknown", labels
  end
  for _, label in ipairs(labels) do
    if label == method then
      return "yes", labels
    end
  end
  return "no", labels
end

--- Does a property carry a parameter of RFC 8657 at all?
---@param property table
---@param switches issuable.Behaviour
---@return boolean
function M.bound(property, switches)
  return #M.values(property, "accounturi", switches) > 0 or #M.values(property, "validationmethods", switches) > 0
end

return M
