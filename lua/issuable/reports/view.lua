-- What several reports want to know of a result, worked out once: paths, regions, fingerprints, waivers, counts.
-- SPDX-License-Identifier: MIT
-- Pure but for looking at the files that the result came from.

local Lines = require "issuable.reports.lines"
local file = require "issuable.file"

local M = {}

local View = {}
View.__index = View

---@class issuable.ReportOptions
---@field root? string absolute path of the repository: paths in reports for machines start there
---@field colour? boolean text
---@field quiet? boolean text: no summary
---@field width? integer text: cells of the terminal

---@param result table what issuable.check returned
---@param options? issuable.ReportOptions
function M.new(result, options)
  options = options or {}
  local self = setmetatable({
    result = result,
    root = options.root,
    lines = Lines.new(result.input.files),
    paths = {},
    by_decision = {},
    seen = {},
  }, View)
  for _, finding in ipairs(result.findings) do
    local decision = finding.decision
    if decision then
      self.by_decision[decision] = self.by_decision[decision] or {}
      table.insert(self.by_decision[decision], finding)
    end
  end
  return self
end

--- A path without "." and "..", by its letters alone.
local function plain(path)
  local parts = {}
  for part in path:gmatch("[^/]+") do
    if part == ".." and #parts > 0 and parts[#parts] ~= ".." then
      parts[#parts] = nil
    elseif part ~= "." then
      parts[#parts + 1] = part
    end
  end
  return (path:sub(1, 1) == "/" and "/" or "") .. table.concat(parts, "/")
end

--- A path as the repository names it: relative to its root, links resolved. What lies outside stays as it was given.
---@param path string
---@return string
function View:path(path)
  local known = self.paths[path]
  if not known then
    known = path == "-" and "stdin" or plain(path)
    local root = self.root
    local real = path ~= "-" and root and file.realpath(path)
    if real then
      local prefix = root == "/" and "/" or root .. "/"
      if real:sub(1, #prefix) == prefix then
        known = real:sub(#prefix + 1)
      end
    end
    self.paths[path] = known
  end
  return known
end

--- Where a finding is told: its own place, or the file that it is about.
---@return string? path as given, not as View:path
---@return table? span
function M.place(finding)
  local span = finding.span
  return span and span.path or finding.path, span
end

---@param span table
---@return issuable.Region
function View:region(span)
  return self.lines:region(span)
end

--- `finding.waived = { owner, because, expires }` (rules decide; reports only show it).
---@return string? words
function M.waiver(finding)
  local waived = finding.waived
  if not waived then
    return nil
  elseif waived.baseline then
    return "known to the baseline"
  end
  return ("waived by %s until %s: %s"):format(waived.owner or "?", waived.expires or "?", waived.because or "no reason given")
end

--- The findings of a decision.
---@return table[]
function View:findings_of(decision)
  return self.by_decision[decision] or {}
end

--- A verdict, or "waived" where all that is said of a name that is not allowed is waived.
---@return "allowed"|"denied"|"undecided"|"exempt"|"waived" status
---@return table? finding the first waived one
function View:status(decision)
  local verdict = decision.verdict
  if verdict ~= "denied" and verdict ~= "undecided" then
    return verdict
  end
  local findings = self:findings_of(decision)
  for _, finding in ipairs(findings) do
    if not finding.waived then
      return verdict
    end
  end
  if #findings > 0 then
    return "waived", findings[1]
  end
  return verdict
end

---@return { allowed: integer, denied: integer, undecided: integer, exempt: integer, waived: integer }
function View:counts()
  local counts = { allowed = 0, denied = 0, undecided = 0, exempt = 0, waived = 0 }
  for _, decision in ipairs(self.result.decisions) do
    local status = self:status(decision)
    counts[status] = counts[status] + 1
  end
  return counts
end

--- A fingerprint that survives moved lines: of what is said about whom, not of where it stands. The second of two equal
--- findings has another one, because GitLab drops the second of two equal fingerprints.
---@param finding table
---@return string hexadecimal
function View:fingerprint(finding)
  local decision = finding.decision
  local use = decision and decision.requests[1]
  local path = M.place(finding)
  local text = finding.fingerprint
    or table.concat({
      finding.rule,
      path and self:path(path) or "",
      decision and (decision.wildcard and "*." or "") .. decision.name or finding.message,
      decision and decision.ca or "",
      use and use.request.scope or "",
      use and use.request.subject or "",
    }, "\0")
  local count = (self.seen[text] or 0) + 1
  self.seen[text] = count
  return file.sha256(count == 1 and text or ("%s\0%d"):format(text, count))
end

return M
