-- Rule ca-ended: the CA that an issuer orders from has stopped issuing, or says when it will.
-- SPDX-License-Identifier: MIT
-- The day stands in the CA directory (lua/issuable/authorities/rows) with its source.

local dates = require "issuable.dates"

return {
  id = "ca-ended",
  title = "The CA has ended its service",
  severity = "error",
  on = "request",
  why = "CAs end: they are bought, distrusted, or switch off an ACME endpoint. Orders fail, whatever CAA says, and a renewal is when it is noticed.",
  fix = "Point the issuer at another CA, and name that CA in CAA first.",
  check = function(request, report, context)
    local ended = request.ca and request.ca.ended
    local day = ended and dates.parse(#ended == 7 and ended .. "-01" or ended)
    if not day then
      return
    end
    local gone = day <= context.now
    report {
      severity = not gone and "warning" or nil,
      message = ("%s %s on %s, and %s orders from it"):format(request.ca.name, gone and "ended its service" or "ends its service", ended, request.subject),
      labels = { { span = (request.issuer_ref and request.issuer_ref.span) or request.span, text = "its issuer", primary = true } },
    }
  end,
  test = {
    { caa = '0 issue "buypass.com"', ca = "buypass", finds = 1, says = "ended its service" },
    { caa = '0 issue "buypass.com"', ca = "buypass", now = "2025-01-01", finds = 1, says = "ends its service" },
    { caa = '0 issue "letsencrypt.org"', finds = 0 },
  },
}
