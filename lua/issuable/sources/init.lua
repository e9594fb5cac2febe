-- Reading: from paths to subjects. Everything the program knows of the world is gathered here, once.
-- SPDX-License-Identifier: MIT
-- Design section 1 (Documents → Subjects) and section 4 ("What may prove absence", walking folders).

local Files = require "issuable.sources.files"
local certmanager = require "issuable.sources.certmanager"
local file = require "issuable.file"
local ingress = require "issuable.sources.ingress"
local issuers = require "issuable.sources.issuers"
local manifests = require "issuable.sources.manifests"
local walk = require "issuable.sources.walk"
local zones = require "issuable.sources.zones"

local M = {}

local function real(path)
  return path == "-" and "-" or file.realpath(path) or path
end

--- The files of one input path: a folder is walked, a file or "-" is taken as it is.
local function expand(state, path)
  if path == "-" then
    return { { path = "-", kind = "yaml", explicit = true } }
  end
  local stat, message, code = file.stat(path)
  if not stat then
    state:problem { path = path, code = "unreadable", severity = "error", message = Files.reason(message), explicit = true, errno = code }
    return {}
  end
  if stat.type ~= "directory" then
    return { { path = path, kind = walk.kind_by_name(path), explicit = true } }
  end
  local files, skipped = walk.folder(path, { ignore = state.options.ignore })
  if not files then
    state:problem { path = path, code = "unreadable", severity = "error", message = skipped, explicit = true }
    return {}
  end
  for _, entry in ipairs(skipped) do
    state.input.skipped[#state.input.skipped + 1] = entry
  end
  return files
end

local State = {}
State.__index = State

function State:problem(problem)
  local list = self.input.problems
  list[#list + 1] = problem
end

--- Comments that waive findings in place (policy/comments.lua).
function State:ignore(list)
  if list then
    self.input.ignores = self.input.ignores or {}
    for _, ignore in ipairs(list) do
      table.insert(self.input.ignores, ignore)
    end
  end
end

function State:document(path, kind, scope)
  local documents = self.input.documents
  documents[#documents + 1] = { path = path, kind = kind, scope = scope, digest = self.files:digest(path) }
end

--- Which cluster a file belongs to: the deepest `--cluster` path that holds it.
function State:scope_of(path)
  local where, best, scope = real(path), -1, ""
  for _, cluster in ipairs(self.options.clusters or {}) do
    local root = real(cluster.path)
    if (where == root or root == "/" or where:sub(1, #root + 1) == root .. "/") and #root > best then
      best, scope = #root, cluster.name
    end
  end
  return scope
end

local function load_zone(state, entry, given)
  local key = real(entry.path)
  if state.zone_paths[key] then
    return
  end
  state.zone_paths[key] = true
  local subject, message, code = zones.load(state.files, entry.path, {
    origin = entry.origin,
    given = given,
    roots = state.roots,
    include_base = state.options.include_base,
  })
  if not subject then
    local rule = code == "not-a-zone" and code or "unreadable"
    state:problem { path = entry.path, code = rule, severity = "error", message = message, explicit = entry.explicit, errno = code }
    return
  end
  subject.explicit = entry.explicit
  state.input.zones[#state.input.zones + 1] = subject
end

---@return boolean taken
local function take_object(state, entry, scope)
  local object = entry.object
  if certmanager.is_certificate(object) then
    table.insert(state.input.requests, certmanager.certificate(entry, scope))
  elseif certmanager.is_issuer(object) then
    table.insert(state.input.issuers, certmanager.issuer(entry, scope, state.options.directory))
  elseif ingress.is_ingress(object) then
    local requests, warnings = ingress.requests(entry, scope)
    for _, request in ipairs(requests) do
      table.insert(state.input.requests, request)
    end
    for _, warning in ipairs(warnings) do
      table.insert(state.input.warnings, warning)
    end
  else
    return false
  end
  return true
end

local function load_manifest(state, entry)
  local source, message, code = manifests.load(state.files, entry.path)
  if not source then
    -- nobody knows what it asks for, so the run is not decided
    state:problem { path = entry.path, code = "unreadable", severity = "error", message = message, explicit = entry.explicit, errno = code, relevant = true }
    return
  end
  local scope = state:scope_of(entry.path)
  state:document(entry.path, entry.kind == "json" and "json" or "yaml", scope)
  local kept = {}
  for _, found in ipairs(source.objects) do
    if take_object(state, found, scope) then
      kept[#kept + 1] = manifests.span(found, found.object)
    end
  end
  for _, problem in ipairs(source.problems) do
    problem.code = problem.hint == "helm-template" and "helm-template" or "manifest-syntax"
    problem.severity = "error"
    problem.explicit = entry.explicit
    state:problem(problem)
    if problem.byte and not problem.mentions_secret then
      kept[#kept + 1] = { first = problem.byte, last = problem.byte, whole_line = true }
    end
  end
  for _, warning in ipairs(source.warnings) do
    if entry.explicit or warning.relevant then
      warning.undecided = warning.relevant -- kubectl refuses or ignores it, other tools do not: who knows what will be asked for
      table.insert(state.input.warnings, warning)
      if not warning.mentions_secret then
        local ignored = warning.code == "ignored-text" -- of that, the first line is shown
        kept[#kept + 1] = { first = warning.first, last = ignored and warning.first or warning.last, whole_line = ignored }
        kept[#kept + 1] = warning.other
      end
    end
  end
  state.files:keep_only(entry.path, kept)
  source.stream:close() -- it holds the whole text
  state:ignore(source.ignores)
end

--- A file without a telling extension: a zone when its text names an SOA; otherwise nobody's business while walking.
local function load_unknown(state, entry)
  local bytes, message, code = state.files:read(entry.path)
  if not bytes then
    if entry.explicit then
      state:problem { path = entry.path, code = "unreadable", severity = "error", message = message, explicit = true, errno = code }
    else
      table.insert(state.input.skipped, { path = entry.path, why = message })
    end
    return
  end
  if walk.looks_like_zone(bytes) then
    if entry.explicit or state.options.found_zones ~= false then
      load_zone(state, entry, entry.explicit and "option" or "found")
    end
  elseif entry.explicit then
    entry.kind = "yaml"
    load_manifest(state, entry)
  end
end

--- A part that a zone includes is read as that zone's, not as a fragment beside it. Fragments that only include each
--- other stay: their errors are told nowhere else.
local function drop_included(input)
  local included = {}
  for _, subject in ipairs(input.zones) do
    if subject.apex or subject.explicit then
      for path in pairs(zones.included(subject)) do
        included[path] = true
      end
    end
  end
  local kept = {}
  for _, subject in ipairs(input.zones) do
    if subject.apex or subject.explicit or not included[real(subject.path)] then
      kept[#kept + 1] = subject
    end
  end
  input.zones = kept
end

--- A Certificate that ingress-shim made and the Ingress it came from are one Request.
local function drop_shim_sources(input)
  local made = {}
  for _, request in ipairs(input.requests) do
    for _, owner in ipairs(request.owners) do
      if owner.kind == "Ingress" and request.secret then
        made[("%s\0%s\0%s\0%s"):format(request.scope, request.namespace or "", owner.name or "", request.secret)] = true
      end
    end
  end
  local kept = {}
  for _, request in ipairs(input.requests) do
    local key = ("%s\0%s\0%s\0%s"):format(request.scope, request.namespace or "", request.name or "", request.secret or "")
    if request.kind ~= "Ingress" or not made[key] then
      kept[#kept + 1] = request
    end
  end
  input.requests = kept
end

--- Folders that $INCLUDE may read from: the base, every folder that was given, and the folder of every file that was.
local function include_roots(options)
  local roots, seen = {}, {}
  local function add(path)
    local where = path and file.realpath(path)
    if where and not seen[where] then
      seen[where] = true
      roots[#roots + 1] = where
    end
  end
  add(options.include_base)
  local given = {}
  for _, path in ipairs(options.paths or {}) do
    given[#given + 1] = path
  end
  for _, list in ipairs { options.zones or {}, options.clusters or {} } do
    for _, item in ipairs(list) do
      given[#given + 1] = item.path
    end
  end
  for _, path in ipairs(given) do
    local stat = path ~= "-" and file.stat(path)
    if stat and stat.type == "directory" then
      add(path)
    elseif stat then
      add(path:match("^(.*)/[^/]*$") or ".")
    end
  end
  return roots
end

---@class issuable.ReadOptions
---@field paths string[] files, folders, "-"
---@field zones? { path: string, origin?: string }[] `--zone FILE[=ORIGIN]`
---@field clusters? { name: string, path: string }[] `--cluster NAME=PATH`
---@field found_zones? boolean false: zones met while walking are not used
---@field include_base? string `--include-base`
---@field ignore? string[] globs
---@field directory table CA directory
---@field issuers? table<string, table> CA by "[NS/]Kind/name"
---@field ca? table CA of `--ca`
---@field files? issuable.Files

--- Reads everything. Nothing is thrown away silently: what could not be read is in `problems` or `skipped`.
---@param options issuable.ReadOptions
---@return table input { files, documents, zones, issuers, requests, problems, warnings, skipped }
function M.read(options)
  local files = options.files or Files.new()
  local state = setmetatable({
    options = options,
    files = files,
    zone_paths = {},
    roots = include_roots(options),
    input = { files = files, documents = {}, zones = {}, issuers = {}, requests = {}, problems = {}, warnings = {}, skipped = {} },
  }, State)

  for _, given in ipairs(options.zones or {}) do
    load_zone(state, { path = given.path, origin = given.origin, explicit = true }, "option")
  end
  local seen = {}
  local paths = {}
  for _, path in ipairs(options.paths or {}) do
    paths[#paths + 1] = path
  end
  for _, cluster in ipairs(options.clusters or {}) do
    paths[#paths + 1] = cluster.path
  end
  local entries = {}
  for _, path in ipairs(paths) do
    for _, entry in ipairs(expand(state, path)) do
      local key = real(entry.path)
      if not seen[key] then
        seen[key] = entry
        entries[#entries + 1] = entry
      elseif entry.explicit then
        seen[key].explicit = true -- met while walking and named too: what is named counts
      end
    end
  end
  for _, entry in ipairs(entries) do
    if entry.kind == "zone" then
      if entry.explicit or options.found_zones ~= false then
        load_zone(state, entry, entry.explicit and "option" or "found")
      end
    elseif entry.kind then
      load_manifest(state, entry)
    else
      load_unknown(state, entry)
    end
  end
  local input = state.input
  drop_included(input)
  drop_shim_sources(input)
  for _, subject in ipairs(input.zones) do
    state:ignore(subject.ignores)
    state:document(subject.path, "zone", "")
  end
  local resolver = issuers.new(input.issuers, options)
  for _, request in ipairs(input.requests) do
    resolver:resolve(request)
  end
  return input
end

--- The same input with its zones read again from other bytes: what an edit would make of them.
---@param input table what read returned
---@param files issuable.Files
---@return table input requests and all else unchanged
function M.with_zones_from(input, files)
  local again = {}
  for key, value in pairs(input) do
    again[key] = value
  end
  again.files, again.zones = files, {}
  for i, subject in ipairs(input.zones) do
    local reloaded = zones.load(files, subject.path, subject.options)
    again.zones[i] = reloaded or { path = subject.path, apex = subject.apex, status = "broken", errors = {}, files = files, given = subject.given }
    again.zones[i].explicit = subject.explicit
  end
  return again
end

return M
