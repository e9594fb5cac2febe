-- Rule common-name: a commonName that is not among the names is never ordered, and the order fails.
-- SPDX-License-Identifier: MIT
-- cert-manager pkg/controller/certificaterequests/acme: the CSR's CN must be among dnsNames or ipAddresses.

return {
  id = "common-name",
  title = "The commonName is not among the dnsNames",
  severity = "error",
  on = "request",
  why = "cert-manager puts only dnsNames and ipAddresses into an ACME order. A commonName that is not among them "
    .. "never becomes part of it, and the request fails.",
  fix = "Add the commonName to dnsNames, or remove it.",
  check = function(request, report)
    local stray = request.stray_common_name
    if not stray or (request.issuer and request.issuer.type ~= "acme") then
      return
    end
    report {
      message = ("commonName %s is not among the dnsNames of %s: cert-manager makes no ACME order for this Certificate"):format(
        stray.text,
        request.subject
      ),
      labels = { { span = stray.span, text = "asked for here, and nowhere in dnsNames", primary = true } },
      help = { ("add %s to dnsNames, or remove commonName"):format(stray.text) },
    }
  end,
  test = {
    {
      manifest = [[
apiVersion: cert-manager.io/v1
kind: ClusterIssuer
metadata: { name: le }
spec: { acme: { server: "https://acme-v02.api.letsencrypt.org/directory" } }
---
apiVersion: cert-manager.io/v1
kind: Certificate
metadata: { name: stray }
spec: { secretName: stray, commonName: api.example.com, dnsNames: [ www.example.com ], issuerRef: { kind: ClusterIssuer, name: le } }
]],
      finds = 1,
    },
    { caa = '0 issue "letsencrypt.org"', finds = 0 },
  },
}
