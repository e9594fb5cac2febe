-- Running the tests of rules: those inside a rule and those of `*_test.lua` files.
-- SPDX-License-Identifier: MIT
-- Design section 5: tests sit in the rule. A test is a small world (policy/world.lua) and what the rule finds in it.

local judge = require "issuable.judge"
local world = require "issuable.policy.world"

local M = {}

local function settings_of(policy, test)
  local settings = {}
  for _, source in ipairs { policy and policy.settings or {}, test.set or {} } do
    for field, value in pairs(source) do
      settings[field] = value
    end
  end
  return settings
end

local function list_of(value)
  return type(value) == "table" and value or { value }
end

--- Runs a rule in the world of a test.
---@param rule table a built-in rule or one of a policy
---@param test table
---@param policy? issuable.Policy
---@return table[]? findings
---@return string? message what is wrong with the test
---@return table? world
function M.findings(rule, test, policy)
  local made, message = world.build(test, rule, policy)
  if not made then
    return nil, message
  end
  local findings = judge.one(rule, made.input, made.decisions, {
    policy = policy,
    settings = settings_of(policy, test),
    asker = made.asker,
    now = made.now,
  })
  return findings, nil, made
end

--- Why a test fails, or nil.
---@return string?
function M.run(rule, test, policy)
  local findings, message = M.findings(rule, test, policy)
  if not findings then
    return message
  end
  local said = {}
  for i, finding in ipairs(findings) do
    if finding.failed_rule then
      local span = finding.span
      return ("%s (line %d)"):format(finding.message, span and span.line or 0)
    end
    said[i] = finding.message
  end
  local told = #said > 0 and ": " .. table.concat(said, "; ") or ""
  if test.finds and #findings ~= test.finds then
    return ("%d expected, %d found%s"):format(test.finds, #findings, told)
  end
  for _, text in ipairs(list_of(test.says or {})) do
    if not table.concat(said, "\n"):find(text, 1, true) then
      return ("nothing says %q%s"):format(text, told)
    end
  end
  if not test.finds and not test.says then
    return "the test expects nothing: give finds or says"
  end
end

---@class issuable.TestResult
---@field passed integer
---@field failed integer
---@field failures { rule: string, number: integer, path: string, line: integer, why: string }[]
---@field untested { id: string, path: string, line: integer }[] rules without a test

--- Runs all tests of a policy.
---@param policy issuable.Policy
---@return issuable.TestResult
function M.policy(policy)
  local result = { passed = 0, failed = 0, failures = {}, untested = {} }
  local registry = require "issuable.rules"
  local tested = {}
  local function run(rule, test, number, path, line)
    tested[rule.id] = true
    local why = M.run(rule, test, policy)
    if why then
      result.failed = result.failed + 1
      table.insert(result.failures, { rule = rule.id, number = number, path = path, line = line, why = why })
    else
      result.passed = result.passed + 1
    end
  end
  for _, rule in ipairs(policy.rules) do
    for i, test in ipairs(rule.test or {}) do
      run(rule, test, i, rule.path, rule.line)
    end
  end
  for i, test in ipairs(policy.tests) do
    local rule = policy.by_id[test.rule]
    if not (rule and rule.check) then
      local built_in = registry.by_id(test.rule)
      rule = built_in and registry.changed(built_in, rule)
    end
    if rule then
      run(rule, test, i, test.path, test.line)
    else
      result.failed = result.failed + 1
      table.insert(result.failures, { rule = test.rule, number = i, path = test.path, line = test.line, why = "there is no such rule" })
    end
  end
  for _, rule in ipairs(policy.rules) do
    if rule.check and not tested[rule.id] then
      table.insert(result.untested, { id = rule.id, path = rule.path, line = rule.line })
    end
  end
  return result
end

return M
