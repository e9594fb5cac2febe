-- Rule zone-unsigned: a zone that the policy wants signed is not.
-- SPDX-License-Identifier: MIT
-- Baseline Requirements 3.2.2.8: CAs validate DNSSEC on CAA lookups, so a signed zone protects CAA itself.

local when = require "issuable.policy.when"

local function signed(zone)
  for name in zone.handle:types() do
    if name == "DNSKEY" or name == "RRSIG" then
      return true
    end
  end
  return false
end

return {
  id = "zone-unsigned",
  title = "A zone that must be signed is not",
  severity = "error",
  on = "zone",
  why = "Unsigned answers can be forged on their way to the CA, and with them CAA. The policy names the zones: set { signed = { \"example.com\" } }.",
  fix = "Sign the zone where it is served. A file that is signed later, by the name server, has no keys: leave such zones out of the list.",
  check = function(zone, report, context)
    if zone.status ~= "loadable" or not context.settings.signed then
      return
    end
    for _, glob in ipairs(context.settings.signed) do
      if when.glob(glob, zone.apex) and not signed(zone) then
        local soa = zone.handle:record(zone.handle:find(zone.apex, "SOA")[1])
        local span = { path = soa.path, line = soa.line, column = soa.column, first = soa.first, last = soa.last }
        report {
          message = ("the zone %s must be signed, and %s holds no keys and no signatures"):format(zone.apex, zone.path),
          labels = { { span = span, text = "", primary = true } },
        }
        return
      end
    end
  end,
  test = {
    { caa = '0 issue "letsencrypt.org"', set = { signed = { "example.*" } }, finds = 1 },
    { caa = '0 issue "letsencrypt.org"', set = { signed = { "example.org" } }, finds = 0 },
    { caa = '0 issue "letsencrypt.org"', finds = 0 },
  },
}
