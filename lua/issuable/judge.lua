-- Judging: rules over decisions and requests become findings, in one fixed order.
-- SPDX-License-Identifier: MIT
-- Design section 3.6: findings by path, byte, rule. Pure: no clock, no input or output.

local input_rules = require "issuable.rules.input"

local M = {}

local BUILT_IN = {}
for i, name in ipairs { "denied", "undecided", "common_name", "no_names", "no_solver", "u_label", "zone_lint", "drift" } do
  BUILT_IN[i] = require("issuable.rules." .. name) -- one by one: on 5.4 `require` returns two values
end

local RANK = { error = 1, warning = 2, info = 3 }

local function primary_span(finding)
  for _, label in ipairs(finding.labels) do
    if label.primary and label.span then
      return label.span
    end
  end
  return finding.labels[1] and finding.labels[1].span
end

local function before(a, b)
  local x, y = a.span, b.span
  if x and y then
    if x.path ~= y.path then
      return x.path < y.path
    elseif x.first ~= y.first then
      return x.first < y.first
    end
  elseif x or y then
    return y ~= nil -- findings without a place come first: they concern whole files
  end
  if a.rule ~= b.rule then
    return a.rule < b.rule
  end
  return a.order < b.order
end

---@param input table what sources.read returned
---@param decisions table[]
---@return table[] findings { id, rule, severity, message, span, labels, notes, help, decision }
function M.findings(input, decisions)
  local findings = {}
  local function add(fields, rule)
    local finding = {
      rule = fields.rule or rule.id,
      severity = fields.severity or rule.severity,
      message = fields.message,
      labels = fields.labels or {},
      notes = fields.notes or {},
      help = fields.help or {},
      decision = fields.decision,
      wanted = fields.wanted,
      input = fields.input,
      path = fields.path, -- of what has no place in a file
      order = #findings + 1,
    }
    finding.span = primary_span(finding)
    findings[#findings + 1] = finding
  end

  for _, problem in ipairs(input.problems) do
    if problem.explicit or problem.relevant ~= false then
      add(input_rules.problem(problem))
    end
  end
  for _, warning in ipairs(input.warnings) do
    add(input_rules.warning(warning))
  end
  for _, zone in ipairs(input.zones) do
    for _, problem in ipairs(zone.errors) do
      if problem.severity == "error" then
        problem.explicit = zone.explicit
        add(input_rules.problem(problem))
      end
    end
  end
  local subjects = { decision = decisions, request = input.requests, zone = input.zones, difference = input.differences or {} }
  for _, rule in ipairs(BUILT_IN) do
    for _, subject in ipairs(subjects[rule.on]) do
      rule.check(subject, function(fields)
        fields.decision = rule.on == "decision" and subject or nil
        add(fields, rule)
      end)
    end
  end
  table.sort(findings, before)
  for i, finding in ipairs(findings) do
    finding.id, finding.order = ("F%d"):format(i), nil
  end
  return findings
end

M.RANK = RANK
M.BUILT_IN = BUILT_IN
return M
