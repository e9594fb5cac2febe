-- The options of an embedder, checked and copied: a wrong one is a message, never a fault deep inside.
-- SPDX-License-Identifier: MIT
-- Design section 4; the command makes the same table from its arguments (cli/options.lua).

local behaviours = require "issuable.authorities.behaviours"

local M = {}

--- The first second of the year 10000: RFC 3339 has four digits.
local END_OF_TIME = 253402300800

local function is_path(value)
  return type(value) == "string" and value ~= ""
end

local function string_list(value)
  if type(value) ~= "table" then
    return false
  end
  local count = 0
  for _ in pairs(value) do
    count = count + 1
  end
  for i = 1, count do
    if type(value[i]) ~= "string" then
      return false
    end
  end
  return true
end

local function string_map(value)
  if type(value) ~= "table" then
    return false
  end
  for key, item in pairs(value) do
    if type(key) ~= "string" or type(item) ~= "string" then
      return false
    end
  end
  return true
end

local function list_of(fits)
  return function(value)
    if type(value) ~= "table" then
      return false
    end
    for _, item in pairs(value) do
      if type(item) ~= "table" or not fits(item) then
        return false
      end
    end
    return true
  end
end

local function is_flag(value)
  return type(value) == "boolean"
end

--- What each option must be, and how that is said.
local KINDS = {
  paths = { string_list, "a list of paths" },
  zones = {
    list_of(function(item)
      return is_path(item.path) and (item.origin == nil or type(item.origin) == "string")
    end),
    "a list of { path = FILE, origin = ORIGIN or nil }",
  },
  clusters = {
    list_of(function(item)
      return is_path(item.path) and type(item.name) == "string"
    end),
    "a list of { name = NAME, path = PATH }",
  },
  issuers = { string_map, 'a table of CAs by "[NS/]Kind/name"' },
  ca = { is_path, "an issuer domain name or an ACME directory URL" },
  default_issuer = { is_path, "[Kind/]name of an issuer" },
  validate_all = { is_flag, "true or false" },
  dialect = {
    function(value)
      return value == "kubectl" or value == "kustomize" or value == "strict"
    end,
    "kubectl, kustomize or strict",
  },
  behaviour = {
    function(value)
      return type(value) == "string" and behaviours.exists(value)
    end,
    "one of " .. table.concat(behaviours.names(), ", "),
  },
  now = {
    function(value)
      return type(value) == "number" and value == math.floor(value) and value >= 0 and value < END_OF_TIME
    end,
    "a unix time in whole seconds",
  },
  assume_empty = {
    function(value)
      if type(value) ~= "table" then
        return false
      end
      for key, item in pairs(value) do
        if type(key) ~= "string" or type(item) ~= "boolean" then
          return false
        end
      end
      return true
    end,
    "a table of names, each true",
  },
  ignore = { string_list, "a list of globs" },
  names = { string_list, "a list of names" },
  accounts = { string_list, "a list of ACME account URIs" },
  methods = { string_list, "a list of challenge methods" },
  include_base = { is_path, "a folder" },
  policy = {
    function(value)
      return is_path(value) or string_list(value)
    end,
    "the path of a policy, or a list of them",
  },
  baseline = { is_path, "the path of a baseline file" },
  found_zones = { is_flag, "true or false" },
  find_policy = { is_flag, "true or false" },
  fixes = { is_flag, "true or false" },
  write = { is_flag, "true or false" },
  override_forbidden = { is_flag, "true or false" },
  require_dnssec = { is_flag, "true or false" },
  dns = {
    function(value)
      return type(value) == "table" and (value.servers == nil or string_list(value.servers))
    end,
    "a table: { servers = list of ADDRESS[@port], nil: those of resolv.conf; trust_ad, timeout, … }",
  },
  against = {
    function(value)
      return type(value) == "table" and (value.servers == nil or string_list(value.servers))
    end,
    "a table: { servers = list of ADDRESS[@port], nil: those of resolv.conf; trust_ad, timeout, … }",
  },
  files = {
    function(value)
      return type(value) == "table" and type(value.read) == "function"
    end,
    "what issuable.sources.files makes",
  },
}

--- Names of DNS as the program keeps them.
local function lower_names(set)
  local lower = {}
  for name, value in pairs(set) do
    lower[(name:lower():gsub("(.)%.$", "%1"))] = value or nil
  end
  return lower
end

--- A copy of the options that may be changed, with the time that counts.
---@param given table?
---@return table? options
---@return string? message which one is wrong, and what it must be; an unknown one is wrong too
function M.checked(given)
  if type(given) ~= "table" then
    return nil, "options: a table is wanted, not " .. type(given)
  end
  local unknown
  local options = {}
  for key, value in pairs(given) do
    local kind = KINDS[key]
    if not kind then
      local name = tostring(key)
      unknown = (not unknown or name < unknown) and name or unknown
    else
      options[key] = value
    end
  end
  if unknown then
    return nil, ("options: %s is none"):format(unknown)
  end
  local wrong
  for key, value in pairs(options) do
    if not KINDS[key][1](value) and (not wrong or key < wrong) then
      wrong = key
    end
  end
  if wrong then
    return nil, ("options: %s must be %s"):format(wrong, KINDS[wrong][2])
  end
  options.now = options.now or os.time()
  options.assume_empty = lower_names(options.assume_empty or {})
  return options
end

return M
