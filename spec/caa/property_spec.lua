-- CAA properties, case by case: the grammar of issue values, parameters, iodef, tags, flags.
-- SPDX-License-Identifier: MIT
-- RFC 8659 section 4, RFC 8657 sections 3 and 4, RFC 9495 section 3; section numbers stand beside the cases.

local caa = require "issuable.caa"
local support = require "spec.caa.support"

-- "value" → issuer {tag=value …}   or   ✗ kind byte (visible domain). An empty issuer is written nobody.
local ISSUE = [==[
# RFC 8659 section 4.2: examples of the text
"ca1.example.net"                                        → ca1.example.net
"ca2.example.org"                                        → ca2.example.org
";"                                                      → nobody
"ca1.example.net; account=230123"                        → ca1.example.net {account=230123}
"ca1.example.net; policy=ev"                             → ca1.example.net {policy=ev}
"%%%%%"                                                  ✗ bad-issuer 1
# RFC 8659 section 4.2: issue-value = *WSP [issuer-domain-name *WSP] [";" *WSP [parameters *WSP]]
""                                                       → nobody
" "                                                      → nobody
"\t \t"                                                  → nobody
" ;"                                                     → nobody
"; "                                                     → nobody
" \t;\t "                                                → nobody
"letsencrypt.org"                                        → letsencrypt.org
" letsencrypt.org"                                       → letsencrypt.org
"letsencrypt.org "                                       → letsencrypt.org
"\tletsencrypt.org\t"                                    → letsencrypt.org
"letsencrypt.org;"                                       → letsencrypt.org
"letsencrypt.org ;"                                      → letsencrypt.org
"letsencrypt.org; "                                      → letsencrypt.org
"  letsencrypt.org  ;  "                                 → letsencrypt.org
"letsencrypt.org\n"                                      ✗ bad-issuer 16 (letsencrypt.org)
"\rletsencrypt.org"                                      ✗ bad-issuer 1 (letsencrypt.org)
"letsencrypt.org sectigo.com"                            ✗ missing-semicolon 17 (letsencrypt.org)
"letsencrypt.org accounturi=https://ca.example/1"        ✗ missing-semicolon 17 (letsencrypt.org)
"letsencrypt.org, sectigo.com"                           ✗ bad-issuer 16 (letsencrypt.org)
"letsencrypt.org\000"                                    ✗ bad-issuer 16 (letsencrypt.org)
"letsencrypt.org\000.evil.example"                       ✗ bad-issuer 16 (letsencrypt.org)
# RFC 8659 section 4.2: issuer-domain-name = label *("." label)
"com"                                                    → com
"a"                                                      → a
"1"                                                      → 1
"a.b.c.d.e.f"                                            → a.b.c.d.e.f
"1.2.3.4"                                                → 1.2.3.4
"LetsEncrypt.ORG"                                        → LetsEncrypt.ORG
"xn--80akhbyknj4f.example"                               → xn--80akhbyknj4f.example
"."                                                      ✗ bad-issuer 1
"letsencrypt.org."                                       ✗ bad-issuer 17 (letsencrypt.org)
".letsencrypt.org"                                       ✗ bad-issuer 1 (letsencrypt.org)
"letsencrypt..org"                                       ✗ bad-issuer 13
"*.letsencrypt.org"                                      ✗ bad-issuer 1 (letsencrypt.org)
"lets_encrypt.org"                                       ✗ bad-issuer 5
"_caa.example.org"                                       ✗ bad-issuer 1
"b\195\188cher.example"                                  ✗ bad-issuer 2
"letsencrypt.org:443"                                    ✗ bad-issuer 16 (letsencrypt.org)
"letsencrypt.org/acme"                                   ✗ bad-issuer 16 (letsencrypt.org)
"https://letsencrypt.org"                                ✗ bad-issuer 6 (letsencrypt.org)
"https://acme-v02.api.letsencrypt.org/directory"         ✗ bad-issuer 6 (acme-v02.api.letsencrypt.org)
"ca@letsencrypt.org"                                     ✗ bad-issuer 3 (letsencrypt.org)
"mailto:ca@letsencrypt.org"                              ✗ bad-issuer 7 (letsencrypt.org)
"\"letsencrypt.org\""                                    ✗ bad-issuer 1 (letsencrypt.org)
"'letsencrypt.org'"                                      ✗ bad-issuer 1 (letsencrypt.org)
"\226\128\156letsencrypt.org\226\128\157"                ✗ bad-issuer 1 (letsencrypt.org)
"letsencrypt.org\194\160"                                ✗ bad-issuer 16 (letsencrypt.org)
"\239\187\191letsencrypt.org"                            ✗ bad-issuer 1 (letsencrypt.org)
"letsencrypt.org\226\132\162"                            ✗ bad-issuer 16
"Let's Encrypt Authority X3"                             ✗ bad-issuer 4
"Lets Encrypt"                                           ✗ missing-semicolon 6
"0 issue letsencrypt.org"                                ✗ missing-semicolon 3 (letsencrypt.org)
"1.2.3.4."                                               ✗ bad-issuer 9
"1.2.3.x4."                                              ✗ bad-issuer 10 (1.2.3.x4)
"CAA 0 issue \"letsencrypt.org\""                        ✗ missing-semicolon 5 (letsencrypt.org)
# RFC 8659 section 4.2: label = (ALPHA / DIGIT) *( *("-") (ALPHA / DIGIT))
"a-b.example"                                            → a-b.example
"a--b.example"                                           → a--b.example
"a-------b-c.example"                                    → a-------b-c.example
"-a.example"                                             ✗ bad-issuer 1 (a.example)
"a-.example"                                             ✗ bad-issuer 2
"a.-example"                                             ✗ bad-issuer 3
"a.example-"                                             ✗ bad-issuer 10 (a.example)
"a.example--"                                            ✗ bad-issuer 10 (a.example)
"-"                                                      ✗ bad-issuer 1
"a - b"                                                  ✗ missing-semicolon 3
# RFC 8659 section 4.2: parameters = (parameter *WSP ";" *WSP parameters) / parameter
"ca.example;a=1"                                         → ca.example {a=1}
"ca.example;a=1;b=2"                                     → ca.example {a=1} {b=2}
"ca.example ; a=1 ; b=2 ; c=3 "                          → ca.example {a=1} {b=2} {c=3}
"ca.example\t;\ta=1\t;\tb=2\t"                           → ca.example {a=1} {b=2}
"; a=1"                                                  → nobody {a=1}
" ; a=1; b=2"                                            → nobody {a=1} {b=2}
"ca.example; a=1; a=2; a=1"                              → ca.example {a=1} {a=2} {a=1}
"ca.example; a=1; A=2"                                   → ca.example {a=1} {A=2}
"ca.example; a=1;"                                       ✗ trailing-semicolon 16 (ca.example)
"ca.example; a=1 ; "                                     ✗ trailing-semicolon 17 (ca.example)
"; a=1;"                                                 ✗ trailing-semicolon 6
"ca.example;;"                                           ✗ empty-parameter 12 (ca.example)
"ca.example; ;"                                          ✗ empty-parameter 13 (ca.example)
"ca.example;;a=1"                                        ✗ empty-parameter 12 (ca.example)
"ca.example;a=1;;b=2"                                    ✗ empty-parameter 16 (ca.example)
"ca.example;a=1; ;"                                      ✗ empty-parameter 17 (ca.example)
";;"                                                     ✗ empty-parameter 2
"ca.example, a=1"                                        ✗ bad-issuer 11 (ca.example)
"ca.example; a=1, b=2"                                   ✗ bad-value 17 (ca.example)
"ca.example; a=1,b=2"                                    → ca.example {a=1,b=2}
"ca.example; a=1\n; b=2"                                 ✗ bad-value 16 (ca.example)
# RFC 8659 section 4.2: parameter = tag *WSP "=" *WSP value
"ca.example; a =1"                                       → ca.example {a=1}
"ca.example; a= 1"                                       → ca.example {a=1}
"ca.example; a \t = \t 1"                                → ca.example {a=1}
"ca.example; a"                                          ✗ bad-parameter 14 (ca.example)
"ca.example; a "                                         ✗ bad-parameter 15 (ca.example)
"ca.example; a; b=1"                                     ✗ bad-parameter 14 (ca.example)
"ca.example; =1"                                         ✗ bad-parameter 13 (ca.example)
"ca.example; ="                                          ✗ bad-parameter 13 (ca.example)
"ca.example; cool policy=ev"                             ✗ bad-parameter 18 (ca.example)
"ca.example; a:1"                                        ✗ bad-parameter 14 (ca.example)
"ca.example; sectigo.com"                                ✗ bad-parameter 20 (ca.example)
"; letsencrypt.org"                                      ✗ bad-parameter 14 (letsencrypt.org)
"; accounturi=https://ca.example/1;"                     ✗ trailing-semicolon 34
# RFC 8659 section 4.2: tag = (ALPHA / DIGIT) *( *("-") (ALPHA / DIGIT))
"ca.example; a1=x"                                       → ca.example {a1=x}
"ca.example; 1=x"                                        → ca.example {1=x}
"ca.example; a-b=x"                                      → ca.example {a-b=x} hyphen
"ca.example; a=x; c; b-b=y"                              ✗ bad-parameter 19 (ca.example)
"ca.example; a=x; a---b=y; c=z"                          → ca.example {a=x} {a---b=y} {c=z} hyphen
"ca.example; -a=x"                                       ✗ bad-parameter 13 (ca.example)
"ca.example; a-=x"                                       ✗ bad-parameter 14 (ca.example)
"ca.example; a- =x"                                      ✗ bad-parameter 14 (ca.example)
"ca.example; a_b=x"                                      ✗ bad-parameter 14 (ca.example)
"ca.example; a.b=x"                                      ✗ bad-parameter 14 (ca.example)
"ca.example; \195\169=x"                                 ✗ bad-parameter 13 (ca.example)
"ca.example; a\000=x"                                    ✗ bad-parameter 14 (ca.example)
# RFC 8659 section 4.2: value = *(%x21-3A / %x3C-7E)
"ca.example; a="                                         → ca.example {a=}
"ca.example; a= "                                        → ca.example {a=}
"ca.example; a=;b="                                      → ca.example {a=} {b=}
"ca.example; a=b=c"                                      → ca.example {a=b=c}
"ca.example; a=="                                        → ca.example {a==}
"ca.example; a=!~:<>@[]^`{|}\""                          → ca.example {a=!~:<>@[]^`{|}"}
"ca.example; a=\\"                                       → ca.example {a=\\}
"ca.example; a=b c"                                      ✗ bad-value 16 (ca.example)
"ca.example; a=b\tc"                                     ✗ bad-value 16 (ca.example)
"ca.example; a=b \000"                                   ✗ bad-value 16 (ca.example)
"ca.example; a=b\000c"                                   ✗ bad-value 16 (ca.example)
"ca.example; a=\127"                                     ✗ bad-value 15 (ca.example)
"ca.example; policy=m\195\182tley"                       ✗ bad-value 21 (ca.example)
# RFC 8657 section 3: accounturi
"ca1.example.net; accounturi=https://ca.example/acct/123"   → ca1.example.net {accounturi=https://ca.example/acct/123}
"ca.example; accounturi=https://a.example/?x=1&y=2#z"    → ca.example {accounturi=https://a.example/?x=1&y=2#z}
"ca.example; accounturi=https://a.example/1;x"           ✗ bad-parameter 45 (ca.example)
"ca.example; accounturi=https://a.example/a%3Bb"         → ca.example {accounturi=https://a.example/a%3Bb}
"ca.example; accounturi=\"https://a.example/1\""         → ca.example {accounturi="https://a.example/1"}
"ca.example; AccountURI=https://a.example/1"             → ca.example {AccountURI=https://a.example/1}
"ca.example; accounturi="                                → ca.example {accounturi=}
"ca.example; account-uri=https://a.example/1"            → ca.example {account-uri=https://a.example/1} hyphen
# RFC 8657 section 3: several accounturi parameters are kept, so that the property can be found unsatisfiable
"ca.example; accounturi=https://a/1; accounturi=https://a/2"   → ca.example {accounturi=https://a/1} {accounturi=https://a/2}
# RFC 8657 section 4: validationmethods
"ca.example; validationmethods=dns-01"                   → ca.example {validationmethods=dns-01}
"ca.example; validationmethods=dns-01,http-01"           → ca.example {validationmethods=dns-01,http-01}
"ca.example; validationmethods=dns-01, http-01"          ✗ bad-value 38 (ca.example)
"ca.example; validationmethods=dns-01 http-01"           ✗ bad-value 37 (ca.example)
"ca.example; validationmethods=ca-special,"              → ca.example {validationmethods=ca-special,}
"ca.example; validationmethods="                         → ca.example {validationmethods=}
"ca.example; validation-methods=dns-01"                  → ca.example {validation-methods=dns-01} hyphen
# RFC 8657 appendix A: both together
"ca.example; accounturi=https://ca.example/1; validationmethods=dns-01" → ca.example {accounturi=https://ca.example/1} {validationmethods=dns-01}
# Seen in the wild: what a CDN publishes for its partner CAs
"digicert.com; cansignhttpexchanges=yes"                 → digicert.com {cansignhttpexchanges=yes}
"pki.goog; cansignhttpexchanges=yes"                     → pki.goog {cansignhttpexchanges=yes}
]==]

-- The whole of a property as one line, in the notation of the cases.
local function shown(property)
  if property.malformed then
    local guess = property.issuer_guess and (" (%s)"):format(property.issuer_guess) or ""
    return ("✗ %s %d%s"):format(property.malformed_kind, property.malformed_at, guess)
  end
  local out = { "→ " .. (property.issuer == "" and "nobody" or property.issuer) }
  for _, parameter in ipairs(property.parameters) do
    out[#out + 1] = ("{%s=%s}"):format(parameter.tag, parameter.value)
  end
  out[#out + 1] = property.hyphen and "hyphen" or nil
  return table.concat(out, " ")
end

describe("an issue value", function()
  for _, case in ipairs(support.lines(ISSUE)) do
    local quoted, wanted = case.text:match('^"(.*)"%s+([→✗].*)$')
    it(("%s: %s"):format(case.section, case.text), function()
      local value = support.octets(quoted)
      for _, tag in ipairs { "issue", "issuewild", "issuemail", "issuevmc" } do
        local property = caa.property(0, tag, value)
        assert.equal(support.octets(wanted), shown(property))
        assert.equal(tag, property.kind)
        assert.equal(value, property.value)
      end
    end)
  end

  it("gives nothing away when it is malformed: no issuer, no parameters", function()
    local property = caa.property(0, "issue", "ca.example; a=1;")
    assert.is_nil(property.issuer)
    assert.same({}, property.parameters)
    assert.equal("a semicolon follows the last parameter: ';' at byte 16", property.malformed)
  end)

  it("has messages without control characters", function()
    assert.equal("the issuer is not a domain name: \\027 at byte 3", caa.property(0, "issue", "ca\27[31m").malformed)
    assert.equal("the issuer is not a domain name: the value ends too early", caa.property(0, "issue", "ca.").malformed)
  end)

  it("is not cut at a NUL, as in C", function()
    local property = caa.property(0, "issue", "ca.example; a=1\0; b=2")
    assert.equal("bad-value", property.malformed_kind)
    assert.equal("ca.example; a=1\0; b=2", property.value)
  end)

  it("may be long", function()
    local many = {}
    for i = 1, 5000 do
      many[i] = ("p%d=%d"):format(i, i)
    end
    local property = caa.property(0, "issue", "ca.example; " .. table.concat(many, "; "))
    assert.equal(5000, #property.parameters)
    assert.same({ tag = "p4999", value = "4999" }, property.parameters[4999])
    local label = ("a"):rep(60000)
    assert.equal(label, caa.property(0, "issue", label).issuer) -- the grammar has no bound; no CA has such a name
    assert.equal("bad-issuer", caa.property(0, "issue", label .. ".").malformed_kind)
    assert.equal("bad-issuer", caa.property(0, "issue", ("-"):rep(60000)).malformed_kind)
  end)
end)

-- value → ok   or   ✗ byte
local IODEF = [[
# RFC 8659 section 4.4: examples of the text
"mailto:security@example.com"            → ok
"https://iodef.example.com/"             → ok
"http://iodef.example.com/"              → ok
# RFC 8659 section 4.4: a mailto, http or https URL
"MailTo:security@example.com"            → ok
"mailto:a@example.com,b@example.com"     → ok
"mailto:a@example.com?subject=CAA%20hit" → ok
"https://iodef.example.com:8443/in?x=1#y"→ ok
"https://[2001:db8::1]/"                 → ok
"security@example.com"                   ✗ 1
"tel:+15551234"                          ✗ 1
"ftp://example.com/"                     ✗ 1
""                                       ✗ 1
";"                                      ✗ 1
"mailto"                                 ✗ 1
" mailto:a@example.com"                  ✗ 1
"mailto:"                                ✗ 8
"https:"                                 ✗ 1
"https:/example.com"                     ✗ 1
"https://"                               ✗ 9
"https:///path"                          ✗ 9
"https://?x"                             ✗ 9
"http://#x"                              ✗ 8
"mailto:a@example.com "                  ✗ 21
"mailto: a@example.com"                  ✗ 8
"mailto:a@b\195\188cher.example"         ✗ 11
"mailto:<a@example.com>"                 ✗ 8
"mailto:a@example.com\000"               ✗ 21
# RFC 3986 section 2.1: percent-encoding
"mailto:a%40b@example.com"               → ok
"mailto:a%4@example.com"                 ✗ 9
"mailto:a%zz@example.com"                ✗ 9
"mailto:a%"                              ✗ 9
"mailto:a%4"                             ✗ 9
]]

describe("an iodef value", function()
  for _, case in ipairs(support.lines(IODEF)) do
    local quoted, wanted = case.text:match('^"(.*)"%s*([→✗].*)$')
    it(("%s: %s"):format(case.section, case.text), function()
      local property = caa.property(0, "iodef", support.octets(quoted))
      assert.equal(wanted, property.malformed and ("✗ %d"):format(property.malformed_at) or "→ ok")
      assert.equal(property.malformed and "bad-url" or nil, property.malformed_kind)
      assert.equal("iodef", property.kind)
      assert.is_nil(property.issuer)
      assert.is_nil(property.issuer_guess)
    end)
  end
end)

-- tag → kind   (✗: no tag at all)
local TAGS = [[
# RFC 8659 section 4.1: tags are compared without case
issue          → issue
ISSUE          → issue
iSsUe          → issue
issuewild      → issuewild
IssueWild      → issuewild
iodef          → iodef
IODEF          → iodef
# RFC 9495 section 3
issuemail      → issuemail
IssueMail      → issuemail
# VMC requirements; Baseline Requirements appendix A
issuevmc       → issuevmc
contactemail   → contactemail
contactphone   → contactphone
# RFC 8659 section 4.5: anything else is unknown
issu           → unknown
issuer         → unknown
issuewil       → unknown
issuewildcard  → unknown
tbs            → unknown
auth           → unknown
path           → unknown
policy         → unknown
x1             → unknown
0              → unknown
unknown        → unknown
# RFC 8659 section 4.1: letters and digits only
is-sue         ✗ unknown
issue\032      ✗ unknown
\032issue      ✗ unknown
issue\000      ✗ unknown
is\000sue      ✗ unknown
issue_wild     ✗ unknown
\195\169       ✗ unknown
issue.         ✗ unknown
]]

describe("a property's tag", function()
  for _, case in ipairs(support.lines(TAGS)) do
    local written, mark, kind = case.text:match("^(%S+)%s+(%S+)%s+(%S+)$")
    it(("%s: %s"):format(case.section, case.text), function()
      local tag = support.octets(written)
      local property = caa.property(0, tag, "mailto:a@example.com")
      assert.equal(kind, property.kind)
      assert.equal(tag, property.tag_text)
      assert.equal(tag:lower(), property.tag)
      if mark == "✗" then
        assert.equal("bad-tag", property.malformed_kind)
      elseif kind == "unknown" then
        assert.is_nil(property.malformed)
      end
    end)
  end

  it("RFC 8659 section 4.1: is not empty, and not longer than 255 octets", function()
    assert.equal("bad-tag", caa.property(0, "", "x").malformed_kind)
    assert.is_nil(caa.property(0, ("a"):rep(255), "x").malformed)
    assert.equal("bad-tag", caa.property(0, ("a"):rep(256), "x").malformed_kind)
    assert.equal("bad-tag", caa.property(0, ("a"):rep(5000), "x").malformed_kind)
  end)
end)

describe("flags", function()
  it("RFC 8659 section 4.1: bit 0, the highest, is issuer critical; the others mean nothing", function()
    for flags = 0, 255 do
      local property = caa.property(flags, "issue", ";")
      assert.equal(flags, property.flags)
      assert.equal(flags >= 128, property.critical)
    end
  end)
end)

describe("a property", function()
  it("has the parts of the contract and no others", function()
    assert.same({
      flags = 0,
      critical = false,
      tag = "issue",
      tag_text = "Issue",
      value = "letsencrypt.org; validationmethods=dns-01",
      kind = "issue",
      issuer = "letsencrypt.org",
      parameters = { { tag = "validationmethods", value = "dns-01" } },
      hyphen = false,
      text = '0 Issue "letsencrypt.org; validationmethods=dns-01"',
    }, caa.property(0, "Issue", "letsencrypt.org; validationmethods=dns-01"))
    assert.same({
      flags = 128,
      critical = true,
      tag = "tbs",
      tag_text = "tbs",
      value = "Unknown",
      kind = "unknown",
      parameters = {},
      text = '128 tbs "Unknown"',
    }, caa.property(128, "tbs", "Unknown")) -- the example of RFC 8659 section 4.5
  end)
end)
