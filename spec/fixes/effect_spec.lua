-- Who may issue before and after, as it is shown.
-- SPDX-License-Identifier: MIT
-- RFC 8659 sections 4.2 and 4.3.

local effect = require "issuable.fixes.effect"
local sets = require "spec.fixes.support.sets"

local function lines(before, after)
  local list = {}
  for i, line in ipairs(effect.compare(sets.properties(before), sets.properties(after), sets.NOW, sets.directory)) do
    list[i] = ("%s%s %s->%s%s%s"):format(
      line.wildcard and "*." or "",
      line.issuer,
      line.before and "yes" or "no",
      line.after and "yes" or "no",
      line.ca and " = " .. line.ca or "",
      line.terms and " on " .. line.terms or ""
    )
  end
  return list
end

describe("the effect of a change", function()
  it("lists issuers with and without wildcards", function()
    assert.same({
      "digicert.com yes->yes = DigiCert",
      "letsencrypt.org no->yes = Let's Encrypt",
      "*.digicert.com yes->yes = DigiCert",
      "*.letsencrypt.org no->yes = Let's Encrypt",
    }, lines({ '0 issue "digicert.com"' }, { '0 issue "digicert.com"', '0 issue "letsencrypt.org"' }))
  end)

  it("keeps plain names and wildcards apart, and tells the terms", function()
    assert.same({
      "a.example yes->yes",
      "letsencrypt.org no->yes = Let's Encrypt on accounturi=https://x/1",
      "*.a.example yes->yes",
    }, lines({ '0 issue "a.example"' }, { '0 issue "a.example"', '0 issue "letsencrypt.org; accounturi=https://x/1"', '0 issuewild "a.example"' }))
  end)

  it("says when nothing restricts, and leaves out what is malformed or empty", function()
    assert.same({ "(any CA) yes->yes", "*.a.example yes->yes" },
      lines({ '0 issuewild "a.example"', '0 iodef "mailto:a@b.c"' }, { '0 issuewild "a.example"', '0 issuewild "b.example;;"', '0 issuewild ";"' }))
  end)
end)
