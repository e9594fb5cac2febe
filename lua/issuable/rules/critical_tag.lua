-- Rule caa-critical-unknown: a critical property that no CA is known to understand stops every CA.
-- SPDX-License-Identifier: MIT
-- RFC 8659 section 4.1; what each implementation knows stands in authorities/behaviours.lua.

local behaviours = require "issuable.authorities.behaviours"
local match = require "issuable.decide.match"

--- RRsets whose critical property is told at the names that it denies.
local function told(context)
  if not context.memo.told then
    context.memo.told = {}
    for _, decision in ipairs(context.decisions) do
      local rrset = decision.reason == "critical-unknown-tag" and decision.answer and decision.answer.rrset
      if rrset then
        context.memo.told[rrset] = true
      end
    end
  end
  return context.memo.told
end

return {
  id = "caa-critical-unknown",
  title = "A critical property has a tag that CAs do not know",
  severity = "warning", -- where a name is asked for, caa-denied is the error
  on = "rrset",
  why = "The critical flag (128) tells a CA to refuse when it does not understand the property. On a tag that nobody knows, most often a mistyped one, it "
    .. "forbids issuance to everybody, whatever the other properties say. Where a certificate is asked for, caa-denied is the error; here nobody asks yet.",
  fix = "Correct the tag, clear the flag, or remove the property; only its owner knows which.",
  check = function(rrset, report, context)
    local critical = false
    for _, property in ipairs(rrset.properties) do
      critical = critical or property.flags > 0
    end
    if not critical or told(context)[rrset] then
      return
    end
    local strict = behaviours.at("strict", context.now)
    for _, property in ipairs(match.critical_unknown(rrset.properties, strict)) do
      report {
        message = ("critical property `%s` at %s: every CA that does not know it must refuse"):format(property.tag_text or property.tag, rrset.owner),
        labels = { { span = property.span, text = "critical, and unknown", primary = true } },
      }
    end
  end,
  test = {
    { zone = "other CAA 128 isue \"letsencrypt.org\"\n", finds = 1, says = "isue" },
    { zone = "other CAA 0 isue \"letsencrypt.org\"\n", finds = 0 },
    { zone = "other CAA 128 issue \"letsencrypt.org\"\n", finds = 0 },
    { caa = '128 isue "letsencrypt.org"', finds = 0 },
  },
}
