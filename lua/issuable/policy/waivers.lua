-- Waivers: findings that somebody has answered for, until a day. Ended ones and those that nothing needs are findings themselves.
-- SPDX-License-Identifier: MIT
-- Design section 5. A waiver never changes a decision: a denied name stays denied, it only stops failing the run.

local dates = require "issuable.dates"
local when = require "issuable.policy.when"

local M = {}

local DAY = 86400

--- Is a waiver over? A date without a time counts to its end.
local function ended(expires, now)
  local stop = dates.parse(expires)
  return now >= (#expires == 10 and stop + DAY or stop)
end

local function matches_any(globs, value)
  if value == nil then
    return false
  end
  for _, glob in ipairs(type(globs) == "table" and globs or { globs }) do
    if when.glob(glob, value) then
      return true
    end
  end
  return false
end

--- The names that a finding is about: that of its place in a request, else all of them.
local function names_of(finding)
  local decision, subject = finding.decision, finding.subject
  if decision then
    return { (decision.wildcard and "*." or "") .. (decision.name or decision.text or "") }
  elseif type(subject) ~= "table" then
    return {}
  elseif subject.identifiers then
    local names = {}
    for _, identifier in ipairs(subject.identifiers) do
      if identifier.span and finding.span and identifier.span.first == finding.span.first and identifier.span.path == finding.span.path then
        return { identifier.text }
      end
      names[#names + 1] = identifier.text
    end
    return names
  end
  return { subject.owner or subject.apex }
end

--- The requests behind a finding. Who waives by namespace or cluster answers for all of them, or for none.
local function requests_of(finding)
  local list = {}
  for _, use in ipairs(finding.decision and finding.decision.requests or {}) do
    list[#list + 1] = use.request
  end
  local subject = finding.subject
  if #list == 0 and type(subject) == "table" and subject.identifiers then
    list[1] = subject
  elseif #list == 0 and type(subject) == "table" and subject.namespace then
    list[1] = subject
  end
  return list
end

local function every(list, test)
  for _, item in ipairs(list) do
    if not test(item) then
      return false
    end
  end
  return #list > 0
end

local function covers(waiver, finding)
  if waiver.rule ~= finding.rule then
    return false
  elseif waiver.path_globs and not matches_any(waiver.path_globs, finding.span and finding.span.path) then
    return false
  elseif waiver.name and not every(names_of(finding), function(name)
    return matches_any(waiver.name, name)
  end) then
    return false
  end
  for _, field in ipairs { "namespace", "scope" } do
    if waiver[field] and not every(requests_of(finding), function(request)
      return matches_any(waiver[field], request[field])
    end) then
      return false
    end
  end
  return true
end

local function ignore_covers(ignore, finding)
  local span = finding.span
  return ignore.covers ~= nil and ignore.rule == finding.rule and span ~= nil and span.path == ignore.path and span.line == ignore.covers
end

--- A finding about a waiver itself.
local function about(rule, severity, span, message, help)
  return {
    rule = rule,
    severity = severity,
    message = message,
    span = span,
    labels = { { span = span, text = "", primary = true } },
    notes = {},
    help = { help },
  }
end

local function told(waiver, span, state, subject)
  if state.over then
    local text = state.used and "it ended on %s, and what it waived is still there" or "it ended on %s, and nothing needs it any more"
    local message = ("the waiver of %s: %s"):format(subject, text:format(waiver.expires))
    return about("waiver-ended", "warning", span, message, "renew it with a new reason, or remove it")
  elseif not state.used then
    return about("waiver-unused", "warning", span, ("the waiver of %s waives nothing"):format(subject), "remove it")
  end
end

--- Marks the findings that are waived (`waived`), and adds findings about the waivers.
---@param findings table[]
---@param options { waivers?: table[], ignores?: issuable.Ignore[], now: integer, changes?: table<string, table>,
---   place?: fun(path: string, line: integer): table } changes: what the policy says of severities, by id
---@return table[] findings all of them, with those about the waivers
function M.apply(findings, options)
  local all, states = {}, {}
  local by_rule, by_line = {}, {}
  for _, waiver in ipairs(options.waivers or {}) do
    states[waiver] = { over = ended(waiver.expires, options.now) }
    by_rule[waiver.rule] = by_rule[waiver.rule] or {}
    table.insert(by_rule[waiver.rule], waiver)
  end
  for _, ignore in ipairs(options.ignores or {}) do
    if not ignore.problem then
      states[ignore] = { over = ended(ignore.expires, options.now) }
      local key = ("%s\0%d"):format(ignore.path, ignore.covers or 0)
      by_line[key] = by_line[key] or {}
      table.insert(by_line[key], ignore)
    end
  end
  local function find(finding)
    local found
    for _, waiver in ipairs(by_rule[finding.rule] or {}) do
      if covers(waiver, finding) then
        states[waiver].used = true
        found = found or (not states[waiver].over and waiver) or nil
      end
    end
    local span = finding.span
    for _, ignore in ipairs(span and by_line[("%s\0%d"):format(span.path, span.line or 0)] or {}) do
      if ignore_covers(ignore, finding) then
        states[ignore].used = true
        found = found or (not states[ignore].over and ignore) or nil
      end
    end
    return found
  end
  local function put(finding)
    local change = finding and options.changes and options.changes[finding.rule]
    if finding and change and change.severity then
      finding.severity = change.severity
    end
    if finding and finding.severity ~= "off" then
      all[#all + 1] = finding
    end
  end
  for i, finding in ipairs(findings) do
    local waiver = not finding.failed_rule and find(finding) or nil
    if waiver then
      finding.waived = { owner = waiver.owner or ("a comment in " .. waiver.path), because = waiver.because, expires = waiver.expires }
    end
    all[i] = finding
  end
  for _, waiver in ipairs(options.waivers or {}) do
    put(told(waiver, options.place(waiver.path, waiver.line), states[waiver], waiver.rule))
  end
  for _, ignore in ipairs(options.ignores or {}) do
    if ignore.problem then
      put(about("waiver-malformed", "warning", ignore.span, "this comment waives nothing: " .. ignore.problem))
    else
      put(told(ignore, ignore.span, states[ignore], ignore.rule))
    end
  end
  return all
end

return M
