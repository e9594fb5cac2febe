-- Requests on their way: CertificateRequest, Order and CertificateSigningRequest, whose names stand in a PKCS#10 request.
-- SPDX-License-Identifier: MIT
-- cert-manager.io/v1 CertificateRequest, acme.cert-manager.io/v1 Order, certificates.k8s.io/v1; signer names of cert-manager's docs.

local certmanager = require "issuable.sources.certmanager"
local manifests = require "issuable.sources.manifests"
local names = require "issuable.sources.names"
local pkcs10 = require "issuable.request"

local M = {}

local function string_at(value, key)
  local inner = type(value) == "table" and value[key]
  return type(inner) == "string" and inner ~= "" and inner or nil
end

local GROUPS = {
  CertificateRequest = { ["cert-manager.io"] = true, ["certmanager.k8s.io"] = true },
  Order = { ["acme.cert-manager.io"] = true, ["certmanager.k8s.io"] = true },
  CertificateSigningRequest = { ["certificates.k8s.io"] = true },
}

local function kind_of(object)
  local group, kind = certmanager.group_kind(object)
  return GROUPS[kind] and GROUPS[kind][group] and kind or nil
end

--- What nobody can tell the names of: decided as undecided, never as allowed.
local function unreadable(message, span)
  return { type = "dns", text = "(unreadable request)", span = span, unresolved = message }
end

--- Adds the names of the base64 request at spec[field]; those that a list of the object already names keep their place there.
local function add_pkcs10(entry, spec, field, request)
  local span = manifests.span(entry, spec, field) or request.span
  local text = spec[field]
  local list, message
  if type(text) == "string" then
    list, message = pkcs10.names(text)
  else
    message = "the certificate signing request is not a string"
  end
  local identifiers = request.identifiers
  if not list then
    identifiers[#identifiers + 1] = unreadable(message, span)
    return
  end
  local seen = {}
  for _, identifier in ipairs(identifiers) do
    seen[identifier.type .. "\0" .. identifier.text] = true
  end
  local common_names = {}
  for _, name in ipairs(list) do
    if name.type == "common_name" then
      common_names[#common_names + 1] = { text = name.text, span = span }
    elseif not seen[name.type .. "\0" .. name.text] then
      local identifier = name.type == "dns" and names.dns(name.text, span) or { type = name.type, text = name.text, span = span }
      identifier.labels = request.labels
      identifiers[#identifiers + 1] = identifier
    end
  end
  request.is_ca = list.is_ca
  request.stray_common_name = certmanager.stray_common_name(identifiers, common_names)
end

--- The field of old and new versions that holds the request.
local function request_field(spec)
  return spec.request == nil and spec.csr ~= nil and "csr" or "request"
end

--- `issuers.cert-manager.io/NAMESPACE.NAME`, `clusterissuers.cert-manager.io/NAME`, and the same of external groups.
local function signer(entry, spec)
  local text = string_at(spec, "signerName")
  local resource, group, path = (text or ""):match("^([%w-]+)%.([^/]+)/(.+)$")
  if not resource or not group:find(".", 1, true) or group:find("k8s%.io$") then
    return nil -- one of Kubernetes' own signers: no public CA is asked
  end
  local reference = { group = group, span = manifests.span(entry, spec, "signerName") }
  local namespace
  if resource == "issuers" then
    namespace, reference.name = path:match("^([^.]+)%.(.+)$")
    reference.kind = "Issuer"
  else
    reference.name = path
    reference.kind = resource == "clusterissuers" and "ClusterIssuer" or resource
  end
  return reference, namespace
end

---@param object table
---@return boolean
function M.is_request(object)
  return kind_of(object) ~= nil
end

---@param entry table from manifests.load
---@param scope string
---@return table? request nil: it asks one of Kubernetes' own signers
function M.request(entry, scope)
  local kind = kind_of(entry.object)
  local spec = type(entry.object.spec) == "table" and entry.object.spec or {}
  local request = certmanager.new_request(entry, scope, kind)
  if kind == "CertificateSigningRequest" then
    local reference, namespace = signer(entry, spec)
    if not reference then
      return nil
    end
    request.issuer_ref, request.namespace = reference, namespace
  else
    request.issuer_ref = certmanager.issuer_ref(entry, spec)
    local metadata = type(entry.object.metadata) == "table" and entry.object.metadata or {}
    local annotations = type(metadata.annotations) == "table" and metadata.annotations or {}
    request.revision = tonumber(annotations["cert-manager.io/certificate-revision"])
    if kind == "Order" then
      request.identifiers = certmanager.identifiers(entry, spec, request.labels)
    end
  end
  add_pkcs10(entry, spec, request_field(spec), request)
  return request
end

return M
