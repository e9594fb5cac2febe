-- Every requested name as a test case, for the formats that know tests.
-- SPDX-License-Identifier: MIT
-- GitLab drops the second of two cases with one class and name, so each pair occurs once.

local describe = require "issuable.rules.describe"
local groups = require "issuable.reports.groups"
local summary = require "issuable.reports.summary"
local views = require "issuable.reports.view"

local M = {}

---@class issuable.Case
---@field class string who asks: the cluster and the object; of other findings the rule
---@field name string what for
---@field outcome "pass"|"fail"|"error"|"skip"|"waived" error: undecided; skip: exempt
---@field why string? one line
---@field lines string[] the rest
---@field path string? as given
---@field line integer?

--- Everything that a finding says but for its message. A change that several findings share is told once.
local function details(finding, told)
  local lines = {}
  for _, label in ipairs(finding.labels) do
    if label.span then
      local span = label.span
      lines[#lines + 1] = ("%s:%d:%d%s"):format(span.path, span.line, span.column or 1, label.text ~= "" and ": " .. label.text or "")
    end
  end
  for _, note in ipairs(finding.notes) do
    lines[#lines + 1] = "note: " .. note
  end
  for _, help in ipairs(finding.help) do
    lines[#lines + 1] = "help: " .. help
  end
  local change = finding.change
  if change and change.refused then
    lines[#lines + 1] = ("help: no edit is made (%s): %s"):format(change.refused, change.why or "")
  elseif change and not told[change] then
    told[change] = true
    lines[#lines + 1] = "help: `issuable fix` mends it; the wanted RRset:"
    for _, record in ipairs(groups.records(change)) do
      lines[#lines + 1] = "  " .. record
    end
  elseif change then
    lines[#lines + 1] = "help: `issuable fix` mends it"
  end
  return lines
end

local function append(list, more)
  for _, item in ipairs(more) do
    list[#list + 1] = item
  end
end

--- What the findings of a decision make of it. A rule may find an error in a name that is allowed.
local function judge_decision(view, decision, told)
  local status, waived = view:status(decision)
  local case = { lines = {} }
  if status == "denied" then
    case.outcome = "fail"
  elseif status == "undecided" then
    case.outcome = "error"
  elseif status == "exempt" then
    case.outcome, case.why = "skip", ("exempt (%s)"):format(decision.reason)
  elseif status == "waived" then
    case.outcome, case.why = "waived", views.waiver(waived)
  else
    case.outcome = "pass"
  end
  for _, finding in ipairs(view:findings_of(decision)) do
    if finding.severity == "error" and not finding.waived and (case.outcome == "pass" or case.outcome == "skip") then
      case.outcome, case.why = "fail", finding.message
    end
    case.why = case.why or finding.message
    if finding.message ~= case.why then
      case.lines[#case.lines + 1] = finding.message
    end
    append(case.lines, details(finding, told))
  end
  case.why = case.why or ("%s (%s)"):format(decision.verdict, decision.reason)
  return case
end

local function of_other_finding(finding, told)
  local span = finding.span
  local place = span and ("%s:%d:%d: "):format(span.path, span.line, span.column or 1) or ""
  local case = { class = finding.rule, name = place .. finding.message, why = finding.message, lines = details(finding, told) }
  case.path, case.line = span and span.path or finding.path, span and span.line
  case.outcome = finding.severity == "error" and "fail" or "pass"
  if finding.waived then
    case.outcome, case.why = "waived", views.waiver(finding)
  end
  return case
end

--- Who is asked: the CA, or where it is not known the issuer.
local function asked(decision, request)
  local reference = request.issuer_ref
  if decision.authority or decision.ca or not (reference and reference.name) then
    return describe.authority(decision)
  end
  return ("%s/%s"):format(reference.kind, reference.name)
end

--- All cases by suite: one for each cluster, then what is said of the input.
---@param view table of issuable.reports.view
---@return { name: string, cases: issuable.Case[] }[]
function M.suites(view)
  local result, list, by_name, used, told = view.result, {}, {}, {}, {}
  local function add(suite_name, case)
    local suite = by_name[suite_name]
    if not suite then
      suite = { name = suite_name, cases = {} }
      by_name[suite_name] = suite
      list[#list + 1] = suite
    end
    local key = case.class .. "\0" .. case.name
    used[key] = (used[key] or 0) + 1
    if used[key] > 1 then
      case.name = ("%s (%d)"):format(case.name, used[key])
    end
    suite.cases[#suite.cases + 1] = case
  end
  for _, decision in ipairs(result.decisions) do
    local shared
    for _, use in ipairs(decision.requests) do
      local request, span = use.request, use.identifier.span or use.request.span
      shared = shared or judge_decision(view, decision, told)
      local scope = request.scope or ""
      add(scope ~= "" and scope or "certificates", {
        class = (scope ~= "" and scope .. "/" or "") .. request.subject,
        name = ("%s by %s"):format(describe.name(decision), asked(decision, request)),
        outcome = shared.outcome,
        why = shared.why,
        lines = #decision.requests <= 3 and shared.lines or { "see the first certificate that asks for it" },
        path = span and span.path or request.path,
        line = span and span.line,
      })
      if #decision.requests > 3 and use == decision.requests[1] then
        local suite = by_name[scope ~= "" and scope or "certificates"]
        suite.cases[#suite.cases].lines = shared.lines
      end
    end
  end
  for _, finding in ipairs(result.findings) do
    if not finding.decision then
      add(finding.input and "input" or "rules", of_other_finding(finding, told))
    end
  end
  if #list == 0 then
    local lines = summary.checked(result)
    append(lines, summary.unchecked(result))
    add("input", { class = "input", name = summary.headline(view), outcome = "pass", why = "nothing to say", lines = lines })
  end
  return list
end

return M
