-- From issuerRef to CA: finds the issuer a Request names inside its scope, and the CA behind it.
-- SPDX-License-Identifier: MIT
-- Design section 4, "Who is asked": the issuer decides; --issuer fills in what the input lacks; --ca is the last resort.

local certmanager = require "issuable.sources.certmanager"

local M = {}

local PRIVATE = { selfsigned = "a selfSigned issuer", ca = "a CA issuer (its own key pair)", vault = "a Vault issuer" }

local Issuers = {}
Issuers.__index = Issuers

local function key_of(scope, kind, name)
  return ("%s\0%s\0%s"):format(scope, kind, name)
end

---@param issuers table[] Issuer subjects of all scopes
---@param options { issuers?: table<string, table>, accounts?: table<string, string[]>, ca?: table, directory: table }
---   issuers: CA by "[NS/]Kind/name" (`--issuer`); accounts: of the policy; ca: the CA of `--ca`
function M.new(issuers, options)
  local self = setmetatable({ by_name = {}, options = options }, Issuers)
  for _, issuer in ipairs(issuers) do
    if issuer.name then
      local key = key_of(issuer.scope, issuer.kind, issuer.name)
      self.by_name[key] = self.by_name[key] or {}
      table.insert(self.by_name[key], issuer)
    end
  end
  return self
end

--- Manifests in a repository often leave the namespace to kustomize or `-n`: an exact namespace wins, an open one fits all.
local function in_namespace(candidates, namespace)
  local exact, open = {}, {}
  for _, issuer in ipairs(candidates) do
    if issuer.namespace == namespace then
      exact[#exact + 1] = issuer
    elseif issuer.namespace == nil or namespace == nil then
      open[#open + 1] = issuer
    end
  end
  return #exact > 0 and exact or open
end

--- Deep equality of two values of a manifest, without recursion on their depth.
local function same(left, right)
  local pending = { { left, right } }
  while #pending > 0 do
    local pair = table.remove(pending)
    local a, b = pair[1], pair[2]
    if type(a) ~= "table" or type(b) ~= "table" then
      if a ~= b then
        return false
      end
    elseif a ~= b then
      for key, value in pairs(a) do
        if b[key] == nil then
          return false
        end
        pending[#pending + 1] = { value, b[key] }
      end
      for key in pairs(b) do
        if a[key] == nil then
          return false
        end
      end
    end
  end
  return true
end

--- Solvers of several copies count only when the copies agree; else the method is not known.
local function agreed_solvers(candidates)
  local first = candidates[1].solvers
  for _, issuer in ipairs(candidates) do
    if not same(issuer.solvers, first) then
      return nil
    end
  end
  return first
end

--- A base, an overlay and a dump may all hold the same issuer. It is one issuer when they agree on who issues.
---@param candidates table[]
---@param declared string[] account URIs that the policy names for this issuer
---@return table? issuer
---@return table? other one that disagrees
local function merge(candidates, declared)
  local first = candidates[1]
  local accounts, seen = nil, {}
  local lists = { declared }
  for _, issuer in ipairs(candidates) do
    if issuer.type ~= first.type or issuer.server ~= first.server then
      return nil, issuer
    end
    lists[#lists + 1] = issuer.accounts
  end
  for _, list in ipairs(lists) do
    for _, uri in ipairs(list) do
      if not seen[uri] then
        seen[uri] = true
        accounts = accounts or {}
        accounts[#accounts + 1] = uri
      end
    end
  end
  local merged = {}
  for field, value in pairs(first) do
    merged[field] = value
  end
  merged.accounts = accounts
  merged.solvers = agreed_solvers(candidates)
  return merged
end

local function named(self, request)
  local reference = request.issuer_ref
  local plain = ("%s/%s"):format(reference.kind, reference.name)
  local table_of = self.options.issuers or {}
  return (request.namespace and table_of[request.namespace .. "/" .. plain]) or table_of[plain], plain
end

local function missing(detail, plain, namespace)
  local shown = namespace and not plain:match("^ClusterIssuer/") and namespace .. "/" .. plain or plain
  return {
    verdict = "undecided",
    reason = "issuer-missing",
    detail = detail,
    help = ("add the manifest of %s to the input, or say which CA it uses: --issuer %s=letsencrypt.org"):format(plain, shown),
  }
end

local function unnamed(reference)
  if reference.controller_default then
    return {
      verdict = "undecided",
      reason = "issuer-missing",
      detail = "kubernetes.io/tls-acme leaves the issuer to cert-manager's configuration",
      help = "name the issuer with the annotation cert-manager.io/cluster-issuer, or say which it is: --default-issuer ClusterIssuer/NAME",
    }
  end
  return {
    verdict = "undecided",
    reason = "issuer-missing",
    detail = "issuerRef names no issuer",
    help = "write issuerRef.name: cert-manager makes no request without it",
  }
end

local function resolve_external(self, request, plain)
  local group = request.issuer_ref.group
  local row = self.options.directory:by_group(group)
  if row then
    return { ca = row, external = true }
  end
  return {
    verdict = "undecided",
    reason = "unknown-ca",
    detail = ("issuers of the API group %s are not in the CA directory"):format(group),
    help = ("say which CA is behind it: --issuer %s=CA, or add a row to the policy file"):format(plain),
    last_resort = self.options.ca,
  }
end

local function resolve_issuer(self, issuer, plain)
  if PRIVATE[issuer.type] then
    return { verdict = "exempt", reason = "private-issuer", detail = ("%s is %s; no public CA is asked"):format(plain, PRIVATE[issuer.type]) }
  end
  if issuer.ca then
    return { ca = issuer.ca }
  end
  local what = issuer.server and ("the ACME server %s is not in the CA directory"):format(issuer.server)
    or issuer.type == "venafi" and "a Venafi issuer may stand for any CA"
    or "the issuer names no ACME server"
  return {
    verdict = "undecided",
    reason = "unknown-ca",
    detail = what,
    help = ("say which CA it is: --issuer %s=CA, or add its directory URL to the policy file"):format(plain),
    last_resort = self.options.ca,
  }
end

--- Account URIs that the policy names: "[CLUSTER/]issuer".
function Issuers:declared_accounts(request)
  local table_of, name = self.options.accounts or {}, request.issuer_ref.name
  return table_of[request.scope .. "/" .. name] or table_of[name] or {}
end

--- Settles request.issuer and request.ca, or why there is none: request.settled = { verdict, reason, detail, help }.
---@param request table
function Issuers:resolve(request)
  local reference = request.issuer_ref
  local by_option, plain
  local outcome
  if not reference.name then
    outcome = unnamed(reference)
    outcome.last_resort = reference.controller_default and self.options.ca or nil
  else
    by_option, plain = named(self, request)
  end
  if outcome then
    request.issuer = nil -- nobody to look for
  elseif reference.group ~= "cert-manager.io" and reference.group ~= "certmanager.k8s.io" then
    outcome = by_option and { ca = by_option } or resolve_external(self, request, plain)
  else
    local candidates = self.by_name[key_of(request.scope, reference.kind, reference.name)] or {}
    if reference.kind == "Issuer" then
      candidates = in_namespace(candidates, request.namespace)
    end
    if #candidates == 0 then
      local where = reference.kind == "Issuer" and request.namespace and (" of namespace %s"):format(request.namespace) or ""
      outcome = by_option and { ca = by_option } or missing(("%s%s is not in the input"):format(plain, where), plain, request.namespace)
      outcome.last_resort = self.options.ca
    else
      local issuer, other = merge(candidates, self:declared_accounts(request))
      if not issuer then
        local where = { candidates[1].path, other.path }
        outcome = missing(
          ("%s is defined twice with different CAs: %s and %s"):format(plain, where[1], where[2]),
          plain,
          request.namespace
        )
        outcome.help = "say which files belong to which cluster: --cluster NAME=PATH"
      else
        request.issuer = issuer
        outcome = resolve_issuer(self, issuer, plain)
        if not outcome.ca and outcome.reason == "unknown-ca" and by_option then
          outcome = { ca = by_option }
        end
      end
    end
  end
  if not outcome.ca and outcome.last_resort then
    outcome = { ca = outcome.last_resort, assumed = true }
  end
  request.ca, request.ca_from_option = outcome.ca, outcome.ca and (outcome.assumed or by_option == outcome.ca) or nil
  if not request.issuer and reference.name then
    local declared = self:declared_accounts(request) -- the policy knows accounts of issuers that no manifest shows
    request.accounts = #declared > 0 and declared or nil
  end
  if not outcome.ca then
    request.settled = outcome
  elseif outcome.ca.private then
    request.settled = { verdict = "exempt", reason = "private-issuer", detail = ("%s is a private CA"):format(outcome.ca.name) }
  end
  certmanager.complete(request)
end

return M
