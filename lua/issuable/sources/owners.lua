-- One certificate, one Request: Ingress → Certificate → CertificateRequest → Order in a dump are the same thing four times.
-- SPDX-License-Identifier: MIT
-- Kubernetes metadata.ownerReferences; cert-manager names the Certificate of a shim after its Secret.

local M = {}

local SHIMS = { Ingress = true, Gateway = true, ListenerSet = true, XListenerSet = true }

local function key_of(request, kind, name)
  return ("%s\0%s\0%s\0%s"):format(request.scope, request.namespace or "", kind, name or "")
end

local function owner_of(request, kind)
  for _, owner in ipairs(request.owners) do
    if owner.kind == kind and owner.name then
      return owner.name
    end
  end
end

--- Names of an older request that the newer one does not have: only where no revision says which one counts.
local function add_names(request, other)
  local seen = {}
  for _, identifier in ipairs(request.identifiers) do
    seen[identifier.type .. "\0" .. identifier.text] = true
  end
  for _, identifier in ipairs(other.identifiers) do
    if not seen[identifier.type .. "\0" .. identifier.text] then
      table.insert(request.identifiers, identifier)
    end
  end
end

--- Of several requests for one owner that is not in the input, the one with the highest revision; all names when none has any.
local function latest(kept, request)
  if kept.revision and request.revision and kept.revision ~= request.revision then
    return kept.revision > request.revision and kept or request
  end
  add_names(kept, request)
  return kept
end

--- What other requests may be part of: Certificates, what a shim will turn into one, and requests by their own name.
local function index(requests)
  local present, made = {}, {}
  for _, request in ipairs(requests) do
    if SHIMS[request.kind] then
      present[key_of(request, "Certificate", request.secret)] = true
    elseif request.name then
      present[key_of(request, request.kind, request.name)] = true
    end
    if request.kind == "Certificate" and request.secret then
      for _, owner in ipairs(request.owners) do
        if SHIMS[owner.kind] then
          made[key_of(request, owner.kind:gsub("^X", "") .. "\0" .. (owner.name or ""), request.secret)] = true
        end
      end
    end
  end
  return present, made
end

---@param requests table[]
---@return table[] kept each certificate once: the nearest to what a person wrote that still asks for it
function M.merge(requests)
  local present, made = index(requests)
  local kept, by_owner = {}, {}
  local parents = { CertificateRequest = "Certificate", Order = "CertificateRequest" }
  for _, request in ipairs(requests) do
    local parent = parents[request.kind]
    local owner = parent and owner_of(request, parent)
    local key = owner and key_of(request, parent, owner)
    if SHIMS[request.kind] and made[key_of(request, request.kind .. "\0" .. (request.name or ""), request.secret)] then
      request.merged = true -- the Certificate that was made from it is there
    elseif key and present[key] then
      request.merged = true
    elseif key and by_owner[key] then
      kept[by_owner[key]] = latest(kept[by_owner[key]], request)
    else
      kept[#kept + 1] = request
      if key then
        by_owner[key] = #kept
      end
    end
  end
  return kept
end

return M
