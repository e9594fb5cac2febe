-- What a decision says to a person: one clause in the words of RFC 8659, without the verdict.
-- SPDX-License-Identifier: MIT
-- Reports put the CA and the name before it: "… may not issue for www.example.com: issue "digicert.com" authorises only digicert.com".

local match = require "issuable.decide.match"
local parameters = require "issuable.decide.parameters"

local M = {}

--- More properties than this are counted, not listed.
local MAX_LISTED = 3

--- Escapes what is not printable, as the DNS does; names and values come from anybody.
---@param text string
---@return string
function M.printable(text)
  return (tostring(text):gsub("[^\32-\126]", function(byte)
    return ("\\%03d"):format(byte:byte())
  end))
end

--- A property as people write it: its presentation without flags of 0.
---@param property table
---@return string
function M.property(property)
  return M.printable((property.text:gsub("^0 ", "")))
end

---@param items string[]
---@param joint? string default "and"
---@return string
function M.list(items, joint)
  local shown, more = {}, #items - MAX_LISTED
  for i = 1, math.min(#items, more == 1 and #items or MAX_LISTED) do
    shown[i] = items[i]
  end
  if more > 1 then
    shown[#shown + 1] = ("%d more"):format(more)
  end
  if #shown < 2 then
    return shown[1] or ""
  end
  return table.concat(shown, ", ", 1, #shown - 1) .. " " .. (joint or "and") .. " " .. shown[#shown]
end

local function properties_text(properties)
  local texts = {}
  for i, property in ipairs(properties) do
    texts[i] = M.property(property)
  end
  return M.list(texts)
end

local function verb(list, word)
  return #list == 1 and word .. "s" or word
end

local function unique(items)
  local list, seen = {}, {}
  for _, item in ipairs(items) do
    if not seen[item] then
      seen[item] = true
      list[#list + 1] = item
    end
  end
  return list
end

local function issuers_text(properties, switches)
  local names = {}
  for _, property in ipairs(properties) do
    local issuer, guess = match.issuer(property, switches)
    if issuer and issuer ~= "" then
      names[#names + 1] = M.printable(issuer)
    elseif guess then
      names[#names + 1] = M.printable(guess) .. " (malformed)"
    end
  end
  return M.list(unique(names))
end

local function without_repeats(values, tag, property)
  if #values > 1 then
    return ("%s has more than one %s, which nobody can satisfy"):format(M.property(property), tag)
  end
end

local function quoted(items)
  local list = {}
  for i, item in ipairs(items or {}) do
    list[i] = M.printable(item)
  end
  return M.list(list, "or")
end

local REASONS = {}

REASONS["critical-unknown-tag"] = function(result)
  local one = #result.blamed == 1
  return ("%s %s critical and %s unknown, so the CA must refuse (RFC 8659 section 4.1)"):format(
    properties_text(result.blamed),
    one and "is" or "are",
    one and "its tag" or "their tags"
  )
end

REASONS["no-issue-property"] = function(_, context)
  return ("the CAA records at %s hold no %s property, so they restrict no CA here"):format(
    context.found_at or "the name",
    context.wildcard and "issue or issuewild" or "issue"
  )
end

REASONS["issuer-match"] = function(result, context)
  return ("%s authorises %s"):format(M.property(result.matched), M.printable(match.issuer(result.matched, context.switches)))
end

REASONS["account-mismatch"] = function(result, context)
  local values = parameters.values(result.near, "accounturi", context.switches)
  local repeated = without_repeats(values, "accounturi", result.near)
  if repeated then
    return repeated
  elseif not parameters.is_uri(values[1]) then
    return ("the accounturi of %s is no URI, so no account matches it"):format(M.property(result.near))
  end
  return ("%s authorises only the account %s, not %s"):format(M.property(result.near), M.printable(values[1]), quoted(context.accounts))
end

REASONS["method-mismatch"] = function(result, context)
  local values = parameters.values(result.near, "validationmethods", context.switches)
  local repeated = without_repeats(values, "validationmethods", result.near)
  if repeated then
    return repeated
  end
  local labels = parameters.labels(values[1], context.switches)
  if #labels == 0 then
    return ("the validationmethods of %s hold no method that the CA can use"):format(M.property(result.near))
  end
  return ("%s authorises only validation by %s, not by %s"):format(M.property(result.near), quoted(labels), quoted(context.methods))
end

REASONS["malformed-property"] = function(result)
  local near = result.near
  return ("%s is malformed (%s), so it authorises nobody"):format(
    M.property(near),
    near.malformed and M.printable(near.malformed) or "this CA refuses a hyphen in a parameter tag"
  )
end

REASONS["issuance-forbidden"] = function(result)
  return ("%s %s nobody"):format(properties_text(result.blamed), verb(result.blamed, "authorise"))
end

REASONS["issuer-mismatch"] = function(result, context)
  if result.near then
    return ("%s differs by case from the name that this CA looks for"):format(M.property(result.near))
  end
  return ("%s %s only %s"):format(
    properties_text(result.blamed),
    verb(result.blamed, "authorise"),
    issuers_text(result.blamed, context.switches)
  )
end

REASONS["account-unknown"] = function(result, context)
  local values = parameters.values(result.near, "accounturi", context.switches)
  if not values[1] then
    return ("%s depends on which account orders"):format(M.property(result.near))
  elseif #(context.accounts or {}) > 0 then
    return ("%s authorises only the account %s, and another one may order"):format(M.property(result.near), M.printable(values[1]))
  end
  return ("%s authorises only the account %s"):format(M.property(result.near), M.printable(values[1]))
end

REASONS["method-unknown"] = function(result, context)
  local values = parameters.values(result.near, "validationmethods", context.switches)
  local labels = values[1] and parameters.labels(values[1], context.switches) or {}
  if #labels == 0 then
    return ("%s depends on the validation method"):format(M.property(result.near))
  end
  return ("%s authorises only validation by %s"):format(M.property(result.near), quoted(labels))
end

--- The clause for a match, or nil when its reason needs none.
---@param result issuable.Match
---@param context { switches: issuable.Behaviour, wildcard: boolean, found_at: string?, accounts: string[]?, methods: string[]? }
---@return string?
function M.match(result, context)
  local say = REASONS[result.reason]
  return say and say(result, context)
end

--- How the behaviours differ, in one clause.
---@param names string[]
---@param results table<string, issuable.Match>
---@return string
function M.difference(names, results)
  local parts = {}
  for i, name in ipairs(names) do
    parts[i] = ("%s: %s (%s)"):format(name, results[name].verdict, results[name].reason)
  end
  return "CAs read these records differently: " .. table.concat(parts, ", ")
end

return M
