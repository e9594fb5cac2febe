-- Rule no-solver: no solver of the issuer can prove control of a name, so no order gets anywhere.
-- SPDX-License-Identifier: MIT
-- cert-manager pkg/controller/acmeorders/util.go (partialChallengeSpecForAuthorization); RFC 8555 section 8.3 (no HTTP-01 for wildcards).

local function only_http(solvers)
  for _, solver in ipairs(solvers) do
    if type(solver) == "table" and solver.dns01 ~= nil then
      return false
    end
  end
  return true
end

return {
  id = "no-solver",
  title = "No solver of the issuer fits a requested name",
  severity = "error",
  on = "request",
  why = "cert-manager picks a solver for each name; where none fits it makes no order, or one that fails. A wildcard can only be proven by DNS-01: an issuer "
    .. "with nothing but http01 solvers never gets it.",
  fix = "Add a dns01 solver to the issuer, or a selector that includes the name; or remove the name.",
  check = function(request, report)
    local issuer = request.issuer
    for _, identifier in ipairs(request.identifiers) do
      local methods = identifier.methods
      if methods and #methods == 0 then
        local why = "none of its solvers is for this name"
        if identifier.wildcard and only_http(issuer.solvers) then
          why = "a wildcard needs a dns01 solver, and it has only http01"
        end
        local labels = { { span = identifier.span, text = ("%s asks for it"):format(request.subject), primary = true } }
        if issuer.server_span then
          labels[2] = { span = issuer.server_span, text = ("its issuer %s/%s"):format(issuer.kind, issuer.name) }
        end
        report {
          message = ("%s/%s cannot order %s: %s"):format(issuer.kind, issuer.name, identifier.text, why),
          labels = labels,
          help = { "add a solver for it to the issuer, or remove the name" },
        }
      end
    end
  end,
  test = {
    {
      manifest = [[
apiVersion: cert-manager.io/v1
kind: ClusterIssuer
metadata: { name: le }
spec: { acme: { server: "https://acme-v02.api.letsencrypt.org/directory", solvers: [ { http01: { ingress: {} } } ] } }
---
apiVersion: cert-manager.io/v1
kind: Certificate
metadata: { name: wild }
spec: { secretName: wild, dnsNames: [ "*.example.com" ], issuerRef: { kind: ClusterIssuer, name: le } }
]],
      finds = 1,
      says = "a wildcard needs a dns01 solver",
    },
    { caa = '0 issue "letsencrypt.org"', finds = 0 },
  },
}
