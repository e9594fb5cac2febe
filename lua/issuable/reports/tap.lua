-- Report `tap`: the Test Anything Protocol, a line for every requested name.
-- SPDX-License-Identifier: MIT
-- TAP 14: `#` begins a directive unless it is escaped; SKIP and TODO do not fail; diagnostics are YAML, here so little
-- of it that readers of TAP 13 take it too.

local cases = require "issuable.reports.cases"
local json = require "issuable.reports.jsonwriter"
local summary = require "issuable.reports.summary"
local terminal = require "issuable.reports.terminal"
local views = require "issuable.reports.view"

local M = {}

local function words(text)
  return (terminal.visible(text):gsub("[\\#]", "\\%0"))
end

--- A double-quoted YAML scalar; after `visible` nothing is left but printable characters, quotes and backslashes.
local function scalar(text)
  return json.string(terminal.visible(text))
end

--- A YAML block: the one form of text that old readers of TAP take whatever it holds.
local function write_block(out, lines)
  out[#out + 1] = "  message: |"
  for _, line in ipairs(lines) do
    local shown = terminal.visible(line)
    if shown:find("%S") then
      if out[#out] == "  message: |" then
        shown = shown:gsub("^ +", "") -- the first line says how deep the block is
      end
      out[#out + 1] = "    " .. shown
    end
  end
end

local function write_diagnostics(out, view, case)
  out[#out + 1] = "  ---"
  out[#out + 1] = "  severity: " .. (case.outcome == "error" and "undecided" or case.outcome == "fail" and "fail" or "todo")
  if case.path then
    out[#out + 1] = "  file: " .. scalar(view:path(case.path))
  end
  if case.line then
    out[#out + 1] = ("  line: %d"):format(case.line)
  end
  local lines = { case.why }
  for _, line in ipairs(case.lines) do
    lines[#lines + 1] = line
  end
  write_block(out, lines)
  out[#out + 1] = "  ..."
end

---@param result table what issuable.check returned
---@param options? issuable.ReportOptions
---@return string
function M.render(result, options)
  local view = views.new(result, options)
  local out, number = { "", "" }, 0
  for _, suite in ipairs(cases.suites(view)) do
    out[#out + 1] = "# " .. words(suite.name)
    for _, case in ipairs(suite.cases) do
      number = number + 1
      local good = case.outcome == "pass" or case.outcome == "skip"
      local line = ("%s %d - %s: %s"):format(good and "ok" or "not ok", number, words(case.class), words(case.name))
      if case.outcome == "skip" then
        line = line .. " # SKIP " .. words(case.why)
      elseif case.outcome == "waived" then
        line = line .. " # TODO " .. words(case.why)
      end
      out[#out + 1] = line
      if not good then
        write_diagnostics(out, view, case)
      end
    end
  end
  out[1], out[2] = "TAP version 13", ("1..%d"):format(number)
  for _, line in ipairs { summary.headline(view), table.concat(summary.checked(result), "; "), table.concat(summary.unchecked(result), "; ") } do
    if line ~= "" then
      out[#out + 1] = "# " .. words(line)
    end
  end
  return table.concat(out, "\n") .. "\n"
end

return M
