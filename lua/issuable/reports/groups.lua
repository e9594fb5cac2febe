-- Findings about several names of one request with one cause, told once.
-- SPDX-License-Identifier: MIT
-- Shared by the reports for people; machines get every finding by itself.

local rules = require "issuable.rules.describe"

local M = {}

---@param findings table[]
---@return { findings: table[] }[] in the order of the first finding of each
function M.of(findings)
  local groups, index = {}, {}
  for _, finding in ipairs(findings) do
    local decision = finding.decision
    local use = decision and not finding.alone and decision.requests[1]
    local group
    if use then
      local rrset = decision.answer and decision.answer.rrset
      local key = table.concat({
        finding.rule,
        decision.ca or "",
        decision.reason,
        use.request.id,
        use.request.path,
        rrset and rrset.owner or decision.detail or "",
        rrset and rrset.zone and rrset.zone.path or "",
        finding.waived and "waived" or "",
      }, "\0")
      group = index[key]
      if not group then
        group = { findings = {} }
        index[key] = group
        groups[#groups + 1] = group
      end
    else
      group = { findings = {} }
      groups[#groups + 1] = group
    end
    table.insert(group.findings, finding)
  end
  return groups
end

---@param names string[]
---@return string
function M.join(names)
  if #names < 2 then
    return names[1] or ""
  elseif #names > 5 then
    return table.concat(names, ", ", 1, 4) .. (" and %d more names"):format(#names - 4)
  end
  return table.concat(names, ", ", 1, #names - 1) .. " and " .. names[#names]
end

---@param group { findings: table[] }
---@return string one message for all of them
function M.message(group)
  local first = group.findings[1]
  if #group.findings == 1 then
    return first.message
  end
  local names = {}
  for i, finding in ipairs(group.findings) do
    names[i] = rules.name(finding.decision)
  end
  local own = rules.name(first.decision)
  local from, to = first.message:find(own, 1, true)
  if not from then
    return first.message
  end
  return first.message:sub(1, from - 1) .. M.join(names) .. first.message:sub(to + 1)
end

---@param group { findings: table[] }
---@return table[] labels each place once, primary ones first
function M.labels(group)
  local labels, seen = {}, {}
  local alone = #group.findings == 1 -- then nothing can be told twice
  local function take(wanted)
    for _, finding in ipairs(group.findings) do
      for _, label in ipairs(finding.labels) do
        local span = label.span
        if span and (label.primary or false) == wanted then
          local key = alone and label or table.concat({ span.path, span.first or "", span.last or "", label.text }, "\0")
          if not seen[key] then
            seen[key] = true
            labels[#labels + 1] = label
          end
        end
      end
    end
  end
  take(true)
  take(false)
  return labels
end

--- Each different text of a list field (`notes`, `help`) once.
function M.unique(group, field)
  local list, seen = {}, {}
  for _, finding in ipairs(group.findings) do
    for _, text in ipairs(finding[field]) do
      if not seen[text] then
        seen[text] = true
        list[#list + 1] = text
      end
    end
  end
  return list
end

--- The wanted changes of a group, each once.
function M.changes(group)
  local changes, seen = {}, {}
  for _, finding in ipairs(group.findings) do
    local change = finding.change
    if change and not seen[change] then
      seen[change] = true
      changes[#changes + 1] = change
    end
  end
  return changes
end

--- The edit of a change as lines: the place, then what goes and what comes.
---@param change table
---@param most integer? no more lines than this, the rest counted
---@return string[]
function M.edit(change, most)
  local lines, left = {}, 0
  local function add(line)
    if most and #lines >= most then
      left = left + 1
    else
      lines[#lines + 1] = line
    end
  end
  for _, place in ipairs(change.places or {}) do
    add(("%s:%d"):format(place.path, place.line))
    for _, removed in ipairs(place.removed or {}) do
      add("- " .. removed)
    end
    for _, added in ipairs(place.added or {}) do
      add("+ " .. added)
    end
  end
  if left > 0 then
    lines[#lines + 1] = ("(%d more lines)"):format(left)
  end
  return lines
end

--- A wanted RRset in presentation format, a record a line.
---@param change table
---@return string[]
function M.records(change)
  local ttl = change.ttl and (" %d"):format(change.ttl) or ""
  local records = {}
  for i, text in ipairs(change.result or {}) do
    records[i] = ("%s.%s IN CAA %s"):format(change.owner, ttl, text)
  end
  return records
end

return M
