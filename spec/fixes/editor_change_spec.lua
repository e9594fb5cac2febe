-- The zone editor, changes of what is there: what is wanted of a file, and the file afterwards, byte for byte.
-- SPDX-License-Identifier: MIT
-- RFC 1035 section 5.1; the format of a case stands in support/editing.lua. The serial counts from 7 to 8.

local editing = require "spec.fixes.support.editing"

local HEAD = {
  before = "$TTL 3600\n@ SOA ns hm 7 1 1 1 1\n@ NS ns\nns A 192.0.2.1\n",
  after = "$TTL 3600\n@ SOA ns hm 8 1 1 1 1\n@ NS ns\nns A 192.0.2.1\n",
}

local function cases(text)
  for _, case in ipairs(editing.parse(text, HEAD)) do
    it("(" .. case.title .. ")", function()
      editing.check(case)
    end)
  end
end

describe("changing properties", function()
  cases([[
== the value, its neighbours stay
www 300 IN CAA ( 0  ; flags
   issue "a" ) ; ours
? change www.example.com 0 issue "a" -> 0 issue "b; c=d"
=>
www 300 IN CAA ( 0  ; flags
   issue "b; c=d" ) ; ours

== flags and tag
www CAA 0 issue   ca.test ; ours
? change www.example.com 0 issue "ca.test" -> 128 issuewild "ca.test"
=>
www CAA 128 issuewild   ca.test ; ours

== what stands in the \# form is written out
www TYPE257 \# 8 00056973737565 3B ; nobody
? change www.example.com 0 issue ";" -> 128 issue "ca.test"
=>
www CAA 128 issue "ca.test" ; nobody

== one changed, one added, one taken away
www CAA 0 issue "a"
    CAA 0 issue "b"
    CAA 0 iodef "mailto:a@example.com"
? change www.example.com 0 issue "b" -> 0 issue "c"
? remove www.example.com 0 issue "a"
? add www.example.com 0 issuewild ";"
=>
www CAA 0 issue "c"
    CAA 0 issuewild ";"
    CAA 0 iodef "mailto:a@example.com"

== changed and taken away
www CAA 0 issue "a"
? change www.example.com 0 issue "a" -> 0 issue "c"
? remove www.example.com 0 issue "a"
refused edit-conflict
]])
end)

describe("setting a TTL", function()
  cases([[
== of a whole RRset, in the columns
www     3600    IN      CAA     0 issue "a"
        300     IN      CAA     0 issue "b"
                IN      CAA     0 issue "c"
? ttl www.example.com CAA 86400
=>
www     86400   IN      CAA     0 issue "a"
        86400   IN      CAA     0 issue "b"
          86400 IN      CAA     0 issue "c"

== of what $GENERATE makes
$GENERATE 1-3 g$ A 192.0.2.$
? ttl g2.example.com A 60
refused generated made by $GENERATE

== of another type
www A 192.0.2.7
www A 192.0.2.8
? ttl www.example.com A 60
=>
www 60 A 192.0.2.7
www 60 A 192.0.2.8

== behind tabs
www\t\tA\t192.0.2.7
\t\tTXT\t"x"
? ttl www.example.com A 60
? ttl www.example.com TXT 60
=>
www\t60\tA\t192.0.2.7
\t60\tTXT\t"x"

== units, class first, parentheses
www IN 1h ( A
  192.0.2.7 )
? ttl www.example.com A 60
=>
www IN 60 ( A
  192.0.2.7 )

== inside parentheses
www ( IN A
  192.0.2.7 )
? ttl www.example.com A 60
=>
www ( 60 IN A
  192.0.2.7 )

== the one that is in force stays as it is written
www 1h A 192.0.2.7
? ttl www.example.com A 3600
unchanged

== without $TTL: lines below keep theirs
raw
@ 3600 SOA ns hm 7 1 1 1 1
@ NS ns
ns A 192.0.2.1
www A 192.0.2.7
    TXT "x"
? ttl ns.example.com A 60
=>
@ 3600 SOA ns hm 8 1 1 1 1
@ NS ns
ns 60 A 192.0.2.1
www 3600 A 192.0.2.7
    TXT "x"

== without $TTL: those that follow get the same
raw
@ 3600 SOA ns hm 7 1 1 1 1
@ NS ns
ns 300 A 192.0.2.1
www A 192.0.2.7
    A 192.0.2.8
    TXT "x"
? ttl www.example.com A 60
=>
@ 3600 SOA ns hm 8 1 1 1 1
@ NS ns
ns 300 A 192.0.2.1
www 60 A 192.0.2.7
    60 A 192.0.2.8
    300 TXT "x"

== the SOA's minimum is the TTL of a zone that says none
raw
@ SOA ns hm 7 1 1 1 3600
@ NS ns
ns A 192.0.2.1
? ttl example.com SOA 60
refused ttl-carrier write a $TTL line first

== without $TTL: a set that has the wanted TTL from above keeps it when that goes
raw
@ 3600 SOA ns hm 7 1 1 1 1
@ NS ns
ns A 192.0.2.1
www A 192.0.2.7
? ttl ns.example.com A 60
? ttl www.example.com A 3600
=>
@ 3600 SOA ns hm 8 1 1 1 1
@ NS ns
ns 60 A 192.0.2.1
www 3600 A 192.0.2.7

== set and added to
www CAA 0 issue "a"
? ttl www.example.com CAA 60
? add www.example.com 0 issue "b"
=>
www 60 CAA 0 issue "a"
www 60 CAA 0 issue "b"

== too large
www A 192.0.2.7
? ttl www.example.com A 2147483648
refused bad-ttl
]])
end)

describe("the serial", function()
  cases([[
== is bumped once for all changes
raw
$TTL 3600
@ SOA ns hm ( 2026112304 ; serial
  1 1 1 1 )
@ NS ns
ns A 192.0.2.1
? add ns.example.com 0 issue "ca.test"
? add example.com 0 issue "ca.test"
? ttl ns.example.com A 60
=>
$TTL 3600
@ SOA ns hm ( 2026112305 ; serial
  1 1 1 1 )
@ NS ns
@ CAA 0 issue "ca.test"
ns 60 A 192.0.2.1
ns CAA 0 issue "ca.test"

== may be left to somebody else
raw
$TTL 3600
@ SOA ns hm 7 1 1 1 1
@ NS ns
ns A 192.0.2.1
? add ns.example.com 0 issue "ca.test"
? serial keep
=>
$TTL 3600
@ SOA ns hm 7 1 1 1 1
@ NS ns
ns A 192.0.2.1
ns CAA 0 issue "ca.test"

== may be pinned
raw
$TTL 3600
@ SOA ns hm 7 1 1 1 1
@ NS ns
ns A 192.0.2.1
? add ns.example.com 0 issue "ca.test"
? serial 2026112399
=>
$TTL 3600
@ SOA ns hm 2026112399 1 1 1 1
@ NS ns
ns A 192.0.2.1
ns CAA 0 issue "ca.test"

== is never pinned backwards
raw
$TTL 3600
@ SOA ns hm 7 1 1 1 1
@ NS ns
ns A 192.0.2.1
? add ns.example.com 0 issue "ca.test"
? serial 7
refused serial-not-newer RFC 1982

== stands where the SOA stands
raw
$TTL 3600
$INCLUDE soa.inc
@ NS ns
ns A 192.0.2.1
--- soa.inc
@ SOA ns hm 7 1 1 1 1
? add ns.example.com 0 issue "ca.test"
=>
$TTL 3600
$INCLUDE soa.inc
@ NS ns
ns A 192.0.2.1
ns CAA 0 issue "ca.test"
--- soa.inc
@ SOA ns hm 8 1 1 1 1
]])
end)

describe("a property that no server would load", function()
  it("is refused, whatever is wrong with it", function()
    local zonefile = require "issuable.fixes.zonefile"
    local zone = zonefile.load("example.com.zone", { texts = { ["example.com.zone"] = HEAD.before } })
    for _, wrong in ipairs {
      { tag = "issue-x", value = "a" },
      { tag = "", value = "a" },
      { tag = ("a"):rep(256), value = "a" },
      { tag = "issue", value = ("a"):rep(65535) },
      { tag = "issue", value = "a", flags = 256 },
      { tag = "issue", value = "a", flags = 0.5 },
    } do
      local result, problem = zonefile.edit(zone, { zonefile.add(zone, "ns.example.com", wrong) })
      assert.is_nil(result)
      assert.equal("bad-property", problem.refused)
    end
    local _, problem = zonefile.edit(zone, { zonefile.add(zone, "a..b", { tag = "issue", value = "a" }) })
    assert.equal("no-name", problem.refused)
    assert.same({ files = {}, edits = {}, writes = {} }, zonefile.edit(zone, {}))
  end)
end)
