-- Rule common-name-length: a commonName of more than 64 characters cannot be put into a certificate.
-- SPDX-License-Identifier: MIT
-- RFC 5280 appendix A.1 (ub-common-name); cert-manager's webhook refuses it (internal/apis/certmanager/validation).

local MOST = 64

return {
  id = "common-name-length",
  title = "The commonName is longer than 64 characters",
  severity = "error",
  on = "request",
  why = "X.509 bounds the commonName at 64 characters. cert-manager refuses the Certificate; where it is made by an older version, the CA does.",
  fix = "Remove commonName: dnsNames are what browsers look at, and the CA chooses a commonName itself.",
  check = function(request, report)
    local common_name = request.common_name
    if common_name and #common_name.text > MOST then
      report {
        message = ("the commonName of %s has %d characters, and a certificate holds at most %d"):format(request.subject, #common_name.text, MOST),
        labels = { { span = common_name.span, text = "too long", primary = true } },
      }
    end
  end,
  test = {
    {
      manifest = [[
apiVersion: cert-manager.io/v1
kind: Certificate
metadata: { name: long }
spec:
  secretName: long
  commonName: a-name-that-is-longer-than-sixty-four-characters.somewhere.example.com
  dnsNames: [ a-name-that-is-longer-than-sixty-four-characters.somewhere.example.com ]
  issuerRef: { kind: ClusterIssuer, name: le }
]],
      finds = 1,
    },
    {
      manifest = [[
apiVersion: cert-manager.io/v1
kind: Certificate
metadata: { name: short }
spec: { secretName: short, commonName: www.example.com, dnsNames: [ www.example.com ], issuerRef: { kind: ClusterIssuer, name: le } }
]],
      finds = 0,
    },
  },
}
