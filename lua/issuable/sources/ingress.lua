-- Ingress objects as Requests: what cert-manager's ingress-shim would make of them, and what it refuses.
-- SPDX-License-Identifier: MIT
-- cert-manager pkg/controller/certificate-shim/sync.go: a Certificate for each tls block; one Secret for two blocks refuses them all.

local certmanager = require "issuable.sources.certmanager"
local manifests = require "issuable.sources.manifests"
local shim = require "issuable.sources.shim"

local M = {}

local GROUPS = { ["networking.k8s.io"] = true, extensions = true }

function M.is_ingress(object)
  local group, kind = certmanager.group_kind(object)
  return kind == "Ingress" and GROUPS[group] == true
end

local function blocks_of(object)
  local spec = type(object.spec) == "table" and object.spec or {}
  return type(spec.tls) == "table" and spec.tls or {}
end

local function secret_of(block)
  local secret = type(block) == "table" and block.secretName
  return type(secret) == "string" and secret or ""
end

--- Two blocks with one secretName (or both without) refuse the whole Ingress.
local function shared_secret(entry, blocks)
  local first = {}
  for i, block in ipairs(blocks) do
    local secret = secret_of(block)
    if first[secret] then
      return {
        message = secret == "" and "several tls blocks have no secretName" or ("secretName %s stands in several tls blocks"):format(secret),
        help = "give each block a secretName of its own",
        span = type(block) == "table" and manifests.span(entry, block, "secretName") or manifests.span(entry, blocks, i),
      }
    end
    first[secret] = block
  end
end

local function hosts_of(entry, block)
  local identifiers = {}
  local hosts = type(block) == "table" and type(block.hosts) == "table" and block.hosts or {}
  for i, host in ipairs(hosts) do
    identifiers[i] = shim.host(host, manifests.span(entry, hosts, i))
  end
  return identifiers
end

local function skipped_because(block)
  if type(block) ~= "table" then
    return "is no mapping"
  elseif secret_of(block) == "" then
    return block.secretName == nil and "has no secretName" or "has a secretName that is no text, or an empty one"
  end
  return "has no hosts"
end

---@param entry table from manifests.load
---@param scope string
---@param options? { default_issuer?: { kind: string, name: string } }
---@return table[] requests one for each tls block that ingress-shim would turn into a Certificate
---@return table[] warnings what it refuses
function M.requests(entry, scope, options)
  local requests, warnings = {}, {}
  local blocks = blocks_of(entry.object)
  local reference, refusal = shim.issuer_ref(entry, { default_issuer = options and options.default_issuer, tls_acme = true })
  if reference then
    refusal = shared_secret(entry, blocks)
  end
  if refusal then
    warnings[1] = shim.refusal(entry, "Ingress", refusal)
  end
  if refusal or not reference then
    return requests, warnings
  end
  for i, block in ipairs(blocks) do
    local secret, identifiers = secret_of(block), hosts_of(entry, block)
    if secret ~= "" and #identifiers > 0 then
      requests[#requests + 1] = shim.request(entry, scope, "Ingress", secret, identifiers, reference)
    else
      warnings[#warnings + 1] = shim.refusal(entry, "Ingress", {
        part = "tls block",
        message = skipped_because(block),
        help = "give each block hosts and a secretName of its own",
        span = manifests.span(entry, blocks, i),
      })
    end
  end
  return requests, warnings
end

return M
