-- Judging: rules over everything that was read and decided become findings, in one fixed order.
-- SPDX-License-Identifier: MIT
-- Design section 3.6: findings by path, byte, rule. Pure: no clock, no input or output. Built-in rules run unboxed, a policy's in its sandbox.

local input_rules = require "issuable.rules.input"
local registry = require "issuable.rules"

local M = {}

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
  return (a.order or 0) < (b.order or 0)
end

--- What takes findings. `changes`: what the policy says of severities, by id; "off" drops a finding.
local function collector(findings, changes)
  return function(fields, rule)
    local id = fields.rule or rule.id
    local change = changes[id]
    local severity = change and change.severity or fields.severity or rule.severity
    if severity == "off" then
      return
    end
    local finding = {
      rule = id,
      severity = severity,
      message = fields.message,
      labels = fields.labels or {},
      notes = fields.notes or {},
      help = fields.help or {},
      decision = fields.decision,
      wanted = fields.wanted,
      input = fields.input,
      path = fields.path, -- of what has no place in a file
      failed_rule = fields.failed_rule,
      alone = fields.alone,
      subject = fields.subject,
      want = fields.want,
      order = #findings + 1,
    }
    finding.span = primary_span(finding)
    findings[#findings + 1] = finding
  end
end

--- What could not be read, or not as it was meant: each problem keeps its own code.
local function from_input(input, add)
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
end

--- Every subject of a kind; RRsets are looked for only when some rule asks.
local function subjects_of(input, decisions, asker)
  local rrsets
  return function(kind)
    if kind == "decision" then
      return decisions
    elseif kind == "request" then
      return input.requests
    elseif kind == "issuer" then
      return input.issuers
    elseif kind == "zone" then
      return input.zones
    elseif kind == "difference" then
      return input.differences or {}
    elseif kind == "input" then
      return { input }
    end
    rrsets = rrsets or (asker and asker:every_rrset()) or {}
    return rrsets
  end
end

--- Does a built-in rule whose `when` a policy sets apply? A decision applies through any of its requests.
local function applies(rule, kind, subject)
  local views, when = require "issuable.policy.views", require "issuable.policy.when"
  if kind ~= "decision" then
    return when.matches(rule.when, views.values[kind](subject))
  end
  for _, use in ipairs(subject.requests) do
    if when.matches(rule.when, views.values.decision(subject, use)) then
      return true
    end
  end
  return false
end

--- Every rule about a subject before the next subject: a hundred thousand of them are walked through once.
local function run_built_in(rules, context, subjects, add)
  local by_kind, kinds = {}, {}
  local subject
  for _, rule in ipairs(rules) do
    local kind = rule.on
    if not by_kind[kind] then
      by_kind[kind] = {}
      kinds[#kinds + 1] = kind
    end
    local function report(fields)
      fields.decision = fields.decision or kind == "decision" and subject or nil
      fields.subject = subject
      add(fields, rule)
    end
    local of_rule = setmetatable({ memo = {} }, { __index = context })
    table.insert(by_kind[kind], { check = rule.check, report = report, context = of_rule, when = rule.when and rule or nil })
  end
  for _, kind in ipairs(kinds) do
    local runs = by_kind[kind]
    for _, one in ipairs(subjects(kind)) do
      subject = one
      for i = 1, #runs do
        local run = runs[i]
        if not run.when or applies(run.when, kind, one) then
          run.check(one, run.report, run.context)
        end
      end
    end
  end
end

local function run_policy(policy, subjects, add)
  local own = false
  for _, rule in ipairs(policy.rules) do
    own = own or (rule.check ~= nil and rule.severity ~= "off")
  end
  if not own then
    return
  end
  local engine = require("issuable.policy.engine").new(policy, add)
  for _, kind in ipairs { "zone", "rrset", "issuer", "request", "decision" } do
    if engine:wants(kind) then
      for _, subject in ipairs(subjects(kind)) do
        engine:run(kind, subject)
      end
    end
  end
end

--- In the one order, and numbered.
function M.sorted(findings)
  table.sort(findings, before)
  for i, finding in ipairs(findings) do
    finding.id, finding.order = ("F%d"):format(i), i
  end
  return findings
end

---@param input table what sources.read returned
---@param decisions table[]
---@param options? { policy?: issuable.Policy, asker?: issuable.Authority, now?: integer }
---@return table[] findings { id, rule, severity, message, span, labels, notes, help, decision, want }
function M.findings(input, decisions, options)
  options = options or {}
  local policy = options.policy
  local findings = {}
  local add = collector(findings, policy and policy.by_id or {})
  from_input(input, add)
  local context = { settings = policy and policy.settings or {}, input = input, decisions = decisions, now = options.now }
  local subjects = subjects_of(input, decisions, options.asker)
  run_built_in(registry.active(policy), context, subjects, add)
  if policy then
    run_policy(policy, subjects, add)
  end
  return M.sorted(findings)
end

--- The findings of one rule alone, as its tests want them.
---@param rule issuable.Rule|table a built-in rule, or one of a policy (then options.policy has its sandbox)
---@return table[] findings
function M.one(rule, input, decisions, options)
  local findings = {}
  local add = collector(findings, {})
  local subjects = subjects_of(input, decisions, options.asker)
  local settings = options.settings or {}
  if type(rule.check) == "function" then
    run_built_in({ rule }, { settings = settings, input = input, decisions = decisions, now = options.now }, subjects, add)
  else
    run_policy({ rules = { rule }, settings = settings, box = options.policy.box }, subjects, add)
  end
  return M.sorted(findings)
end

M.RANK = RANK
return M
