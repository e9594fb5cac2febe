-- Deciding from Answers and property lists by hand: what the text cases cannot show.
-- SPDX-License-Identifier: MIT
-- RFC 8659, RFC 8657; shapes of Question, Answer and Decision.

local authorities = require "issuable.authorities"
local caa = require "issuable.caa"
local decide = require "issuable.decide"
local scale = require "spec.support.scale"
local words = require "issuable.decide.words"

local function properties(...)
  local list = {}
  for i, text in ipairs { ... } do
    local flags, tag, value = text:match("^(%d+) (%S+) (.*)$")
    list[i] = caa.property(tonumber(flags), tag, value)
  end
  return list
end

local function found(...)
  return { view = "zones", name = "www.example.com", status = "found", found_at = "example.com", rrset = { properties = properties(...) } }
end

local function question(fields)
  local q = { name = "www.example.com", wildcard = false, ca = { domain = "ca.test" }, now = 1795392000 }
  for key, value in pairs(fields or {}) do
    q[key] = value
  end
  return q
end

describe("a decision", function()
  it("carries its question, its answer and the CA", function()
    local answer = found("0 issue ca.test")
    local asked = question { ca = { id = "one", name = "One", identities = { { domain = "ca.test", status = "published" } } } }
    local decision = decide.decide(asked, answer)
    assert.are.equal("zones", decision.view)
    assert.are.equal("www.example.com", decision.name)
    assert.is_false(decision.wildcard)
    assert.are.equal("one", decision.ca)
    assert.are.equal(asked.ca, decision.authority)
    assert.are.equal(asked, decision.question)
    assert.are.equal(answer, decision.answer)
    assert.are.equal(answer.rrset.properties[1], decision.matched)
    assert.are.same({}, decision.requests)
    assert.are.same({ "strict", "boulder", "mpic" }, decision.behaviour)
    assert.is_true(decision.portable)
    assert.is_nil(decision.differs)
  end)

  it("names the one behaviour that was asked or that the CA has", function()
    assert.are.equal("boulder", decide.decide(question { behaviour = "boulder" }, found("0 issue ca.test")).behaviour)
    local ca = { id = "x", behaviour = "mpic", identities = { { domain = "ca.test", status = "published" } } }
    assert.are.equal("mpic", decide.decide(question { ca = ca }, found("0 issue ca.test")).behaviour)
    assert.are.equal("strict", decide.decide(question { ca = ca, behaviour = "strict" }, found("0 issue ca.test")).behaviour)
  end)

  it("refuses a behaviour that does not exist: that is a mistake of the program", function()
    assert.has_error(function()
      decide.decide(question { behaviour = "lax" }, found("0 issue ca.test"))
    end, "no such behaviour: lax")
  end)

  it("says that behaviours differ even when the CA's own is known", function()
    local decision = decide.decide(question { behaviour = "strict" }, found("1 tbs x", "0 issue ca.test"))
    assert.are.equal("allowed", decision.verdict)
    assert.is_false(decision.portable)
    assert.are.same({ verdict = "denied", reason = "critical-unknown-tag" }, decision.differs.boulder)
    assert.are.same({ verdict = "allowed", reason = "issuer-match" }, decision.differs.mpic)
  end)

  it("blames the properties over which behaviours part", function()
    local answer = found("0 issue ca.test", "1 tbs x")
    local decision = decide.decide(question(), answer)
    assert.are.equal("ca-dependent", decision.reason)
    assert.are.same({ answer.rrset.properties[2] }, decision.blamed)
    assert.are.equal(
      "CAs read these records differently: strict: allowed (issuer-match), boulder: denied (critical-unknown-tag), mpic: allowed (issuer-match)",
      decision.detail
    )
  end)

  it("keeps each reason of an answer that is not known, and takes no other for one", function()
    for _, reason in ipairs { "outside-zones", "zone-broken", "zone-ambiguous", "servers-disagree", "unresolved-name", "dnssec-unchecked" } do
      local decision = decide.decide(question(), { status = "unknown", reason = reason, detail = "why" })
      assert.are.same({ "undecided", reason, "why" }, { decision.verdict, decision.reason, decision.detail })
    end
    local decision = decide.decide(question(), { status = "unknown", reason = "made-up" })
    assert.are.same({ "undecided", "lookup-failed" }, { decision.verdict, decision.reason })
  end)

  it("is undecided after a failed lookup, whoever asks", function()
    local decision = decide.decide(question(), { status = "failed", reason = "alias-loop" })
    assert.are.same({ "undecided", "lookup-failed", "alias-loop" }, { decision.verdict, decision.reason, decision.detail })
  end)

  it("is a refusal when DNSSEC says that the answer is forged, whatever it says", function()
    for _, answer in ipairs { found("0 issue ca.test"), { status = "none" }, { status = "failed" } } do
      answer.security = "bogus"
      local decision = decide.decide(question(), answer)
      assert.are.same({ "denied", "dnssec-bogus" }, { decision.verdict, decision.reason })
    end
  end)

  it("is open when members of the set may be missing", function()
    local answer = found("0 issue ca.test")
    answer.rrset.complete = false
    local decision = decide.decide(question(), answer)
    assert.are.same({ "undecided", "unresolved-name" }, { decision.verdict, decision.reason })
  end)

  it("takes empty lists of accounts and methods as not known", function()
    local decision = decide.decide(question { accounts = {}, methods = {} }, found("0 issue ca.test; accounturi=https://ca.test/1"))
    assert.are.same({ "account-unknown", "account" }, { decision.reason, decision.needs })
  end)

  it("blames every property that came as near", function()
    local answer = found("0 issue ca.test; accounturi=https://ca.test/1", "0 issue other.test", "0 issue ca.test; accounturi=https://ca.test/2")
    local decision = decide.decide(question { accounts = { "https://ca.test/3" } }, answer)
    assert.are.equal("account-mismatch", decision.reason)
    assert.are.same({ answer.rrset.properties[1], answer.rrset.properties[3] }, decision.blamed)
    assert.are.equal(answer.rrset.properties[1], decision.near)
  end)

  it("leaves its question and answer as they were", function()
    local ca = { id = "x", identities = { { domain = "CA.test", status = "published" } } }
    local asked, answer = question { ca = ca, methods = { "dns-01" } }, found("0 issue ca.test")
    assert.are.equal("allowed", decide.decide(asked, answer).verdict)
    assert.are.same({ { domain = "CA.test", status = "published" } }, ca.identities)
    assert.are.same({ "dns-01" }, asked.methods)
    assert.are.equal(1, #answer.rrset.properties)
  end)
end)

describe("authorises", function()
  local function says(...)
    local verdict, reason = decide.authorises(...)
    return { verdict, reason }
  end

  it("answers for a list, without a lookup", function()
    local list = properties("0 issue ca.test; accounturi=https://ca.test/1; validationmethods=dns-01", "0 issuewild ;")
    assert.are.same({ "allowed", "issuer-match" }, says(list, false, "ca.test", "https://ca.test/1", "dns-01"))
    assert.are.same({ "undecided", "account-unknown" }, says(list, false, "ca.test", nil, "dns-01"))
    assert.are.same({ "undecided", "method-unknown" }, says(list, false, "ca.test", "https://ca.test/1"))
    assert.are.same({ "denied", "issuance-forbidden" }, says(list, true, "ca.test", "https://ca.test/1", "dns-01"))
    assert.are.same({ "denied", "issuer-mismatch" }, says(list, false, "other.test"))
  end)

  it("takes an empty list as no set at all", function()
    assert.are.same({ "allowed", "no-caa" }, says({}, true, "ca.test"))
  end)

  it("takes one behaviour, the CA's own or all", function()
    local list = properties("0 issue CA.test")
    assert.are.equal("undecided", (decide.authorises(list, false, "ca.test")))
    assert.are.equal("allowed", (decide.authorises(list, false, "ca.test", nil, nil, "strict")))
    local ca = { id = "x", behaviour = "boulder", identities = { { domain = "ca.test", status = "published" } } }
    assert.are.equal("denied", (decide.authorises(list, false, ca)))
  end)
end)

describe("the explanation", function()
  local function says(detail, fields, ...)
    assert.are.equal(detail, decide.decide(question(fields), found(...)).detail)
  end

  it("uses the words of CAA", function()
    says("issue \"digicert.com\" authorises only digicert.com", nil, "0 issue digicert.com")
    says("issue \"a.test\" and issue \"b.test\" authorise only a.test and b.test", nil, "0 issue a.test", "0 issue b.test")
    says("issue \";\" authorises nobody", nil, "0 issue ;")
    says("issue \";\" and issue \"\" authorise nobody", nil, "0 issue ;", "0 issue ")
    says("the CAA records at example.com hold no issue property, so they restrict no CA here", nil, "0 issuewild a.test")
    says("the CAA records at example.com hold no issue or issuewild property, so they restrict no CA here", { wildcard = true }, "0 iodef mailto:a@b.test")
    says("issue \"ca.test\" authorises ca.test", nil, "0 issue ca.test")
  end)

  it("names each issuer once, and counts the properties that are too many", function()
    says("issue \"a.test\" and issue \"a.test; x=1\" authorise only a.test", nil, "0 issue a.test", "0 issue a.test; x=1")
    says(
      "issue \"a.test\", issue \"b.test\", issue \"c.test\" and issue \"d.test\" authorise only a.test, b.test, c.test and d.test",
      nil,
      "0 issue a.test", "0 issue b.test", "0 issue c.test", "0 issue d.test"
    )
    says(
      "issue \"a.test\", issue \"b.test\", issue \"c.test\" and 2 more authorise only a.test, b.test, c.test and 2 more",
      nil,
      "0 issue a.test", "0 issue b.test", "0 issue c.test", "0 issue d.test", "0 issue e.test"
    )
  end)

  it("shows flags that are not 0", function()
    says("128 issue \"a.test\" authorises only a.test", nil, "128 issue a.test")
  end)

  it("names what would be accepted and what would be used", function()
    local account = { accounts = { "https://ca.test/2" } }
    says(
      "issue \"ca.test; accounturi=https://ca.test/1\" authorises only the account https://ca.test/1, not https://ca.test/2",
      account,
      "0 issue ca.test; accounturi=https://ca.test/1"
    )
    says(
      "issue \"ca.test; validationmethods=http-01,dns-01\" authorises only validation by http-01 or dns-01, not by tls-alpn-01",
      { methods = { "tls-alpn-01" } },
      "0 issue ca.test; validationmethods=http-01,dns-01"
    )
    says(
      "issue \"ca.test; accounturi=https://ca.test/1\" authorises only the account https://ca.test/1",
      nil,
      "0 issue ca.test; accounturi=https://ca.test/1"
    )
  end)

  it("never shows a byte that a terminal obeys", function()
    local decision = decide.decide(question { accounts = { "\27[31m\n" } }, found("0 issue ca.test; accounturi=https://ca.test/1"))
    assert.is_truthy(decision.detail:find("not \\027[31m\\010", 1, true))
    assert.are.equal("a\\000b\\255", words.printable("a\0b\255"))
    decision = decide.decide(question(), found("0 issue \27[2J.test"))
    assert.is_nil(decision.detail:find("[^\32-\126]"))
  end)
end)

describe("everyone", function()
  local directory = assert(authorities.new())

  local function ids(list)
    local names = {}
    for i, entry in ipairs(list) do
      names[i] = entry.id
    end
    return table.concat(names, " ")
  end

  it("is every CA when nothing restricts", function()
    local result = decide.everyone({ status = "none", name = "a.test" }, false, directory)
    assert.is_true(result.anyone)
    assert.are.equal("no CAA record stands at the name or above it, so every CA may issue", result.why)
    result = decide.everyone(found("0 issuewild digicert.com"), false, directory)
    assert.is_true(result.anyone)
    assert.are.same({}, result.allowed)
  end)

  it("is nobody when every issuer is empty or a critical tag is unknown", function()
    local result = decide.everyone(found("0 issue ;"), false, directory)
    assert.is_false(result.anyone)
    assert.are.same({ "", "", "issue \";\" authorises nobody" }, { ids(result.allowed), ids(result.undecided), result.why })
    result = decide.everyone(found("0 issue letsencrypt.org", "128 tbs x"), true, directory)
    assert.are.same({ false, "", "" }, { result.anyone, ids(result.allowed), ids(result.undecided) })
    assert.is_truthy(result.why:find("its tag unknown", 1, true))
  end)

  it("names the CAs of the directory and the names that nobody there has", function()
    local result = decide.everyone(found("0 issue letsencrypt.org", "0 issue pki.goog", "0 issue stranger.test"), false, directory)
    assert.are.equal("google letsencrypt stranger.test", ids(result.allowed))
    assert.are.equal("issue \"pki.goog\"", result.allowed[1].why)
    assert.are.equal("Let's Encrypt", result.allowed[2].name)
    assert.are.same({}, result.undecided)
  end)

  it("names the terms", function()
    local result = decide.everyone(
      found("0 issue letsencrypt.org; accounturi=https://le.test/1; validationmethods=dns-01"),
      true,
      directory
    )
    assert.are.equal("letsencrypt", ids(result.allowed))
    assert.are.same({ "https://le.test/1" }, result.allowed[1].accounts)
    assert.are.same({ "dns-01" }, result.allowed[1].methods)
    assert.is_truthy(result.allowed[1].why:find("(only account https://le.test/1, only by dns-01)", 1, true))
  end)

  it("keeps what is contested and what depends on the CA apart", function()
    local result = decide.everyone(found("0 issue amazon.com"), false, directory)
    assert.are.same({ "amazon", "digicert" }, { ids(result.allowed), ids(result.undecided) })
    result = decide.everyone(found("0 issue LetsEncrypt.org", "0 issue PKI.goog"), false, directory)
    assert.are.same({ "", "google" }, { ids(result.allowed), ids(result.undecided) })
    result = decide.everyone(found("0 issue letsencrypt.org", "0 issue pki.goog", "1 tbs x"), false, directory)
    assert.are.same({ "", "google" }, { ids(result.allowed), ids(result.undecided) })
  end)

  it("knows which CAs would refuse a set that restricts nobody else", function()
    local result = decide.everyone(found("128 contactemail a@b.test"), false, directory)
    assert.is_false(result.anyone)
    assert.is_nil((" " .. ids(result.undecided) .. " "):find(" letsencrypt ", 1, true))
    assert.is_truthy((" " .. ids(result.undecided) .. " "):find(" digicert ", 1, true))
    result = decide.everyone(found("128 contactemail a@b.test"), false, directory, { behaviour = "strict" })
    assert.is_true(result.anyone)
    result = decide.everyone(found("128 contactemail a@b.test"), false, directory, { behaviour = "boulder" })
    assert.are.same({ false, "", "" }, { result.anyone, ids(result.allowed), ids(result.undecided) })
  end)

  it("says when a CA issues no more", function()
    local result = decide.everyone(found("0 issue buypass.com"), false, directory)
    assert.are.equal("issue \"buypass.com\", but it issues no more since 2025-10-31", result.allowed[1].why)
  end)

  it("is not known where the answer is not", function()
    local result = decide.everyone({ status = "unknown", reason = "outside-zones", detail = "no zone" }, false, directory)
    assert.are.same({ false, "no zone" }, { result.anyone, result.why })
  end)

  it("stays fast for a set of very many issuers", function()
    local answer = found()
    local count = math.min(scale(1500), 1500)
    for i = 1, count do
      answer.rrset.properties[i] = caa.property(0, "issue", ("ca%d.test"):format(i))
    end
    local start = os.clock()
    local result = decide.everyone(answer, false, directory)
    assert.are.equal(count, #result.allowed)
    assert.is_true(os.clock() - start < 3)
  end)
end)

describe("issuers", function()
  it("lists whom a set authorises, for names and for wildcards", function()
    assert.are.same(
      { issue = { "a.test", "b.test" }, issuewild = { "c.test" } },
      decide.issuers(found("0 issue a.test", "0 issue B.test; x=1", "0 issue a.test; y=2", "0 issue ;", "0 issue bad.", "0 issuewild c.test"))
    )
    assert.are.same({ issue = { "a.test" }, issuewild = { "a.test" } }, decide.issuers(found("0 issue a.test")))
    assert.are.same({ issuewild = {} }, decide.issuers(found("0 issuewild ;")))
    assert.are.same({ issue = {}, issuewild = {} }, decide.issuers(found("0 issue a.test", "128 tbs x")))
    assert.are.same({}, decide.issuers { status = "none" })
    assert.is_nil(decide.issuers { status = "failed" })
    assert.is_nil(decide.issuers { status = "unknown" })
  end)
end)
