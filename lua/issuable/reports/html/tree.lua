-- The picture of report `html`: the tree of names, where CAA sits in it, who is allowed there, and which certificates hang where.
-- SPDX-License-Identifier: MIT
-- Names are sorted as the DNS sorts them (RFC 4034 section 6.1), so a parent comes right before what is below it.

local describe = require "issuable.rules.describe"
local escape = require "issuable.reports.escape"
local groups = require "issuable.reports.groups"

local M = {}

local h = escape.xml

--- "com\0example\0www": sorts like the DNS does.
local function sort_key(name)
  local labels = {}
  for label in name:gmatch("[^.]+") do
    table.insert(labels, label)
  end
  local reversed = {}
  for i = #labels, 1, -1 do
    reversed[#reversed + 1] = labels[i]
  end
  return table.concat(reversed, "\0")
end

--- The nodes that have something to show, and what is asked for that is no DNS name.
local function collect(view)
  local nodes, list, others = {}, {}, {}
  local function node(name)
    local known = nodes[name]
    if not known then
      known = { name = name, key = sort_key(name), rows = {}, zones = {} }
      nodes[name] = known
      list[#list + 1] = known
    end
    return known
  end
  for _, zone in ipairs(view.result.input.zones) do
    if zone.apex then
      table.insert(node(zone.apex).zones, zone)
    end
  end
  for _, decision in ipairs(view.result.decisions) do
    local rrset = decision.answer and decision.answer.rrset
    if rrset then
      node(rrset.owner).rrset = rrset
    end
    local first = decision.requests[1]
    local dns = first and first.identifier.type == "dns" and first.identifier.name
    local rows = dns and node(decision.name).rows or others
    for _, use in ipairs(decision.requests) do
      rows[#rows + 1] = { decision = decision, use = use }
    end
  end
  table.sort(list, function(a, b)
    return a.key < b.key
  end)
  return list, others
end

--- A record in a few words. Without issuewild, issue speaks of wildcards too (RFC 8659 section 4.3).
local function who(property, has_issuewild)
  if property.kind == "iodef" then
    return "where a CA may report"
  elseif property.kind == "issue" or property.kind == "issuewild" then
    local what = property.kind == "issuewild" and "wildcards" or has_issuewild and "names" or "names and wildcards"
    if property.malformed then
      return "malformed: allows nobody"
    elseif property.issuer == "" then
      return what .. ": nobody"
    end
    return ("%s: %s%s"):format(what, property.issuer, #property.parameters > 0 and ", on terms" or "")
  elseif property.kind == "unknown" then
    return property.critical and "unknown and critical: every CA must refuse" or "unknown: ignored"
  end
  return "not about TLS certificates"
end

--- More records than this are counted.
local MAX_RECORDS = 50

local function write_rrset(out, rrset)
  out[#out + 1] = '<div class="caa-set"><ul>'
  local has_issuewild = false
  for _, property in ipairs(rrset.properties) do
    has_issuewild = has_issuewild or property.kind == "issuewild"
  end
  for i, property in ipairs(rrset.properties) do
    if i > MAX_RECORDS then
      out[#out + 1] = ('<li class="dim">and %d more</li>'):format(#rrset.properties - MAX_RECORDS)
      break
    end
    out[#out + 1] = ('<li><code>%s</code> <span class="dim">%s</span></li>'):format(h(property.text), h(who(property, has_issuewild)))
  end
  out[#out + 1] = "</ul></div>"
end

local function aliases_of(decision)
  local targets = {}
  for _, step in ipairs(decision.answer and decision.answer.trace or {}) do
    for _, link in ipairs(step.links or {}) do
      targets[#targets + 1] = link.target
    end
  end
  return targets
end

local SEPARATOR = ' <span class="sep">·</span> '

local function write_row(out, view, facts, row, with_name)
  local decision, request = row.decision, row.use.request
  local status = view:status(decision)
  local anchor, rules = facts:of_decision(decision)
  local badge = ('<span class="badge %s">%s</span>'):format(status, status)
  if anchor then
    badge = ('<a class="badge %s" href="#%s">%s</a>'):format(status, anchor, status)
  end
  local parts = { ('<span class="name">%s</span>'):format(h(request.subject)) }
  if with_name or decision.wildcard then -- else it is the name that the row hangs at
    table.insert(parts, 1, ('<span class="name mono">%s</span>'):format(h(describe.name(decision))))
  end
  if request.scope and request.scope ~= "" then
    parts[#parts + 1] = "cluster " .. h(request.scope)
  end
  if decision.authority or decision.ca then
    parts[#parts + 1] = h(describe.authority(decision))
  end
  parts[#parts + 1] = ('<span class="dim">%s</span>'):format(h(decision.reason))
  local targets = aliases_of(decision)
  if #targets > 0 then
    parts[#parts + 1] = ('<span class="dim">alias of %s</span>'):format(h(groups.join(targets)))
  end
  out[#out + 1] = ('<li class="row %s" data-n="%s" data-v="%s" data-k="%s" data-c="%s" data-r="%s">%s<span class="what">%s</span></li>'):format(
    status,
    h(decision.name),
    status,
    facts.clusters:index(request.scope or ""),
    facts.cas:index(decision.ca or ""),
    rules,
    badge,
    table.concat(parts, SEPARATOR)
  )
end

local function write_rows(out, view, facts, rows, with_name)
  if #rows > 0 then
    out[#out + 1] = '<ul class="rows">'
    for _, row in ipairs(rows) do
      write_row(out, view, facts, row, with_name)
    end
    out[#out + 1] = "</ul>"
  end
end

local function tags(node)
  local text = {}
  for _, zone in ipairs(node.zones) do
    local broken = zone.status ~= "loadable"
    text[#text + 1] = (' <span class="tag%s">zone%s</span>'):format(broken and " broken" or "", broken and ", " .. h(zone.status) or "")
  end
  if node.rrset then
    text[#text + 1] = ' <span class="tag caa">CAA</span>'
  end
  return table.concat(text)
end

--- The name with what its parent already says in a softer colour.
local function shown_name(node, parent)
  local suffix = parent and "." .. parent.name
  if suffix and node.name:sub(-#suffix) == suffix then
    return ('%s<span class="dim">%s</span>'):format(h(node.name:sub(1, -#suffix - 1)), h(suffix))
  end
  return h(node.name)
end

local function below(name, parent)
  return #name > #parent and name:sub(-#parent - 1) == "." .. parent
end

---@param out string[]
---@param view table of issuable.reports.view
---@param facts table of issuable.reports.html
function M.write(out, view, facts)
  local list, others = collect(view)
  local open = {}
  local function close()
    out[#out + 1] = "</ul></details></li>"
    open[#open] = nil
  end
  out[#out + 1] = '<ul class="tree">'
  for i, node in ipairs(list) do
    while #open > 0 and not below(node.name, open[#open].name) do
      close()
    end
    local following = list[i + 1]
    local has_children = following and below(following.name, node.name)
    local refuses = false
    for _, row in ipairs(node.rows) do
      refuses = refuses or view:status(row.decision) == "denied"
    end
    local class = refuses and "head refuses" or "head"
    local head = ('<span class="n mono">%s</span>%s'):format(shown_name(node, open[#open]), tags(node))
    out[#out + 1] = '<li class="node">'
    if has_children then
      out[#out + 1] = ('<details open><summary class="%s">%s</summary>'):format(class, head)
    else
      out[#out + 1] = ('<div class="%s leaf">%s</div>'):format(class, head)
    end
    if node.rrset then
      write_rrset(out, node.rrset)
    end
    write_rows(out, view, facts, node.rows)
    if has_children then
      out[#out + 1] = '<ul class="kids">'
      open[#open + 1] = node
    else
      out[#out + 1] = "</li>"
    end
  end
  while #open > 0 do
    close()
  end
  if #others > 0 then
    out[#out + 1] = '<li class="node"><div class="head leaf"><span class="n">Not in the tree</span> <span class="dim">asked for, but no DNS name</span></div>'
    write_rows(out, view, facts, others, true)
    out[#out + 1] = "</li>"
  end
  out[#out + 1] = "</ul>"
end

return M
