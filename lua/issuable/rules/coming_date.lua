-- Rule coming-date: what is allowed today and will not be from a day that is already known.
-- SPDX-License-Identifier: MIT
-- Ballot SC-098: from 2027-03-15 all CAs must process accounturi and validationmethods; days of CAs: ca-ended.

local behaviours = require "issuable.authorities.behaviours"
local dates = require "issuable.dates"
local describe = require "issuable.rules.describe"
local parameters = require "issuable.decide.parameters"

local DAY = behaviours.PARAMETERS_BINDING
local BINDING = dates.parse(DAY)

--- A CA that does not yet process parameters issues today on a property whose parameters do not fit: `issuable` calls that
--- denied already, because it may stop any day; told here is the day on which it must.
local function enforced_later(decision)
  if decision.verdict ~= "denied" or not decision.unenforced then
    return false
  end
  local near = decision.near
  return near ~= nil and parameters.bound(near, behaviours.at("strict"))
end

return {
  id = "coming-date",
  title = "A decision changes on a coming date",
  severity = "warning",
  on = "decision",
  why = "Until 2027-03-15 a CA may disregard accounturi and validationmethods. A certificate that is renewed today on a property that names another account or "
    .. "another method stops renewing on that day.",
  fix = "Let the property name the account and the method that are really used; `issuable fix` proposes the edit.",
  check = function(decision, report, context)
    -- parameters are judged as binding already, so what is allowed today stays allowed
    if context.now < BINDING and enforced_later(decision) then
      report {
        message = ("%s: a CA that still disregards account and method issues today, and must refuse from %s"):format(describe.name(decision), DAY),
        labels = describe.labels(decision),
      }
    end
  end,
  test = {
    { caa = '0 issue "digicert.com; validationmethods=http-01"', ca = "digicert", method = "dns-01", finds = 1, says = "2027-03-15" },
    { caa = '0 issue "digicert.com; validationmethods=http-01"', ca = "digicert", method = "dns-01", now = "2027-03-15", finds = 0 },
    { caa = '0 issue "letsencrypt.org; validationmethods=http-01"', ca = "letsencrypt", method = "dns-01", finds = 0 },
    { caa = '0 issue "digicert.com; validationmethods=dns-01"', ca = "digicert", method = "dns-01", finds = 0 },
  },
}
