-- Gateways and ListenerSets as Requests: one for each Secret that TLS listeners name.
-- SPDX-License-Identifier: MIT
-- cert-manager pkg/controller/certificate-shim/sync.go (handleGatewayAPIListeners, validateGatewayListenerBlock); Gateway API defaults.

local certmanager = require "issuable.sources.certmanager"
local manifests = require "issuable.sources.manifests"
local shim = require "issuable.sources.shim"

local M = {}

local GROUPS = { ["gateway.networking.k8s.io"] = true, ["gateway.networking.x-k8s.io"] = true }
local KINDS = { Gateway = "Gateway", ListenerSet = "ListenerSet", XListenerSet = "ListenerSet" }
local PROTOCOLS = { HTTPS = true, TLS = true }

---@param object table
---@return boolean
function M.is_gateway(object)
  local group, kind = certmanager.group_kind(object)
  return GROUPS[group] == true and KINDS[kind] ~= nil
end

local function table_at(value, key)
  local inner = type(value) == "table" and value[key]
  return type(inner) == "table" and inner or nil
end

--- `cert-manager.io/ignore-tls-listeners`: names, comma separated, blanks around them do not count.
local function ignored(annotations)
  local set, text = {}, annotations["cert-manager.io/ignore-tls-listeners"]
  for name in (type(text) == "string" and text or ""):gmatch("[^,]+") do
    set[name:match("^%s*(.-)%s*$")] = true
  end
  return set
end

local function reference_problem(reference, namespace)
  local group, kind = reference.group or "", reference.kind or "Secret"
  if (group ~= "" and group ~= "core") or (kind ~= "Secret" and kind ~= "") then
    return "has certificateRefs to something that is no Secret"
  elseif type(reference.name) ~= "string" or reference.name == "" then
    return "has certificateRefs to nothing"
  elseif type(reference.namespace) == "string" and namespace and reference.namespace ~= namespace then
    return "has its Secret in another namespace"
  end
end

--- Why the shim skips a TLS listener, or nil and the Secrets that it is for.
local function listener_problem(listener, namespace)
  if type(listener.hostname) ~= "string" or listener.hostname == "" then
    return "has no hostname"
  end
  local tls = table_at(listener, "tls")
  if not tls then
    return "has no tls"
  elseif tls.mode ~= nil and tls.mode ~= manifests.null and tls.mode ~= "Terminate" then
    return "has a tls.mode that is not Terminate"
  end
  local references = table_at(tls, "certificateRefs") or {}
  if #references == 0 then
    return "has no certificateRefs"
  end
  for _, reference in ipairs(references) do
    local problem = type(reference) ~= "table" and "has certificateRefs to nothing" or reference_problem(reference, namespace)
    if problem then
      return problem
    end
  end
  return nil, references
end

--- Does the shim look at this listener at all? Passthrough listeners have their certificates elsewhere.
local function is_looked_at(listener, skip)
  local tls = table_at(listener, "tls")
  return PROTOCOLS[listener.protocol] and not (tls and tls.mode == "Passthrough") and not (type(listener.name) == "string" and skip[listener.name])
end

---@param entry table from manifests.load
---@param scope string
---@return table[] requests one for each Secret, with the hostnames of all its listeners
---@return table[] warnings what cert-manager refuses
function M.requests(entry, scope)
  local object = entry.object
  local _, own = certmanager.group_kind(object)
  local kind = KINDS[own]
  local reference, refusal = shim.issuer_ref(entry, { tls_acme = false })
  if not reference then
    return {}, { refusal and shim.refusal(entry, kind, refusal) }
  end
  local metadata = table_at(object, "metadata") or {}
  local namespace = type(metadata.namespace) == "string" and metadata.namespace or nil
  local skip = ignored(shim.annotations(object))
  local listeners = table_at(table_at(object, "spec"), "listeners") or {}
  local order, hosts, warnings = {}, {}, {}
  for i, listener in ipairs(listeners) do
    if type(listener) == "table" and is_looked_at(listener, skip) then
      local problem, references = listener_problem(listener, namespace)
      if problem then
        warnings[#warnings + 1] = shim.refusal(entry, kind, {
          part = "listener",
          message = problem,
          span = manifests.span(entry, listener, "name") or manifests.span(entry, listeners, i),
        })
      end
      for _, secret in ipairs(references or {}) do
        local name = secret.name
        if not hosts[name] then
          hosts[name] = {}
          order[#order + 1] = name
        end
        table.insert(hosts[name], shim.host(listener.hostname, manifests.span(entry, listener, "hostname")))
      end
    end
  end
  local requests = {}
  for i, secret in ipairs(order) do
    requests[i] = shim.request(entry, scope, kind, secret, hosts[secret], reference)
  end
  return requests, warnings
end

return M
