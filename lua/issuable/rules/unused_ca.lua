-- Rule ca-unused: a CA may issue, and nobody in the input asks it to.
-- SPDX-License-Identifier: MIT
-- A finding only: other teams and CDNs are not in the input, so nothing is removed by itself.

--- The issuer domain names that the requests of an RRset's names use.
local function used(context)
  local memo = context.memo
  if not memo.used then
    memo.used = {}
    for _, decision in ipairs(context.decisions) do
      local rrset = decision.answer and decision.answer.rrset
      if rrset then
        local set = memo.used[rrset] or {}
        memo.used[rrset] = set
        for _, identity in ipairs(decision.authority and decision.authority.identities or {}) do
          set[identity.domain] = true
        end
      end
    end
  end
  return memo.used
end

return {
  id = "ca-unused",
  title = "A CA may issue that nobody in the input uses",
  severity = "error",
  on = "rrset",
  why = "Each CA that CAA names is one more that can be tricked. What was bought once is seldom taken out again.",
  fix = "Ask the owners of the name: other teams, CDNs and mail services may use the CA without being in the input. Nothing is removed by itself.",
  check = function(rrset, report, context)
    local set = used(context)[rrset]
    if not set then
      return -- nobody in the input asks for a name that these records decide: nothing can be said
    end
    for _, property in ipairs(rrset.properties) do
      local issuer = (property.tag == "issue" or property.tag == "issuewild") and not property.malformed and property.issuer
      if issuer and issuer ~= "" and not set[issuer:lower()] then
        report {
          message = ("%s may issue for names at %s, and nobody in the input uses it"):format(issuer, rrset.owner),
          labels = { { span = property.span, text = "not used by any request", primary = true } },
        }
      end
    end
  end,
  test = {
    { caa = { '0 issue "letsencrypt.org"', '0 issue "digicert.com"' }, finds = 1, says = "digicert.com" },
    { caa = { '0 issue "letsencrypt.org"', '0 issuewild ";"' }, finds = 0 },
    { zone = "other CAA 0 issue \"digicert.com\"\n", finds = 0 },
  },
}
