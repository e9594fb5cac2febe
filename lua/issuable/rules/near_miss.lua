-- What the author of a property most likely meant, when it names nobody: letsencrypt.com, "Let's Encrypt Authority X3", zerossl.com.
-- SPDX-License-Identifier: MIT
-- Seen in the field: certbot #4827 (a display name for a domain), wrong endings, a brand whose CA answers to another domain.

local M = {}

local function letters(text)
  return (text:lower():gsub("[^%w]", ""))
end

--- The first label below the ending: "letsencrypt" of letsencrypt.org.
local function brand(domain)
  return domain:match("([^.]+)%.[^.]+$") or domain
end

--- Do two texts differ by one letter that was changed, left out, added, or swapped with the next?
local function one_apart(a, b)
  if a == b or math.abs(#a - #b) > 1 or math.min(#a, #b) < 5 then
    return false
  end
  local first = 1
  while a:sub(first, first) == b:sub(first, first) do
    first = first + 1
  end
  local rest_a, rest_b = a:sub(first), b:sub(first)
  return rest_a:sub(2) == rest_b:sub(2)
    or rest_a:sub(2) == rest_b
    or rest_a == rest_b:sub(2)
    or (rest_a:sub(1, 1) == rest_b:sub(2, 2) and rest_a:sub(2, 2) == rest_b:sub(1, 1) and rest_a:sub(3) == rest_b:sub(3))
end

local function sure_domains(ca)
  local list = {}
  for _, identity in ipairs(ca.identities or {}) do
    if identity.status ~= "contested" then
      list[#list + 1] = identity.domain
    end
  end
  return list
end

local function resembles(text, ca, domains)
  local plain = letters(text)
  if #plain < 4 then
    return false
  end
  for _, name in ipairs { ca.id or "", ca.name or "" } do
    local known = letters(name)
    if #known >= 4 and plain:sub(1, #known) == known then
      return true
    end
  end
  for _, domain in ipairs(domains) do
    local known = brand(domain)
    if (#known >= 4 and plain:sub(1, #letters(known)) == letters(known)) or one_apart(text:lower(), domain) then
      return true
    end
  end
  return false
end

--- The property among these that seems to mean a CA without naming it.
---@param properties table[]
---@param ca issuable.CA?
---@return string? help what is written, and what the CA answers to
function M.find(properties, ca)
  local domains = ca and sure_domains(ca) or {}
  if #domains == 0 then
    return nil
  end
  local named = {}
  for _, domain in ipairs(domains) do
    named[domain] = true
  end
  for _, property in ipairs(properties) do
    local text = property.issuer and property.issuer ~= "" and property.issuer or property.malformed and property.value:match("^[^;]*")
    if text and not named[text:lower()] and resembles(text, ca, domains) then
      return ("%q is no name of %s: in CAA it is called %s"):format(text:match("^%s*(.-)%s*$"), ca.name or ca.id, table.concat(domains, " or "))
    end
  end
end

return M
