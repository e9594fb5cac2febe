-- Report `json`: one object with everything a machine wants of a check.
-- SPDX-License-Identifier: MIT
-- `schema` counts up when a key changes its meaning or goes away (design section 4).

local json = require "issuable.reports.jsonwriter"
local shapes = require "issuable.reports.shapes"
local version = require "issuable.version"

local M = {}

M.SCHEMA = 1

local function fix_object(fix)
  return json.object(
    "id",
    fix.id,
    "findings",
    json.array(fix.findings),
    "changes",
    json.array(fix.changes, function(change)
      return json.object(
        "owner",
        change.owner,
        "ttl",
        change.ttl,
        "result",
        json.array(change.result),
        "why",
        change.why,
        "refused",
        change.refused
      )
    end),
    "refused",
    fix.refused,
    "edits",
    json.array(fix.edits, shapes.edit),
    "effect",
    json.array(fix.effect, function(line)
      return json.object("issuer", line.issuer, "wildcard", line.wildcard, "before", line.before, "after", line.after)
    end)
  )
end

---@param result table what issuable.check returned
---@return string text one JSON object and a newline
function M.render(result)
  local summary = json.object()
  for _, key in ipairs(result.summary.order) do
    json.set(summary, key, result.summary[key])
  end
  local object = json.object(
    "schema",
    M.SCHEMA,
    "tool",
    json.object("name", "issuable", "version", version),
    "at",
    result.at,
    "summary",
    summary,
    "documents",
    json.array(result.input.documents, function(document)
      return json.object("path", document.path, "kind", document.kind, "scope", document.scope, "digest", document.digest)
    end),
    "zones",
    json.array(result.input.zones, function(zone)
      return json.object("apex", zone.apex, "path", zone.path, "status", zone.status)
    end),
    "skipped",
    json.array(result.input.skipped, function(entry)
      return json.object("path", entry.path, "why", entry.why)
    end),
    "unread",
    json.array(result.input.problems, function(problem)
      return json.object(
        "path",
        problem.path,
        "line",
        problem.line,
        "column",
        problem.column,
        "message",
        problem.message,
        "undecided",
        problem.relevant or problem.explicit or false
      )
    end),
    "decisions",
    json.array(result.decisions, function(decision)
      local shape = json.object("id", decision.id)
      local body = shapes.decision(decision, result.at)
      for i = 1, body.n, 2 do
        json.set(shape, body[i], body[i + 1])
      end
      json.set(shape, "detail", decision.detail)
      json.set(shape, "requests", json.array(decision.requests, shapes.request))
      return shape
    end),
    "findings",
    json.array(result.findings, shapes.finding),
    "fixes",
    json.array(result.fixes, fix_object)
  )
  return json.encode(object, "  ") .. "\n"
end

return M
