-- What cert-manager's certificate-shim reads off the annotations of an Ingress, a Gateway or a ListenerSet.
-- SPDX-License-Identifier: MIT
-- cert-manager pkg/controller/certificate-shim/sync.go (issuerForIngressLike, hasShimAnnotation) and helper.go (translateAnnotations).

local certmanager = require "issuable.sources.certmanager"
local manifests = require "issuable.sources.manifests"
local names = require "issuable.sources.names"

local M = {}

--- Go's strconv.ParseBool, true side.
local TRUE = { ["1"] = true, t = true, T = true, TRUE = true, ["true"] = true, True = true }

---@param object table
---@return table annotations
function M.annotations(object)
  local metadata = type(object.metadata) == "table" and object.metadata or {}
  return type(metadata.annotations) == "table" and metadata.annotations or {}
end

--- The full key of an annotation as it stands here: of this API group or of the one before 2019.
local function key_of(annotations, key)
  for _, group in ipairs { "cert-manager.io/", "certmanager.k8s.io/" } do
    if type(annotations[group .. key]) == "string" then
      return group .. key, annotations[group .. key]
    end
  end
end

local function conflict(annotations)
  local cluster = key_of(annotations, "cluster-issuer")
  if not cluster then
    return nil
  end
  for _, key in ipairs { "issuer", "issuer-kind", "issuer-group" } do
    local other = key_of(annotations, key)
    if other then
      return ("both %s and %s are set"):format(cluster, other), other
    end
  end
end

local function wants_default(annotations)
  local value = annotations["kubernetes.io/tls-acme"]
  return value == true or TRUE[value] == true
end

--- The issuer that an object is for.
---@param entry table from manifests.load
---@param options { default_issuer?: { kind: string, name: string }, tls_acme: boolean }
---    tls_acme: does kubernetes.io/tls-acme count here (for Ingress only)?
---@return table? issuer_ref nil: the shim does not look at this object, or refuses it
---@return { message: string, span: table? }? refusal
function M.issuer_ref(entry, options)
  local annotations = M.annotations(entry.object)
  local why, where = conflict(annotations)
  if why then
    return nil, { message = why, span = manifests.span(entry, annotations, where, "key") }
  end
  local _, group = key_of(annotations, "issuer-group")
  local _, kind = key_of(annotations, "issuer-kind")
  for _, key in ipairs { "cluster-issuer", "issuer" } do
    local full, name = key_of(annotations, key)
    if full and name == "" then
      return nil, { message = full .. " names no issuer", span = manifests.span(entry, annotations, full, "key") }
    elseif full then
      return {
        name = name,
        kind = key == "cluster-issuer" and "ClusterIssuer" or kind or "Issuer",
        group = group or "cert-manager.io",
        span = manifests.span(entry, annotations, full),
      }
    end
  end
  if options.tls_acme and wants_default(annotations) then
    local default = options.default_issuer or {}
    -- without a configured default nobody but the controller's own configuration knows the issuer
    return {
      name = default.name,
      kind = kind or default.kind or "Issuer",
      group = group or "cert-manager.io",
      controller_default = default.name == nil or nil,
      span = manifests.span(entry, annotations, "kubernetes.io/tls-acme"),
    }
  end
end

--- Lists in annotations: cert-manager splits them at commas and trims nothing.
local LISTS = { { "alt-names", "dns" }, { "ip-sans", "ip" }, { "email-sans", "email" }, { "uri-sans", "uri" } }

local function add_annotated(entry, request)
  local annotations = M.annotations(entry.object)
  for _, list in ipairs(LISTS) do
    local key = "cert-manager.io/" .. list[1]
    local text, span = annotations[key], manifests.span(entry, annotations, key)
    for name in (type(text) == "string" and text or ""):gmatch("[^,]+") do
      table.insert(request.identifiers, list[2] == "dns" and names.dns(name, span) or { type = list[2], text = name, span = span })
    end
  end
  local common_name = annotations["cert-manager.io/common-name"]
  if type(common_name) == "string" and common_name ~= "" then
    local span = manifests.span(entry, annotations, "cert-manager.io/common-name")
    request.stray_common_name = certmanager.stray_common_name(request.identifiers, { { text = common_name, span = span } })
  end
end

--- The request for one Secret of an object.
---@param entry table from manifests.load
---@param scope string
---@param kind string
---@param secret string
---@param identifiers table[] the hosts
---@param reference table issuer_ref
---@return table request
function M.request(entry, scope, kind, secret, identifiers, reference)
  local request = certmanager.new_request(entry, scope, kind)
  request.id = request.id .. "|" .. secret
  request.secret = secret
  request.issuer_ref = reference
  request.identifiers = identifiers
  add_annotated(entry, request)
  for _, identifier in ipairs(identifiers) do
    identifier.labels = request.labels -- the Certificate gets the labels of the object it is made from
  end
  return request
end

--- A list of hosts or one host, whatever type it has.
---@param host any
---@param span table?
---@return table identifier
function M.host(host, span)
  if type(host) ~= "string" then
    return { type = "dns", text = manifests.text(host), span = span, no_text = true, problem = certmanager.NO_TEXT }
  end
  return names.host(host, span)
end

--- What cert-manager tells only in an event of the cluster (BadConfig): the shim makes no certificate here.
---@param entry table
---@param kind string
---@param refusal { message: string, span: table?, part?: string } part: of the object, when the rest of it is looked at
---@return table warning { code, message, path, first, last, line, column, severity?, help }; an error when the whole object is refused
function M.refusal(entry, kind, refusal)
  local request = certmanager.new_request(entry, "", kind)
  local warning = refusal.span or request.span
  warning.code = "shim-refused"
  warning.severity = not refusal.part and "error" or nil
  if refusal.part then
    warning.message = ("this %s of %s %s: cert-manager makes no Certificate of it"):format(refusal.part, request.subject, refusal.message)
  else
    warning.message = ("cert-manager makes no Certificate of %s: %s"):format(request.subject, refusal.message)
  end
  warning.help = refusal.help
  return warning
end

return M
