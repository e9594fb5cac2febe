-- The proof behind every plan: it finds what is lost and what is gained unasked.
-- SPDX-License-Identifier: MIT
-- Design section 6. A case: before | after | asks → "same" or the difference.

local sets = require "spec.fixes.support.sets"
local verify = require "issuable.fixes.verify"

local PLAIN = { domains = { "letsencrypt.org" }, wildcard = false }
local WILD = { domains = { "letsencrypt.org" }, wildcard = true }
local PINNED = { domains = { "letsencrypt.org" }, wildcard = false, accounts = { "https://ca.example/2" }, pinned_account = true }

local CASES = {
  { "nothing changes", { '0 issue "a.example"' }, { '0 issue "a.example"' }, {}, "same" },
  { "asked for", { '0 issue "a.example"' }, { '0 issue "a.example"', '0 issue "letsencrypt.org"' }, { PLAIN, WILD }, "same" },
  { "gains wildcards too", { '0 issue "a.example"' }, { '0 issue "a.example"', '0 issue "letsencrypt.org"' }, { PLAIN },
    "gained without being asked for: letsencrypt.org, wildcards" },
  { "kept apart", { '0 issue "a.example"' }, { '0 issue "a.example"', '0 issue "letsencrypt.org"', '0 issuewild "a.example"' }, { PLAIN }, "same" },
  { "loses wildcards", { '0 issue "a.example"' }, { '0 issue "a.example"', '0 issuewild "letsencrypt.org"' }, { WILD }, "lost: a.example, wildcards" },
  { "loses an account", { '0 issue "a.example; accounturi=https://x/1"' }, { '0 issue "a.example; accounturi=https://x/2"' }, {}, "lost: a.example" },
  { "gains an account", { '0 issue "a.example; accounturi=https://x/1"' },
    { '0 issue "a.example; accounturi=https://x/1"', '0 issue "a.example; accounturi=https://x/2"' }, {}, "gained without being asked for: a.example" },
  { "a pinned ask gains no more than its account", { '0 issue "letsencrypt.org; accounturi=https://ca.example/1"' },
    { '0 issue "letsencrypt.org"', '0 issuewild "letsencrypt.org; accounturi=https://ca.example/1"' }, { PINNED }, "gained without being asked for" },
  { "a pinned ask gains its account", { '0 issue "letsencrypt.org; accounturi=https://ca.example/1"' },
    { '0 issue "letsencrypt.org; accounturi=https://ca.example/1"', '0 issue "letsencrypt.org; accounturi=https://ca.example/2"',
      '0 issuewild "letsencrypt.org; accounturi=https://ca.example/1"' }, { PINNED }, "same" },
  { "loses a method", { '0 issue "a.example"' }, { '0 issue "a.example; validationmethods=dns-01"' }, {}, "lost: a.example" },
  { "nobody was restricted", { '0 iodef "mailto:a@b.c"' }, { '0 iodef "mailto:a@b.c"', '0 issue "letsencrypt.org"' }, { PLAIN }, "lost: nobody.invalid" },
  { "everybody is let in", { '0 issue "a.example"' }, { '0 iodef "mailto:a@b.c"' }, {}, "gained without being asked for" },
  { "a veto comes", { '0 issue "a.example"' }, { '0 issue "a.example"', '128 x "y"' }, {}, "lost: a.example" },
  { "a veto for one implementation", { '0 issue "a.example"' }, { '0 issue "a.example"', '128 contactemail "y"' }, {}, "as boulder reads it" },
  { "a hyphen that one implementation refuses", { '0 issue "a.example"' }, { '0 issue "a.example; b-c=d"' }, {}, "as boulder reads it" },
}

describe("the proof", function()
  for _, case in ipairs(CASES) do
    local title, before, after, asks, expected = case[1], case[2], case[3], case[4], case[5]
    it(title, function()
      local same, why = verify.compare(sets.properties(before), sets.properties(after), asks, sets.NOW)
      if expected == "same" then
        assert.is_true(same, why)
      else
        assert.is_false(same)
        assert.truthy(why:find(expected, 1, true), why)
      end
    end)
  end

  it("stays quick for a set of a thousand accounts", function()
    local before, after = {}, {}
    for i = 1, 1000 do
      before[i] = ('0 issue "a.example; accounturi=https://x/%d"'):format(i)
      after[i] = before[i]
    end
    after[1001] = '0 issue "a.example; accounturi=https://x/1001"'
    local same, why = verify.compare(sets.properties(before), sets.properties(after), {}, sets.NOW)
    assert.is_false(same)
    assert.truthy(why:find("account https://x/1001", 1, true), why)
  end)
end)
