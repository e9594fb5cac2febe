-- A baseline: the findings of today, so that only what is new fails. It survives moved lines, because no line is in it.
-- SPDX-License-Identifier: MIT
-- Design section 5. A finding is known by its rule, its file and its words; equal ones are counted.

local cjson = require "cjson.safe"
local file = require "issuable.file"
local json = require "issuable.reports.jsonwriter"

local M = {}

local SCHEMA = 1
local MAX_BYTES = 64 * 1024 * 1024

--- What names a finding for ever: numbers of lines are taken out of its words.
---@param finding table
---@return string hex
function M.fingerprint(finding)
  local path = finding.span and finding.span.path or finding.path or ""
  path = path:gsub("^%./", "")
  local message = finding.message:gsub("line %d+", "line N"):gsub(":%d+:%d+", ":N:N")
  local decision = finding.decision
  local about = decision and ("%s %s"):format(decision.wildcard and "*" or "", decision.name or decision.text or "") or ""
  return file.sha256(table.concat({ finding.rule, path, message, about }, "\0"))
end

--- Findings that a baseline may hold: not a rule of the policy that failed, and not what is waived otherwise.
local function may_hold(finding)
  return not finding.failed_rule and not finding.waived
end

--- The text of a baseline file.
---@param findings table[]
---@return string
function M.write(findings)
  local counts, order = {}, {}
  for _, finding in ipairs(findings) do
    if may_hold(finding) then
      local fingerprint = M.fingerprint(finding)
      local entry = counts[fingerprint]
      if not entry then
        entry = { fingerprint = fingerprint, count = 0, finding = finding }
        counts[fingerprint] = entry
        order[#order + 1] = entry
      end
      entry.count = entry.count + 1
    end
  end
  table.sort(order, function(a, b)
    local x, y = a.finding, b.finding
    local path_x, path_y = x.span and x.span.path or "", y.span and y.span.path or ""
    if path_x ~= path_y then
      return path_x < path_y
    elseif x.rule ~= y.rule then
      return x.rule < y.rule
    end
    return a.fingerprint < b.fingerprint
  end)
  return json.encode(json.object(
    "schema",
    SCHEMA,
    "findings",
    json.array(order, function(entry)
      local finding = entry.finding
      return json.object(
        "rule",
        finding.rule,
        "path",
        finding.span and finding.span.path,
        "message",
        finding.message,
        "fingerprint",
        entry.fingerprint,
        "count",
        entry.count
      )
    end)
  )) .. "\n"
end

--- Reads a baseline file.
---@param path string
---@return table<string, integer>? counts by fingerprint
---@return string? message
function M.read(path)
  local text, message = file.read(path, MAX_BYTES)
  if not text then
    return nil, message
  end
  local data = cjson.decode(text)
  if type(data) ~= "table" or data.schema ~= SCHEMA or type(data.findings) ~= "table" then
    return nil, ("%s: not a baseline of this version; write one with --write-baseline %s"):format(path, path)
  end
  local counts = {}
  for _, entry in ipairs(data.findings) do
    if type(entry) == "table" and type(entry.fingerprint) == "string" and type(entry.count) == "number" then
      counts[entry.fingerprint] = (counts[entry.fingerprint] or 0) + entry.count
    end
  end
  return counts
end

--- Marks the findings that a baseline knows.
---@param findings table[] in their order: of equal ones the first are the known ones
---@param counts table<string, integer>
function M.apply(findings, counts)
  local left = {}
  for fingerprint, count in pairs(counts) do
    left[fingerprint] = count
  end
  for _, finding in ipairs(findings) do
    local fingerprint = may_hold(finding) and M.fingerprint(finding)
    if fingerprint and (left[fingerprint] or 0) > 0 then
      left[fingerprint] = left[fingerprint] - 1
      finding.waived = { baseline = true, owner = "the baseline", because = "it was there when the baseline was written" }
    end
  end
end

return M
