-- Report `github`: annotations of a GitHub Actions step, and the summary as lines of its log.
-- SPDX-License-Identifier: MIT
-- Workflow commands; the runner shows ten annotations of a kind and step and drops the rest without a word. So do we not.

local escape = require "issuable.reports.escape"
local summary = require "issuable.reports.summary"
local terminal = require "issuable.reports.terminal"
local views = require "issuable.reports.view"

local M = {}

--- Of each kind and step; fifty of a job.
local SHOWN = 10

local KIND = { error = "error", warning = "warning", info = "notice" }

local function command(kind, properties, message)
  local list = {}
  for _, pair in ipairs(properties) do
    if pair[2] then
      list[#list + 1] = ("%s=%s"):format(pair[1], escape.github_property(terminal.visible(pair[2])))
    end
  end
  return ("::%s %s::%s"):format(kind, table.concat(list, ","), escape.github_data(message))
end

local function annotation(view, kind, finding)
  local path, span = views.place(finding)
  local region = span and view:region(span)
  local properties = { { "file", path and view:path(path) } }
  if region then
    properties[2] = { "line", ("%d"):format(region.line) }
    properties[3] = { "endLine", ("%d"):format(region.end_line) }
    properties[4] = { "col", ("%d"):format(region.column) }
    properties[5] = { "endColumn", ("%d"):format(region.end_column) }
  end
  properties[#properties + 1] = { "title", "issuable: " .. finding.rule }
  local lines = { terminal.visible(finding.message) }
  for _, list in ipairs { finding.notes, finding.help } do
    for _, text in ipairs(list) do
      lines[#lines + 1] = terminal.visible(text)
    end
  end
  if finding.change and not finding.change.refused then
    lines[#lines + 1] = "`issuable fix` mends it"
  end
  return command(kind, properties, table.concat(lines, "\n"))
end

---@param result table what issuable.check returned
---@param options? issuable.ReportOptions
---@return string
function M.render(result, options)
  local view = views.new(result, options)
  local of_kind, waived = { error = {}, warning = {}, notice = {} }, 0
  for _, finding in ipairs(result.findings) do
    if finding.waived then
      waived = waived + 1
    else
      local kind = KIND[finding.severity]
      table.insert(of_kind[kind], finding)
    end
  end
  local out, left_out = {}, {}
  for _, kind in ipairs { "error", "warning", "notice" } do
    local list = of_kind[kind]
    -- when not all fit, the last of the ten says how many are missing
    local room = #list > SHOWN and SHOWN - 1 or #list
    if kind == "notice" and #list == 0 then
      out[#out + 1] = command("notice", { { "title", "issuable" } }, terminal.visible(summary.headline(view)))
    end
    for i = 1, room do
      out[#out + 1] = annotation(view, kind, list[i])
    end
    if room < #list then
      local what = summary.plural(#list - room, "more " .. kind)
      left_out[#left_out + 1] = what
      local text = ("%s: GitHub shows no more than ten of a step; the other reports have all of them"):format(what)
      out[#out + 1] = command(kind, { { "title", "issuable" } }, text)
    end
  end
  local function say(line)
    out[#out + 1] = "issuable: " .. escape.github_line(line)
  end
  if #left_out > 0 then
    say("not annotated: " .. table.concat(left_out, ", "))
  end
  if waived > 0 then
    say(("not annotated: %s waived"):format(summary.plural(waived, "finding")))
  end
  say(summary.headline(view))
  for _, list in ipairs { summary.checked(result), summary.unchecked(result) } do
    for _, line in ipairs(list) do
      say(line)
    end
  end
  return table.concat(out, "\n") .. "\n"
end

return M
