-- Rule alias-decides: a requested name is an alias, and the CAA at its target counts, which somebody else may own.
-- SPDX-License-Identifier: MIT
-- RFC 8659 section 3: aliases are followed at each step; the climb goes on from the name itself, never from the target.

local describe = require "issuable.rules.describe"

--- Is the owner outside every zone that was given for the name itself?
local function foreign(decision)
  local answer = decision.answer
  local rrset = answer and answer.rrset
  if not rrset or #(answer.aliases or {}) == 0 then
    return nil
  end
  local zone = rrset.zone
  local home = zone and zone.apex
  if home and (decision.name == home or decision.name:sub(-#home - 1) == "." .. home) then
    return nil
  end
  return rrset.owner
end

return {
  id = "alias-decides",
  title = "The owner of an alias's target decides who may issue",
  severity = "info",
  on = "decision",
  why = "The name is a CNAME into another zone (a CDN, a load balancer), and that zone's CAA decides. Its owner may change it without asking.",
  fix = "Nothing has to be mended. CAA cannot stand beside a CNAME: to decide oneself, the name must not be an alias.",
  check = function(decision, report)
    local owner = (decision.verdict == "allowed" or decision.verdict == "denied") and foreign(decision)
    if owner then
      report {
        message = ("the CAA of %s is that of %s, and its owner decides"):format(describe.name(decision), owner),
        labels = describe.labels(decision),
        notes = describe.notes(decision),
      }
    end
  end,
  test = {
    {
      zone = "www CNAME shop.cdn.example.\n",
      zones = { ["cdn.example"] = "shop CAA 0 issue \"letsencrypt.org\"\n" },
      finds = 1,
      says = "that of shop.cdn.example",
    },
    { caa = '0 issue "letsencrypt.org"', zone = "www CNAME alias\nalias CAA 0 issue \"letsencrypt.org\"\n", finds = 0 },
    { caa = '0 issue "letsencrypt.org"', finds = 0 },
  },
}
