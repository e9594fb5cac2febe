-- Report `html`: one file for people, no network, whole without scripts, searched and filtered with them.
-- SPDX-License-Identifier: MIT
-- HTML Living Standard; the content security policy lets only this style and this script run, whatever an input holds.

local escape = require "issuable.reports.escape"
local file = require "issuable.file"
local findings = require "issuable.reports.html.findings"
local groups = require "issuable.reports.groups"
local script = require "issuable.reports.html.script"
local style = require "issuable.reports.html.style"
local summary = require "issuable.reports.summary"
local tree = require "issuable.reports.html.tree"
local version = require "issuable.version"
local views = require "issuable.reports.view"

local M = {}

local h = escape.xml

local ALPHABET = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"

--- The SHA-256 of a text as a source of a content security policy.
local function policy_hash(text)
  local out = {}
  local hex = file.sha256(text) .. "00"
  for i = 1, #hex, 6 do
    local bits = tonumber(hex:sub(i, i + 5), 16)
    for shift = 3, 0, -1 do
      local digit = math.floor(bits / 64 ^ shift) % 64
      out[#out + 1] = ALPHABET:sub(digit + 1, digit + 1)
    end
  end
  out[#out] = "=" -- 32 bytes and one of padding
  return "'sha256-" .. table.concat(out) .. "'"
end

--- Texts by number: an attribute with a list of numbers needs no escapes, and is found again word by word.
local Index = {}
Index.__index = Index

local function new_index()
  return setmetatable({ numbers = {}, list = {} }, Index)
end

function Index:index(text)
  local number = self.numbers[text]
  if not number then
    self.list[#self.list + 1] = text
    number = ("%d"):format(#self.list)
    self.numbers[text] = number
  end
  return number
end

--- What the parts of the page share: groups with their anchors, and the choices of the filters.
local Facts = {}
Facts.__index = Facts

local function new_facts(view)
  local self = setmetatable({
    groups = groups.of(view.result.findings),
    clusters = new_index(),
    cas = new_index(),
    rules = new_index(),
    anchors = {},
    ca_names = {},
  }, Facts)
  for _, group in ipairs(self.groups) do
    group.anchor = group.findings[1].id
    for _, finding in ipairs(group.findings) do
      self.anchors[finding] = group.anchor
    end
  end
  for _, decision in ipairs(view.result.decisions) do
    if decision.ca then
      self.ca_names[decision.ca] = decision.authority and decision.authority.name or decision.ca
    end
    local rules, seen, anchor = {}, {}, nil
    for _, finding in ipairs(view:findings_of(decision)) do
      anchor = anchor or self.anchors[finding]
      if not seen[finding.rule] then
        seen[finding.rule] = true
        rules[#rules + 1] = self.rules:index(finding.rule)
      end
    end
    self.anchors[decision] = { anchor, table.concat(rules, " ") }
  end
  return self
end

--- The finding to look at, and the rules that have one.
function Facts:of_decision(decision)
  local known = self.anchors[decision]
  return known[1], known[2]
end

---@return string status "" when it is about no decision
---@return string clusters numbers
---@return string ca number
function Facts:of_group(view, group)
  local first = group.findings[1]
  local decision = first.decision
  if not decision then
    return first.waived and "waived" or "", "", ""
  end
  local clusters, seen = {}, {}
  for _, finding in ipairs(group.findings) do
    for _, use in ipairs(finding.decision.requests) do
      local number = self.clusters:index(use.request.scope or "")
      if not seen[number] then
        seen[number] = true
        clusters[#clusters + 1] = number
      end
    end
  end
  return first.waived and "waived" or view:status(decision), table.concat(clusters, " "), self.cas:index(decision.ca or "")
end

local function headline(view, counts)
  local names = view.result.summary.names
  if names == 0 then
    return "Nothing asks for a certificate"
  elseif counts.denied > 0 then
    return ("%d of %s would be refused"):format(counts.denied, summary.plural(names, "name"))
  elseif counts.undecided > 0 then
    return ("%d of %s cannot be decided"):format(counts.undecided, summary.plural(names, "name"))
  elseif counts.waived > 0 then
    return ("Nothing is refused that is not waived: %d of %s"):format(counts.waived, summary.plural(names, "name"))
  end
  return names == 1 and "The one name may be issued" or ("All %d names may be issued"):format(names)
end

local function write_tiles(out, counts, total)
  out[#out + 1] = '<ul class="tiles">'
  for _, status in ipairs(summary.ORDER) do
    out[#out + 1] = ('<li class="%s%s"><b>%d</b>%s</li>'):format(status, counts[status] == 0 and " none" or "", counts[status], status)
  end
  out[#out + 1] = "</ul>"
  if total > 0 then
    out[#out + 1] = '<svg class="bar" aria-hidden="true" preserveAspectRatio="none" viewBox="0 0 1000 8">'
    local at = 0
    for _, status in ipairs(summary.ORDER) do
      local width = math.floor(counts[status] / total * 1000 + 0.5)
      if width > 0 then
        out[#out + 1] = ('<rect class="%s" x="%d" y="0" width="%d" height="8"/>'):format(status, at, width)
        at = at + width
      end
    end
    out[#out + 1] = "</svg>"
  end
end

local function write_select(out, name, label, choices)
  out[#out + 1] = ('<label>%s<select name="%s"><option value="">any</option>'):format(label, name)
  for _, choice in ipairs(choices) do
    out[#out + 1] = ('<option value="%s">%s</option>'):format(choice[1], h(choice[2]))
  end
  out[#out + 1] = "</select></label>"
end

local function choices_of(index, name_of)
  local list = {}
  for i, text in ipairs(index.list) do
    list[i] = { ("%d"):format(i), name_of(text) }
  end
  table.sort(list, function(a, b)
    return a[2] < b[2]
  end)
  return list
end

--- Hidden until the script can do what it promises.
local function write_filters(out, facts)
  out[#out + 1] = '<form id="filters" class="filters" hidden aria-label="Search and filter">'
  out[#out + 1] = '<label class="wide">Search<input type="search" name="search" autocomplete="off"></label>'
  local verdicts = {}
  for i, status in ipairs(summary.ORDER) do
    verdicts[i] = { status, status }
  end
  write_select(out, "verdict", "Verdict", verdicts)
  write_select(out, "cluster", "Cluster", choices_of(facts.clusters, function(text)
    return text == "" and "(unnamed)" or text
  end))
  write_select(out, "ca", "CA", choices_of(facts.cas, function(text)
    return text == "" and "(not known)" or facts.ca_names[text] or text
  end))
  write_select(out, "rule", "Rule", choices_of(facts.rules, function(text)
    return text
  end))
  out[#out + 1] = '<button type="reset">Reset</button><p class="count" id="count" role="status"></p></form>'
end

local function write_list(out, heading, lines)
  out[#out + 1] = ('<section class="card"><h3>%s</h3><ul>'):format(heading)
  for _, line in ipairs(lines) do
    out[#out + 1] = ("<li>%s</li>"):format(h(line))
  end
  out[#out + 1] = "</ul></section>"
end

--- From here on the browser lays out only the findings that are on the screen.
local MANY = 200

--- More paths than this are counted.
local MAX_PATHS = 1000

local function write_checked(out, result)
  local checked, unchecked = summary.checked(result), summary.unchecked(result, MAX_PATHS)
  if #unchecked == 0 then
    unchecked[1] = "nothing is known to be left out"
  end
  out[#out + 1] = '<h2 id="checked">What was checked</h2><div class="checked">'
  write_list(out, "Checked", checked)
  write_list(out, "Not checked", unchecked)
  out[#out + 1] = "</div>"
end

---@param result table what issuable.check returned
---@param options? issuable.ReportOptions
---@return string
function M.render(result, options)
  local view = views.new(result, options)
  local facts, counts = new_facts(view), view:counts()
  local title = headline(view, counts)
  local body = {}
  write_tiles(body, counts, #result.decisions)
  local after_tiles = #body + 1
  body[after_tiles] = "" -- the filters: their choices are known when all else is written
  body[#body + 1] = '<h2 id="tree">The tree of names</h2><div class="card">'
  if #result.decisions == 0 and #result.input.zones == 0 then
    body[#body + 1] = "<p>No name was asked for, and no zone was given.</p>"
  else
    tree.write(body, view, facts)
  end
  body[#body + 1] = '<p id="none" class="dim" hidden>No name fits the filters.</p></div><h2 id="findings">Findings</h2>'
  if #facts.groups == 0 then
    body[#body + 1] = ('<p class="card">None. %s.</p>'):format(h(summary.headline(view)))
  end
  findings.write(body, view, facts)
  write_checked(body, result)
  local filters = {}
  write_filters(filters, facts)
  body[after_tiles] = table.concat(filters)
  local policy = ("default-src 'none'; style-src %s; script-src %s; base-uri 'none'; form-action 'none'"):format(policy_hash(style), policy_hash(script))
  return table.concat({
    "<!DOCTYPE html>",
    '<html lang="en"><head><meta charset="utf-8">',
    ('<meta http-equiv="Content-Security-Policy" content="%s">'):format(policy),
    '<meta name="viewport" content="width=device-width, initial-scale=1"><meta name="referrer" content="no-referrer">',
    ("<title>issuable: %s</title>"):format(h(title)),
    ("<style>%s</style></head><body%s><div class=\"page\">"):format(style, #facts.groups > MANY and ' class="many"' or ""),
    ('<header class="top"><div><h1>%s</h1>'):format(h(title)),
    ('<p class="dim">%s, %s. Checked %s by issuable %s.</p></div>'):format(
      summary.plural(result.summary.requests, "certificate request"),
      summary.plural(#result.findings, "finding"),
      h((result.at:gsub("T", " "):gsub("Z$", " UTC"))),
      h(version)
    ),
    '<button type="button" id="theme" hidden>Dark theme</button></header><main>',
    table.concat(body, "\n"),
    "</main><footer><p>Denied: a public CA must refuse (RFC 8659, RFC 8657). Undecided: it cannot be told from what was given,",
    "and is never called allowed.</p></footer></div>",
    ("<script>%s</script></body></html>\n"):format(script),
  }, "\n")
end

return M
