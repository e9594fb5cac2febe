-- `issuable rules [ID]`: the rules that are active and where they come from; or one of them in full.
-- SPDX-License-Identifier: MIT

local load_policy = require "issuable.policy.load"
local options = require "issuable.cli.options"
local terminal = require "issuable.reports.terminal"

local M = {}

function M.define(root)
  local command = root:command("rules", "List the active rules with their source, or explain one")
  command:argument("id", "A rule: why it is there, an example that fails, how it is mended"):args("?")
  command:option("--policy", "A policy, file or folder; the last one wins (default: the nearest .issuable.lua)"):argname("PATH"):count("*")
  return command
end

--- Everything that is active: built-in rules as the policy changes them, then its own.
local function active(policy)
  local list = require("issuable.rules").active(policy)
  for _, rule in ipairs(policy.rules) do
    if rule.check and rule.severity ~= "off" then
      list[#list + 1] = rule
    end
  end
  return list
end

function M.run(arguments)
  local paths = arguments.policy or {}
  if #paths == 0 then
    paths = { load_policy.find "." }
  end
  local policy, message = load_policy.load(paths)
  if not policy then
    options.usage_error(message)
  end
  local pages = require "issuable.policy.pages"
  local text
  if not arguments.id then
    text = pages.list(active(policy))
  else
    local rule = policy.by_id[arguments.id]
    if not (rule and rule.check) then
      local registry = require "issuable.rules"
      local built_in = registry.by_id(arguments.id)
      rule = built_in and registry.changed(built_in, rule)
    end
    if not rule then
      options.usage_error(("there is no rule %q; `issuable rules` lists those that are active"):format(arguments.id))
    end
    text = pages.text(rule, policy)
  end
  return 0, (text:gsub("[^\n]+", function(line)
    return terminal.visible(line, true)
  end))
end

return M
