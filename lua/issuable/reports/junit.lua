-- Report `junit`: every requested name a test case, for GitLab, Jenkins and whatever else shows tests.
-- SPDX-License-Identifier: MIT
-- The Ant/Surefire schema as GitLab and Jenkins read it: class and name are the key, the element's text is what is shown.

local cases = require "issuable.reports.cases"
local escape = require "issuable.reports.escape"
local summary = require "issuable.reports.summary"
local views = require "issuable.reports.view"

local M = {}

local x = escape.xml

local function block(lines)
  local out = {}
  for i, line in ipairs(lines) do
    out[i] = x(line)
  end
  return table.concat(out, "\n")
end

local ELEMENT = { fail = "failure", error = "error" }
local TYPE = { fail = "denied", error = "undecided" }

local function write_case(out, view, case)
  local head = ('    <testcase classname="%s" name="%s"'):format(x(case.class), x(case.name))
  if case.path then
    head = head .. (' file="%s"'):format(x(view:path(case.path)))
  end
  if case.line then
    head = head .. (' line="%d"'):format(case.line)
  end
  head = head .. ' time="0">'
  local element = ELEMENT[case.outcome]
  if element then
    out[#out + 1] = head
    out[#out + 1] = ('      <%s message="%s" type="%s">%s'):format(element, x(case.why), TYPE[case.outcome], x(case.why))
    out[#out + 1] = ("%s</%s>"):format(block(case.lines), element)
    out[#out + 1] = "    </testcase>"
  elseif case.outcome == "skip" or case.outcome == "waived" then
    out[#out + 1] = ('%s<skipped message="%s"/></testcase>'):format(head, x(case.why))
  else
    local lines = #case.lines > 0 and "\n" .. block(case.lines) or ""
    out[#out + 1] = ("%s<system-out>%s%s</system-out></testcase>"):format(head, x(case.why), lines)
  end
end

local function count(suite)
  local n = { fail = 0, error = 0, skipped = 0 }
  for _, case in ipairs(suite.cases) do
    local outcome = (case.outcome == "skip" or case.outcome == "waived") and "skipped" or case.outcome
    n[outcome] = (n[outcome] or 0) + 1
  end
  return ('tests="%d" failures="%d" errors="%d" skipped="%d"'):format(#suite.cases, n.fail, n.error, n.skipped), n
end

---@param result table what issuable.check returned
---@param options? issuable.ReportOptions
---@return string
function M.render(result, options)
  local view = views.new(result, options)
  local suites = cases.suites(view)
  local all, out = { cases = {} }, {}
  for _, suite in ipairs(suites) do
    for _, case in ipairs(suite.cases) do
      all.cases[#all.cases + 1] = case
    end
  end
  out[1] = '<?xml version="1.0" encoding="UTF-8"?>'
  out[2] = ('<testsuites name="issuable" %s time="0">'):format((count(all)))
  for i, suite in ipairs(suites) do
    out[#out + 1] = ('  <testsuite name="%s" %s time="0" timestamp="%s">'):format(x(suite.name), (count(suite)), (result.at:gsub("Z$", "")))
    if i == 1 then
      out[#out + 1] = ('    <properties><property name="summary" value="%s"/></properties>'):format(x(summary.headline(view)))
    end
    for _, case in ipairs(suite.cases) do
      write_case(out, view, case)
    end
    out[#out + 1] = "  </testsuite>"
  end
  out[#out + 1] = "</testsuites>\n"
  return table.concat(out, "\n")
end

return M
