-- Rule u-label: a name in Unicode cannot go into a certificate request; it is written in A-labels there.
-- SPDX-License-Identifier: MIT
-- RFC 5280 section 7.2 (dNSName is IA5String), RFC 5890; Go's x509 refuses to encode anything else.

return {
  id = "u-label",
  title = "A requested name is not written in A-labels",
  severity = "error",
  on = "request",
  why = "A certificate request holds ASCII only. cert-manager fails to encode a name in Unicode, and nothing is ordered.",
  fix = "Write the name in A-labels (xn--…); `issuable fix` does.",
  check = function(request, report)
    for _, identifier in ipairs(request.identifiers) do
      if identifier.a_label then
        local span = identifier.span
        report {
          wanted = span and { kind = "replace", path = span.path, first = span.first, last = span.last, from = identifier.text, text = identifier.a_label },
          message = ("%s is not ASCII: cert-manager cannot put it into a request"):format(identifier.text),
          labels = { { span = identifier.span, text = ("its A-labels: %s"):format(identifier.a_label), primary = true } },
          help = { ("write %s"):format(identifier.a_label) },
        }
      end
    end
  end,
  test = {
    {
      manifest = [[
apiVersion: cert-manager.io/v1
kind: Certificate
metadata: { name: idn }
spec: { secretName: idn, dnsNames: [ bücher.example.com ], issuerRef: { kind: ClusterIssuer, name: le } }
]],
      finds = 1,
      says = "bücher.example.com is not ASCII",
    },
    { caa = '0 issue "letsencrypt.org"', finds = 0 },
  },
}
