-- What is planned for denied names: the set before, who asks, the set after or why nothing is done.
-- SPDX-License-Identifier: MIT
-- Design section 6. A case: `== title`, records, `? name CA [account=URI|URI] [method=…]`, `=> result` or `refused CODE`.

local sets = require "spec.fixes.support.sets"

local CASES = [[
== both asked: one issue beside its sibling serves both
0 issue "digicert.com"
0 iodef "mailto:security@example.com"
? example.com letsencrypt
? *.example.com letsencrypt
=>
0 issue "digicert.com"
0 issue "letsencrypt.org"
0 iodef "mailto:security@example.com"

== only the plain name: wildcards stay with those who had them
0 issue "digicert.com"
0 iodef "mailto:security@example.com"
? example.com letsencrypt
=>
0 issue "digicert.com"
0 issue "letsencrypt.org"
0 issuewild "digicert.com"
0 iodef "mailto:security@example.com"

== the copies are verbatim, parameters and flags too; empty issuers are not copied
128 issue "digicert.com; cansignhttpexchanges=yes"
0 issue "sectigo.com ;a=b;  c=d"
0 issue ";"
? www.example.com letsencrypt
=>
128 issue "digicert.com; cansignhttpexchanges=yes"
0 issue "sectigo.com ;a=b;  c=d"
0 issue ";"
0 issue "letsencrypt.org"
128 issuewild "digicert.com; cansignhttpexchanges=yes"
0 issuewild "sectigo.com ;a=b;  c=d"

== nobody could issue wildcards, and nobody can afterwards
0 issue "digicert.com;;"
? example.com letsencrypt
=>
0 issue "digicert.com;;"
0 issue "letsencrypt.org"
0 issuewild ";"

== only the wildcard: it gets an issuewild, and so does everybody who had wildcards by issue
0 issue "digicert.com"
0 issue "pki.goog"
? *.example.com letsencrypt
=>
0 issue "digicert.com"
0 issue "pki.goog"
0 issuewild "digicert.com"
0 issuewild "pki.goog"
0 issuewild "letsencrypt.org"

== issuewild is there: each tag on its own
0 issue "digicert.com"
0 issuewild "digicert.com"
? example.com letsencrypt
=>
0 issue "digicert.com"
0 issue "letsencrypt.org"
0 issuewild "digicert.com"

== issuewild is there, the wildcard asked
0 issue "digicert.com"
0 issuewild "digicert.com"
? *.example.com letsencrypt
=>
0 issue "digicert.com"
0 issuewild "digicert.com"
0 issuewild "letsencrypt.org"

== issuewild is there, both asked
0 issuewild "digicert.com"
0 issue "digicert.com"
? example.com letsencrypt
? *.example.com letsencrypt
=>
0 issuewild "digicert.com"
0 issuewild "letsencrypt.org"
0 issue "digicert.com"
0 issue "letsencrypt.org"

== issuewild alone does not restrict plain names
0 issuewild "digicert.com"
? example.com letsencrypt
? *.example.com letsencrypt
=>
0 issuewild "digicert.com"
0 issuewild "letsencrypt.org"

== the CA has plain names and asks for the wildcard
0 issue "letsencrypt.org"
0 issuewild "digicert.com"
? *.example.com letsencrypt
=>
0 issue "letsencrypt.org"
0 issuewild "digicert.com"
0 issuewild "letsencrypt.org"

== the CA has wildcards and asks for the plain name
0 issue "digicert.com"
0 issuewild "letsencrypt.org"
? example.com letsencrypt
=>
0 issue "digicert.com"
0 issue "letsencrypt.org"
0 issuewild "letsencrypt.org"

== several names, one property
0 issue "digicert.com"
? example.com letsencrypt
? www.example.com letsencrypt
? *.api.example.com letsencrypt
=>
0 issue "digicert.com"
0 issue "letsencrypt.org"

== two CAs, each its own
0 issue "digicert.com"
? example.com letsencrypt
? *.example.com letsencrypt
? www.example.com google
? *.www.example.com google
=>
0 issue "digicert.com"
0 issue "letsencrypt.org"
0 issue "pki.goog"

== two CAs, one for the wildcard only
0 issue "digicert.com"
? example.com letsencrypt
? *.example.com google
=>
0 issue "digicert.com"
0 issue "letsencrypt.org"
0 issuewild "digicert.com"
0 issuewild "pki.goog"

== another account: one more property beside the sibling, as it is written there
0 issue "letsencrypt.org;accounturi=https://acme-v02.api.letsencrypt.org/acme/acct/1"
0 issue "digicert.com"
? example.com letsencrypt account=https://acme-v02.api.letsencrypt.org/acme/acct/2
? *.example.com letsencrypt account=https://acme-v02.api.letsencrypt.org/acme/acct/2
=>
0 issue "letsencrypt.org;accounturi=https://acme-v02.api.letsencrypt.org/acme/acct/1"
0 issue "letsencrypt.org;accounturi=https://acme-v02.api.letsencrypt.org/acme/acct/2"
0 issue "digicert.com"

== another account, plain only: the wildcards of the first account stay
0 issue "letsencrypt.org; accounturi=https://ca.example/1"
? example.com letsencrypt account=https://ca.example/2
=>
0 issue "letsencrypt.org; accounturi=https://ca.example/1"
0 issue "letsencrypt.org; accounturi=https://ca.example/2"
0 issuewild "letsencrypt.org; accounturi=https://ca.example/1"

== several accounts: one property each, the known one not again
0 issue "letsencrypt.org; accounturi=https://ca.example/1"
? example.com letsencrypt account=https://ca.example/2|https://ca.example/3
? *.example.com letsencrypt account=https://ca.example/2|https://ca.example/3
=>
0 issue "letsencrypt.org; accounturi=https://ca.example/1"
0 issue "letsencrypt.org; accounturi=https://ca.example/2"
0 issue "letsencrypt.org; accounturi=https://ca.example/3"

== another method keeps the account pin
0 issue "letsencrypt.org; accounturi=https://ca.example/1; validationmethods=http-01"
? *.example.com letsencrypt account=https://ca.example/1 method=dns-01
? example.com letsencrypt account=https://ca.example/1 method=dns-01
=>
0 issue "letsencrypt.org; accounturi=https://ca.example/1; validationmethods=http-01"
0 issue "letsencrypt.org; accounturi=https://ca.example/1; validationmethods=dns-01"

== two methods go into one property
0 issue "letsencrypt.org; validationmethods=tls-alpn-01"
? example.com letsencrypt method=dns-01|http-01
? *.example.com letsencrypt method=dns-01|http-01
=>
0 issue "letsencrypt.org; validationmethods=tls-alpn-01"
0 issue "letsencrypt.org; validationmethods=dns-01,http-01"

== other parameters of the sibling stay, one written in another case is written as RFC 8657 does
0 issue "letsencrypt.org; AccountURI=https://ca.example/1; x=y"
? example.com ssl.com
? *.example.com ssl.com
=>
0 issue "letsencrypt.org; AccountURI=https://ca.example/1; x=y"
0 issue "ssl.com"

== the pin of the sibling under the other tag counts
0 issue "letsencrypt.org; accounturi=https://ca.example/1"
0 issuewild "digicert.com"
? *.example.com letsencrypt account=https://ca.example/1
=>
0 issue "letsencrypt.org; accounturi=https://ca.example/1"
0 issuewild "digicert.com"
0 issuewild "letsencrypt.org; accounturi=https://ca.example/1"

== terms that one implementation refuses cannot be kept, and are not dropped either
0 issue "digicert.com"
0 issuewild "sectigo.com; a-b=c"
? example.com sectigo
refused ca-dependent

== pinned, and the account is not known
0 issue "letsencrypt.org; accounturi=https://ca.example/1"
0 issuewild "digicert.com"
? *.example.com letsencrypt
refused account-unknown

== pinned to a method, and the method is not known
0 issue "letsencrypt.org; validationmethods=dns-01"
0 issuewild "digicert.com"
? *.example.com letsencrypt
refused method-unknown

== a semicolon too many goes
0 issue "letsencrypt.org; validationmethods=dns-01;"
0 issue "digicert.com"
? example.com letsencrypt method=dns-01
? *.example.com letsencrypt method=dns-01
=>
0 issue "letsencrypt.org; validationmethods=dns-01"
0 issue "digicert.com"

== a semicolon too many, plain name only
0 issue "letsencrypt.org; validationmethods=dns-01; "
0 issue "digicert.com"
? example.com letsencrypt method=dns-01
=>
0 issue "letsencrypt.org; validationmethods=dns-01"
0 issue "digicert.com"
0 issuewild "digicert.com"

== a semicolon too many, wildcard only: plain names are not given away
0 issue "letsencrypt.org; validationmethods=dns-01;"
0 issue "digicert.com"
? *.example.com letsencrypt method=dns-01
=>
0 issue "letsencrypt.org; validationmethods=dns-01;"
0 issue "digicert.com"
0 issuewild "digicert.com"
0 issuewild "letsencrypt.org; validationmethods=dns-01"

== a semicolon too many on a property for another account: a sound one is added, as bound as that was meant to be
0 issue "letsencrypt.org; accounturi=https://ca.example/1;"
? example.com letsencrypt account=https://ca.example/2
? *.example.com letsencrypt account=https://ca.example/2
=>
0 issue "letsencrypt.org; accounturi=https://ca.example/1;"
0 issue "letsencrypt.org; accounturi=https://ca.example/2"

== malformed in another way: a sound one beside it
0 issue "https://letsencrypt.org/"
0 issue "digicert.com"
? example.com letsencrypt
? *.example.com letsencrypt
=>
0 issue "https://letsencrypt.org/"
0 issue "letsencrypt.org"
0 issue "digicert.com"

== malformed, but it was meant to pin: the account is needed
0 issue "letsencrypt.org accounturi=https://ca.example/1"
? example.com letsencrypt
refused account-unknown

== malformed, meant to pin, account known
0 issue "letsencrypt.org accounturi=https://ca.example/1"
? example.com letsencrypt account=https://ca.example/1
? *.example.com letsencrypt account=https://ca.example/1
=>
0 issue "letsencrypt.org accounturi=https://ca.example/1"
0 issue "letsencrypt.org; accounturi=https://ca.example/1"

== nobody may issue, on purpose
0 issue ";"
? example.com letsencrypt
? *.example.com letsencrypt
refused issuance-forbidden

== nobody may issue wildcards: the plain name is served all the same
0 issue "digicert.com"
0 issuewild ";"
? example.com letsencrypt
? *.example.com letsencrypt
=>
0 issue "digicert.com"
0 issue "letsencrypt.org"
0 issuewild ";"
refused issuance-forbidden

== lifted: replaced in place
override
0 issue ";"
0 iodef "mailto:a@example.com"
? example.com letsencrypt
? *.example.com letsencrypt
=>
0 issue "letsencrypt.org"
0 iodef "mailto:a@example.com"

== lifted for the plain name: wildcards stay forbidden
override
0 issue ";"
? example.com letsencrypt
=>
0 issue "letsencrypt.org"
0 issuewild ";"

== lifted for the wildcard: plain names stay forbidden
override
0 issue ";"
? *.example.com letsencrypt
=>
0 issue ";"
0 issuewild "letsencrypt.org"

== lifted for two CAs
override
0 issue "; policy=none"
? example.com letsencrypt
? *.example.com letsencrypt
? example.com google
? *.example.com google
=>
0 issue "letsencrypt.org"
0 issue "pki.goog"

== lifted under issuewild only
override
0 issue "digicert.com"
0 issuewild ";"
? *.example.com letsencrypt
=>
0 issue "digicert.com"
0 issuewild "letsencrypt.org"

== a critical tag that nobody knows
0 issue "digicert.com"
128 tbs "x"
? example.com letsencrypt
refused critical-unknown-tag

== a critical tag that one implementation does not know: no help for a CA whose own is not known, and no harm for the next
0 issue "digicert.com"
128 contactemail "a@example.com"
? example.com sectigo
? *.example.com sectigo
refused critical-unknown-tag

== a CA with several identities: the first published one
0 issue "digicert.com"
? example.com sectigo
? *.example.com sectigo
=>
0 issue "digicert.com"
0 issue "sectigo.com"

== a CA that has ended its service
0 issue "digicert.com"
? example.com buypass
refused ca-ended

== the name in capitals, which one implementation does not take for its own
0 issue "LetsEncrypt.org"
? example.com letsencrypt
? *.example.com letsencrypt
=>
0 issue "LetsEncrypt.org"
0 issue "letsencrypt.org"

== allowed already: nothing to do
0 issue "letsencrypt.org"
? example.com letsencrypt
? *.example.com letsencrypt
nothing

== undecided: nothing to do
0 issue "letsencrypt.org; accounturi=https://ca.example/1"
? example.com letsencrypt
nothing
]]

--- Cases as tables: records, asks, wanted set, refusals.
local function parse(text)
  local cases = {}
  local case, in_result
  for line in text:gmatch("[^\n]+") do
    local title = line:match("^== (.*)$")
    if title then
      case = { title = title, records = {}, asks = {}, refused = {} }
      cases[#cases + 1] = case
      in_result = false
    elseif line == "=>" then
      in_result, case.result = true, {}
    elseif line:find("^%? ") then
      table.insert(case.asks, line:sub(3))
    elseif line:find("^refused ") then
      table.insert(case.refused, line:sub(9))
    elseif line == "override" then
      case.override = true
    elseif line == "nothing" then
      case.nothing = true
    else
      table.insert(in_result and case.result or case.records, line)
    end
  end
  return cases
end

describe("the plan", function()
  for _, case in ipairs(parse(CASES)) do
    it(case.title, function()
      local changes = sets.plan(case.records, case.asks, case)
      local refused, result = {}, nil
      for _, change in ipairs(changes) do
        assert.is_string(change.why)
        assert.is_true(#change.decisions > 0)
        if change.refused then
          refused[#refused + 1] = change.refused
        else
          assert.is_nil(result, "two changes of one RRset")
          result = change.result
        end
      end
      assert.same(case.refused, refused)
      assert.same(case.result, result)
      -- what is planned is enough: asking again finds nothing to do
      if result then
        local again = sets.plan(result, case.asks, case)
        for _, change in ipairs(again) do
          assert.is_string(change.refused, "a second plan wants " .. table.concat(change.result, " | "))
        end
      end
    end)
  end

  it("says who gets what, and keeps the wildcards' sentence for when it is true", function()
    local both = sets.plan({ '0 issue "digicert.com"' }, { "example.com letsencrypt", "*.example.com letsencrypt" })[1]
    assert.equal("lets Let's Encrypt issue for example.com and *.example.com", both.why)
    local plain = sets.plan({ '0 issue "digicert.com"' }, { "example.com letsencrypt" })[1]
    assert.truthy(plain.why:find("wildcards keep the issuers they had, through issuewild", 1, true))
  end)

  it("says through which alias a set was found", function()
    local change = sets.plan({ '0 issue "digicert.com"' }, { "www.example.com letsencrypt" }, {
      owner = "edge.example.net",
      aliases = { { owner = "www.example.com", target = "edge.example.net", type = "CNAME" } },
    })[1]
    assert.equal("edge.example.net", change.owner)
    assert.truthy(change.why:find("www.example.com is an alias of edge.example.net", 1, true))
  end)

  it("refuses a set that lies in no zone file, and shows the one that is wanted", function()
    local change = sets.plan({ '0 issue "digicert.com"' }, { "www.example.com letsencrypt" }, { no_zone = true })[1]
    assert.equal("not-editable", change.refused)
    assert.same({ '0 issue "digicert.com"', '0 issue "letsencrypt.org"', '0 issuewild "digicert.com"' }, change.result)
    assert.truthy(change.why:find("a closer RRset at www.example.com would replace what it inherits", 1, true))
  end)

  it("counts records that stand beside: after which of the zone each is put", function()
    local change = sets.plan({ '0 iodef "mailto:a@b.c"', '0 issue "digicert.com"', '0 issue "pki.goog"', '0 contactemail "x@y.z"' },
      { "example.com letsencrypt" })[1]
    assert.same({ "issue letsencrypt.org 3 -", "issuewild digicert.com 3 2", "issuewild pki.goog 3 3" }, (function()
      local list = {}
      for i, new in ipairs(change.add) do
        list[i] = ("%s %s %d %s"):format(new.tag, new.value, new.after, new.copy or "-")
      end
      return list
    end)())
  end)

  it("refuses names that no CA may issue for", function()
    local decision = { verdict = "denied", reason = "name-not-issuable", name = "x.local", wildcard = false }
    local changes = require("issuable.fixes.plan").changes({ decision }, { now = sets.NOW })
    assert.equal(1, #changes)
    assert.equal("name-not-issuable", changes[1].refused)
  end)
end)
