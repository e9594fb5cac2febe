-- Report `text`: one diagnostic for each problem, for people at three in the morning.
-- SPDX-License-Identifier: MIT
-- Decisions with one cause (same CA, same RRset, same request) are told once, and so is an edit that mends several.

local groups = require "issuable.reports.groups"
local snippet = require "issuable.reports.snippet"
local summary = require "issuable.reports.summary"
local terminal = require "issuable.reports.terminal"
local views = require "issuable.reports.view"

local M = {}

local STYLE = { error = "red", warning = "yellow", info = "blue" }

--- Narrower terminals get what they get.
local MIN_WIDTH = 30

--- What a diagnostic is written with.
---@class issuable.TextWriter
---@field out string[]
---@field paint fun(style: string, text: string): string
---@field width integer?
---@field source table of issuable.reports.snippet
---@field told table<table, string> where a change's edit was shown already

local function add_line(writer, margin, head, text)
  local plain = head ~= "" and head .. " " or ""
  local painted = head ~= "" and writer.paint("bold", head) .. " " or ""
  if head == "note:" then
    painted = plain
  end
  local before = terminal.width(margin) + 3
  local wrapped = terminal.wrap(terminal.visible(text), writer.width, margin .. "   ", before + #plain)
  writer.out[#writer.out + 1] = ("%s %s %s%s"):format(margin, writer.paint("blue", "="), painted, wrapped)
end

local function add_block(writer, margin, lines)
  for _, line in ipairs(lines) do
    writer.out[#writer.out + 1] = ("%s     %s"):format(margin, terminal.visible(line, true))
  end
end

local function add_change(writer, margin, change)
  if change.refused == "name-not-issuable" then
    return -- the diagnostic says it all
  end
  local told = writer.told[change]
  if told then
    add_line(writer, margin, "help:", told)
    return
  end
  local places = not change.refused and groups.edit(change) or {}
  if change.refused then
    writer.told[change] = ("no edit is made (%s), as above"):format(change.refused)
    add_line(writer, margin, "help:", ("no edit is made (%s): %s"):format(change.refused, change.why or ""))
  elseif #places > 0 then
    writer.told[change] = ("the edit at %s, shown above, mends this too"):format(places[1])
    local serial = change.kind == "manifest" and "" or " and bumps the serial"
    add_line(writer, margin, "help:", "this edit mends it; `issuable fix` writes it" .. serial)
    add_block(writer, margin, places)
  end
  local records = groups.records(change)
  if #records > 0 then
    writer.told[change] = writer.told[change] or ("the RRset at %s that is wanted above mends this too"):format(change.owner)
    add_line(writer, margin, "help:", "the wanted RRset, for DNS that is kept elsewhere:")
    add_block(writer, margin, records)
  end
end

local function diagnostic(writer, group)
  local paint, out = writer.paint, writer.out
  local first = group.findings[1]
  local head = ("%s[%s]"):format(first.severity, terminal.visible(first.rule))
  local message = terminal.wrap(terminal.visible(groups.message(group)), writer.width, "  ", terminal.width(head) + 2)
  out[#out + 1] = ("%s: %s"):format(paint(STYLE[first.severity], head), paint("bold", message))
  local margin = snippet.render(out, writer.source, groups.labels(group), paint, writer.width)
  for _, note in ipairs(groups.unique(group, "notes")) do
    add_line(writer, margin, "note:", note)
  end
  for _, help in ipairs(groups.unique(group, "help")) do
    add_line(writer, margin, "help:", help)
  end
  for _, change in ipairs(groups.changes(group)) do
    add_change(writer, margin, change)
  end
  out[#out + 1] = ""
end

--- What is waived fails nothing, but it is not hidden.
local function waived_line(writer, group)
  local first = group.findings[1]
  local span = first.span
  local place = span and ("%s:%d: "):format(span.path, span.line) or ""
  local text = ("%s%s (%s)"):format(place, groups.message(group), views.waiver(first))
  local head = ("waived[%s]"):format(terminal.visible(first.rule))
  writer.out[#writer.out + 1] = ("%s: %s"):format(writer.paint("dim", head), terminal.wrap(terminal.visible(text), writer.width, "  ", #head + 2))
end

---@param result table what issuable.check returned
---@param options? issuable.ReportOptions
---@return string
function M.render(result, options)
  options = options or {}
  local writer = {
    out = {},
    paint = terminal.painter(options.colour or false),
    width = options.width and math.max(options.width, MIN_WIDTH) or nil,
    source = snippet.source(result.input.files),
    told = {},
  }
  local out, waived = writer.out, {}
  for _, group in ipairs(groups.of(result.findings)) do
    if group.findings[1].waived then
      waived[#waived + 1] = group
    else
      diagnostic(writer, group)
    end
  end
  for _, group in ipairs(waived) do
    waived_line(writer, group)
  end
  if not options.quiet then
    if #waived > 0 then
      out[#out + 1] = ""
    end
    local lines = { summary.headline(views.new(result, options)) }
    for _, list in ipairs { summary.checked(result), summary.unchecked(result) } do
      for _, line in ipairs(list) do
        lines[#lines + 1] = line
      end
    end
    for _, line in ipairs(lines) do
      out[#out + 1] = terminal.wrap(terminal.visible(line), writer.width, "  ", 0)
    end
  end
  return #out > 0 and table.concat(out, "\n") .. "\n" or ""
end

return M
