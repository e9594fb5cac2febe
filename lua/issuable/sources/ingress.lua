-- Ingress objects as Requests: what cert-manager's ingress-shim would make of their annotations.
-- SPDX-License-Identifier: MIT
-- cert-manager.io/issuer, cluster-issuer, issuer-kind, issuer-group, common-name, alt-names; spec.tls[].hosts and secretName.

local certmanager = require "issuable.sources.certmanager"
local manifests = require "issuable.sources.manifests"

local M = {}

local GROUPS = { ["networking.k8s.io"] = true, extensions = true }

function M.is_ingress(object)
  local group, kind = certmanager.group_kind(object)
  return kind == "Ingress" and GROUPS[group] == true
end

local function annotations_of(object)
  local metadata = type(object.metadata) == "table" and object.metadata or {}
  return type(metadata.annotations) == "table" and metadata.annotations or {}, metadata
end

--- The issuer that the annotations name, or nil when ingress-shim does not handle this Ingress.
local function issuer_ref(entry, annotations)
  local function text(key)
    local value = annotations["cert-manager.io/" .. key] or annotations["certmanager.k8s.io/" .. key]
    return type(value) == "string" and value ~= "" and value or nil
  end
  for _, key in ipairs { "cluster-issuer", "issuer" } do
    local name = text(key)
    if name then
      local full = annotations["cert-manager.io/" .. key] and "cert-manager.io/" .. key or "certmanager.k8s.io/" .. key
      return {
        name = name,
        kind = key == "cluster-issuer" and "ClusterIssuer" or text("issuer-kind") or "Issuer",
        group = key == "issuer" and text("issuer-group") or "cert-manager.io",
        span = manifests.span(entry, annotations, full),
      }
    end
  end
  -- the issuer is the controller's default then, which no manifest tells
  local value = annotations["kubernetes.io/tls-acme"]
  if value == "true" or value == true then
    return {
      kind = "Issuer",
      group = "cert-manager.io",
      controller_default = true,
      span = manifests.span(entry, annotations, "kubernetes.io/tls-acme"),
    }
  end
end

local function hosts_of(entry, block)
  local identifiers = {}
  local hosts = type(block.hosts) == "table" and block.hosts or {}
  for i, host in ipairs(hosts) do
    local span = manifests.span(entry, hosts, i)
    if type(host) ~= "string" then
      identifiers[#identifiers + 1] = { type = "dns", text = manifests.text(host), span = span, no_text = true, problem = certmanager.NO_TEXT }
    elseif host:match("^%d+%.%d+%.%d+%.%d+$") or host:find(":", 1, true) then
      identifiers[#identifiers + 1] = { type = "ip", text = host, span = span }
    else
      identifiers[#identifiers + 1] = certmanager.dns_identifier(host, span)
    end
  end
  return identifiers
end

--- alt-names adds names to every block; cert-manager splits at commas without trimming.
local function alt_names(entry, annotations, identifiers)
  local text = annotations["cert-manager.io/alt-names"]
  if type(text) ~= "string" then
    return
  end
  local span = manifests.span(entry, annotations, "cert-manager.io/alt-names")
  for name in text:gmatch("[^,]+") do
    identifiers[#identifiers + 1] = certmanager.dns_identifier(name, span)
  end
end

--- cert-manager.io/common-name becomes the commonName of every Certificate that is made; as in a Certificate, an order fails
--- when it is not among the names.
local function stray_common_name(entry, annotations, identifiers)
  local text = annotations["cert-manager.io/common-name"]
  if type(text) ~= "string" or text == "" then
    return nil
  end
  for _, identifier in ipairs(identifiers) do
    if identifier.text == text then
      return nil
    end
  end
  return { text = text, span = manifests.span(entry, annotations, "cert-manager.io/common-name") }
end

--- Why ingress-shim makes no Certificate of a tls block, or nil.
local function skipped_because(block, secret, identifiers, uses)
  if type(block) ~= "table" then
    return "is no mapping"
  elseif not secret then
    return block.secretName == nil and "has no secretName" or "has a secretName that is no text, or an empty one"
  elseif #identifiers == 0 then
    return "has no hosts"
  elseif uses[secret] > 1 then
    return ("shares the secretName %s with another block"):format(secret)
  end
end

---@param entry table from manifests.load
---@param scope string
---@return table[] requests one for each tls block that ingress-shim would turn into a Certificate
---@return table[] warnings { code, message, path, first, last, line, column }: blocks that it would not
function M.requests(entry, scope)
  local object = entry.object
  local annotations, metadata = annotations_of(object)
  local reference = issuer_ref(entry, annotations)
  if not reference then
    return {}, {}
  end
  local namespace = type(metadata.namespace) == "string" and metadata.namespace or nil
  local name = type(metadata.name) == "string" and metadata.name or "(without a name)"
  local blocks = type(object.spec) == "table" and type(object.spec.tls) == "table" and object.spec.tls or {}
  local subject = ("Ingress/%s%s"):format(namespace and namespace .. "/" or "", name)
  local requests, warnings, uses = {}, {}, {}
  for _, block in ipairs(blocks) do
    local secret = type(block) == "table" and block.secretName
    if type(secret) == "string" then
      uses[secret] = (uses[secret] or 0) + 1
    end
  end
  for i, block in ipairs(blocks) do
    local secret = type(block) == "table" and type(block.secretName) == "string" and block.secretName ~= "" and block.secretName
    local identifiers = secret and hosts_of(entry, block) or {}
    -- a block without hosts or secretName is skipped, one Secret for two blocks refuses the Ingress: no order is made
    local why = skipped_because(block, secret, identifiers, uses)
    local span = why and manifests.span(entry, blocks, i)
    if span then
      span.code = "ingress-tls"
      span.message = ("this tls block of %s %s: cert-manager makes no Certificate of it"):format(subject, why)
      span.help = "give each block hosts and a secretName of its own"
      warnings[#warnings + 1] = span
    elseif not why then
      alt_names(entry, annotations, identifiers)
      local labels = type(metadata.labels) == "table" and metadata.labels or nil
      for _, identifier in ipairs(identifiers) do
        identifier.labels = labels
      end
      requests[#requests + 1] = {
        id = ("%s|%s|%s"):format(scope, subject, secret),
        scope = scope,
        kind = "Ingress",
        namespace = namespace,
        name = name,
        subject = subject,
        path = entry.path,
        span = manifests.span(entry, metadata, "name") or manifests.span(entry, object),
        secret = secret,
        owners = {},
        expiry = {},
        issuer_ref = reference,
        identifiers = identifiers,
        stray_common_name = stray_common_name(entry, annotations, identifiers),
      }
    end
  end
  return requests, warnings
end

return M
