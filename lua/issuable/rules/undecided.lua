-- Rule caa-undecided: whether a name may be issued cannot be told from what was given.
-- SPDX-License-Identifier: MIT
-- Design section 4: what cannot be decided is never called allowed.

local describe = require "issuable.rules.describe"

return {
  id = "caa-undecided",
  title = "Whether a requested name may be issued cannot be decided",
  severity = "warning",
  on = "decision",
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
}
