-- Report `markdown`: a comment for a pull request, or a job's summary.
-- SPDX-License-Identifier: MIT
-- GitHub Flavored Markdown, which GitLab reads too. A comment holds 65,536 characters: what does not fit is counted.

local describe = require "issuable.rules.describe"
local escape = require "issuable.reports.escape"
local groups = require "issuable.reports.groups"
local summary = require "issuable.reports.summary"
local terminal = require "issuable.reports.terminal"
local views = require "issuable.reports.view"

local M = {}

local MAX_BYTES = 60000
--- Lines of one finding's edit and RRset: the rest is in the other reports.
local MAX_EDIT = 20

local m, code = escape.markdown, escape.markdown_code

local MARK = { denied = "❌", undecided = "❔", waived = "🔕", allowed = "✅", exempt = "➖", error = "❌", warning = "⚠️", info = "ℹ️" }

local function headline(view, counts)
  local names = view.result.summary.names
  if names == 0 then
    return "➖ issuable: nothing asks for a certificate"
  elseif counts.denied > 0 then
    return ("❌ issuable: %d of %s would be refused"):format(counts.denied, summary.plural(names, "name"))
  elseif counts.undecided > 0 then
    return ("❔ issuable: %d of %s cannot be decided"):format(counts.undecided, summary.plural(names, "name"))
  end
  return ("✅ issuable: %s, none refused"):format(summary.plural(names, "name"))
end

local function write_table(out, counts)
  local names, numbers, rule = {}, {}, {}
  for i, status in ipairs(summary.ORDER) do
    names[i], numbers[i], rule[i] = status, ("%d"):format(counts[status]), "---:"
  end
  for _, cells in ipairs { names, rule, numbers } do
    out[#out + 1] = "| " .. table.concat(cells, " | ") .. " |"
  end
end

--- A fenced block whose fence is longer than any run of backticks inside.
local function fenced(language, lines)
  local longest = 2
  for i, line in ipairs(lines) do
    lines[i] = terminal.visible(line, true)
    for run in lines[i]:gmatch("`+") do
      longest = math.max(longest, #run)
    end
  end
  local fence = ("`"):rep(longest + 1)
  return fence .. language .. "\n" .. table.concat(lines, "\n") .. "\n" .. fence
end

local function change_lines(change, told)
  if told[change] or change.refused == "name-not-issuable" then
    return change.refused ~= "name-not-issuable" and "The edit above mends this too." or nil
  end
  if change.refused then
    return ("No edit is made (%s): %s"):format(code(change.refused), m(change.why or ""))
  end
  told[change] = true
  local lines = groups.edit(change, MAX_EDIT)
  if #lines > 0 then
    for i, line in ipairs(lines) do
      if not line:find("^[+-] ") then
        lines[i] = "@@ " .. line .. " @@"
      end
    end
    return "`issuable fix` writes this edit:\n\n" .. fenced("diff", lines)
  end
  local records = groups.records(change)
  if #records == 0 then
    return nil
  end
  if #records > MAX_EDIT then
    records[MAX_EDIT + 1] = ("; %d more"):format(#records - MAX_EDIT)
    for i = #records, MAX_EDIT + 2, -1 do
      records[i] = nil
    end
  end
  return "The wanted RRset:\n\n" .. fenced("", records)
end

local function title_of(group)
  local decision = group.findings[1].decision
  if not decision then
    return code(group.findings[1].rule)
  end
  local names = {}
  for i, finding in ipairs(group.findings) do
    names[i] = i <= 3 and code(describe.name(finding.decision)) or nil
  end
  local text = table.concat(names, ", ")
  if #group.findings > 3 then
    text = ("%s and %d more"):format(text, #group.findings - 3)
  end
  local use = decision.requests[1]
  local scope = use and use.request.scope or ""
  return ("%s%s%s"):format(text, use and " for " .. code(use.request.subject) or "", scope ~= "" and " in cluster " .. code(scope) or "")
end

--- One finding as a folded block; HTML inside Markdown ends at a blank line.
local function block_of(view, group, told)
  local first = group.findings[1]
  local status = first.waived and "waived" or first.decision and view:status(first.decision) or first.severity
  local out = { ("<details><summary>%s %s</summary>"):format(MARK[status] or MARK[first.severity], title_of(group)), "" }
  out[#out + 1] = m(groups.message(group))
  local waiver = views.waiver(first)
  if waiver then
    out[#out + 1] = "\n" .. m(waiver)
  end
  out[#out + 1] = ""
  for _, label in ipairs(groups.labels(group)) do
    local place = ("%s:%d"):format(view:path(label.span.path), label.span.line)
    out[#out + 1] = ("- %s%s"):format(code(place), label.text ~= "" and " " .. m(label.text) or "")
  end
  for _, field in ipairs { "notes", "help" } do
    for _, text in ipairs(groups.unique(group, field)) do
      out[#out + 1] = "- " .. (field == "help" and "**help:** " or "") .. m(text)
    end
  end
  for _, change in ipairs(groups.changes(group)) do
    local text = change_lines(change, told)
    if text then
      out[#out + 1] = "\n" .. text
    end
  end
  out[#out + 1] = "\n</details>\n"
  return table.concat(out, "\n")
end

--- Bytes are at least as many as the characters that GitHub counts.
local function write_findings(out, view)
  local used, told, left = 0, {}, 0
  for _, group in ipairs(groups.of(view.result.findings)) do
    if left == 0 then
      local text = block_of(view, group, told)
      used = used + #text
      if used > MAX_BYTES then
        left = left + #group.findings
      else
        out[#out + 1] = text
      end
    else
      left = left + #group.findings
    end
  end
  if left > 0 then
    out[#out + 1] = ("**%s not shown here:** a comment holds no more. The other reports have all of them.\n"):format(summary.plural(left, "finding"))
  end
end

--- What was checked has its own bound: an estate may have a thousand zones.
local MAX_LINES = 30

local function write_list(out, heading, lines)
  if #lines == 0 then
    return
  end
  out[#out + 1] = ("**%s**\n"):format(heading)
  for i, line in ipairs(lines) do
    if i > MAX_LINES then
      out[#out + 1] = ("- and %d more"):format(#lines - MAX_LINES)
      break
    end
    out[#out + 1] = "- " .. m(#line > 300 and line:sub(1, 300) .. "…" or line)
  end
  out[#out + 1] = ""
end

---@param result table what issuable.check returned
---@param options? issuable.ReportOptions
---@return string
function M.render(result, options)
  local view = views.new(result, options)
  local counts, out = view:counts(), {}
  out[#out + 1] = "### " .. headline(view, counts) .. "\n"
  write_table(out, counts)
  out[#out + 1] = ""
  write_findings(out, view)
  out[#out + 1] = "<details><summary>What was checked</summary>\n"
  write_list(out, "Checked", summary.checked(result))
  write_list(out, "Not checked", summary.unchecked(result))
  out[#out + 1] = "</details>"
  return table.concat(out, "\n") .. "\n"
end

return M
