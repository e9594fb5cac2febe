-- Rule caa-undecided: whether a name may be issued cannot be told from what was given.
-- SPDX-License-Identifier: MIT
-- Design section 4: what cannot be decided is never called allowed.

local describe = require "issuable.rules.describe"

return {
  id = "caa-undecided",
  title = "Whether a requested name may be issued cannot be decided",
  severity = "warning",
  on = "decision",
  why = "Something that the answer hangs on is not known: the zone was not given, a lookup failed, authoritative servers disagree, the issuer is not in the "
    .. "input, or CAs read these records differently. What is not known is never called allowed; the exit code is 3.",
  fix = "Give what the finding asks for (a zone file, the issuer, the account), or write the records so that every CA reads them alike.",
  check = function(decision, report)
    if decision.verdict ~= "undecided" then
      return
    end
    report {
      message = describe.doubt(decision),
      labels = describe.labels(decision),
      notes = describe.notes(decision),
      help = describe.help(decision),
    }
  end,
  test = {
    { caa = '0 issue "letsencrypt.org; accounturi=$account"', account = "unknown", finds = 1, says = "account" },
    { caa = '0 issue "letsencrypt.org; accounturi=$account"', finds = 0 },
    { caa = '0 issue "digicert.com"', finds = 0 },
  },
}
