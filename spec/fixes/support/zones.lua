-- Zone files in memory, mended for asks: what `issuable fix` does to them, without the disk.
-- SPDX-License-Identifier: MIT
-- Files are a table path → bytes; the first zone's file is "example.com.zone" unless said otherwise.

local authority = require "issuable.authority"
local decide = require "issuable.decide"
local edits = require "issuable.fixes.edits"
local plan = require "issuable.fixes.plan"
local sets = require "spec.fixes.support.sets"
local zonefile = require "issuable.fixes.zonefile"

local M = {}

M.NOW = sets.NOW

--- A Zone subject over files in memory.
---@param texts table<string, string>
---@param path? string
---@param origin? string
function M.load(texts, path, origin)
  path = path or "example.com.zone"
  return assert(zonefile.load(path, { texts = texts, origin = origin or "example.com" }))
end

--- Decisions on asks such as `*.example.com letsencrypt`.
function M.decisions(subjects, asks)
  local asker = authority.new { zones = subjects }
  local list = {}
  for i, text in ipairs(asks) do
    local ask = type(text) == "string" and sets.ask(text) or text
    list[i] = decide.decide({
      name = ask.name,
      wildcard = ask.wildcard,
      ca = ask.ca,
      accounts = ask.accounts,
      methods = ask.methods,
      now = M.NOW,
    }, asker:ask(ask.name))
  end
  return list
end

--- The edits of changes of one zone, and its serial; proven as the library proves them.
---@return table[]? files as issuable.fixes.edits.by_file
---@return { refused: string, why: string }?
function M.edit(subject, changes, options)
  options = options or {}
  local result, problem = zonefile.edit(subject, changes, {
    now = options.now or M.NOW,
    serial = options.serial == false and "keep" or options.serial,
    shared = options.shared,
  })
  if not result then
    return nil, problem
  end
  return result.files
end

--- Mends one zone for asks.
---@return { texts: table<string, string>, refused: string[], files: table[], changes: table[], decisions: table[] }
function M.fix(texts, asks, options)
  options = options or {}
  local subject = M.load(texts, options.path, options.origin)
  local decisions = M.decisions({ subject }, asks)
  local changes = plan.changes(decisions, { now = M.NOW, override_forbidden = options.override, zones = { subject } })
  local result = { texts = {}, refused = {}, files = {}, changes = changes, decisions = decisions, subject = subject }
  for path, bytes in pairs(texts) do
    result.texts[path] = bytes
  end
  local wanted = {}
  for _, change in ipairs(changes) do
    if change.refused then
      table.insert(result.refused, change.refused)
    else
      table.insert(wanted, change)
    end
  end
  if #wanted > 0 then
    local files, problem = M.edit(subject, wanted, options)
    if not files then
      table.insert(result.refused, problem.refused)
      result.why = problem.why
      return result
    end
    result.files = files
    for _, target in ipairs(files) do
      result.texts[target.path] = assert(edits.apply(texts[target.path], target.edits))
    end
  end
  return result
end

return M
