-- Mending: denied decisions → changes → byte edits, applied in memory and decided again before anybody sees them.
-- SPDX-License-Identifier: MIT
-- Design section 6. One changeset for all findings that touch the same files, one serial bump a zone.

local diff = require "issuable.fixes.diff"
local edits = require "issuable.fixes.edits"
local effect = require "issuable.fixes.effect"
local manifest_fixes = require "issuable.fixes.manifest"
local plan = require "issuable.fixes.plan"
local wants = require "issuable.fixes.wants"
local zonefile = require "issuable.fixes.zonefile"

local M = {}

--- Files that several zones are read from: an edit for one zone would change the other one unasked.
local function shared_files(zones)
  local readers, shared = {}, {}
  for _, zone in ipairs(zones) do
    local seen = {}
    for _, source in ipairs(zone.handle and zone.handle:files() or {}) do
      local id = zonefile.identity(source.path)
      if not seen[id] then
        seen[id] = true
        if readers[id] and readers[id] ~= zone then
          shared[id] = ("%s is part of several zones (%s and %s): an edit would change them all"):format(source.path, readers[id].path, zone.path)
        end
        readers[id] = readers[id] or zone
      end
    end
  end
  return shared
end

local function refuse(change, problem)
  change.refused, change.why = problem.refused, problem.why
end

--- What a report shows of each change: the lines that its edits take and give.
local function place_changes(editor, list)
  local of_change = {}
  for _, edit in ipairs(list) do
    of_change[edit.change] = of_change[edit.change] or {}
    table.insert(of_change[edit.change], edit)
  end
  for change, own in pairs(of_change) do
    change.edits, change.places = own, {}
    for _, target in ipairs(edits.by_file { own } or {}) do
      for _, place in ipairs(diff.places(target.path, editor:source(target.path).bytes, target.edits)) do
        table.insert(change.places, place)
      end
    end
  end
end

--- The edits of all changes that can be written; the others are refused and do not stop them.
local function try_edits(editor, changes)
  local wanted = {}
  for _, change in ipairs(changes) do
    if not change.refused then
      wanted[#wanted + 1] = change
    end
  end
  while #wanted > 0 do
    local list, problem = editor:edits(wanted)
    if list then
      return list, wanted
    end
    local left = {}
    for _, change in ipairs(wanted) do
      if problem.change == nil or problem.change == change then
        refuse(change, problem)
      else
        left[#left + 1] = change
      end
    end
    wanted = left
  end
  return {}, wanted
end

--- All changes of one zone as one fix: their edits and one serial bump, or why none is made.
local function zone_fix(zone, changes, shared, options)
  local fix = { changes = changes, findings = {}, edits = {}, effect = {} }
  local editor, problem = zonefile.open(zone, shared)
  if not editor then
    for _, change in ipairs(changes) do
      if not change.refused then
        refuse(change, problem)
      end
    end
    return fix
  end
  local list, wanted = try_edits(editor, changes)
  if #list == 0 then
    return fix
  end
  local files
  local bump, why = editor:bump(options.now, options.serial)
  if bump ~= nil then
    files, why = editor:files { list, bump and { bump } or nil }
  end
  if not files then
    for _, change in ipairs(wanted) do
      refuse(change, why)
    end
    return fix
  end
  place_changes(editor, list)
  fix.files, fix.editor = files, editor
  for _, target in ipairs(files) do
    for _, edit in ipairs(target.edits) do
      table.insert(fix.edits, edit)
    end
  end
  for _, change in ipairs(wanted) do
    for _, line in ipairs(effect.of(change, options.now)) do
      table.insert(fix.effect, line)
    end
  end
  return fix
end

--- Nothing that is shown rests on the planner's word: the edited bytes are read, asked and decided again.
local function disproved(result, again)
  if #again.decisions ~= #result.decisions then
    return "the edited files no longer ask the same questions"
  end
  for i, before in ipairs(result.decisions) do
    local after = again.decisions[i]
    if before.mended and after.verdict ~= "allowed" then
      return ("%s would still be %s (%s)"):format(before.name, after.verdict, after.reason)
    elseif before.verdict == "allowed" and after.verdict ~= "allowed" then
      return ("%s would no longer be allowed (%s)"):format(before.name, after.reason)
    elseif before.verdict ~= "allowed" and not before.mended and not before.waived and after.verdict == "allowed" then
      return ("%s would become allowed without being asked for"):format(before.name)
    end
  end
  for i, zone in ipairs(result.input.zones) do
    local after = again.input.zones[i]
    if after.status ~= zone.status then
      return ("%s would no longer load"):format(zone.path)
    end
    for _, fix in ipairs(result.fixes) do
      if fix.editor and fix.editor.zone == zone then
        local proven, why = fix.editor:proven(after)
        if not proven then
          return why
        end
      end
    end
  end
end

local function by_zone(changes)
  local groups, index = {}, {}
  for _, change in ipairs(changes) do
    local key = change.zone or change
    local group = index[key]
    if not group then
      group = { zone = change.zone, changes = {} }
      index[key] = group
      groups[#groups + 1] = group
    end
    table.insert(group.changes, change)
  end
  return groups
end

local function prove(result, redo)
  local overlay, any = {}, false
  for _, fix in ipairs(result.fixes) do
    for _, target in ipairs(fix.files or {}) do
      overlay[target.path], any = target.after, true
    end
    for _, change in ipairs(fix.changes) do
      for _, decision in ipairs(change.refused and {} or change.decisions) do
        decision.mended = true
      end
    end
  end
  if not any then
    return
  end
  local why = disproved(result, redo(result.input.files:with(overlay)))
  if not why then
    return
  end
  for _, fix in ipairs(result.fixes) do
    if fix.files then
      fix.files, fix.edits, fix.effect = nil, {}, {}
      for _, change in ipairs(fix.changes) do
        if not change.refused then
          refuse(change, { refused = "internal-check", why = "deciding again on the edited files: " .. why })
          change.places = nil
        end
      end
    end
  end
end

local function link(result)
  local of_decision, of_want, of_finding = {}, {}, {}
  for i, fix in ipairs(result.fixes) do
    fix.id = ("X%d"):format(i)
    for _, change in ipairs(fix.changes) do
      for _, decision in ipairs(change.decisions) do
        of_decision[decision] = { fix = fix, change = change }
      end
      for _, want in ipairs(change.wants or {}) do
        of_want[want] = { fix = fix, change = change }
      end
      if change.finding then
        of_finding[change.finding] = { fix = fix, change = change }
      end
    end
  end
  for _, finding in ipairs(result.findings) do
    local mended
    if finding.want then
      mended = of_want[finding.want]
    else
      mended = finding.decision and not finding.alone and of_decision[finding.decision] or of_finding[finding]
    end
    if mended then
      finding.fix, finding.change = mended.fix, mended.change
      table.insert(mended.fix.findings, finding.id)
    end
  end
end

--- Turns changes into edits, proves them together and attaches them to the result.
---@param result table of issuable.check; gains `fixes`
---@param changes issuable.Change[]
---@param options { now: integer, serial?: "auto"|"keep"|integer }
---@param redo fun(files: issuable.Files): table reads the zones again from these files and decides everything again
---@param others table[]? fixes that are proven already
function M.apply(result, changes, options, redo, others)
  result.fixes = {}
  local shared = shared_files(result.input.zones)
  for _, group in ipairs(by_zone(changes)) do
    local fix
    if group.zone then
      fix = zone_fix(group.zone, group.changes, shared, options)
    else
      fix = { changes = group.changes, findings = {}, edits = {}, effect = {} }
    end
    result.fixes[#result.fixes + 1] = fix
  end
  prove(result, redo)
  for _, fix in ipairs(result.fixes) do
    fix.editor = nil
  end
  for _, fix in ipairs(others or {}) do
    result.fixes[#result.fixes + 1] = fix
  end
  link(result)
end

--- Plans, proves and attaches the fixes of a check: of what is denied, and of what rules want changed.
---@param result table of issuable.check: input, decisions, findings; gains `fixes`, and each finding its fix and change
---@param options { now: integer, override_forbidden?: boolean, serial?: "auto"|"keep"|integer }
---@param redo fun(files: issuable.Files): table
function M.run(result, options, redo)
  local denied = {}
  for _, decision in ipairs(result.decisions) do
    if not decision.waived then
      denied[#denied + 1] = decision
    end
  end
  local changes = plan.changes(denied, {
    now = options.now,
    override_forbidden = options.override_forbidden,
    zones = result.input.zones,
  })
  for _, finding in ipairs(result.findings) do
    if finding.want and not finding.waived then
      wants.add(changes, result)
      break
    end
  end
  local counting = {}
  for _, finding in ipairs(result.findings) do
    if not finding.waived then
      counting[#counting + 1] = finding
    end
  end
  M.apply(result, changes, options, redo, manifest_fixes.fixes(counting, result.input.files)) -- proven when they were made
end

return M
