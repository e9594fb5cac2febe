-- cert-manager's objects as Requests and Issuers: what asks for a certificate, and of whom.
-- SPDX-License-Identifier: MIT
-- cert-manager.io/v1 API: Certificate, Issuer, ClusterIssuer; issuerRef defaults: kind Issuer, group cert-manager.io.

local manifests = require "issuable.sources.manifests"
local names = require "issuable.sources.names"
local solvers = require "issuable.sources.solvers"

local M = {}

local GROUPS = { ["cert-manager.io"] = true, ["certmanager.k8s.io"] = true }

M.NO_TEXT = "not a string: Kubernetes refuses it; quote it"

local function table_at(value, key)
  local inner = type(value) == "table" and value[key]
  return type(inner) == "table" and inner or nil
end

local function string_at(value, key)
  local inner = type(value) == "table" and value[key]
  return type(inner) == "string" and inner ~= "" and inner or nil
end

---@param object table
---@return string? group API group of an object ("" for the core group)
---@return string? kind
function M.group_kind(object)
  local version, kind = string_at(object, "apiVersion"), string_at(object, "kind")
  if not version or not kind then
    return nil
  end
  return version:match("^(.*)/[^/]*$") or "", kind
end

function M.is_certificate(object)
  local group, kind = M.group_kind(object)
  return kind == "Certificate" and GROUPS[group] == true
end

function M.is_issuer(object)
  local group, kind = M.group_kind(object)
  return (kind == "Issuer" or kind == "ClusterIssuer") and GROUPS[group] == true
end

--- One DNS name as it was written, made ready to be decided: see names.lua.
M.dns_identifier = names.dns

local function host_of(url)
  return url:match("^%a[%w+.-]*://([^/?#]*)")
end

--- The account URI that cert-manager registered, unless its host is not the server's: cert-manager discards it then
--- (pkg/issuer/acme/setup.go), because the issuer was pointed elsewhere since.
local function account_of(server, object)
  local uri = string_at(table_at(table_at(object, "status"), "acme"), "uri")
  if uri and server and host_of(uri) and host_of(uri) == host_of(server) then
    return uri
  end
end

local TYPES = { { "ca", "ca" }, { "selfSigned", "selfsigned" }, { "vault", "vault" }, { "venafi", "venafi" } }

---@param entry table from manifests.load
---@param scope string
---@param directory table CA directory
---@return table issuer
function M.issuer(entry, scope, directory)
  local object = entry.object
  local metadata, spec = table_at(object, "metadata") or {}, table_at(object, "spec") or {}
  local _, kind = M.group_kind(object)
  local issuer = {
    scope = scope,
    namespace = kind == "Issuer" and string_at(metadata, "namespace") or nil,
    kind = kind,
    group = "cert-manager.io",
    name = string_at(metadata, "name"),
    path = entry.path,
    span = manifests.span(entry, metadata, "name") or manifests.span(entry, object),
  }
  local acme = table_at(spec, "acme")
  if acme then
    issuer.type = "acme"
    issuer.server = string_at(acme, "server")
    issuer.server_span = manifests.span(entry, acme, "server")
    issuer.solvers = table_at(acme, "solvers")
    local account = account_of(issuer.server, object)
    issuer.accounts = account and { account } or nil
    if issuer.server then
      issuer.ca, issuer.environment = directory:by_url(issuer.server)
    end
    return issuer
  end
  for _, pair in ipairs(TYPES) do
    local field = pair[1]
    if type(spec[field]) == "table" and not issuer.type then
      issuer.type = pair[2]
      issuer.server_span = manifests.span(entry, spec, field, "key")
    end
  end
  return issuer
end

--- In this order, on every engine: the order of identifiers is the order of decisions.
local OTHER_NAMES = {
  { "ipAddresses", "ip" }, { "emailAddresses", "email" }, { "emailSANs", "email" }, { "uris", "uri" }, { "uriSANs", "uri" },
}

--- The names that the fields of a Certificate's or an Order's spec ask for.
---@param entry table
---@param spec table
---@param labels table?
---@return table[] identifiers
function M.identifiers(entry, spec, labels)
  local list = {}
  local dns_names = table_at(spec, "dnsNames") or {}
  -- a lone text, or a mapping: whoever wrote it wants these names, and Kubernetes refuses the object
  if spec.dnsNames ~= nil and spec.dnsNames ~= manifests.null and (type(spec.dnsNames) ~= "table" or next(dns_names) ~= nil and dns_names[1] == nil) then
    local span = manifests.span(entry, spec, "dnsNames")
    list[1] = { type = "dns", text = manifests.text(spec.dnsNames), span = span, no_text = true, problem = "dnsNames is not a list: Kubernetes refuses it" }
  end
  for i, text in ipairs(dns_names) do
    local span = manifests.span(entry, dns_names, i)
    if type(text) == "string" then
      list[#list + 1] = names.dns(text, span)
    else
      list[#list + 1] = { type = "dns", text = manifests.text(text), span = span, no_text = true, problem = M.NO_TEXT }
    end
  end
  for _, pair in ipairs(OTHER_NAMES) do
    local values = table_at(spec, pair[1])
    for i, text in ipairs(values or {}) do
      list[#list + 1] = { type = pair[2], text = manifests.text(text), span = manifests.span(entry, values, i) }
    end
  end
  for _, identifier in ipairs(list) do
    identifier.labels = labels
  end
  return list
end

--- cert-manager puts only dnsNames and ipAddresses into an order, so a common name that is not among them is never asked for:
--- the order fails before any CA looks at CAA. Other issuers may well issue for it.
---@param identifiers table[]
---@param candidates { text: string, span: table? }[] the common names of the subject
---@return { text: string, span: table? }? stray the first one that is not among the names
function M.stray_common_name(identifiers, candidates)
  for _, candidate in ipairs(candidates) do
    local found = false
    for _, identifier in ipairs(identifiers) do
      found = found or (identifier.text == candidate.text and (identifier.type == "dns" or identifier.type == "ip"))
    end
    if not found then
      return candidate
    end
  end
end

local function common_names(entry, spec)
  local list = {}
  local common_name, subject = string_at(spec, "commonName"), string_at(spec, "literalSubject")
  if common_name then
    list[1] = { text = common_name, span = manifests.span(entry, spec, "commonName") }
  end
  for _, text in ipairs(subject and names.common_names(subject) or {}) do
    list[#list + 1] = { text = text, span = manifests.span(entry, spec, "literalSubject") }
  end
  return list
end

--- What depends on the issuer, which may be read after the request: called once both are known.
--- The methods are those of the solver that cert-manager picks for each name. A common name that is in no list is a name
--- to be decided unless the issuer is known to leave it out.
---@param request table
function M.complete(request)
  local issuer = request.issuer
  local stray = request.stray_common_name
  if stray and not (issuer and issuer.type == "acme") and not request.is_ca and names.is_host_like(stray.text) then
    local identifier = names.host(stray.text, stray.span)
    identifier.labels = request.labels
    table.insert(request.identifiers, identifier)
  end
  if not issuer or issuer.type ~= "acme" then
    return
  end
  for _, identifier in ipairs(request.identifiers) do
    if identifier.type == "dns" then
      local name = (identifier.a_label or identifier.text):lower()
      identifier.methods = solvers.pick(issuer.solvers, name, identifier.labels)
    end
  end
end

--- What every kind of request has: where it stands and of whom it asks.
---@param entry table from manifests.load
---@param scope string
---@param kind string
---@return table request without identifiers and issuer_ref
function M.new_request(entry, scope, kind)
  local metadata = table_at(entry.object, "metadata") or {}
  local namespace, name = string_at(metadata, "namespace"), string_at(metadata, "name") or string_at(metadata, "generateName")
  local owners = {}
  for _, owner in ipairs(table_at(metadata, "ownerReferences") or {}) do
    owners[#owners + 1] = { kind = string_at(owner, "kind"), name = string_at(owner, "name") }
  end
  local subject = ("%s/%s%s"):format(kind, namespace and namespace .. "/" or "", name or "(without a name)")
  return {
    id = ("%s|%s"):format(scope, subject),
    scope = scope,
    kind = kind,
    namespace = namespace,
    name = name,
    subject = subject,
    path = entry.path,
    rendered_from = entry.document and entry.document.comments_source,
    span = manifests.span(entry, metadata, "name") or manifests.span(entry, entry.object),
    labels = table_at(metadata, "labels"),
    owners = owners,
    expiry = {},
    identifiers = {},
  }
end

--- The issuer that spec.issuerRef names; kind and group have defaults.
---@param entry table
---@param spec table
---@return table issuer_ref
function M.issuer_ref(entry, spec)
  local reference = table_at(spec, "issuerRef") or {}
  return {
    kind = string_at(reference, "kind") or "Issuer",
    name = string_at(reference, "name"),
    group = string_at(reference, "group") or "cert-manager.io",
    span = manifests.span(entry, reference, "name") or manifests.span(entry, reference),
  }
end

---@param entry table from manifests.load
---@param scope string
---@return table request
function M.certificate(entry, scope)
  local spec, status = table_at(entry.object, "spec") or {}, table_at(entry.object, "status") or {}
  local request = M.new_request(entry, scope, "Certificate")
  request.secret = string_at(spec, "secretName")
  request.expiry = { not_after = string_at(status, "notAfter"), renewal = string_at(status, "renewalTime") }
  request.is_ca = spec.isCA == true
  request.issuer_ref = M.issuer_ref(entry, spec)
  request.identifiers = M.identifiers(entry, spec, request.labels)
  local written = common_names(entry, spec)
  request.common_name = written[1]
  request.stray_common_name = M.stray_common_name(request.identifiers, written)
  return request
end

return M
