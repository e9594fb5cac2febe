-- Rule account-not-pinned: a CA's account is known, and CAA lets its other accounts issue as well.
-- SPDX-License-Identifier: MIT
-- RFC 8657 section 3. An account that is not known is not judged.

local describe = require "issuable.rules.describe"

return {
  id = "account-not-pinned",
  title = "CAA does not pin the ACME account",
  severity = "error",
  on = "decision",
  why = "Without accounturi anybody who controls the name for a moment (a DNS takeover, a dangling address) gets a certificate from the same CA with "
    .. "an account of their own. With it, only the accounts that are named can order.",
  fix = "Add accounturi to the CA's property. `issuable pin` writes one property for each account in the input.",
  check = function(decision, report)
    local question = decision.question
    if decision.verdict ~= "allowed" or decision.reason ~= "issuer-match" or not (question and question.accounts and #question.accounts > 0) then
      return
    end
    for _, parameter in ipairs(decision.matched.parameters or {}) do
      if parameter.tag:lower() == "accounturi" then
        return
      end
    end
    local accounts = table.concat(question.accounts, ", ")
    report {
      message = ("%s: every account of %s may issue, not only %s"):format(describe.name(decision), describe.authority(decision), accounts),
      labels = describe.labels(decision),
      want = #question.accounts == 1 and { accounturi = question.accounts[1] } or nil,
    }
  end,
  test = {
    { caa = '0 issue "letsencrypt.org"', finds = 1 },
    { caa = '0 issue "letsencrypt.org; accounturi=$account"', finds = 0 },
    { caa = '0 issue "letsencrypt.org"', account = "unknown", finds = 0 },
    { caa = '0 issue "digicert.com"', finds = 0 },
  },
}
