-- Rule no-names: a Certificate that asks for no name at all. cert-manager's webhook refuses it.
-- SPDX-License-Identifier: MIT
-- cert-manager internal/apis/certmanager/validation: at least one of commonName, dnsNames, uris, ipAddresses, emailAddresses.

return {
  id = "no-names",
  title = "A Certificate asks for no name",
  severity = "warning",
  on = "request",
  why = "A Certificate without names is most often one whose field is misspelt (dnsName for dnsNames): nothing is issued, and nothing is checked.",
  fix = "List the names in spec.dnsNames.",
  check = function(request, report)
    -- a patch of an overlay (kustomize) names no issuer either: the object that it changes is checked
    if #request.identifiers > 0 or request.stray_common_name or not request.issuer_ref.name then
      return
    end
    report {
      message = ("%s asks for no name: cert-manager refuses it"):format(request.subject),
      labels = { { span = request.span, text = "has no dnsNames", primary = true } },
      help = { "list the names in spec.dnsNames (the field is spelt like that)" },
    }
  end,
  test = {
    {
      manifest = [[
apiVersion: cert-manager.io/v1
kind: Certificate
metadata: { name: empty }
spec: { secretName: empty, dnsName: [ www.example.com ], issuerRef: { kind: ClusterIssuer, name: le } }
]],
      finds = 1,
    },
    { caa = '0 issue "letsencrypt.org"', finds = 0 },
  },
}
