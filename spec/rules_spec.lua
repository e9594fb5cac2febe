-- The built-in rules: each has its words and its tests, the tests pass, and the documentation is made from them.
-- SPDX-License-Identifier: MIT
-- Tests stand in the rules themselves (lua/issuable/rules/*.lua); policy/test.lua runs them as `issuable test` does.

local near_miss = require "issuable.rules.near_miss"
local pages = require "issuable.policy.pages"
local registry = require "issuable.rules"
local shell = require "spec.support.shell"
local tests = require "issuable.policy.test"

describe("the built-in rule", function()
  for _, rule in ipairs(registry.all()) do
    describe(rule.id, function()
      it("says what, why and how it is mended", function()
        assert.truthy(rule.id:find("^%l[%l%d-]*$"))
        for _, field in ipairs { "title", "severity", "on", "why", "fix" } do
          assert.equal("string", type(rule[field]), field)
          assert.is_true(#rule[field] > 3)
        end
        assert.equal("function", type(rule.check))
      end)

      it("has tests that find something and tests that find nothing", function()
        local found, silent = 0, 0
        for _, test in ipairs(rule.test or {}) do
          found = found + (test.finds ~= 0 and 1 or 0)
          silent = silent + (test.finds == 0 and 1 or 0)
        end
        assert.is_true(silent > 0 and (found > 0 or rule.untestable ~= nil))
      end)

      for i, test in ipairs(rule.test or {}) do
        it("test " .. i, function()
          assert.is_nil((tests.run(rule, test)))
        end)
      end
    end)
  end
end)

describe("near misses", function()
  local letsencrypt = { id = "letsencrypt", name = "Let's Encrypt", identities = { { domain = "letsencrypt.org", status = "published" } } }
  local zerossl = {
    id = "zerossl",
    name = "ZeroSSL",
    identities = { { domain = "sectigo.com", status = "published" }, { domain = "zerossl.com", status = "contested" } },
  }
  local CASES = {
    { letsencrypt, { issuer = "letsencrypt.com" }, '"letsencrypt.com" is no name of Let\'s Encrypt: in CAA it is called letsencrypt.org' },
    { letsencrypt, { malformed = "x", value = "Let's Encrypt Authority X3" }, '"Let\'s Encrypt Authority X3" is no name of Let\'s Encrypt: in CAA it is called letsencrypt.org' },
    { letsencrypt, { issuer = "letsencrpyt.org" }, "in CAA it is called letsencrypt.org" },
    { letsencrypt, { issuer = "letsencryp.org" }, "in CAA it is called letsencrypt.org" },
    { letsencrypt, { issuer = "lets-encrypt.org" }, "in CAA it is called letsencrypt.org" },
    { zerossl, { issuer = "zerossl.com" }, '"zerossl.com" is no name of ZeroSSL: in CAA it is called sectigo.com' },
    { letsencrypt, { issuer = "digicert.com" } },
    { letsencrypt, { issuer = "letsencrypt.org" } },
    { letsencrypt, { issuer = "" } },
    { letsencrypt, { malformed = "x", value = "" } },
    { zerossl, { issuer = "sectigo.com" } },
    { { id = "x", identities = {} }, { issuer = "x" } },
  }
  for _, case in ipairs(CASES) do
    it("of " .. tostring(case[2].issuer or case[2].value), function()
      local said = near_miss.find({ case[2] }, case[1])
      if case[3] then
        assert.truthy((said or ""):find(case[3], 1, true), tostring(said))
      else
        assert.is_nil(said)
      end
    end)
  end
end)

describe("the documentation", function()
  it("is made from the rules: lua5.4 spec/support/pages.lua write", function()
    assert.equal(pages.markdown(), shell.read(shell.root .. "/lua/issuable/rules/README.md"))
  end)
end)
