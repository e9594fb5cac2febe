-- Report `prometheus`: a file for the node exporter's textfile collector.
-- SPDX-License-Identifier: MIT
-- Text exposition format 0.0.4. Names of hosts are no labels: the number of series must not grow with the estate's names.

local dates = require "issuable.dates"
local json = require "issuable.reports.jsonwriter"
local terminal = require "issuable.reports.terminal"
local version = require "issuable.version"
local views = require "issuable.reports.view"

local M = {}

local ESCAPES = { ["\\"] = "\\\\", ['"'] = '\\"', ["\n"] = "\\n" }

local function labels(pairs_)
  local out = {}
  for i = 1, #pairs_, 2 do
    local value = json.utf8(terminal.visible(pairs_[i + 1])):gsub('[\\"\n]', ESCAPES)
    out[#out + 1] = ('%s="%s"'):format(pairs_[i], value)
  end
  return #out > 0 and "{" .. table.concat(out, ",") .. "}" or ""
end

--- One metric: its series are counted up under their labels and written in the order of their first appearance.
local function metric(out, name, help)
  local series, order = {}, {}
  local self = {}
  function self.add(value, ...)
    local key = labels { ... }
    if not series[key] then
      series[key] = 0
      order[#order + 1] = key
    end
    series[key] = series[key] + value
  end
  function self.write()
    out[#out + 1] = ("# HELP issuable_%s %s"):format(name, help)
    out[#out + 1] = ("# TYPE issuable_%s gauge"):format(name)
    table.sort(order)
    for _, key in ipairs(order) do
      out[#out + 1] = ("issuable_%s%s %d"):format(name, key, series[key])
    end
  end
  return self
end

---@param result table what issuable.check returned
---@param options? issuable.ReportOptions
---@return string
function M.render(result, options)
  local view, out = views.new(result, options), {}
  local function single(name, help, value, ...)
    local one = metric(out, name, help)
    one.add(value, ...)
    one.write()
  end
  single("info", "The version that checked.", 1, "version", version)
  single("check_timestamp_seconds", "When the check ran, or the date that it was told to take.", result.now or dates.parse(result.at) or 0)
  single("input_failed", "1 when a file that was named could not be read or parsed.", result.summary.failed_input and 1 or 0)

  local names = metric(out, "names", "Requested names by what becomes of them.")
  for _, status in ipairs { "allowed", "denied", "undecided", "exempt", "waived" } do
    names.add(0, "cluster", "", "ca", "", "verdict", status) -- a series that is missing raises no alert
  end
  for _, decision in ipairs(result.decisions) do
    local status, clusters = view:status(decision), {}
    for _, use in ipairs(decision.requests) do
      local scope = use.request.scope or ""
      if not clusters[scope] then
        clusters[scope] = true
        names.add(1, "cluster", scope, "ca", decision.ca or "", "verdict", status)
      end
    end
  end
  names.write()

  local findings = metric(out, "findings", "Findings by rule and severity.")
  for _, severity in ipairs { "error", "warning", "info" } do
    findings.add(0, "rule", "", "severity", severity, "waived", "false")
  end
  for _, finding in ipairs(result.findings) do
    findings.add(1, "rule", finding.rule, "severity", finding.severity, "waived", finding.waived and "true" or "false")
  end
  findings.write()

  local requests = metric(out, "certificate_requests", "Certificates that are asked for.")
  requests.add(0, "cluster", "")
  for _, request in ipairs(result.input.requests) do
    requests.add(1, "cluster", request.scope or "")
  end
  requests.write()

  local zones = metric(out, "zones", "Zone files by whether a name server would load them.")
  for _, status in ipairs { "loadable", "broken", "fragment" } do
    zones.add(0, "status", status)
  end
  for _, zone in ipairs(result.input.zones) do
    zones.add(1, "status", zone.status)
  end
  zones.write()
  single("documents", "Files that were read.", #result.input.documents)
  single("unread_documents", "Files that were met and not read as Kubernetes objects or zones.", result.summary.unread)
  single("skipped_paths", "Paths that were skipped while walking.", result.summary.skipped)
  return table.concat(out, "\n") .. "\n"
end

return M
