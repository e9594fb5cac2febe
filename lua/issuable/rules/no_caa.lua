-- Rule no-caa: no CAA record stands at a requested name or above it, so every CA may issue.
-- SPDX-License-Identifier: MIT
-- RFC 8659 section 3.

local describe = require "issuable.rules.describe"

return {
  id = "no-caa",
  title = "Any CA may issue for a requested name",
  severity = "info",
  strict = "error",
  on = "decision",
  why = "Without CAA every public CA in the world may issue for the name, to whoever passes its checks once.",
  fix = "Add a CAA record at the name or above it that names the CA in use; `issuable pin` writes the tightest one.",
  check = function(decision, report)
    if decision.verdict ~= "allowed" or (decision.reason ~= "no-caa" and decision.reason ~= "no-issue-property") then
      return
    end
    local why = decision.reason == "no-caa" and "no CAA record stands at it or above it" or "its CAA records restrict nobody"
    report {
      message = ("any CA may issue for %s: %s"):format(describe.name(decision), why),
      labels = describe.labels(decision),
      notes = describe.notes(decision),
    }
  end,
  test = {
    { zone = "www A 192.0.2.1\n", finds = 1 },
    { caa = '0 iodef "mailto:security@example.com"', finds = 1, says = "restrict nobody" },
    { caa = '0 issue "letsencrypt.org"', finds = 0 },
  },
}
