-- Policies: files and folders become layers, layers are merged, and the last one wins by id.
-- SPDX-License-Identifier: MIT
-- Design section 5. What a file says runs in the sandbox (policy/box.lua); what it may say stands in policy/fields.lua.

local fields = require "issuable.policy.fields"
local file = require "issuable.file"

local M = {}

local FILE_NAME = ".issuable.lua"
local MAX_BYTES = 1024 * 1024
local MAX_FILES = 1000
local SETS = { minimal = true, recommended = true, strict = true }

---@class issuable.Policy
---@field path string? of the last file
---@field paths string[] the files, in the order in which they count
---@field base "minimal"|"recommended"|"strict" the built-in rules it builds on
---@field settings table what `set` says, the last layer wins by field; the next three are part of it
---@field authorities table[]
---@field issuers table<string, string>
---@field accounts table<string, string[]>
---@field rules table[] own rules and changes of built-in ones, by id, in their first order
---@field waivers table[]
---@field tests table[]
---@field box issuable.PolicyBox?

local function at(path, line, message, ...)
  return nil, ("%s:%d: %s"):format(path, line, message:format(...))
end

local function new_policy()
  return {
    paths = {},
    base = "recommended",
    settings = {},
    authorities = {},
    issuers = {},
    accounts = {},
    rules = {},
    waivers = {},
    tests = {},
    by_id = {},
  }
end

local take = {}

function take.extends(policy, statement, path, load_more)
  local name = statement.value
  if type(name) ~= "string" then
    return at(path, statement.line, "extends wants a text: minimal, recommended, strict, or the path of another policy")
  elseif SETS[name] then
    policy.base = name
    return true
  elseif not name:find("/", 1, true) then
    return at(path, statement.line, "extends knows minimal, recommended and strict; another policy is named by a path with a slash (./%s)", name)
  end
  local other = name:sub(1, 1) == "/" and name or (path:match("^(.*/)") or "") .. name
  return load_more(other, path, statement.line)
end

function take.set(policy, statement)
  local value = statement.value
  for _, row in ipairs(value.authorities or {}) do
    table.insert(policy.authorities, row)
  end
  policy.default_issuer = value.default_issuer or policy.default_issuer
  for _, field in ipairs { "issuers", "accounts" } do
    for key, inner in pairs(value[field] or {}) do
      policy[field][key] = inner
    end
  end
  for field, inner in pairs(value) do
    policy.settings[field] = policy[field] or inner
  end
  return true
end

--- A rule of a later layer changes what an earlier one, or the built-in one, says: field by field.
function take.rule(policy, statement, path, _, ids)
  local value = statement.value
  local missing = fields.missing("rule", value, { "id" })
  if missing then
    return at(path, statement.line, "%s", missing)
  end
  if ids[value.id] then
    return at(path, statement.line, "the rule %s is in this policy twice: it stands at %s too", value.id, ids[value.id])
  end
  ids[value.id] = ("%s:%d"):format(path, statement.line)
  for i, test in ipairs(value.test or {}) do
    local problem = fields.problem("test", test)
    if problem then
      return at(path, statement.line, "test %d of the rule %s: %s", i, value.id, problem)
    end
  end
  local rule = policy.by_id[value.id]
  if not rule then
    rule = { layers = {} }
    policy.by_id[value.id] = rule
    table.insert(policy.rules, rule)
  end
  for field, inner in pairs(value) do
    rule[field] = inner
  end
  rule.path, rule.line = path, statement.line
  table.insert(rule.layers, { path = path, line = statement.line })
  return true
end

function take.waive(policy, statement, path)
  local value = statement.value
  local missing = fields.missing("waive", value, { "rule", "owner", "because", "expires" })
  if missing then
    return at(path, statement.line, "%s", missing)
  end
  value.path_globs, value.path, value.line = value.path, path, statement.line
  table.insert(policy.waivers, value)
  return true
end

function take.test(policy, statement, path)
  local missing = fields.missing("test", statement.value, { "rule" })
  if missing then
    return at(path, statement.line, "%s", missing)
  end
  statement.value.path, statement.value.line = path, statement.line
  table.insert(policy.tests, statement.value)
  return true
end

local function is_test(path)
  return path:find("_test%.lua$") ~= nil
end

--- `ids`: where each rule of this layer stands. The files of a folder are one layer: their order is accidental.
local function load_file(policy, path, loading, ids)
  local key = file.realpath(path) or path
  if loading[key] then
    return nil, ("%s: the policy extends itself"):format(path)
  elseif #policy.paths >= MAX_FILES then
    return nil, ("%s: more than %d policy files"):format(path, MAX_FILES)
  end
  local bytes, message = file.read(path, MAX_BYTES)
  if not bytes then
    return nil, message
  end
  policy.box = policy.box or require("issuable.policy.box").new()
  local statements, problem = policy.box:load(path, bytes)
  if not statements then
    return nil, problem
  end
  loading[key] = true
  for _, statement in ipairs(statements) do
    if fields[statement.kind] then
      local wrong = fields.problem(statement.kind, statement.value)
      if wrong then
        return at(path, statement.line, "%s", wrong)
      end
    end
    local ok, why = take[statement.kind](policy, statement, path, function(other, from, line)
      local fine, reason = M.add(policy, other, loading)
      if not fine then
        return at(from, line, "%s", reason)
      end
      return true
    end, ids)
    if not ok then
      return nil, why
    end
  end
  loading[key] = nil
  table.insert(policy.paths, path)
  policy.path = path
  return true
end

--- The Lua files of a folder, sorted by bytes; tests only when they are asked for.
local function files_of(folder, with_tests)
  local names, message = file.list(folder)
  if not names then
    return nil, message
  end
  local paths = {}
  for _, name in ipairs(names) do
    local path = folder:gsub("/+$", "") .. "/" .. name
    local stat = file.stat(path)
    if name:find("%.lua$") and stat and stat.type == "file" and (with_tests or not is_test(name)) then
      paths[#paths + 1] = path
    end
  end
  table.sort(paths)
  return paths
end

--- Adds a file or the files of a folder to a policy.
---@param loading table? files that are being read, against circles
---@return boolean?
---@return string? message
function M.add(policy, path, loading)
  local stat, message = file.stat(path)
  if not stat then
    return nil, message
  elseif stat.type ~= "directory" then
    return load_file(policy, path, loading or {}, {})
  end
  local paths, why = files_of(path, policy.with_tests)
  if not paths then
    return nil, why
  elseif #paths == 0 then
    return nil, ("%s: no policy files (*.lua) in this folder"):format(path)
  end
  local ids = {}
  for _, one in ipairs(paths) do
    local ok, problem = load_file(policy, one, loading or {}, ids)
    if not ok then
      return nil, problem
    end
  end
  return true
end

--- The tests that stand beside one file.
local function add_tests_beside(policy, path)
  local stat = file.stat(path)
  if not stat or stat.type == "directory" then
    return true
  end
  local folder = path:match("^(.*)/[^/]*$") or "."
  for _, name in ipairs(file.list(folder) or {}) do
    if is_test(name) and folder .. "/" .. name ~= path and name ~= path then
      local ok, message = load_file(policy, folder == "." and name or folder .. "/" .. name, {}, {})
      if not ok then
        return nil, message
      end
    end
  end
  return true
end

--- Every rule must be whole in the end: its own, or a change of one that is built in.
local function check_rules(policy)
  local registry = require "issuable.rules"
  for _, rule in ipairs(policy.rules) do
    local built_in = registry.by_id(rule.id)
    if not built_in and not rule.check and registry.is_code(rule.id) then
      if rule.when or rule.on or rule.test or rule.title or not rule.severity then
        return at(rule.path, rule.line, "%s is a lint: only its severity may be changed", rule.id)
      end
    elseif not built_in then
      local missing = fields.missing("rule", rule, { "title", "severity", "on", "check" })
      if missing then
        return at(rule.path, rule.line, "%s (there is no built-in rule %s to change)", missing, rule.id)
      end
    elseif rule.check or rule.on or rule.test then
      return at(rule.path, rule.line, "%s is a built-in rule: its severity, when, title, why and fix may be changed", rule.id)
    end
  end
  return true
end

--- Reads policies as layers: the last wins.
---@param paths string[] files and folders
---@param options? { with_tests?: boolean } with_tests: `*_test.lua` beside them too
---@return issuable.Policy?
---@return string? message with file and line
function M.load(paths, options)
  local policy = new_policy()
  policy.with_tests = options and options.with_tests
  for _, path in ipairs(paths) do
    local ok, message = M.add(policy, path)
    if ok and policy.with_tests then
      ok, message = add_tests_beside(policy, path)
    end
    if not ok then
      return nil, message
    end
  end
  if #paths > 0 then
    local ok, message = check_rules(policy)
    if not ok then
      return nil, message
    end
  end
  return policy
end

---@param path string one file
---@return issuable.Policy?
---@return string? message
function M.file(path)
  return M.load { path }
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
