-- What is known of a rule as text: for `issuable rules`, and for the documentation that is made from the rules themselves.
-- SPDX-License-Identifier: MIT
-- The example of a page is the rule's own first test that finds something, run when the page is made: it cannot be wrong.

local M = {}

local WRAP = 100

local function wrap(text)
  local lines, line = {}, ""
  for word in text:gmatch("%S+") do
    if #line + #word + 1 > WRAP and line ~= "" then
      lines[#lines + 1], line = line, word
    else
      line = line == "" and word or line .. " " .. word
    end
  end
  lines[#lines + 1] = line
  return table.concat(lines, "\n")
end

--- Where a rule comes from.
---@param rule table
---@return string
function M.source(rule)
  local layers = {}
  if rule.set then
    layers[1] = "built-in, " .. rule.set
  end
  for _, layer in ipairs(rule.layers or {}) do
    layers[#layers + 1] = ("%s:%d"):format(layer.path, layer.line)
  end
  return table.concat(layers, ", changed by ", 1, #layers)
end

local function value_text(value)
  if type(value) ~= "table" then
    return tostring(value)
  end
  local parts = {}
  for i, item in ipairs(value) do
    parts[i] = tostring(item)
  end
  return table.concat(parts, ", ")
end

local function when_text(when)
  local parts = {}
  for _, field in ipairs(require("issuable.policy.fields").WHEN) do
    if when[field] ~= nil then
      parts[#parts + 1] = ("%s = %s"):format(field, value_text(when[field]))
    end
  end
  return table.concat(parts, ", ")
end

local SHOWN = { "name", "ca", "account", "method", "issuer", "environment", "namespace", "secret" }

local function example_lines(test)
  local lines = {}
  for _, text in ipairs(type(test.caa) == "table" and test.caa or { test.caa }) do
    lines[#lines + 1] = "example.com. CAA " .. text
  end
  for line in ((test.zone or ""):gsub("\n+$", "") .. (test.zone and "\n" or "")):gmatch("([^\n]*)\n") do
    lines[#lines + 1] = line
  end
  for line in ((test.manifest or ""):gsub("\n+$", "") .. (test.manifest and "\n" or "")):gmatch("([^\n]*)\n") do
    lines[#lines + 1] = line
  end
  local others = {}
  for apex, body in pairs(test.zones or {}) do
    others[#others + 1] = ("; the zone %s\n%s"):format(apex, (body:gsub("\n+$", "")))
  end
  table.sort(others)
  for _, text in ipairs(others) do
    lines[#lines + 1] = text
  end
  local asked = {}
  for _, field in ipairs(SHOWN) do
    if test[field] ~= nil then
      asked[#asked + 1] = ("%s %s"):format(field, value_text(test[field]))
    end
  end
  if #asked > 0 then
    lines[#lines + 1] = "asked: " .. table.concat(asked, ", ")
  end
  local set = {}
  for field, value in pairs(test.set or {}) do
    set[#set + 1] = ("%s = %s"):format(field, type(value) == "table" and #value == 0 and "{ … }" or value_text(value))
  end
  table.sort(set)
  if #set > 0 then
    lines[#lines + 1] = "set: " .. table.concat(set, ", ")
  end
  return lines
end

--- The first test that finds something: what was given, and what is said.
---@param rule table
---@param policy? issuable.Policy
---@return string[]? lines
---@return string? message
---@return string? severity
function M.example(rule, policy)
  local tests = require "issuable.policy.test"
  for _, test in ipairs(rule.test or {}) do
    if (test.finds or 0) > 0 then
      local findings = tests.findings(rule, test, policy)
      if findings and findings[1] then
        local account = require("issuable.policy.world").ACCOUNT
        local lines = example_lines(test)
        for i, line in ipairs(lines) do
          lines[i] = line:gsub("%$account", (account:gsub("%%", "%%%%")))
        end
        return lines, findings[1].message, findings[1].severity
      end
    end
  end
end

--- One rule in full.
---@param rule table
---@param policy? issuable.Policy
---@return string text
function M.text(rule, policy)
  local out = { ("%s: %s"):format(rule.id, rule.title), ("%s, on %s; %s"):format(rule.severity, rule.on, M.source(rule)) }
  if rule.when then
    out[#out + 1] = "when: " .. when_text(rule.when)
  elseif rule.needs_when then
    out[#out + 1] = "runs only where a policy says where: rule { id = \"" .. rule.id .. "\", when = { … } }"
  end
  if rule.why then
    out[#out + 1] = "\nWhy\n" .. wrap(rule.why)
  end
  local lines, message, severity = M.example(rule, policy)
  if lines then
    out[#out + 1] = ("\nExample\n  %s\n%s: %s"):format(table.concat(lines, "\n  "), severity, message)
  end
  if rule.fix then
    out[#out + 1] = "\nHow it is mended\n" .. wrap(rule.fix)
  end
  return table.concat(out, "\n") .. "\n"
end

--- The list of rules, one a line.
---@param rules table[]
---@return string
function M.list(rules)
  local width = 4
  for _, rule in ipairs(rules) do
    width = math.max(width, #rule.id)
  end
  local lines = {}
  for i, rule in ipairs(rules) do
    lines[i] = ("%-" .. width .. "s  %-7s  %-8s  %s (%s)"):format(rule.id, rule.severity, rule.on, rule.title, M.source(rule))
  end
  return table.concat(lines, "\n") .. "\n"
end

local MARKDOWN_HEAD = [[
# The built-in rules

<!-- Made from the rules themselves by `lua5.4 spec/support/pages.lua write`; a test fails when it is not current. -->

`issuable rules` lists what is active, `issuable rules ID` shows one of these pages. `recommended` is what applies without a policy;
`extends "strict"` in a policy adds the rest. A policy changes a severity with `rule { id = "ID", severity = "warning" }`, or switches a rule
off with `severity = "off"`.
]]

--- The documentation of all built-in rules.
---@return string
function M.markdown()
  local registry = require "issuable.rules"
  local out = { MARKDOWN_HEAD, "| rule | set | severity | what it finds |\n|---|---|---|---|" }
  for _, rule in ipairs(registry.all()) do
    out[#out + 1] = ("| [%s](#%s) | %s | %s | %s |"):format(rule.id, rule.id, rule.set, rule.severity, rule.title)
  end
  for _, rule in ipairs(registry.all()) do
    out[#out + 1] = ("\n## %s\n\n%s (%s, on %s, %s)"):format(rule.id, rule.title, rule.severity, rule.on, rule.set)
    if rule.needs_when then
      out[#out + 1] = "\nRuns only where a policy says where: `rule { id = \"" .. rule.id .. "\", when = { … } }`."
    end
    out[#out + 1] = "\n" .. rule.why
    local lines, message, severity = M.example(rule)
    if lines then
      out[#out + 1] = ("\n```\n%s\n```\n\n> %s: %s"):format(table.concat(lines, "\n"), severity, message)
    end
    out[#out + 1] = "\n" .. rule.fix
  end
  return table.concat(out, "\n") .. "\n"
end

return M
