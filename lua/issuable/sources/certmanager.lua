-- cert-manager's objects as Requests and Issuers: what asks for a certificate, and of whom.
-- SPDX-License-Identifier: MIT
-- cert-manager.io/v1 API: Certificate, Issuer, ClusterIssuer; issuerRef defaults: kind Issuer, group cert-manager.io.

local caa = require "issuable.caa"
local manifests = require "issuable.sources.manifests"
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

--- One name as it was written, made ready to be decided. A name that is no DNS name keeps its text and gets no `name`.
---@param text string
---@param span table?
---@return table identifier { type, name, text, wildcard, span, problem }
function M.dns_identifier(text, span)
  local wildcard = text:sub(1, 2) == "*."
  local name, message = caa.name(wildcard and text:sub(3) or text)
  return { type = "dns", name = name, text = text, wildcard = wildcard, span = span, problem = message }
end

--- The account URI that cert-manager registered, unless its host is not the server's: cert-manager discards it then
--- (pkg/issuer/acme/setup.go), because the issuer was pointed elsewhere since.
local function account_of(server, object)
  local uri = string_at(table_at(table_at(object, "status"), "acme"), "uri")
  if uri and server and uri:match("^%a+://([^/]*)") == server:match("^%a+://([^/]*)") then
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

local function identifiers_of(entry, spec, labels)
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
      list[#list + 1] = M.dns_identifier(text, span)
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

--- cert-manager puts only dnsNames and ipAddresses into an order, so a commonName that is not among them is never asked for:
--- the order fails before any CA looks at CAA.
local function stray_common_name(entry, spec)
  local common_name = string_at(spec, "commonName")
  if not common_name then
    return nil
  end
  for _, field in ipairs { "dnsNames", "ipAddresses" } do
    for _, text in ipairs(table_at(spec, field) or {}) do
      if text == common_name then
        return nil
      end
    end
  end
  return { text = common_name, span = manifests.span(entry, spec, "commonName") }
end

--- Solvers live in the issuer, which may be read after the request: called once both are known.
---@param request table
function M.pick_methods(request)
  local issuer = request.issuer
  if not issuer or issuer.type ~= "acme" then
    return
  end
  for _, identifier in ipairs(request.identifiers) do
    if identifier.type == "dns" then
      identifier.methods = solvers.pick(issuer.solvers, identifier.text:lower(), identifier.labels)
    end
  end
end

---@param entry table from manifests.load
---@param scope string
---@return table request
function M.certificate(entry, scope)
  local object = entry.object
  local metadata, spec = table_at(object, "metadata") or {}, table_at(object, "spec") or {}
  local reference, status = table_at(spec, "issuerRef") or {}, table_at(object, "status") or {}
  local namespace, name = string_at(metadata, "namespace"), string_at(metadata, "name") or string_at(metadata, "generateName")
  local owners = {}
  for _, owner in ipairs(table_at(metadata, "ownerReferences") or {}) do
    owners[#owners + 1] = { kind = string_at(owner, "kind"), name = string_at(owner, "name") }
  end
  local subject = ("Certificate/%s%s"):format(namespace and namespace .. "/" or "", name or "(without a name)")
  return {
    id = ("%s|%s"):format(scope, subject),
    scope = scope,
    kind = "Certificate",
    namespace = namespace,
    name = name,
    subject = subject,
    path = entry.path,
    span = manifests.span(entry, metadata, "name") or manifests.span(entry, object),
    secret = string_at(spec, "secretName"),
    owners = owners,
    expiry = { not_after = string_at(status, "notAfter"), renewal = string_at(status, "renewalTime") },
    is_ca = spec.isCA == true,
    issuer_ref = {
      kind = string_at(reference, "kind") or "Issuer",
      name = string_at(reference, "name"),
      group = string_at(reference, "group") or "cert-manager.io",
      span = manifests.span(entry, reference, "name") or manifests.span(entry, reference),
    },
    identifiers = identifiers_of(entry, spec, table_at(metadata, "labels")),
    stray_common_name = stray_common_name(entry, spec),
    common_name = string_at(spec, "commonName") and { text = spec.commonName, span = manifests.span(entry, spec, "commonName") } or nil,
  }
end

return M
