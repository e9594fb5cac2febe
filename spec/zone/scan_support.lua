-- Holds a scan against the loader: the same records with the same spans, owners, TTLs and data, and the same errors.
-- SPDX-License-Identifier: MIT
-- Source: zone.scan's promise; what only a loaded zone knows is left out.

local zone = require "issuable.zone"

local M = {}

M.USUAL = { CAA = true, CNAME = true, DNAME = true, NS = true, SOA = true }

--- Those that this processor has.
M.classifiers = {}
for _, name in ipairs { "avx2", "sse2", "portable" } do
  if pcall(zone.scan, "", { classifier = name }) then
    M.classifiers[#M.classifiers + 1] = name
  end
end

local LOADED_ONLY = { occluded = true, out_of_zone = true, duplicate = true, index = true }

--- What is wrong while reading, so that a scan for all types says it too.
local READING = {}
for code in ([[
  nul-byte byte-order-mark unclosed-quote unclosed-parenthesis unopened-parenthesis unexpected-quote unexpected-end extra-token bad-escape
  bad-name relative-without-origin no-owner bad-class unknown-type meta-type obsolete-type ttl-from-soa ttl-too-large bad-ttl bad-date
  no-final-newline unknown-directive bad-generate generate-data too-many-generated include-failed include-cycle include-too-deep include-after-date bad-number number-too-large bad-hex bad-base64
  bad-address bad-caa-tag string-too-long rdata-too-long bad-rdata entry-too-long
]]):gmatch("%S+") do
  READING[code] = true
end

--- Where reading stops, loader and scan stop at different places.
local STOPPED = { ["too-many-errors"] = true, ["too-many-includes"] = true, ["too-many-records"] = true, ["too-many-names"] = true, ["file-too-large"] = true }

local function flat(value)
  if type(value) ~= "table" then
    return type(value) == "number" and ("%d"):format(value) or tostring(value)
  end
  local keys, parts = {}, {}
  for key in pairs(value) do
    keys[#keys + 1] = key
  end
  table.sort(keys, function(a, b)
    return tostring(a) < tostring(b)
  end)
  for i, key in ipairs(keys) do
    parts[i] = tostring(key) .. "=" .. flat(value[key])
  end
  return "{" .. table.concat(parts, " ") .. "}"
end

--- Everything that a scan knows of a record, as one line.
---@param record table of zone:record or scan:record
---@param without_ttl? boolean
function M.line(record, without_ttl)
  local copy = {}
  for key, value in pairs(record) do
    if not LOADED_ONLY[key] and not (without_ttl and (key == "ttl" or key == "default_ttl")) then
      copy[key] = value
    end
  end
  return flat(copy)
end

local function problem_line(problem)
  return flat { problem.code, problem.severity, problem.file, problem.first, problem.last, problem.line, problem.column, problem.message }
end

local function problems_of(handle)
  local set, stopped, broken = {}, false, false
  for _, problem in ipairs(handle:errors()) do
    stopped = stopped or STOPPED[problem.code]
    if READING[problem.code] then
      set[problem_line(problem)] = true
      broken = broken or problem.severity == "error"
    end
  end
  return set, stopped, broken
end

--- Options for zone.load and zone.scan over texts by name; "zone" is the first.
function M.options(texts, given)
  local options = { path = "zone", origin = "example.com" }
  for key, value in pairs(given or {}) do
    options[key] = value
  end
  if options.origin == "-" then
    options.origin = nil
  end
  function options.include(name)
    if texts[name] then
      return texts[name], name
    end
    return nil, "No such file or directory"
  end
  return options
end

local function compare_one(loaded, scanned, all, complain)
  local wanted, stopped, broken = problems_of(loaded)
  local found, scan_stopped = problems_of(scanned)
  if stopped or scan_stopped then
    return
  end
  -- Of a type that nobody asked for, the loader may complain of something else first.
  for line in pairs(found) do
    if all and not wanted[line] then
      complain("only the scan says " .. line)
    end
  end
  for line in pairs(wanted) do
    if all and not found[line] then
      complain("the scan does not say " .. line)
    end
  end
  local at = 0
  for i = 1, loaded:size() do
    local record = loaded:record(i)
    if all or M.USUAL[record.type] then
      at = at + 1
      local hit = scanned:record(at)
      local without_ttl = broken and not all
      local expected, line = M.line(record, without_ttl), hit and M.line(hit, without_ttl)
      if expected ~= line then
        complain(("record %d\n  loaded  %s\n  scanned %s"):format(i, expected, line or "nothing"))
        return
      end
      if scanned:owner(at) ~= record.owner or scanned:type(at) ~= record.type or (not without_ttl and scanned:ttl(at) ~= record.ttl) then
        complain(("record %d: the accessors say %s %s %s"):format(i, scanned:owner(at), scanned:type(at), scanned:ttl(at)))
      end
    end
  end
  if at ~= scanned:size() then
    complain(("%d records, the scan has %d"):format(at, scanned:size()))
  end
end

--- In what scans of some texts differ from the loader.
---@param texts table<string, string> by name; "zone" is the first
---@param given? table options; origin "-": none
---@return string[] complaints
function M.compare(texts, given)
  local complaints = {}
  local loaded = assert(zone.load(texts.zone, M.options(texts, given)))
  for _, classifier in ipairs(M.classifiers) do
    for _, all in ipairs { false, true } do
      local options = M.options(texts, given)
      options.classifier, options.types = classifier, all and { "ANY" } or nil
      local scanned = assert(zone.scan(texts.zone, options))
      compare_one(loaded, scanned, all, function(text)
        complaints[#complaints + 1] = ("%s, %s types: %s"):format(classifier, all and "all" or "usual", text)
      end)
      scanned:close()
    end
  end
  loaded:close()
  return complaints
end

return M
