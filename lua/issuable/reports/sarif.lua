-- Report `sarif`: for GitHub code scanning and editors.
-- SPDX-License-Identifier: MIT
-- SARIF 2.1.0 (OASIS); what GitHub requires of it, its limits, and its way to follow a line that moves.

local catalog = require "issuable.reports.catalog"
local escape = require "issuable.reports.escape"
local groups = require "issuable.reports.groups"
local json = require "issuable.reports.jsonwriter"
local summary = require "issuable.reports.summary"
local version = require "issuable.version"
local views = require "issuable.reports.view"

local M = {}

local SCHEMA = "https://json.schemastore.org/sarif-2.1.0.json"
--- GitHub refuses a run with more results.
local MAX_RESULTS = 25000
local MAX_TEXT = 1024
--- Lines of an edit in a message: many findings may share one.
local MAX_EDIT = 8
local LEVEL = { error = "error", warning = "warning", info = "note" }
local RANK = { error = 1, warning = 2, info = 3 }

local function text_object(text)
  return json.object("text", text)
end

--- A message may hold links, `[text](place)`; what only looks like one is no link (section 3.11.6).
local function message(text)
  if text:find("%[.*%]%(") then
    text = text:gsub("[%[%]\\]", "\\%0")
  end
  return text_object(text)
end

local function short(text)
  if #text <= MAX_TEXT then
    return text
  end
  return text:sub(1, MAX_TEXT - 3):gsub("[\192-\255]?[\128-\191]*$", "") .. "…"
end

local function uri(view, path)
  local known = view.uris[path]
  if not known then
    known = view:path(path)
    known = (known:sub(1, 1) == "/" and "file://" or "") .. escape.uri(known)
    view.uris[path] = known
  end
  return known
end

local REGION = '{ "startLine": %d, "startColumn": %d, "endLine": %d, "endColumn": %d }'

local function region_object(region)
  return json.raw(REGION:format(region.line, region.column, region.end_line, region.end_column))
end

local function physical(view, path, region)
  return json.raw(('{ "artifactLocation": { "uri": %s }, "region": %s }'):format(json.string(uri(view, path)), region_object(region).text))
end

--- The place that GitHub shows: without one a result is refused, so what concerns a whole file stands on its first line.
local function location(view, finding)
  local path, span = views.place(finding)
  local region = span and view:region(span) or { line = 1, column = 1, end_line = 1, end_column = 2 }
  return json.object("physicalLocation", physical(view, path or ".", region))
end

local function related(view, finding)
  local list = {}
  for _, label in ipairs(finding.labels) do
    if label.span and label.span ~= finding.span then
      list[#list + 1] = json.object(
        "id",
        #list + 1,
        "physicalLocation",
        physical(view, label.span.path, view:region(label.span)),
        "message",
        message(label.text ~= "" and label.text or finding.message)
      )
    end
  end
  return json.array(list)
end

local function replacement(view, edit)
  local line, column = view.lines:position(edit.path, edit.first)
  local end_line, end_column = view.lines:position(edit.path, edit.last + 1)
  if not line or not end_line then
    return nil
  end
  local region = region_object { line = line, column = column, end_line = end_line, end_column = end_column }
  return json.object("deletedRegion", region, "insertedContent", text_object(edit.text))
end

--- A fix mends many findings at once: it stands in full with the first of them.
local function fix_object(view, fix)
  local files, order = {}, {}
  for _, edit in ipairs(fix.edits) do
    local item = replacement(view, edit)
    if not item then
      return nil
    end
    if not files[edit.path] then
      files[edit.path] = {}
      order[#order + 1] = edit.path
    end
    table.insert(files[edit.path], item)
  end
  if #order == 0 then
    return nil
  end
  local whys, seen = {}, {}
  for _, change in ipairs(fix.changes) do
    local why = change.owner and ("the CAA records at %s"):format(change.owner)
    if why and not change.refused and not seen[why] and #whys < 5 then
      seen[why] = true
      whys[#whys + 1] = why
    end
  end
  return json.object(
    "description",
    message("issuable fix: edits " .. (#whys > 0 and table.concat(whys, ", ") or "the zone")),
    "artifactChanges",
    json.array(order, function(path)
      return json.object("artifactLocation", json.object("uri", uri(view, path)), "replacements", json.array(files[path]))
    end)
  )
end

local function result_text(finding)
  local lines = { finding.message }
  for _, list in ipairs { finding.notes, finding.help } do
    for _, text in ipairs(list) do
      lines[#lines + 1] = text
    end
  end
  if finding.change and not finding.change.refused then
    lines[#lines + 1] = "`issuable fix` mends it:" -- GitHub shows no fixes, but it shows messages
    for _, line in ipairs(groups.edit(finding.change, MAX_EDIT)) do
      lines[#lines + 1] = "  " .. line
    end
  end
  return table.concat(lines, "\n")
end

local function properties_of(finding)
  local decision = finding.decision
  local object = json.object("id", finding.id, "severity", finding.severity)
  if decision then
    local use = decision.requests[1]
    json.set(object, "name", (decision.wildcard and "*." or "") .. decision.name)
    json.set(object, "ca", decision.ca)
    json.set(object, "verdict", decision.verdict)
    json.set(object, "reason", decision.reason)
    json.set(object, "cluster", use and use.request.scope or nil)
  end
  return object
end

local function result_object(view, index, shown_fixes, finding)
  local object = json.object(
    "ruleId",
    finding.rule,
    "ruleIndex",
    index[finding.rule],
    "level",
    LEVEL[finding.severity],
    "message",
    message(result_text(finding)),
    "locations",
    json.array { location(view, finding) },
    "relatedLocations",
    related(view, finding)
  )
  local path, span = views.place(finding)
  local prints = json.object()
  local line_hash = path and view.lines:fingerprint(path, span and span.line or 1)
  if line_hash then
    json.set(prints, "primaryLocationLineHash", line_hash)
  end
  json.set(object, "partialFingerprints", json.set(prints, "issuable/v1", view:fingerprint(finding)))
  local fix = finding.fix
  if fix and not shown_fixes[fix] then
    shown_fixes[fix] = true
    local shown = fix_object(view, fix)
    if shown then
      json.set(object, "fixes", json.array { shown })
    end
  end
  local waiver = views.waiver(finding)
  if waiver then
    json.set(object, "suppressions", json.array { json.object("kind", "external", "status", "accepted", "justification", waiver) })
  end
  return json.set(object, "properties", properties_of(finding))
end

local function rule_object(rule)
  return json.object(
    "id",
    rule.id,
    "name",
    rule.id,
    "shortDescription",
    text_object(short(rule.title)),
    "fullDescription",
    text_object(short(rule.why)),
    "help",
    json.object("text", rule.help, "markdown", rule.help),
    "defaultConfiguration",
    json.object("level", LEVEL[rule.severity]),
    "properties",
    json.object(
      "tags",
      json.array { "certificates", "dns", "caa" },
      "precision",
      "very-high",
      "problem.severity",
      rule.severity == "info" and "recommendation" or rule.severity
    )
  )
end

--- The findings that GitHub takes: all, or the gravest when there are too many.
local function chosen(findings)
  if #findings <= MAX_RESULTS then
    return findings, 0
  end
  local sorted = {}
  for rank = 1, 3 do
    for _, finding in ipairs(findings) do
      if RANK[finding.severity] == rank and #sorted < MAX_RESULTS then
        sorted[#sorted + 1] = finding
      end
    end
  end
  return sorted, #findings - #sorted
end

local function notifications(view, left_out)
  local lines = { summary.headline(view) }
  for _, list in ipairs { summary.checked(view.result), summary.unchecked(view.result) } do
    for _, line in ipairs(list) do
      lines[#lines + 1] = line
    end
  end
  local list = { json.object("level", "note", "message", message(table.concat(lines, "\n"))) }
  if left_out > 0 then
    local text = ("%s left out: GitHub refuses a run with more than %d results"):format(summary.plural(left_out, "finding"), MAX_RESULTS)
    list[2] = json.object("level", "warning", "message", text_object(text))
  end
  return json.array(list)
end

---@param result table what issuable.check returned
---@param options? issuable.ReportOptions
---@return string one JSON object and a newline
function M.render(result, options)
  local view = views.new(result, options)
  view.uris = {}
  local rules, index = catalog.rules(result)
  local findings, left_out = chosen(result.findings)
  local shown_fixes = {}
  local driver = json.object(
    "name",
    "issuable",
    "version",
    version,
    "semanticVersion",
    version,
    "informationUri",
    "https://issuable.example",
    "rules",
    json.array(rules, rule_object)
  )
  local counts = json.object()
  for _, key in ipairs(result.summary.order) do
    json.set(counts, key, result.summary[key])
  end
  local run = json.object(
    "tool",
    json.object("driver", driver),
    "automationDetails",
    json.object("id", "issuable/"),
    "columnKind",
    "unicodeCodePoints",
    "invocations",
    json.array {
      json.object(
        "executionSuccessful",
        not result.summary.failed_input,
        "endTimeUtc",
        result.at,
        "toolExecutionNotifications",
        notifications(view, left_out)
      ),
    },
    "artifacts",
    json.array(result.input.documents, function(document)
      local artifact = json.object("location", json.object("uri", uri(view, document.path)))
      if document.digest then
        json.set(artifact, "hashes", json.object("sha-256", document.digest))
      end
      return artifact
    end),
    "results",
    json.array(findings, function(finding)
      return result_object(view, index, shown_fixes, finding)
    end),
    "properties",
    json.object("summary", counts)
  )
  return json.encode(json.object("$schema", SCHEMA, "version", "2.1.0", "runs", json.array { run }), "  ") .. "\n"
end

return M
