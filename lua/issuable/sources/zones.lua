-- Zone files as subjects: loads them through issuable.zone, resolving $INCLUDE inside the allowed roots.
-- SPDX-License-Identifier: MIT
-- RFC 1035 section 5.1 ($ORIGIN, $INCLUDE); a file without an SOA is a fragment and proves no absence (design section 4).

local Files = require "issuable.sources.files"
local comments = require "issuable.policy.comments"
local file = require "issuable.file"
local manifests = require "issuable.sources.manifests"
local zone = require "issuable.zone"

local M = {}

--- The origin that a file name suggests: `example.com.zone`, `db.example.com`. It only completes relative owners.
---@param path string
---@return string?
function M.origin_from_name(path)
  local name = path:match("([^/]+)$") or path
  local origin = name:match("^(.+)%.[zZ][oO][nN][eE]$") or name:match("^db%.(.+)$")
  if origin and origin:match("^[%w_%-%.]+$") and not origin:find("..", 1, true) and origin:sub(1, 1) ~= "." then
    return (origin:lower():gsub("%.$", ""))
  end
end

local function within(real, roots)
  for _, root in ipairs(roots) do
    if root == "/" or real == root or real:sub(1, #root + 1) == root .. "/" then
      return true
    end
  end
  return false
end

--- BIND resolves a relative $INCLUDE against its working directory, not against the including file.
local function includer(files, options, collect)
  return function(name)
    local path = name
    if name:sub(1, 1) ~= "/" then
      path = (options.include_base and options.include_base ~= ".") and (options.include_base:gsub("/+$", "") .. "/" .. name) or name
    end
    local real, message = file.realpath(path)
    if not real then
      local reason = Files.reason(message)
      if name:sub(1, 1) ~= "/" then
        reason = ("%s (relative names start at %s, as BIND's do; --include-base names another folder)"):format(
          reason,
          options.include_base or "the working directory"
        )
      end
      return nil, reason
    end
    if not within(real, options.roots) then
      return nil, "it lies outside the folders that were given: give its folder too"
    end
    local bytes, read_message = files:read(path)
    if not bytes then
      return nil, ("%s: %s"):format(path, read_message)
    end
    collect(bytes, path)
    return bytes, path
  end
end

--- A journal beside a file of the zone: its server changes the zone by itself (dynamic update) and writes the file when it
--- likes, so an edit would be lost or break the journal.
local function journal_of(handle)
  for _, source in ipairs(handle:files()) do
    local real = source.path ~= "-" and file.realpath(source.path)
    for _, path in ipairs { source.path, real and real ~= source.path and real or nil } do
      if path ~= "-" and file.lstat(path .. ".jnl") then
        return path .. ".jnl"
      end
    end
  end
end

---@param files issuable.Files
---@param path string
---@param options { origin?: string, given: "option"|"found", roots: string[], include_base?: string }
---   roots: real paths of folders that $INCLUDE may read from; given: how the file came into the run
---@param read? string the bytes of the file, when they were just read
---@return table? zone Zone subject { apex, path, handle, status, files, given, origin, errors, lints, journal }
---@return string? message
---@return string? code
function M.load(files, path, options, read)
  local bytes, message, code = read, nil, nil
  if not bytes then
    bytes, message, code = files:read(path)
  end
  if not bytes then
    return nil, message, code
  elseif manifests.is_manifest(bytes) then
    return nil, "a Kubernetes manifest, not a zone file", "not-a-zone"
  end
  local origin = options.origin or M.origin_from_name(path)
  local ignores
  local function collect(text, where)
    for _, ignore in ipairs(comments.scan(text, where) or {}) do
      ignores = ignores or {}
      table.insert(ignores, ignore)
    end
  end
  collect(bytes, path)
  local handle, load_message = zone.load(bytes, { path = path, origin = origin, include = includer(files, options, collect) })
  if not handle then
    return nil, load_message, "ELIMIT"
  end
  return {
    apex = handle:apex(),
    path = path,
    handle = handle,
    status = handle:status(),
    errors = handle:errors(),
    ignores = ignores,
    lints = handle:lints(),
    journal = journal_of(handle),
    files = files,
    given = options.given,
    options = options,
  }
end

--- The paths that a zone was read from besides its own file.
---@param subject table Zone subject
---@return table<string, boolean> by real path
function M.included(subject)
  local paths = {}
  for i, source in ipairs(subject.handle:files()) do
    if i > 1 then
      paths[file.realpath(source.path) or source.path] = true
    end
  end
  return paths
end

return M
