-- Report `gitlab`: findings as GitLab's Code Quality widget reads them.
-- SPDX-License-Identifier: MIT
-- A subset of the CodeClimate format: an array; equal fingerprints are dropped; paths are relative, without "./".

local json = require "issuable.reports.jsonwriter"
local views = require "issuable.reports.view"

local M = {}

local SEVERITY = { error = "critical", warning = "minor", info = "info" }

---@param result table what issuable.check returned
---@param options? issuable.ReportOptions
---@return string a JSON array: without findings it is empty, for each entry is shown as an issue
function M.render(result, options)
  local view = views.new(result, options)
  local array = json.array(result.findings, function(finding)
    local path, span = views.place(finding)
    local description = finding.message
    local severity = SEVERITY[finding.severity]
    if finding.waived then -- the format cannot say "waived"; left out, it would be a silent gap
      description, severity = ("%s (%s)"):format(description, views.waiver(finding)), "info"
    end
    return json.object(
      "description",
      description,
      "check_name",
      finding.rule,
      "fingerprint",
      view:fingerprint(finding),
      "severity",
      severity,
      "location",
      json.object("path", path and view:path(path) or ".", "lines", json.object("begin", span and span.line or 1))
    )
  end)
  return json.encode(array, "  ") .. "\n"
end

return M
