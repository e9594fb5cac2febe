-- Rule caa-denied: the CA must refuse a name that a manifest asks for.
-- SPDX-License-Identifier: MIT
-- RFC 8659 section 4, RFC 8657; Baseline Requirements 3.2.2.8.

local describe = require "issuable.rules.describe"

return {
  id = "caa-denied",
  title = "A requested name is denied by CAA",
  severity = "error",
  on = "decision",
  check = function(decision, report)
    if decision.verdict ~= "denied" then
      return
    end
    report {
      message = describe.refusal(decision),
      labels = describe.labels(decision),
      notes = describe.notes(decision),
      help = describe.help(decision),
    }
  end,
}
