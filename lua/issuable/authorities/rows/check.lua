-- Checks and completes rows of the CA directory, ours and those of an organisation's policy file, with one set of rules.
-- SPDX-License-Identifier: MIT
-- Row: contracts of the CA shape; every unknown field is an error that names it.

local behaviours = require "issuable.authorities.behaviours"
local sources = require "issuable.authorities.sources"
local url = require "issuable.authorities.url"

local M = {}

local STATUSES = { published = true, observed = true, contested = true }
local ENVIRONMENTS = { production = true, staging = true }

local ROW = {
  id = "string",
  name = "string",
  identities = "table",
  directories = "table",
  private = "boolean",
  ended = "string",
  behaviour = "string",
  groups = "table",
  account_prefixes = "table",
  notes = "string",
  source = "string",
}
local IDENTITY = { domain = "string", status = "string", source = "string", date = "string" }
local DIRECTORY = { url = "string", host = "string", path = "string", pattern = "string", environment = "string" }
local BUILT_IN_DIRECTORY = { match = "string", environment = "string" }

local function known(fields)
  local names = {}
  for name in pairs(fields) do
    names[#names + 1] = name
  end
  table.sort(names)
  return table.concat(names, ", ")
end

local function check_fields(where, value, fields)
  if type(value) ~= "table" then
    return nil, ("%s must be a table"):format(where)
  end
  local unknown
  for field, inner in pairs(value) do
    if not fields[field] then
      local name = tostring(field)
      unknown = (not unknown or name < unknown) and name or unknown -- the same message on every run
    elseif type(inner) ~= fields[field] then
      return nil, ("%s: %s must be a %s"):format(where, field, fields[field])
    end
  end
  if unknown then
    return nil, ("%s: unknown field %q; known are %s"):format(where, unknown, known(fields))
  end
  return true
end

--- An issuer domain name as RFC 8659 section 4.2 has it: labels of letters, digits and inner hyphens.
---@param text any
---@return string? domain lower-case
function M.domain(text)
  if type(text) ~= "string" or #text > 253 or text == "" then
    return nil
  end
  for label in (text .. "."):gmatch("([^.]*)%.") do
    if #label > 63 or not label:find("^%w[%w-]*$") or label:sub(-1) == "-" then
      return nil
    end
  end
  return text:lower()
end

local function is_date(text)
  return text:find("^%d%d%d%d%-%d%d$") ~= nil or text:find("^%d%d%d%d%-%d%d%-%d%d$") ~= nil
end

local function identity(where, given, built_in)
  if type(given) == "string" then
    given = { domain = given }
  end
  local ok, message = check_fields(where, given, IDENTITY)
  if not ok then
    return nil, message
  end
  local domain = M.domain(given.domain)
  if not domain then
    return nil, ("%s: domain must be an issuer domain name such as letsencrypt.org"):format(where)
  elseif given.status and not STATUSES[given.status] then
    return nil, ("%s: status must be %s"):format(where, known(STATUSES))
  end
  local source = built_in and sources[given.source] or { text = given.source or "policy", date = given.date }
  return { domain = domain, status = given.status or "published", source = source.text, date = given.date or source.date }
end

local function directory(where, given, built_in)
  if type(given) == "string" then
    given = { url = given }
  end
  if built_in and type(given) == "table" and given.match then
    return check_fields(where, given, BUILT_IN_DIRECTORY) and given
  end
  local ok, message = check_fields(where, given, DIRECTORY)
  if not ok then
    return nil, message
  end
  local kinds = (given.url and 1 or 0) + (given.host and 1 or 0) + (given.pattern and 1 or 0)
  if kinds ~= 1 then
    return nil, ("%s: say one of url, host (with a path) and pattern"):format(where)
  elseif given.url and not url.parse(given.url) then
    return nil, ("%s: url is no URL: %s"):format(where, given.url)
  elseif given.pattern and not pcall(string.find, "", given.pattern) then
    return nil, ("%s: pattern is no Lua pattern: %s"):format(where, given.pattern)
  elseif given.environment and not ENVIRONMENTS[given.environment] then
    return nil, ("%s: environment must be %s"):format(where, known(ENVIRONMENTS))
  end
  return {
    url = given.url,
    host = given.host and given.host:lower(),
    path = given.path and given.path:gsub("/+$", "") or nil,
    pattern = given.pattern,
    environment = given.environment or "production",
  }
end

local function list_of(where, given, convert, built_in)
  local list = {}
  for i, item in ipairs(given or {}) do
    local value, message = convert(("%s[%d]"):format(where, i), item, built_in)
    if not value then
      return nil, message
    end
    list[i] = value
  end
  return list
end

local function not_strings(where, given)
  for i, item in ipairs(given or {}) do
    if type(item) ~= "string" then
      return ("%s[%d] must be a string"):format(where, i)
    end
  end
end

--- Checks one row and returns a complete copy of it.
---@param given any
---@param where string how messages call the row, e.g. `authorities[1]`
---@param built_in? boolean one of our own rows: sources are named by their key
---@return table? ca CA
---@return string? message
function M.row(given, where, built_in)
  local ok, message = check_fields(where, given, ROW)
  if not ok then
    return nil, message
  elseif not given.id or given.id == "" then
    return nil, ("%s: a row wants an id"):format(where)
  elseif given.behaviour and not behaviours.exists(given.behaviour) then
    return nil, ("%s: behaviour must be one of %s"):format(where, table.concat(behaviours.names(), ", "))
  elseif given.ended and not is_date(given.ended) then
    return nil, ("%s: ended must be a date such as 2025-10-31 or 2025-10"):format(where)
  end
  local ca = {}
  for field in pairs(ROW) do
    ca[field] = given[field]
  end
  ca.name = given.name or given.id
  ca.private = given.private or false
  ca.identities, message = list_of(where .. ".identities", given.identities, identity, built_in)
  if not ca.identities then
    return nil, message
  end
  ca.directories, message = list_of(where .. ".directories", given.directories, directory, built_in)
  if not ca.directories then
    return nil, message
  end
  for _, field in ipairs { "groups", "account_prefixes" } do
    message = not_strings(where .. "." .. field, given[field])
    if message then
      return nil, message
    end
  end
  return ca
end

return M
