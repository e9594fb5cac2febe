-- Report `text`: one diagnostic for each problem, for people at three in the morning.
-- SPDX-License-Identifier: MIT
-- Decisions with one cause (same CA, same RRset, same request) are told once.

local rules = require "issuable.rules.describe"
local snippet = require "issuable.reports.snippet"
local terminal = require "issuable.reports.terminal"

local M = {}

local STYLE = { error = "red", warning = "yellow", info = "blue" }

--- Findings about several names of one request with one cause, as one diagnostic.
local function grouped(findings)
  local groups, index = {}, {}
  for _, finding in ipairs(findings) do
    local decision = finding.decision
    local use = decision and not finding.alone and decision.requests[1]
    local group
    if use then
      local rrset = decision.answer and decision.answer.rrset
      local key = table.concat({
        finding.rule,
        decision.ca or "",
        decision.reason,
        use.request.id,
        use.request.path,
        rrset and rrset.owner or decision.detail or "",
        rrset and rrset.zone and rrset.zone.path or "",
      }, "\0")
      group = index[key]
      if not group then
        group = { findings = {} }
        index[key] = group
        groups[#groups + 1] = group
      end
    else
      group = { findings = {} }
      groups[#groups + 1] = group
    end
    table.insert(group.findings, finding)
  end
  return groups
end

local function join(names)
  if #names < 2 then
    return names[1] or ""
  elseif #names > 5 then
    return table.concat(names, ", ", 1, 4) .. (" and %d more names"):format(#names - 4)
  end
  return table.concat(names, ", ", 1, #names - 1) .. " and " .. names[#names]
end

local function message_of(group)
  local first = group.findings[1]
  if #group.findings == 1 then
    return first.message
  end
  local names = {}
  for i, finding in ipairs(group.findings) do
    names[i] = rules.name(finding.decision)
  end
  local own = rules.name(first.decision)
  local from, to = first.message:find(own, 1, true)
  if not from then
    return first.message
  end
  return first.message:sub(1, from - 1) .. join(names) .. first.message:sub(to + 1)
end

local function labels_of(group)
  local labels, seen = {}, {}
  local function take(wanted)
    for _, finding in ipairs(group.findings) do
      for _, label in ipairs(finding.labels) do
        local span = label.span
        local key = span and table.concat({ span.path, span.first, span.last, label.text }, "\0")
        if span and not seen[key] and (label.primary or false) == wanted then
          seen[key] = true
          labels[#labels + 1] = label
        end
      end
    end
  end
  take(true)
  take(false)
  return labels
end

local function unique(group, field)
  local list, seen = {}, {}
  for _, finding in ipairs(group.findings) do
    for _, text in ipairs(finding[field]) do
      if not seen[text] then
        seen[text] = true
        list[#list + 1] = text
      end
    end
  end
  return list
end

local function add_block(out, margin, paint, head, lines)
  out[#out + 1] = ("%s %s %s"):format(margin, paint("blue", "="), head)
  for _, line in ipairs(lines) do
    out[#out + 1] = ("%s     %s"):format(margin, terminal.visible(line, true))
  end
end

local function edit_lines(change)
  local lines = {}
  for _, place in ipairs(change.places or {}) do
    lines[#lines + 1] = ("%s:%d"):format(place.path, place.line)
    for _, removed in ipairs(place.removed or {}) do
      lines[#lines + 1] = "- " .. removed
    end
    for _, added in ipairs(place.added or {}) do
      lines[#lines + 1] = "+ " .. added
    end
  end
  return lines
end

local function add_change(out, margin, paint, change)
  if change.refused == "name-not-issuable" then
    return -- the diagnostic says it all
  elseif change.refused then
    add_block(out, margin, paint, ("%s no edit is made (%s): %s"):format(paint("bold", "help:"), change.refused, terminal.visible(change.why or "")), {})
  else
    local places = edit_lines(change)
    if #places > 0 then
      add_block(out, margin, paint, paint("bold", "help:") .. " this edit mends it; `issuable fix` writes it and bumps the serial", places)
    end
  end
  if change.result and #change.result > 0 then
    local ttl = change.ttl and (" %d"):format(change.ttl) or ""
    local records = {}
    for i, text in ipairs(change.result) do
      records[i] = ("%s.%s IN CAA %s"):format(change.owner, ttl, text)
    end
    add_block(out, margin, paint, ("%s the wanted RRset, for DNS that is kept elsewhere:"):format(paint("bold", "help:")), records)
  end
end

local function changes_of(group)
  local changes, seen = {}, {}
  for _, finding in ipairs(group.findings) do
    local change = finding.change
    if change and not seen[change] then
      seen[change] = true
      changes[#changes + 1] = change
    end
  end
  return changes
end

local function diagnostic(out, group, source, paint)
  local first = group.findings[1]
  local head = ("%s[%s]"):format(first.severity, first.rule)
  out[#out + 1] = ("%s: %s"):format(paint(STYLE[first.severity], head), paint("bold", terminal.visible(message_of(group))))
  local margin = snippet.render(out, source, labels_of(group), paint)
  for _, note in ipairs(unique(group, "notes")) do
    out[#out + 1] = ("%s %s note: %s"):format(margin, paint("blue", "="), terminal.visible(note))
  end
  for _, help in ipairs(unique(group, "help")) do
    out[#out + 1] = ("%s %s %s %s"):format(margin, paint("blue", "="), paint("bold", "help:"), terminal.visible(help))
  end
  for _, change in ipairs(changes_of(group)) do
    add_change(out, margin, paint, change)
  end
  out[#out + 1] = ""
end

local function plural(n, word)
  return ("%d %s%s"):format(n, word, n == 1 and "" or "s")
end

local MAX_SKIPPED = 5

local function summary_lines(result)
  local summary, lines = result.summary, {}
  local counts = {}
  for _, verdict in ipairs { "denied", "undecided", "allowed", "exempt" } do
    if summary[verdict] > 0 then
      counts[#counts + 1] = ("%d %s"):format(summary[verdict], verdict)
    end
  end
  lines[#lines + 1] = ("%s from %s: %s"):format(
    plural(summary.names, "name"),
    plural(summary.requests, "certificate request"),
    #counts > 0 and table.concat(counts, ", ") or "nothing asks for a certificate"
  )
  if summary.waived > 0 then
    lines[#lines + 1] = plural(summary.waived, "finding") .. " waived, or known to the baseline"
  end
  for _, zone in ipairs(result.input.zones) do
    lines[#lines + 1] = ("zone %s: %s%s"):format(
      zone.apex or "(no SOA)",
      zone.path,
      zone.status == "loadable" and "" or " (" .. zone.status .. ")"
    )
  end
  local assumed = {}
  for _, name in ipairs(summary.assumed_names) do
    assumed[#assumed + 1] = name
  end
  if #assumed > 0 then
    lines[#lines + 1] = "assumed to hold no CAA, not asked: " .. table.concat(assumed, ", ")
  end
  if summary.undecided_documents > 0 then
    lines[#lines + 1] = ("%s that may ask for certificates not read for sure: undecided"):format(plural(summary.undecided_documents, "document"))
  end
  if summary.unread > 0 then
    lines[#lines + 1] = ("%s not read as Kubernetes objects (templates, foreign YAML)"):format(plural(summary.unread, "document"))
  end
  if summary.skipped > 0 then
    lines[#lines + 1] = ("%s skipped while walking:"):format(plural(summary.skipped, "path"))
    for i = 1, math.min(summary.skipped, MAX_SKIPPED) do
      local entry = result.input.skipped[i]
      lines[#lines + 1] = ("  %s: %s"):format(entry.path, entry.why)
    end
    if summary.skipped > MAX_SKIPPED then
      lines[#lines + 1] = ("  and %d more (--format json names them all)"):format(summary.skipped - MAX_SKIPPED)
    end
  end
  if summary.names > 0 then
    lines[#lines + 1] = "security: DNSSEC unchecked (answers come from files)"
  end
  return lines
end

---@param result table what issuable.check returned
---@param options? { colour?: boolean, quiet?: boolean }
---@return string
function M.render(result, options)
  options = options or {}
  local paint = terminal.painter(options.colour or false)
  local source = snippet.source(result.input.files)
  local out = {}
  for _, group in ipairs(grouped(result.findings)) do
    diagnostic(out, group, source, paint)
  end
  if not options.quiet then
    for _, line in ipairs(summary_lines(result)) do
      out[#out + 1] = terminal.visible(line)
    end
  end
  return #out > 0 and table.concat(out, "\n") .. "\n" or ""
end

return M
