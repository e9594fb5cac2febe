-- Reading: from paths to subjects. Everything the program knows of the world is gathered here, once.
-- SPDX-License-Identifier: MIT
-- Design section 1 (Documents → Subjects) and section 4 ("What may prove absence", walking folders).

local Files = require "issuable.sources.files"
local certmanager = require "issuable.sources.certmanager"
local dialects = require "issuable.sources.dialects"
local file = require "issuable.file"
local gateway = require "issuable.sources.gateway"
local ingress = require "issuable.sources.ingress"
local issuers = require "issuable.sources.issuers"
local manifests = require "issuable.sources.manifests"
local owners = require "issuable.sources.owners"
local signing = require "issuable.sources.signing"
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

--- The clusters that a file belongs to: those of the deepest `--cluster` path that holds it, several when it is named for several.
---@param path string
---@return string[] names without the repeated; empty: no cluster holds it
function State:clusters_of(path)
  local known = self.cluster_names[path]
  if known then
    return known
  end
  local where, best, names = real(path), -1, {}
  for _, cluster in ipairs(self.options.clusters or {}) do
    local root = real(cluster.path)
    if (where == root or root == "/" or where:sub(1, #root + 1) == root .. "/") and #root >= best then
      if #root > best then
        best, names = #root, {}
      end
      if not names[cluster.name] then
        names[cluster.name] = true
        names[#names + 1] = cluster.name
      end
    end
  end
  self.cluster_names[path] = names
  return names
end

--- The cluster under which a file is read; see share_between_clusters for the others.
function State:scope_of(path)
  return self:clusters_of(path)[1] or ""
end

local function load_zone(state, entry, given, bytes)
  local key = entry.real or real(entry.path)
  if state.zone_paths[key] then
    return
  end
  state.zone_paths[key] = true
  local subject, message, code = zones.load(state.files, entry.path, {
    origin = entry.origin,
    given = given,
    roots = state.roots,
    include_base = state.options.include_base,
  }, bytes)
  if not subject then
    local rule = code == "not-a-zone" and code or "unreadable"
    state:problem { path = entry.path, code = rule, severity = "error", message = message, explicit = entry.explicit, errno = code }
    return
  end
  subject.explicit = entry.explicit
  state.input.zones[#state.input.zones + 1] = subject
end

local function append(list, items)
  for _, item in ipairs(items) do
    list[#list + 1] = item
  end
end

--- Adds what one object is to requests, issuers or warnings.
---@return boolean taken
local function take_object(into, options, entry, scope)
  local object = entry.object
  local requests, warnings
  if certmanager.is_certificate(object) then
    requests = { certmanager.certificate(entry, scope) }
  elseif certmanager.is_issuer(object) then
    table.insert(into.issuers, certmanager.issuer(entry, scope, options.directory))
    return true
  elseif ingress.is_ingress(object) then
    requests, warnings = ingress.requests(entry, scope, options)
  elseif gateway.is_gateway(object) then
    requests, warnings = gateway.requests(entry, scope)
  elseif signing.is_request(object) then
    requests = { signing.request(entry, scope) }
  else
    return false
  end
  append(into.requests, requests)
  append(into.warnings, warnings or {})
  return true
end

--- The objects of a source that matter, and the bytes that reports may show of them.
local function take_objects(source, options, scope, kept)
  local into = { requests = {}, issuers = {}, warnings = {} }
  for _, found in ipairs(source.objects) do
    if take_object(into, options, found, scope) then
      kept[#kept + 1] = manifests.span(found, found.object)
    end
  end
  return into
end

local function take_warning(state, entry, warning, kept)
  if dialects.refuses(state.options.dialect, warning.code) then
    warning.code, warning.severity, warning.explicit = "manifest-" .. warning.code, "error", entry.explicit
    state:problem(warning)
  else
    -- kubectl refuses or ignores it, other tools do not: who knows what will be asked for
    warning.undecided = warning.relevant and warning.code ~= "deceiving-bytes"
    table.insert(state.input.warnings, warning)
  end
  if not warning.mentions_secret then
    local first_line = warning.code:find("ignored-text", 1, true) ~= nil -- of that, the first line is shown
    kept[#kept + 1] = { first = warning.first, last = first_line and warning.first or warning.last, whole_line = first_line }
    kept[#kept + 1] = warning.other
  end
end

local function load_manifest(state, entry)
  local dialect = state.options.dialect
  local source, message, code = dialects.load(state.files, entry.path, state.options, entry.explicit)
  if not source then
    -- nobody knows what it asks for, so the run is not decided
    state:problem { path = entry.path, code = "unreadable", severity = "error", message = message, explicit = entry.explicit, errno = code, relevant = true }
    return
  end
  local scope = state:scope_of(entry.path)
  state:document(entry.path, entry.kind == "json" and "json" or "yaml", scope)
  local kept, input = {}, state.input
  input.passed_over = input.passed_over + source.passed_over
  local found = take_objects(source, state.options, scope, kept)
  append(input.requests, found.requests)
  append(input.issuers, found.issuers)
  append(input.warnings, found.warnings)
  local other = dialects.other(state.files, source, dialect)
  if other then
    local requests, other_issuers, warnings = dialects.compare(found, take_objects(other, state.options, scope, kept))
    append(input.requests, requests)
    append(input.issuers, other_issuers)
    append(input.warnings, warnings)
    other.stream:close()
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
    if warning.relevant or (entry.explicit and warning.code ~= "deceiving-bytes") then
      take_warning(state, entry, warning, kept)
    end
  end
  state.files:keep_only(entry.path, kept)
  source.stream:close() -- it holds the whole text
  state:ignore(source.ignores)
end

--- Without a single object `kubectl get` still writes a List: nothing at all comes from a command that failed.
local function refuse_empty_pipe(state, entry)
  local bytes = entry.path == "-" and state.files:read("-")
  if bytes and not bytes:find("%S") then
    local message = "standard input is empty: did the command before the pipe fail?"
    state:problem { path = "-", code = "unreadable", severity = "error", message = message, explicit = true }
  end
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
      load_zone(state, entry, entry.explicit and "option" or "found", bytes)
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

--- A subject as another cluster has it. What is settled per cluster later (issuer, methods) must not be shared.
local function in_cluster(subject, name)
  local copy = {}
  for key, value in pairs(subject) do
    copy[key] = value
  end
  copy.scope = name
  copy.id = subject.id and name .. subject.id:sub(#subject.scope + 1)
  if subject.identifiers then
    copy.identifiers = {}
    for i, identifier in ipairs(subject.identifiers) do
      copy.identifiers[i] = {}
      for key, value in pairs(identifier) do
        copy.identifiers[i][key] = value
      end
    end
  end
  return copy
end

--- A file that is named for several clusters (the base under each of them) is read once, and everything in it is there in each.
local function share_between_clusters(state)
  for _, field in ipairs { "documents", "issuers", "requests" } do
    local all = {}
    for _, subject in ipairs(state.input[field]) do
      all[#all + 1] = subject
      local names = state:clusters_of(subject.path)
      subject.shared = #names > 1 or nil
      for i = 2, #names do
        all[#all + 1] = in_cluster(subject, names[i])
      end
    end
    state.input[field] = all
  end
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
---@field validate_all? boolean parse documents too that cannot ask for a certificate
---@field dialect? "kubectl"|"kustomize"|"strict" which tool's reading of YAML counts; default: kubectl
---@field default_issuer? { kind: string, name: string } of cert-manager's configuration, for kubernetes.io/tls-acme
---@field files? issuable.Files

--- Reads everything. Nothing is thrown away silently: what could not be read is in `problems` or `skipped`.
---@param options issuable.ReadOptions
---@return table input { files, documents, zones, issuers, requests, problems, warnings, skipped, passed_over }
function M.read(options)
  local files = options.files or Files.new()
  local state = setmetatable({
    options = options,
    files = files,
    zone_paths = {},
    cluster_names = {}, -- path → names
    roots = include_roots(options),
    input = { files = files, documents = {}, zones = {}, issuers = {}, requests = {}, problems = {}, warnings = {}, skipped = {}, passed_over = 0 },
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
      entry.real = key
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
      refuse_empty_pipe(state, entry)
      load_manifest(state, entry)
    else
      load_unknown(state, entry)
    end
  end
  local input = state.input
  drop_included(input)
  share_between_clusters(state)
  input.requests = owners.merge(input.requests)
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
