-- Rule staging-in-production: a staging CA where certificates have to be trusted. Where that is, the policy says (`when`).
-- SPDX-License-Identifier: MIT
-- Staging and production have the same CAA identity, so CAA never tells them apart; the directory URL does.

return {
  id = "staging-in-production",
  title = "A staging CA is used where it must not be",
  severity = "warning",
  on = "request",
  needs_when = true,
  why = "Certificates of a staging environment are trusted by nobody. CAA cannot tell: staging and production answer to the same issuer domain name.",
  fix = "Point issuerRef at the production issuer.",
  check = function(request, report)
    local issuer = request.issuer
    if not issuer or issuer.environment ~= "staging" then
      return
    end
    local labels = { { span = (request.issuer_ref and request.issuer_ref.span) or request.span, text = "its issuer", primary = true } }
    if issuer.server_span then
      labels[2] = { span = issuer.server_span, text = "a staging directory" }
    end
    report { message = ("%s orders from a staging CA (%s/%s)"):format(request.subject, issuer.kind, issuer.name), labels = labels }
  end,
  test = {
    { caa = '0 issue "letsencrypt.org"', environment = "staging", finds = 1 },
    { caa = '0 issue "letsencrypt.org"', environment = "production", finds = 0 },
  },
}
