-- Mending manifests: a wildcard without quotes, a name in Unicode. One fix a file.
-- SPDX-License-Identifier: MIT
-- Design section 6: shown only after the edited bytes were read again.

local diff = require "issuable.fixes.diff"
local edits = require "issuable.fixes.edits"
local manifest = require "issuable.manifest"
local splice = require "issuable.fixes.splice"

local M = {}

--- How often a file is read again: the parser stops at the first wildcard of each document.
local MAX_ROUNDS = 100
--- More wildcards than this in one file are for a person to look at.
local MAX_EDITS = 2000

--- The wildcards of a stream that want quotes, as edits of these bytes, by document (1-based, as errors count them).
local function unquoted(bytes)
  local by_document, found = {}, {}
  local text = bytes
  for _ = 1, MAX_ROUNDS do
    local stream = manifest.read(text)
    local more = {}
    for _, problem in ipairs(stream and stream.errors or {}) do
      local wildcard = problem.hint == "quote-wildcard" and problem.first and not problem.mentions_secret
      if wildcard and text:sub(problem.first, problem.last):find("^%*%.[^%s\"\\]+$") then
        more[#more + 1] = problem
      end
    end
    if stream then
      stream:close()
    end
    if #more == 0 then
      return by_document
    elseif #found + #more > MAX_EDITS then
      break
    end
    local round = {}
    for _, problem in ipairs(more) do
      local shift = 0
      for _, other in ipairs(found) do
        shift = shift + (other.at < problem.first and 2 or 0)
      end
      local token = text:sub(problem.first, problem.last)
      local list = by_document[problem.document] or {}
      by_document[problem.document] = list
      list[#list + 1] = { first = problem.first - shift, last = problem.last - shift, text = '"' .. token .. '"' }
      round[#round + 1] = { first = problem.first, last = problem.last, text = '"' .. token .. '"' }
    end
    text = assert(edits.apply(text, round))
    -- the places of all edits so far, in the bytes that are read next
    found = {}
    for _, list in pairs(by_document) do
      for _, edit in ipairs(list) do
        found[#found + 1] = { original = edit.first }
      end
    end
    table.sort(found, function(a, b)
      return a.original < b.original
    end)
    for i, edit in ipairs(found) do
      edit.at = edit.original + 2 * (i - 1)
    end
  end
  return {}
end

local wanted = {}

function wanted.quote(context, want)
  context.unquoted = context.unquoted or unquoted(context.bytes)
  local list = context.unquoted[want.document]
  if not list or #list == 0 then
    return nil
  end
  return list
end

function wanted.replace(context, want)
  context.splice = context.splice or splice.open(context.bytes, context.path)
  if not context.splice then
    return nil
  end
  local document, keys = context.splice:find(want.first, want.last)
  if not document then
    return nil
  end
  local holder = context.splice.stream.documents[document].value
  for _, key in ipairs(keys) do
    holder = holder[key]
  end
  if holder ~= want.from then
    return nil -- a list in one text (alt-names): no single name stands there
  end
  local edit, problem = context.splice:replace(document, keys, want.text)
  return edit and { edit }, problem
end

local function change_of(context, finding)
  local want = finding.wanted
  local list, problem = wanted[want.kind](context, want)
  if not list and not problem then
    return nil
  end
  local change = { kind = "manifest", decisions = {}, result = {}, finding = finding }
  if not list then
    change.refused, change.why = problem.refused, problem.why
    return change
  end
  for _, edit in ipairs(list) do
    edit.path, edit.digest = context.path, context.digest
  end
  change.edits = list
  change.places = diff.places(context.path, context.bytes, assert(edits.sort(list)))
  return change
end

local function finish(context)
  local fix = { changes = context.changes, findings = {}, edits = {}, effect = {} }
  local lists = {}
  for _, change in ipairs(context.changes) do
    if change.edits then
      lists[#lists + 1] = change.edits
    end
  end
  local targets = edits.by_file(lists)
  for _, target in ipairs(targets or {}) do
    local after = edits.apply(context.bytes, target.edits)
    fix.files = {
      {
        path = context.path,
        digest = context.digest,
        before = context.bytes,
        after = after,
        edits = target.edits,
        diff = diff.unified(context.path, context.bytes, target.edits),
      },
    }
    fix.edits = target.edits
  end
  return fix
end

--- The fixes of findings that are about manifests.
---@param findings table[] those with `wanted`: { kind = "quote", document } or { kind = "replace", first, last, from, text }, and path
---@param files issuable.Files
---@return table[] fixes; each change knows its finding
function M.fixes(findings, files)
  local contexts, order = {}, {}
  for _, finding in ipairs(findings) do
    local want = finding.wanted
    if want and want.path ~= "-" then
      local context = contexts[want.path]
      if not context then
        context = { path = want.path, bytes = files:read(want.path), digest = files:digest(want.path), changes = {} }
        contexts[want.path] = context
        order[#order + 1] = context
      end
      local change = context.bytes and change_of(context, finding)
      if change then
        table.insert(context.changes, change)
      end
    end
  end
  local fixes = {}
  for _, context in ipairs(order) do
    if context.splice then
      context.splice:close()
    end
    if #context.changes > 0 then
      fixes[#fixes + 1] = finish(context)
    end
  end
  return fixes
end

return M
