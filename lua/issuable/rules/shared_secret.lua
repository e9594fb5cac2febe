-- Rule secret-shared: two Certificates write one Secret, and cert-manager issues for both of them without an end.
-- SPDX-License-Identifier: MIT
-- cert-manager: "duplicate secretName" (pkg/controller/certificates: DuplicateSecretName since v1.15); before that, a loop of new orders.

--- A table of tables, made as it is needed: no key is put together for the many that have no double.
local function inner(outer, key)
  local found = outer[key]
  if not found then
    found = {}
    outer[key] = found
  end
  return found
end

--- Certificates by Secret where there are several. The same Certificate from a base, an overlay and a dump is one.
local function doubled(requests)
  local first, groups, order = {}, {}, {}
  for _, request in ipairs(requests) do
    if request.secret and request.kind == "Certificate" and request.name then
      local secrets = inner(inner(first, request.scope), request.namespace or "")
      local other = secrets[request.secret]
      if not other then
        secrets[request.secret] = request
      elseif other.name ~= request.name then
        local group = groups[other]
        if not group then
          group = { seen = { [other.name] = true }, list = { other } }
          groups[other] = group
          order[#order + 1] = group
        end
        if not group.seen[request.name] then
          group.seen[request.name] = true
          group.list[#group.list + 1] = request
        end
      end
    end
  end
  return order
end

local MANIFEST = [[
apiVersion: cert-manager.io/v1
kind: Certificate
metadata: { name: one, namespace: web }
spec: { secretName: tls, dnsNames: [ www.example.com ], issuerRef: { kind: ClusterIssuer, name: le } }
---
apiVersion: cert-manager.io/v1
kind: Certificate
metadata: { name: two, namespace: web }
spec: { secretName: tls, dnsNames: [ api.example.com ], issuerRef: { kind: ClusterIssuer, name: le } }
]]

return {
  id = "secret-shared",
  title = "Two Certificates write the same Secret",
  severity = "error",
  on = "input",
  why = "Each Certificate finds the other's certificate in the Secret, takes it for outdated, and orders anew: "
    .. "until the CA's rate limits are reached for every name.",
  fix = "Give each Certificate a secretName of its own, or make them one Certificate with all the names.",
  check = function(input, report)
    for _, group in ipairs(doubled(input.requests)) do
      local labels = {}
      for i, request in ipairs(group.list) do
        labels[i] = { span = request.span, text = ("writes the Secret %s"):format(request.secret), primary = i == 1 }
      end
      local first = group.list[1]
      report {
        message = ("%d Certificates write the Secret %s%s"):format(#group.list, first.namespace and first.namespace .. "/" or "", first.secret),
        labels = labels,
      }
    end
  end,
  test = {
    { manifest = MANIFEST, finds = 1, says = "the Secret web/tls" },
    { manifest = MANIFEST:gsub("name: two, namespace: web", "name: two, namespace: api"), finds = 0 },
    { manifest = MANIFEST:gsub("name: two", "name: one"), finds = 0 },
    { manifest = MANIFEST:gsub("secretName: tls, dnsNames: %[ api", "secretName: api, dnsNames: [ api"), finds = 0 },
  },
}
