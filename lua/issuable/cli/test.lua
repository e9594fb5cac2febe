-- `issuable test [POLICY]`: the tests of a policy's rules.
-- SPDX-License-Identifier: MIT

local load_policy = require "issuable.policy.load"
local options = require "issuable.cli.options"
local terminal = require "issuable.reports.terminal"

local M = {}

function M.define(root)
  local command = root:command("test", "Run the tests of a policy's rules, and of the *_test.lua beside them")
  command:argument("policy", "Files or folders (default: the nearest .issuable.lua)"):args("*")
  return command
end

---@param given string[]
---@return string[] paths
local function paths_of(given)
  if #given > 0 then
    return given
  end
  local found = load_policy.find "."
  if not found then
    options.usage_error("test wants a policy: there is no .issuable.lua from here up to .git")
  end
  return { found }
end

function M.run(arguments)
  local policy, message = load_policy.load(paths_of(arguments.policy), { with_tests = true })
  if not policy then
    options.usage_error(message)
  end
  local result = require("issuable.policy.test").policy(policy)
  local lines = {}
  for _, failure in ipairs(result.failures) do
    lines[#lines + 1] = ("FAILED %s, test %d (%s:%d): %s"):format(failure.rule, failure.number, failure.path, failure.line, failure.why)
  end
  for _, rule in ipairs(result.untested) do
    lines[#lines + 1] = ("without a test: %s (%s:%d)"):format(rule.id, rule.path, rule.line)
  end
  lines[#lines + 1] = ("%d passed, %d failed"):format(result.passed, result.failed)
  for i, line in ipairs(lines) do
    lines[i] = terminal.visible(line)
  end
  return result.failed == 0 and 0 or 1, table.concat(lines, "\n") .. "\n"
end

return M
