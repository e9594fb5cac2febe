-- Rule private-issuer: the issuer is no public CA, so CAA says nothing about its certificates.
-- SPDX-License-Identifier: MIT

return {
  id = "private-issuer",
  title = "The issuer is private: CAA does not bind it",
  severity = "info",
  on = "request",
  why = "CAA binds public CAs. Names of a private issuer are not decided, and this says so, lest an empty report be taken for a check.",
  fix = "Nothing has to be mended.",
  check = function(request, report, context)
    local settled, reference = request.settled, request.issuer_ref or {}
    local key = ("%s\0%s\0%s\0%s"):format(request.scope or "", request.namespace or "", reference.kind or "", reference.name or "")
    if settled and settled.reason == "private-issuer" and not context.memo[key] then
      context.memo[key] = true -- once for each issuer that a namespace uses
      report {
        message = ("%s is issued privately (%s): CAA does not apply"):format(request.subject, settled.detail or "a private CA"),
        labels = { { span = (request.issuer_ref and request.issuer_ref.span) or request.span, text = "its issuer", primary = true } },
      }
    end
  end,
  test = {
    {
      manifest = [[
apiVersion: cert-manager.io/v1
kind: ClusterIssuer
metadata: { name: internal }
spec: { ca: { secretName: root } }
---
apiVersion: cert-manager.io/v1
kind: Certificate
metadata: { name: inner, namespace: web }
spec: { secretName: inner, dnsNames: [ www.example.com ], issuerRef: { kind: ClusterIssuer, name: internal } }
]],
      finds = 1,
    },
    { caa = '0 issue "letsencrypt.org"', finds = 0 },
  },
}
