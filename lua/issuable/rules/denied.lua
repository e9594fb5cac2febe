-- Rule caa-denied: the CA must refuse a name that a manifest asks for.
-- SPDX-License-Identifier: MIT
-- RFC 8659 section 4, RFC 8657; Baseline Requirements 3.2.2.8.

local describe = require "issuable.rules.describe"
local near_miss = require "issuable.rules.near_miss"

local function help(decision)
  local list = describe.help(decision)
  if decision.reason == "issuer-mismatch" or decision.reason == "malformed-property" then
    list[#list + 1] = near_miss.find(decision.blamed or {}, decision.authority)
  end
  return list
end

return {
  id = "caa-denied",
  title = "A requested name is denied by CAA",
  severity = "error",
  on = "decision",
  why = "A CA must look at the CAA records at the name, or at the nearest name above it that has any, and refuse when they do not name it. "
    .. "cert-manager then shows an order that stays pending, and every attempt counts against the CA's rate limits. The finding tells apart who is "
    .. "refused and by what: another issuer (`issue`), wildcards (`issuewild`), an account (`accounturi`), a method (`validationmethods`), a property "
    .. "outside the grammar, a critical tag that the CA does not know, or broken DNSSEC.",
  fix = "`issuable fix` adds the CA beside those that are there, no wider than it was asked for, or corrects the property that names it wrongly; "
    .. "or the issuer is changed to a CA that the records name.",
  check = function(decision, report)
    if decision.verdict ~= "denied" then
      return
    end
    report {
      message = describe.refusal(decision),
      labels = describe.labels(decision),
      notes = describe.notes(decision),
      help = help(decision),
    }
  end,
  test = {
    { caa = '0 issue "digicert.com"', finds = 1, says = "authorises only digicert.com" },
    { caa = '0 issue "letsencrypt.org"', finds = 0 },
    { caa = { '0 issue "letsencrypt.org"', '0 issuewild "digicert.com"' }, name = "*.example.com", finds = 1, says = "issuewild" },
    { caa = '0 issue "letsencrypt.org; accounturi=https://acme-v02.api.letsencrypt.org/acme/acct/2"', finds = 1, says = "acct/2" },
    { caa = '0 issue "letsencrypt.org; validationmethods=http-01"', method = "dns-01", finds = 1, says = "dns-01" },
    { caa = '0 issue "letsencrypt.org; validationmethods=http-01"', method = "http-01", finds = 0 },
    { caa = '128 tbs "x"', finds = 1, says = "tbs" },
    { caa = '0 issue ";"', finds = 1 },
    { caa = '0 issue "letsencrypt.com"', finds = 1 },
    { zone = "", finds = 0 },
  },
}
