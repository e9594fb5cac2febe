-- The findings of report `html`, each with its places in the files, the climb and the edit that mends it.
-- SPDX-License-Identifier: MIT
-- An edit that mends several findings stands with the first; the others point there.

local escape = require "issuable.reports.escape"
local groups = require "issuable.reports.groups"
local snippet = require "issuable.reports.snippet"
local views = require "issuable.reports.view"

local M = {}

local h = escape.xml

--- Source as it is, but for tabs, which the page draws as it draws blanks.
local function code(text)
  return h((text:gsub("\t", "    ")))
end

local function write_labels(out, source, labels)
  local path
  for _, label in ipairs(labels) do
    local span = label.span
    if path ~= span.path then
      if path then
        out[#out + 1] = "</div>"
      end
      path = span.path
      local shown = path == "-" and "<stdin>" or path
      out[#out + 1] = ('<div class="src"><div class="path mono">%s:%d:%d</div>'):format(h(shown), span.line, span.column or 1)
    end
    local before, inside, after
    if not span.hidden then
      before, inside, after = source:line(span)
    end
    if before then
      local class = label.primary and ' class="first"' or ""
      out[#out + 1] = ('<div class="line"><span>%d</span><code>%s<mark%s>%s</mark>%s</code></div>'):format(
        span.line,
        code(before:gsub("^[ \t]+", "")),
        class,
        code(inside),
        code(after)
      )
    end
    if label.text ~= "" then
      out[#out + 1] = ('<div class="said">%s</div>'):format(h(label.text))
    end
  end
  if path then
    out[#out + 1] = "</div>"
  end
end

local function write_note(out, note)
  local steps = note:match("^climb: (.*)$")
  if not steps then
    out[#out + 1] = ("<p>%s</p>"):format(h(note))
    return
  end
  out[#out + 1] = '<ol class="climb" aria-label="The climb to the CAA records">'
  for step in (steps .. " -> "):gmatch("(.-) %-> ") do
    out[#out + 1] = ("<li>%s</li>"):format(h(step))
  end
  out[#out + 1] = "</ol>"
end

local function write_edit(out, change)
  local lines = groups.edit(change)
  if #lines > 0 then
    local serial = change.kind == "manifest" and "" or " and bumps the serial"
    out[#out + 1] = ("<p>This edit mends it; <code>issuable fix</code> writes it%s:</p><div class=\"diff mono\">"):format(serial)
    for _, line in ipairs(lines) do
      local tag = line:sub(1, 2) == "+ " and "ins" or line:sub(1, 2) == "- " and "del"
      out[#out + 1] = tag and ("<%s>%s</%s>"):format(tag, code(line), tag) or ("<div>%s</div>"):format(code(line))
    end
    out[#out + 1] = "</div>"
  end
  local records = groups.records(change)
  if #records > 0 then
    out[#out + 1] = '<details><summary>The wanted RRset, for DNS that is kept elsewhere</summary><div class="diff mono">'
    for _, record in ipairs(records) do
      out[#out + 1] = ("<div>%s</div>"):format(h(record))
    end
    out[#out + 1] = "</div></details>"
  end
end

local function write_change(out, change, anchor, told)
  if change.refused == "name-not-issuable" then
    return
  elseif told[change] then
    out[#out + 1] = ('<p>%s <a href="#%s">as told with %s</a>.</p>'):format(
      change.refused and "No edit is made," or "Mended by the same edit,",
      told[change],
      told[change]
    )
    return
  end
  told[change] = anchor
  if change.refused then
    out[#out + 1] = ('<p>No edit is made <span class="dim">(%s)</span>: %s</p>'):format(h(change.refused), h(change.why or ""))
  end
  write_edit(out, change.refused and { owner = change.owner, ttl = change.ttl, result = change.result } or change)
end

--- Where it is asked for, by whom: what the filters go by, in words.
local function meta_of(group)
  local decision = group.findings[1].decision
  local parts = { ("<code>%s</code>"):format(h(group.findings[1].rule)) }
  local use = decision and decision.requests[1]
  if use then
    parts[#parts + 1] = h(use.request.subject)
    if use.request.scope and use.request.scope ~= "" then
      parts[#parts + 1] = "cluster " .. h(use.request.scope)
    end
  end
  local waiver = views.waiver(group.findings[1])
  if waiver then
    parts[#parts + 1] = h(waiver)
  end
  return table.concat(parts, " · ")
end

---@param out string[]
---@param view table of issuable.reports.view
---@param facts table of issuable.reports.html: its `groups` are what is written
function M.write(out, view, facts)
  local source, told = snippet.source(view.result.input.files), {}
  for _, group in ipairs(facts.groups) do
    local first = group.findings[1]
    local status, clusters, ca = facts:of_group(view, group)
    local badge = status ~= "" and status or first.severity
    local look = ({ error = "denied", warning = "undecided", info = "exempt" })[badge] or badge
    out[#out + 1] = ('<article class="finding %s" id="%s" data-v="%s" data-k="%s" data-c="%s" data-r="%s">'):format(
      status ~= "" and status or first.severity,
      group.anchor,
      status,
      clusters,
      ca,
      facts.rules:index(first.rule)
    )
    out[#out + 1] = ('<h3><span class="badge %s">%s</span> %s</h3>'):format(look, badge, h(groups.message(group)))
    out[#out + 1] = ('<p class="meta">%s</p>'):format(meta_of(group))
    write_labels(out, source, groups.labels(group))
    for _, note in ipairs(groups.unique(group, "notes")) do
      write_note(out, note)
    end
    for _, help in ipairs(groups.unique(group, "help")) do
      out[#out + 1] = ("<p><strong>Help:</strong> %s</p>"):format(h(help))
    end
    for _, change in ipairs(groups.changes(group)) do
      write_change(out, change, group.anchor, told)
    end
    out[#out + 1] = "</article>"
  end
end

return M
