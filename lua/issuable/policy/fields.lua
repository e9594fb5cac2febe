-- What a policy may say: every field of every word, its type, and the words for what is allowed.
-- SPDX-License-Identifier: MIT
-- Design section 5: an unknown field or a wrong type is an error with file, line and what is allowed.

local dates = require "issuable.dates"

local M = {}

---@class issuable.Field
---@field wants string what is allowed, in words
---@field check fun(value: any): boolean

local function is_list(value, member)
  if type(value) ~= "table" then
    return false
  end
  local count = 0
  for _ in pairs(value) do
    count = count + 1
  end
  for i = 1, count do
    if value[i] == nil or not member(value[i]) then
      return false
    end
  end
  return true
end

local function is_map(value, member)
  if type(value) ~= "table" then
    return false
  end
  for key, inner in pairs(value) do
    if type(key) ~= "string" or not member(inner) then
      return false
    end
  end
  return true
end

local function is_string(value)
  return type(value) == "string" and value ~= ""
end

local function is_count(value)
  return type(value) == "number" and value >= 0 and value % 1 == 0 and value < 2 ^ 53
end

local function is_boolean(value)
  return type(value) == "boolean"
end

local function is_date(value)
  return type(value) == "string" and dates.parse(value) ~= nil
end

local function is_function(value)
  return type(value) == "table" and type(value["function"]) == "number"
end

local function is_one_of(list)
  local allowed = {}
  for _, item in ipairs(list) do
    allowed[item] = true
  end
  return function(value)
    return allowed[value] == true
  end
end

local function strings(value)
  return is_list(value, is_string)
end

local TEXT = { wants = "a text", check = is_string }
local COUNT = { wants = "a whole number", check = is_count }
local DATE = { wants = "a date (2027-03-15)", check = is_date }
local TEXT_OR_TEXTS = {
  wants = "a text or a list of texts",
  check = function(value)
    return is_string(value) or strings(value)
  end,
}

M.SUBJECTS = { "request", "issuer", "rrset", "zone", "decision" }
M.SEVERITIES = { "error", "warning", "info", "off" }

local function fields_of(table_of)
  return function(value)
    if type(value) ~= "table" then
      return false
    end
    for field, inner in pairs(value) do
      if not table_of[field] or not table_of[field].check(inner) then
        return false
      end
    end
    return true
  end
end

local MIGRATION = { ends = DATE, max_ttl = COUNT }

M.set = {
  authorities = {
    wants = "a list of CA rows",
    check = function(value)
      return is_list(value, function(row)
        return type(row) == "table"
      end)
    end,
  },
  issuers = {
    wants = 'CA by "[NAMESPACE/]Kind/name"',
    check = function(value)
      return is_map(value, is_string)
    end,
  },
  accounts = {
    wants = 'lists of ACME account URIs by "[CLUSTER/]issuer"',
    check = function(value)
      return is_map(value, strings)
    end,
  },
  default_issuer = { wants = '"[Kind/]name" of the issuer that kubernetes.io/tls-acme stands for', check = is_string },
  approved_issuers = { wants = 'a list of issuers: "name", "Kind/name", a CA\'s id or issuer domain name', check = strings },
  max_ttl = { wants = "seconds", check = is_count },
  max_names = {
    wants = "numbers of names by CA id",
    check = function(value)
      return is_map(value, is_count)
    end,
  },
  migration = {
    wants = '{ ends = "2027-01-31", max_ttl = 300 }',
    check = function(value)
      return fields_of(MIGRATION)(value) and value.ends ~= nil and value.max_ttl ~= nil
    end,
  },
  signed = { wants = "a list of zones that must be signed (globs)", check = strings },
}

--- Fields of `when`: what is known of every subject before a rule runs.
M.WHEN = { "scope", "namespace", "kind", "issuer", "environment", "ca", "name", "verdict", "reason", "wildcard", "owner", "zone" }

local function is_when(value)
  local known = is_one_of(M.WHEN)
  if type(value) ~= "table" then
    return false
  end
  for field, wanted in pairs(value) do
    if not known(field) then
      return false
    elseif field == "wildcard" then
      if not is_boolean(wanted) then
        return false
      end
    elseif not TEXT_OR_TEXTS.check(wanted) then
      return false
    end
  end
  return true
end

M.test = {
  rule = TEXT,
  caa = { wants = "CAA properties in presentation form, a text or a list", check = TEXT_OR_TEXTS.check },
  zone = { wants = "lines of a zone file, without its SOA", check = is_string },
  zones = {
    wants = "lines of further zones, by their apex",
    check = function(value)
      return is_map(value, is_string)
    end,
  },
  name = { wants = "a name or a list of names", check = TEXT_OR_TEXTS.check },
  ca = { wants = "an issuer domain name or a CA's id", check = is_string },
  account = TEXT_OR_TEXTS,
  method = TEXT_OR_TEXTS,
  issuer = { wants = '"name" or "Kind/name"', check = is_string },
  environment = { wants = '"production" or "staging"', check = is_one_of { "production", "staging" } },
  namespace = TEXT,
  scope = TEXT,
  secret = TEXT,
  manifest = { wants = "a manifest (YAML)", check = is_string },
  set = {
    wants = "settings, as the word set takes them",
    check = function(value)
      return M.problem("set", value) == nil
    end,
  },
  now = DATE,
  finds = COUNT,
  says = TEXT_OR_TEXTS,
}

M.rule = {
  id = {
    wants = "a short name of letters, digits and hyphens",
    check = function(value)
      return is_string(value) and value:find("^%w[%w-]*$") ~= nil and #value <= 64
    end,
  },
  title = TEXT,
  severity = { wants = "one of " .. table.concat(M.SEVERITIES, ", "), check = is_one_of(M.SEVERITIES) },
  on = { wants = "one of " .. table.concat(M.SUBJECTS, ", "), check = is_one_of(M.SUBJECTS) },
  when = { wants = "texts (globs), or lists of them, by " .. table.concat(M.WHEN, ", "), check = is_when },
  check = { wants = "a function(subject, report, settings)", check = is_function },
  why = TEXT,
  fix = { wants = "how it is mended, a text", check = is_string },
  test = {
    wants = "a list of tests",
    check = function(value)
      return is_list(value, function(item)
        return type(item) == "table"
      end)
    end,
  },
}

M.waive = {
  rule = TEXT,
  name = { wants = "a DNS name, a glob, or a list of them", check = TEXT_OR_TEXTS.check },
  namespace = TEXT_OR_TEXTS,
  scope = TEXT_OR_TEXTS,
  path = { wants = "a path, a glob, or a list of them", check = TEXT_OR_TEXTS.check },
  expires = DATE,
  owner = TEXT,
  because = TEXT,
}

local function names_of(known)
  local names = {}
  for name in pairs(known) do
    names[#names + 1] = name
  end
  table.sort(names)
  return table.concat(names, ", ")
end

--- Checks the fields of a statement.
---@param word string "set", "rule", "waive", "test"
---@param value any
---@return string? message what is wrong and what is allowed; nil: nothing
function M.problem(word, value)
  local known = M[word]
  if type(value) ~= "table" then
    return ("%s wants a table"):format(word)
  end
  local wrong = {}
  for field, inner in pairs(value) do
    if not known[field] then
      wrong[#wrong + 1] = ("%s does not know %q; it knows %s"):format(word, tostring(field), names_of(known))
    elseif not known[field].check(inner) then
      wrong[#wrong + 1] = ("%s must be %s"):format(field, known[field].wants)
    end
  end
  table.sort(wrong) -- the same one on every engine
  return wrong[1]
end

--- The fields that a statement must have.
---@return string? message
function M.missing(word, value, wanted)
  for _, field in ipairs(wanted) do
    if value[field] == nil then
      return ("%s wants %s: %s"):format(word, field, M[word][field].wants)
    end
  end
end

return M
