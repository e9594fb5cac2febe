-- The organisation's policy file, as far as it is data: CA rows, issuers and accounts.
-- SPDX-License-Identifier: MIT
-- Shape of design section 5. Runs with nothing in reach but its own words; every field is checked.

local file = require "issuable.file"

local M = {}

local FILE_NAME = ".issuable.lua"
--- A policy is data: what needs more steps than this is a mistake or an attack.
local MAX_STEPS = 1e6
local MAX_BYTES = 1024 * 1024

--- Of type string; the others are tables.
local STRINGS = { default_issuer = true }

local FIELDS = {
  authorities = "a list of CA rows",
  issuers = "CA by \"[NAMESPACE/]Kind/name\"",
  accounts = "lists of ACME account URIs by \"[CLUSTER/]issuer\"",
  default_issuer = "\"[Kind/]name\" of the issuer that kubernetes.io/tls-acme stands for",
}

local function fail(path, line, message)
  return nil, ("%s:%d: %s"):format(path, line, message)
end

local function known_fields()
  local names = {}
  for name in pairs(FIELDS) do
    names[#names + 1] = name
  end
  table.sort(names)
  return table.concat(names, ", ")
end

--- Collects what the policy's words say, with the line of each.
local function words(statements)
  local function statement(kind)
    return function(value)
      local line = debug.getinfo(2, "l").currentline
      statements[#statements + 1] = { kind = kind, value = value, line = line }
    end
  end
  return { set = statement("set") }
end

--- Runs a chunk that must end soon. Hooks are per coroutine in 5.4 and not seen by compiled loops on LuaJIT: the chunk
--- gets no coroutines, and the compiler is off for it.
local function run(chunk)
  if rawget(_G, "jit") then
    jit.off(chunk, true)
  end
  local function stop()
    error("the policy runs for too long: it should be data", 2)
  end
  local hook, mask, count = debug.gethook()
  debug.sethook(stop, "", MAX_STEPS)
  local ok, message = pcall(chunk)
  debug.sethook(hook, mask, count)
  return ok, message
end

local function check_set(path, statement, policy)
  if type(statement.value) ~= "table" then
    return fail(path, statement.line, "set wants a table")
  end
  for field, value in pairs(statement.value) do
    if not FIELDS[field] then
      return fail(path, statement.line, ("set does not know %q; it knows %s"):format(tostring(field), known_fields()))
    elseif type(value) ~= (STRINGS[field] and "string" or "table") then
      return fail(path, statement.line, ("%s must be %s"):format(field, FIELDS[field]))
    end
  end
  policy.default_issuer = statement.value.default_issuer or policy.default_issuer
  for _, row in ipairs(statement.value.authorities or {}) do
    table.insert(policy.authorities, row)
  end
  for key, ca in pairs(statement.value.issuers or {}) do
    if type(key) ~= "string" or type(ca) ~= "string" then
      return fail(path, statement.line, "issuers must be " .. FIELDS.issuers)
    end
    policy.issuers[key] = ca
  end
  for key, uris in pairs(statement.value.accounts or {}) do
    if type(key) ~= "string" or type(uris) ~= "table" then
      return fail(path, statement.line, "accounts must be " .. FIELDS.accounts)
    end
    for _, uri in ipairs(uris) do
      if type(uri) ~= "string" then
        return fail(path, statement.line, "an account URI must be a string")
      end
    end
    policy.accounts[key] = uris
  end
  return true
end

local WORDS_TO_COME = { rule = true, waive = true, extends = true }

---@param path string
---@return { path: string, authorities: table[], issuers: table<string, string>, accounts: table<string, string[]>, default_issuer: string? }? policy
---@return string? message with file and line
function M.file(path)
  local bytes, message = file.read(path, MAX_BYTES)
  if not bytes then
    return nil, message
  end
  local statements = {}
  local environment = setmetatable(words(statements), {
    __index = function(_, name)
      local hint = WORDS_TO_COME[name] and " (this version reads only set { … } from a policy)" or ""
      error(("a policy does not know %q%s"):format(tostring(name), hint), 2)
    end,
    __newindex = function(_, name)
      error(("a policy sets no globals: %q"):format(tostring(name)), 2)
    end,
  })
  local chunk, syntax = load(bytes, "@" .. path, "t", environment)
  if not chunk then
    return nil, syntax
  end
  local ok, problem = run(chunk)
  if not ok then
    return nil, tostring(problem)
  end
  local policy = { path = path, authorities = {}, issuers = {}, accounts = {} }
  for _, statement in ipairs(statements) do
    local fine, why = check_set(path, statement, policy)
    if not fine then
      return nil, why
    end
  end
  return policy
end

--- The nearest `.issuable.lua` from a path up to the folder that holds `.git`.
---@param path string
---@return string? found
function M.find(path)
  local folder = path ~= "-" and file.realpath(path) or file.realpath(".")
  local stat = folder and file.stat(folder)
  if stat and stat.type ~= "directory" then
    folder = folder:match("^(.*)/[^/]*$")
  end
  while folder do
    local candidate = folder .. "/" .. FILE_NAME
    local found = file.stat(candidate)
    if found and found.type == "file" then
      return candidate
    end
    if folder == "" or file.stat(folder .. "/.git") then
      return nil
    end
    folder = folder:match("^(.*)/[^/]*$")
  end
end

return M
