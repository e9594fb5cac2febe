-- The same bytes, read by different tools: what they would submit, and what they refuse.
-- SPDX-License-Identifier: MIT
-- kubectl 1.32 (sigs.k8s.io/yaml: the last of equal keys wins, a merge wins over a key before it); kustomize 5.5 (yaml.v3: equal keys
-- are refused, a written key wins over a merge).

local manifests = require "issuable.sources.manifests"

local M = {}

--- What each dialect refuses of what kubectl only passes over.
local REFUSED = {
  kubectl = {},
  kustomize = { ["duplicate-key"] = true },
  strict = { ["duplicate-key"] = true, ["merge-order"] = true, ["ignored-text"] = true, ["deceiving-bytes"] = true },
}

--- Warnings after which another tool may submit something else.
local PARTS = { ["duplicate-key"] = true, ["merge-order"] = true }

---@param name string?
---@return boolean
function M.exists(name)
  return name == nil or REFUSED[name] ~= nil
end

---@param dialect string?
---@param code string of a warning
---@return boolean
function M.refuses(dialect, code)
  return REFUSED[dialect or "kubectl"][code] == true
end

--- A file that was named, and in which nothing speaks of cert-manager, may be the wrong one, or no manifest at all: up to this
--- size it is parsed, so that what is wrong with it is told.
local MAX_NAMED = 1024 * 1024

--- Reads a file as the dialect does. Documents that cannot ask for a certificate are passed over, unless all are to be read.
---@param files issuable.Files
---@param path string
---@param options { dialect?: string, validate_all?: boolean }
---@param explicit boolean? was the file named?
---@return table? source of manifests.load
---@return string? message
---@return string? code
function M.load(files, path, options, explicit)
  local how = { first_wins = options.dialect == "kustomize", filter = not options.validate_all }
  local source, message, code = manifests.load(files, path, how)
  if source and explicit and how.filter and source.passed_over > 0 and source.size <= MAX_NAMED and #source.stream.documents == 0 then
    source.stream:close()
    how.filter = false
    return manifests.load(files, path, how)
  end
  return source, message, code
end

--- The other reading of a file whose warnings say that there is one.
---@param files issuable.Files
---@param source table of M.load
---@param dialect string?
---@return table? other
function M.other(files, source, dialect)
  for _, warning in ipairs(source.warnings) do
    if PARTS[warning.code] and warning.relevant then
      return (manifests.load(files, source.path, { first_wins = dialect ~= "kustomize", filter = true }))
    end
  end
end

--- All of a request that matters for what is asked of whom.
local function signature(request)
  local reference = request.issuer_ref
  local parts = { request.id, reference.kind, reference.name or "", reference.group, request.secret or "" }
  for _, identifier in ipairs(request.identifiers) do
    parts[#parts + 1] = identifier.type .. ":" .. identifier.text
  end
  local stray = request.stray_common_name
  parts[#parts + 1] = stray and "CN:" .. stray.text or ""
  return table.concat(parts, "\0")
end

--- The first name of a request that the other one does not have; else its first name, or the request itself.
local function telling_span(request, other)
  local known = {}
  for _, identifier in ipairs(other and other.identifiers or {}) do
    known[identifier.type .. "\0" .. identifier.text] = true
  end
  for _, identifier in ipairs(request.identifiers) do
    if not known[identifier.type .. "\0" .. identifier.text] then
      return identifier.span, identifier.text
    end
  end
  local reference = request.issuer_ref
  return reference.span or request.span, reference.name or "(no issuer)"
end

--- What the other reading asks for beyond the first: judged as well, and told.
---@param first { requests: table[], issuers: table[] } of the dialect's reading
---@param second { requests: table[], issuers: table[] } of the other one
---@return table[] requests
---@return table[] issuers
---@return table[] warnings ambiguous-manifest
function M.compare(first, second)
  local known, by_id = {}, {}
  for _, request in ipairs(first.requests) do
    known[signature(request)] = true
    by_id[request.id] = by_id[request.id] or request
  end
  local requests, warnings = {}, {}
  for _, request in ipairs(second.requests) do
    if not known[signature(request)] then
      local same = by_id[request.id]
      local span, text = telling_span(request, same)
      if span then
        local other, shown = nil, "nothing"
        if same then
          other, shown = telling_span(same, request)
        end
        span.code, span.severity, span.other = "ambiguous-manifest", "warning", other
        span.message = ("ambiguous manifest: of %s one tool reads %s, another %s; both are judged"):format(request.subject, shown, text)
        span.other_text = "read by the other one"
        span.help = "write each key once, and << before the keys that shall win"
        warnings[#warnings + 1] = span
      end
      request.id = request.id .. "|other reading"
      requests[#requests + 1] = request
    end
  end
  local cas = {}
  local function issuer_key(issuer)
    return table.concat({ issuer.kind, issuer.namespace or "", issuer.name or "", issuer.type or "", issuer.server or "" }, "\0")
  end
  for _, issuer in ipairs(first.issuers) do
    cas[issuer_key(issuer)] = true
  end
  local issuers = {}
  for _, issuer in ipairs(second.issuers) do
    if not cas[issuer_key(issuer)] then
      issuers[#issuers + 1] = issuer -- twice with different CAs: nobody knows which is asked
    end
  end
  return requests, issuers, warnings
end

return M
