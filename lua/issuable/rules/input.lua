-- Rules for what could not be read: zone errors, manifest errors, files that are not there.
-- SPDX-License-Identifier: MIT
-- Each problem keeps its own code, so that it can be waived or searched by it.

local M = {}

local WARNING_HELP = {
  ["duplicate-key"] = "is a --- line missing between two objects? Keep one of the two keys; kubectl refuses both",
  ["ignored-text"] = "begin every object with a --- line of its own",
  ["deceiving-bytes"] = "write it as an escape in double quotes, or remove it",
  ["merge-order"] = "write << before the keys that shall win",
}

local HELP = {
  ["helm-template"] = "this is a Helm template, not a manifest: render it first (helm template …) and check the result",
  ["quote-wildcard"] = "quote the name: \"*.example.com\"; an unquoted * starts a YAML alias",
}

--- A problem of a file as a finding. Named files fail the run (exit 2); met while walking they are told, not fatal.
---@param problem table { path, line, column, first, last, message, code, severity, explicit, hint }
---@return table finding fields
function M.problem(problem)
  local span
  if problem.line then
    span = {
      path = problem.path,
      line = problem.line,
      column = problem.column or 1,
      first = problem.first or problem.byte or 1,
      last = problem.last or problem.first or problem.byte or 1,
      hidden = problem.mentions_secret or nil,
    }
  end
  return {
    rule = problem.code,
    input = true,
    path = problem.path,
    severity = problem.explicit and "error" or "warning",
    wanted = problem.hint == "quote-wildcard" and { kind = "quote", path = problem.path, document = problem.document } or nil,
    message = span and problem.message or ("%s: %s"):format(problem.path, problem.message),
    labels = span and { { span = span, text = "", primary = true } } or {},
    notes = {},
    help = { problem.help or HELP[problem.hint] or HELP[problem.code] or WARNING_HELP[problem.code:gsub("^manifest%-", "")] },
  }
end

local function span_of(warning, range)
  return {
    path = warning.path,
    line = range.line,
    column = range.column,
    first = range.first,
    last = range.last,
    hidden = warning.mentions_secret or nil,
  }
end

--- What was read, though perhaps not as its author means it: never silent. One with a severity of its own is a finding like
--- any other; the rest is never fatal.
---@param warning table { path, code, message, first, last, line, column, other?, more?, help?, mentions_secret, severity? }
---@return table finding fields
function M.warning(warning)
  local labels = { { span = span_of(warning, warning), text = "", primary = true } }
  if warning.other then
    labels[2] = { span = span_of(warning, warning.other), text = warning.other_text or "it was here before" }
  end
  return {
    rule = WARNING_HELP[warning.code] and "manifest-" .. warning.code or warning.code,
    input = warning.severity == nil or nil,
    severity = warning.severity or "warning",
    message = warning.message,
    labels = labels,
    notes = warning.more and { ("%d more of the same in this document"):format(warning.more) } or {},
    help = { warning.help or WARNING_HELP[warning.code] },
  }
end

return M
