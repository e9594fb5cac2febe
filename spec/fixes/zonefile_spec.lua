-- Zone files before and after, byte for byte: the new line looks like its neighbours, and nothing else moves.
-- SPDX-License-Identifier: MIT
-- RFC 1035 section 5.1. A case: `== title`, the zone, `? asks`, `=>` the zone after, or `refused CODE`.
-- Written for the eye: \t is a tab, \r a CR, \z at the end takes the last newline away. Unless it says `raw`, a zone starts with the
-- six lines of PREAMBLE, whose serial counts from 7 to 8.

local zones = require "spec.fixes.support.zones"

local PREAMBLE = [[
$ORIGIN example.com.
$TTL 3600
; hidden primary
@ IN SOA ns hostmaster ( 7 7200 900 1209600 300 )
@ IN NS ns
ns IN A 192.0.2.1
]]

local CASES = [[
== blank owners stay blank
@               IN      CAA     0 issue "digicert.com"
                IN      CAA     0 iodef "mailto:security@example.com"
mail            IN      A       192.0.2.25
? example.com letsencrypt
? *.example.com letsencrypt
=>
@               IN      CAA     0 issue "digicert.com"
                IN      CAA     0 issue "letsencrypt.org"
                IN      CAA     0 iodef "mailto:security@example.com"
mail            IN      A       192.0.2.25

== the owner is inherited from a record of another type
@               IN      MX      10 ns
                IN      CAA     0 issue "digicert.com"
                IN      TXT     "x"
mail            IN      A       192.0.2.25
? example.com letsencrypt
? *.example.com letsencrypt
=>
@               IN      MX      10 ns
                IN      CAA     0 issue "digicert.com"
                IN      CAA     0 issue "letsencrypt.org"
                IN      TXT     "x"
mail            IN      A       192.0.2.25

== a blank line that follows keeps its owner
@ CAA 0 issue "digicert.com"
  MX 10 ns
? example.com letsencrypt
? *.example.com letsencrypt
=>
@ CAA 0 issue "digicert.com"
  CAA 0 issue "letsencrypt.org"
  MX 10 ns

== every line has its owner: so has the new one
@ CAA 0 issue "digicert.com"
@ MX 10 ns
? example.com letsencrypt
? *.example.com letsencrypt
=>
@ CAA 0 issue "digicert.com"
@ CAA 0 issue "letsencrypt.org"
@ MX 10 ns

== absolute owner, TTL before class
example.com. 300 IN CAA 0 issue "digicert.com"
? example.com letsencrypt
? *.example.com letsencrypt
=>
example.com. 300 IN CAA 0 issue "digicert.com"
example.com. 300 IN CAA 0 issue "letsencrypt.org"

== class before TTL, type in small letters
example.com.   IN 5m   caa   0 issue "digicert.com"
? example.com letsencrypt
? *.example.com letsencrypt
=>
example.com.   IN 5m   caa   0 issue "digicert.com"
example.com.   IN 5m   caa   0 issue "letsencrypt.org"

== relative owner under another $ORIGIN
$ORIGIN com.
example CAA 0 issue "digicert.com"
other.example A 192.0.2.7
$ORIGIN example.com.
last A 192.0.2.9
? example.com letsencrypt
? *.example.com letsencrypt
=>
$ORIGIN com.
example CAA 0 issue "digicert.com"
example CAA 0 issue "letsencrypt.org"
other.example A 192.0.2.7
$ORIGIN example.com.
last A 192.0.2.9

== a set below the apex
www CAA 0 issue "digicert.com"
www A 192.0.2.7
? www.example.com letsencrypt
? *.www.example.com letsencrypt
=>
www CAA 0 issue "digicert.com"
www CAA 0 issue "letsencrypt.org"
www A 192.0.2.7

== a set at a wildcard
* A 192.0.2.7
* CAA 0 issue "digicert.com"
? a.example.com letsencrypt
? *.b.example.com letsencrypt
=>
* A 192.0.2.7
* CAA 0 issue "digicert.com"
* CAA 0 issue "letsencrypt.org"

== blank owner after $ORIGIN: still the old name
@ MX 10 ns
$ORIGIN sub.example.com.
  CAA 0 issue "digicert.com"
host A 192.0.2.7
? example.com letsencrypt
? *.example.com letsencrypt
=>
@ MX 10 ns
$ORIGIN sub.example.com.
  CAA 0 issue "digicert.com"
  CAA 0 issue "letsencrypt.org"
host A 192.0.2.7

== tabs
@\t\tIN\tCAA\t0 issue\t"digicert.com"\t; bought in 2023
\t\tIN\tMX\t10 ns
? example.com letsencrypt
? *.example.com letsencrypt
=>
@\t\tIN\tCAA\t0 issue\t"digicert.com"\t; bought in 2023
\t\tIN\tCAA\t0 issue\t"letsencrypt.org"
\t\tIN\tMX\t10 ns

== a long owner over tabs
host.with.a.long.name\tIN\tCAA\t0 issue "digicert.com"
\t\t\tIN\tA\t192.0.2.7
? host.with.a.long.name.example.com letsencrypt
? *.host.with.a.long.name.example.com letsencrypt
=>
host.with.a.long.name\tIN\tCAA\t0 issue "digicert.com"
\t\t\tIN\tCAA\t0 issue "letsencrypt.org"
\t\t\tIN\tA\t192.0.2.7

== CRLF
@ CAA 0 issue "digicert.com"\r
mail A 192.0.2.25\r
? example.com letsencrypt
? *.example.com letsencrypt
=>
@ CAA 0 issue "digicert.com"\r
@ CAA 0 issue "letsencrypt.org"\r
mail A 192.0.2.25\r

== no final newline
mail A 192.0.2.25
@ CAA 0 issue "digicert.com"
\z
? example.com letsencrypt
? *.example.com letsencrypt
=>
mail A 192.0.2.25
@ CAA 0 issue "digicert.com"
@ CAA 0 issue "letsencrypt.org"
\z

== comments stay where they are
; before
@ CAA 0 issue "digicert.com" ; ticket 4711
; after
@ CAA 0 iodef "mailto:a;b@example.com" ; not \; a comment
? example.com letsencrypt
? *.example.com letsencrypt
=>
; before
@ CAA 0 issue "digicert.com" ; ticket 4711
@ CAA 0 issue "letsencrypt.org"
; after
@ CAA 0 iodef "mailto:a;b@example.com" ; not \; a comment

== parentheses are not cut
@ IN CAA ( 0   ; flags
           issue "digicert.com" ) ; bought
@ IN MX 10 ns
? example.com letsencrypt
? *.example.com letsencrypt
=>
@ IN CAA ( 0   ; flags
           issue "digicert.com" ) ; bought
@ IN CAA 0 issue "letsencrypt.org"
@ IN MX 10 ns

== parentheses from the start
@ ( 300
    IN CAA 0 issue "digicert.com"
  )
? example.com letsencrypt
? *.example.com letsencrypt
=>
@ ( 300
    IN CAA 0 issue "digicert.com"
  )
@ 300 IN CAA 0 issue "letsencrypt.org"

== values without quotes
@ CAA 0 issue digicert.com
? example.com letsencrypt
? *.example.com letsencrypt
=>
@ CAA 0 issue digicert.com
@ CAA 0 issue letsencrypt.org

== quotes where they are needed
@ CAA 0 issue digicert.com
@ CAA 0 issue letsencrypt.org\;validationmethods=http-01
? example.com letsencrypt method=dns-01
? *.example.com letsencrypt method=dns-01
=>
@ CAA 0 issue digicert.com
@ CAA 0 issue letsencrypt.org\;validationmethods=http-01
@ CAA 0 issue "letsencrypt.org;validationmethods=dns-01"

== values under each other
@ CAA 0 issue     "digicert.com"
@ CAA 0 issuewild "digicert.com"
@ CAA 0 iodef     "mailto:a@example.com"
? example.com letsencrypt
? *.example.com letsencrypt
=>
@ CAA 0 issue     "digicert.com"
@ CAA 0 issue     "letsencrypt.org"
@ CAA 0 issuewild "digicert.com"
@ CAA 0 issuewild "letsencrypt.org"
@ CAA 0 iodef     "mailto:a@example.com"

== values under each other, and a tag that is new there
@ CAA   0 issue        "digicert.com"
@ CAA   0 iodef        "mailto:a@example.com"
? example.com letsencrypt
=>
@ CAA   0 issue        "digicert.com"
@ CAA   0 issue        "letsencrypt.org"
@ CAA   0 issuewild    "digicert.com"
@ CAA   0 iodef        "mailto:a@example.com"

== copies are verbatim, escapes too
@ CAA 128 issue "digicert.com; a=\066" ; one
? example.com letsencrypt
=>
@ CAA 128 issue "digicert.com; a=\066" ; one
@ CAA 0 issue "letsencrypt.org"
@ CAA 128 issuewild "digicert.com; a=\066"

== the \# form is no model
@ TYPE257 \# 19 00 05 6973737565 64696769636572742E636F6D
? example.com letsencrypt
? *.example.com letsencrypt
=>
@ TYPE257 \# 19 00 05 6973737565 64696769636572742E636F6D
@ CAA 0 issue "letsencrypt.org"

== TYPE257 with words is
@ TYPE257 0 issue "digicert.com"
? example.com letsencrypt
? *.example.com letsencrypt
=>
@ TYPE257 0 issue "digicert.com"
@ TYPE257 0 issue "letsencrypt.org"

== a value is changed in place, its neighbours stay
@ 300 CAA 0   issue   "letsencrypt.org; validationmethods=dns-01;" ; ours
@ CAA 0 issue "digicert.com"
? example.com letsencrypt method=dns-01
? *.example.com letsencrypt method=dns-01
=>
@ 300 CAA 0   issue   "letsencrypt.org; validationmethods=dns-01" ; ours
@ CAA 0 issue "digicert.com"

== an empty issuer is replaced in place when told to
override
@ ( CAA 0 issue ";" ) ; nobody
? example.com letsencrypt
=>
@ ( CAA 0 issue "letsencrypt.org" ) ; nobody
@ CAA 0 issuewild ";"

== an empty issuer in the \# form
override
@ TYPE257 \# 8 00056973737565 3B ; nobody
? example.com letsencrypt
? *.example.com letsencrypt
=>
@ CAA 0 issue "letsencrypt.org" ; nobody

== the TTL of the set is the sibling's, without $TTL too
raw
example.com. 86400 IN SOA ns hostmaster 2026112301 7200 900 1209600 300
example.com. 300 IN NS ns
www 60 IN CAA 0 issue "digicert.com"
    IN A 192.0.2.1
    IN AAAA 2001:db8::1
ns 10 IN A 192.0.2.1
? www.example.com letsencrypt
? *.www.example.com letsencrypt
=>
example.com. 86400 IN SOA ns hostmaster 2026112302 7200 900 1209600 300
example.com. 300 IN NS ns
www 60 IN CAA 0 issue "digicert.com"
    60 IN CAA 0 issue "letsencrypt.org"
    IN A 192.0.2.1
    IN AAAA 2001:db8::1
ns 10 IN A 192.0.2.1

== $TTL changes under way
$TTL 60
@ CAA 0 issue "digicert.com"
$TTL 7200
mail A 192.0.2.25
? example.com letsencrypt
? *.example.com letsencrypt
=>
$TTL 60
@ CAA 0 issue "digicert.com"
@ CAA 0 issue "letsencrypt.org"
$TTL 7200
mail A 192.0.2.25

== a comment inside the SOA stays, only the digits move
raw
$TTL 3600
@               IN      SOA     ns1.example.com. hostmaster.example.com. (
                                2026110901      ; serial, YYYYMMDDnn
                                7200            ; refresh
                                900             ; retry
                                1209600         ; expire
                                300 )           ; minimum, also the negative TTL
                IN      NS      ns1.example.com.
; Bought with the old load balancers; security asked for this in 2023.
                IN      CAA     0 issue "digicert.com"
                IN      CAA     0 iodef "mailto:security@example.com"
ns1             IN      A       192.0.2.53
? example.com letsencrypt
? *.example.com letsencrypt
=>
$TTL 3600
@               IN      SOA     ns1.example.com. hostmaster.example.com. (
                                2026112300      ; serial, YYYYMMDDnn
                                7200            ; refresh
                                900             ; retry
                                1209600         ; expire
                                300 )           ; minimum, also the negative TTL
                IN      NS      ns1.example.com.
; Bought with the old load balancers; security asked for this in 2023.
                IN      CAA     0 issue "digicert.com"
                IN      CAA     0 issue "letsencrypt.org"
                IN      CAA     0 iodef "mailto:security@example.com"
ns1             IN      A       192.0.2.53

== the copy of a commented set goes below its last issue
raw
@ 3600 SOA ns hm 4294967295 1 1 1 1
  NS ns
  CAA 0 issue "digicert.com" ; one
  CAA 0 issue "sectigo.com"  ; two

  A 192.0.2.1
ns A 192.0.2.1
? example.com letsencrypt
=>
@ 3600 SOA ns hm 1 1 1 1 1
  NS ns
  CAA 0 issue "digicert.com" ; one
  CAA 0 issue "sectigo.com"  ; two
  CAA 0 issue "letsencrypt.org"
  CAA 0 issuewild "digicert.com"
  CAA 0 issuewild "sectigo.com"

  A 192.0.2.1
ns A 192.0.2.1

== two sets of one zone, one bump
@ CAA 0 issue "digicert.com"
www CAA 0 issue "sectigo.com"
? example.com letsencrypt
? *.example.com letsencrypt
? www.example.com letsencrypt
? *.www.example.com letsencrypt
=>
@ CAA 0 issue "digicert.com"
@ CAA 0 issue "letsencrypt.org"
www CAA 0 issue "sectigo.com"
www CAA 0 issue "letsencrypt.org"

== a set that is scattered over the file
@ CAA 0 issue "digicert.com"
www A 192.0.2.7
@ CAA 0 issue "sectigo.com"
mail A 192.0.2.7
@ CAA 0 iodef "mailto:a@example.com"
? example.com letsencrypt
? *.example.com letsencrypt
=>
@ CAA 0 issue "digicert.com"
www A 192.0.2.7
@ CAA 0 issue "sectigo.com"
@ CAA 0 issue "letsencrypt.org"
mail A 192.0.2.7
@ CAA 0 iodef "mailto:a@example.com"

== the RRset at the end of an alias
@ CAA 0 issue "sectigo.com"
www CNAME edge
edge CAA 0 issue "digicert.com"
? www.example.com letsencrypt
? *.www.example.com letsencrypt
=>
@ CAA 0 issue "sectigo.com"
www CNAME edge
edge CAA 0 issue "digicert.com"
edge CAA 0 issue "letsencrypt.org"

== a signed zone
@ CAA 0 issue "digicert.com"
@ DNSKEY 257 3 13 mdsswUyr3DPW132mOi8V9xESWE8jTo0dxCjjnopKl+GqJxpVXckHAeF+KkxLbxILfDLUT0rAK9iUzy1L53eKGQ==
? example.com letsencrypt
refused zone-signed
]]

local function bytes_of(lines)
  local text = table.concat(lines, "\n") .. (#lines > 0 and "\n" or "")
  text = text:gsub("\\t", "\t"):gsub("\\r\n", "\r\n")
  return (text:gsub("\n\\z\n$", ""))
end

local function parse(text)
  local cases, case, lines = {}, nil, nil
  for line in text:gmatch("([^\n]*)\n") do
    local title = line:match("^== (.*)$")
    if title then
      -- the blank line before a title ends the case above
      if lines and lines[#lines] == "" then
        lines[#lines] = nil
      end
      case = { title = title, before = {}, asks = {}, refused = {} }
      cases[#cases + 1] = case
      lines = case.before
    elseif line == "=>" then
      case.after = {}
      lines = case.after
    elseif line:find("^%? ") then
      table.insert(case.asks, line:sub(3))
    elseif line:find("^refused ") then
      table.insert(case.refused, line:sub(9))
    elseif line == "raw" or line == "override" or line == "nothing" then
      case[line] = true
    elseif lines and not (#case.asks > 0 and lines == case.before) then
      lines[#lines + 1] = line
    end
  end
  return cases
end

describe("a zone file", function()
  for _, case in ipairs(parse(CASES)) do
    it("(" .. case.title .. ")", function()
      local before = (case.raw and "" or PREAMBLE) .. bytes_of(case.before)
      local fixed = zones.fix({ ["example.com.zone"] = before }, case.asks, case)
      assert.equal("loadable", fixed.subject.status)
      assert.same(case.refused, fixed.refused, fixed.why)
      local after = before
      if case.after then
        after = (case.raw and "" or (PREAMBLE:gsub("%( 7 ", "( 8 "))) .. bytes_of(case.after)
      end
      assert.equal(after, fixed.texts["example.com.zone"])
      if case.after then
        local again = zones.fix(fixed.texts, case.asks, case)
        assert.same({}, again.files, "a second run finds something to do")
      end
    end)
  end
end)
