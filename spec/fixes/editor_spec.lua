-- The zone editor: what is wanted of a file, and the file afterwards, byte for byte.
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

describe("adding the first record of a name", function()
  cases([[
== beside the name's other records, in their columns
www             IN      A       192.0.2.7
mail            IN      A       192.0.2.8
? add www.example.com 0 issue "ca.test"
=>
www             IN      A       192.0.2.7
www             IN      CAA     0 issue "ca.test"
mail            IN      A       192.0.2.8

== blank owners stay blank
www             IN      A       192.0.2.7
                IN      AAAA    2001:db8::1
mail            IN      A       192.0.2.8
? add www.example.com 0 issue "ca.test"
=>
www             IN      A       192.0.2.7
                IN      AAAA    2001:db8::1
                IN      CAA     0 issue "ca.test"
mail            IN      A       192.0.2.8

== tabs, in small letters
www\ta\t192.0.2.7
\ttxt\t"x"
? add www.example.com 0 issue "ca.test"
=>
www\ta\t192.0.2.7
\ttxt\t"x"
\tcaa\t0 issue "ca.test"

== a TTL that is the zone's is not shown, another one is
www 60 IN A 192.0.2.7
mail IN A 192.0.2.8
? add www.example.com 0 issue "ca.test"
? add mail.example.com 0 issue "ca.test" ttl 60
=>
www 60 IN A 192.0.2.7
www IN CAA 0 issue "ca.test"
mail IN A 192.0.2.8
mail 60 IN CAA 0 issue "ca.test"

== values as the set of a name above writes them
@ CAA 0 issue     digicert.com
@ CAA 0 issuewild digicert.com
www A 192.0.2.7
? add www.example.com 0 issue "ca.test"
? add www.example.com 0 issuewild "ca.test"
? add www.example.com 0 issuewild "ca.test; a=b"
=>
@ CAA 0 issue     digicert.com
@ CAA 0 issuewild digicert.com
www A 192.0.2.7
www CAA 0 issue     ca.test
www CAA 0 issuewild ca.test
www CAA 0 issuewild "ca.test; a=b"

== behind the closest names when it has none of its own
a       IN A    192.0.2.7
www     IN A    192.0.2.8
        IN TXT  "x"
x       IN A    192.0.2.9
? add www2.example.com 0 issue "ca.test"
=>
a       IN A    192.0.2.7
www     IN A    192.0.2.8
        IN TXT  "x"
www2    IN CAA  0 issue "ca.test"
x       IN A    192.0.2.9

== the closest have most labels in common
b.deep  A 192.0.2.7
zz      A 192.0.2.8
? add a.deep.example.com 0 issue "ca.test"
=>
b.deep  A 192.0.2.7
a.deep  CAA 0 issue "ca.test"
zz      A 192.0.2.8

== an empty non-terminal is as good as any
b.deep  A 192.0.2.7
zz      A 192.0.2.8
? add deep.example.com 0 issue "ca.test"
=>
b.deep  A 192.0.2.7
deep    CAA 0 issue "ca.test"
zz      A 192.0.2.8

== two properties of a new name
b A 192.0.2.7
  TXT "x"
d A 192.0.2.8
? add c.example.com 0 issue "ca.test"
? add c.example.com 0 iodef "mailto:a@example.com"
=>
b A 192.0.2.7
  TXT "x"
c CAA 0 issue "ca.test"
  CAA 0 iodef "mailto:a@example.com"
d A 192.0.2.8

== a new name and one more record of the name in front of it: that one first
b A 192.0.2.7
  TXT "x"
d A 192.0.2.8
? add c.example.com 0 issue "ca.test"
? add b.example.com 0 issue "ca.test"
=>
b A 192.0.2.7
  TXT "x"
  CAA 0 issue "ca.test"
c CAA 0 issue "ca.test"
d A 192.0.2.8

== under the $ORIGIN that is in force there
$ORIGIN b.example.com.
one A 192.0.2.7
$ORIGIN example.com.
zz A 192.0.2.8
? add two.b.example.com 0 issue "ca.test"
=>
$ORIGIN b.example.com.
one A 192.0.2.7
two CAA 0 issue "ca.test"
$ORIGIN example.com.
zz A 192.0.2.8

== a name that the $ORIGIN there does not complete
$ORIGIN c.b.example.com.
one A 192.0.2.7
? add b.example.com 0 issue "ca.test"
=>
$ORIGIN c.b.example.com.
one A 192.0.2.7
b.example.com. CAA 0 issue "ca.test"

== the origin itself is @
$ORIGIN b.example.com.
one A 192.0.2.7
? add b.example.com 0 issue "ca.test"
=>
$ORIGIN b.example.com.
one A 192.0.2.7
@ CAA 0 issue "ca.test"

== absolute where the neighbours are
one.example.com.   300 IN A    192.0.2.7
three.example.com. 300 IN A    192.0.2.7
? add two.example.com 0 issue "ca.test"
=>
one.example.com.   300 IN A    192.0.2.7
three.example.com. 300 IN A    192.0.2.7
two.example.com.   IN CAA      0 issue "ca.test"

== in the included file where its neighbours are
$INCLUDE part.inc b.example.com.
zz A 192.0.2.8
--- part.inc
one\tA\t192.0.2.7
? add two.b.example.com 0 issue "ca.test"
=>
$INCLUDE part.inc b.example.com.
zz A 192.0.2.8
--- part.inc
one\tA\t192.0.2.7
two\tCAA\t0 issue "ca.test"

== $TTL changes further down
$TTL 60
one A 192.0.2.7
$TTL 120
zz A 192.0.2.8
? add two.example.com 0 issue "ca.test"
? add one.example.com 0 issue "ca.test" ttl 120
=>
$TTL 60
one A 192.0.2.7
one 120 CAA 0 issue "ca.test"
two CAA 0 issue "ca.test"
$TTL 120
zz A 192.0.2.8

== CRLF, and no final line end
one A 192.0.2.7\r
two A 192.0.2.8\r
\z
? add one.example.com 0 issue "ca.test"
? add two.example.com 0 issue "ca.test"
=>
one A 192.0.2.7\r
one CAA 0 issue "ca.test"\r
two A 192.0.2.8\r
two CAA 0 issue "ca.test"\r
\z

== behind records over several lines, not into them
one TXT ( "a" ; first
   "b"
 ) ; last
zz A 192.0.2.8
? add one.example.com 0 issue "ca.test"
=>
one TXT ( "a" ; first
   "b"
 ) ; last
one CAA 0 issue "ca.test"
zz A 192.0.2.8

== beside a name that $GENERATE makes, behind a line that is written
one A 192.0.2.7
$GENERATE 1-3 oneg$ A 192.0.2.$
? add oneg2.example.com 0 issue "ca.test"
? add one.example.com 0 issue "ca.test"
=>
one A 192.0.2.7
one CAA 0 issue "ca.test"
oneg2 CAA 0 issue "ca.test"
$GENERATE 1-3 oneg$ A 192.0.2.$

== the apex, an SOA over several lines and nothing else of its own line by line
raw
$TTL 3600
@               IN      SOA     ns hm (
                                7       ; serial
                                1 1 1 1 )
                IN      NS      ns
ns              IN      A       192.0.2.1
? add example.com 0 issue "ca.test"
=>
$TTL 3600
@               IN      SOA     ns hm (
                                8       ; serial
                                1 1 1 1 )
                IN      NS      ns
                IN      CAA     0 issue "ca.test"
ns              IN      A       192.0.2.1

== a blank owner behind $ORIGIN is not taken away
one A 192.0.2.7
$ORIGIN x.example.com.
 TXT "still one"
two A 192.0.2.8
? add one2.example.com 0 issue "ca.test"
=>
one A 192.0.2.7
$ORIGIN x.example.com.
 TXT "still one"
one2.example.com. CAA 0 issue "ca.test"
two A 192.0.2.8

== nor is that of a file that begins with one: it takes its owner from the including file
aa A 192.0.2.9
one A 192.0.2.7
$INCLUDE part.inc
--- part.inc
 TXT "still one"
? add one2.example.com 0 issue "ca.test"
=>
aa A 192.0.2.9
one A 192.0.2.7
$INCLUDE part.inc
--- part.inc
 TXT "still one"
one2 CAA 0 issue "ca.test"

== without $TTL: the line below keeps its TTL
raw
@ 3600 SOA ns hm 7 1 1 1 1
@ NS ns
ns A 192.0.2.1
one 60 A 192.0.2.7
zz A 192.0.2.8
? add one.example.com 0 issue "ca.test" ttl 300
? add one2.example.com 0 issue "ca.test"
=>
@ 3600 SOA ns hm 8 1 1 1 1
@ NS ns
ns A 192.0.2.1
one 60 A 192.0.2.7
one 300 CAA 0 issue "ca.test"
one2 CAA 0 issue "ca.test"
zz 60 A 192.0.2.8

== what is there already is not added again, and nothing changes
www CAA 0 ISSUE "ca.test"
? add www.example.com 0 issue "ca.test"
unchanged
]])
end)

describe("adding what would not take effect or would take something away", function()
  cases([[
== beside a CNAME
www CNAME edge.cdn.test.
? add www.example.com 0 issue "ca.test"
refused cname-owner the records at edge.cdn.test count for it

== a name that is served by a wildcard
*.w A 192.0.2.7
? add a.w.example.com 0 issue "ca.test"
refused served-by-wildcard *.w.example.com

== at any depth
*.w A 192.0.2.7
? add a.b.w.example.com 0 issue "ca.test"
refused served-by-wildcard would hide the wildcard's records

== a wildcard alias too
*.w CNAME edge.cdn.test.
? add a.w.example.com 0 issue "ca.test"
refused served-by-wildcard

== a wildcard below a wildcard
*.w A 192.0.2.7
? add *.x.w.example.com 0 issue "ca.test"
refused served-by-wildcard

== the wildcard itself has records: it may have more
*.w A 192.0.2.7
? add *.w.example.com 0 issue "ca.test"
=>
*.w A 192.0.2.7
*.w CAA 0 issue "ca.test"

== a wildcard that is not there
www A 192.0.2.7
? add *.www.example.com 0 issue "ca.test"
refused new-wildcard would make every name below it exist

== at a cut
sub NS ns.sub
ns.sub A 192.0.2.7
? add sub.example.com 0 issue "ca.test"
refused below-cut delegated to other servers at sub.example.com

== below a cut
sub NS ns.sub
ns.sub A 192.0.2.7
? add www.sub.example.com 0 issue "ca.test"
refused below-cut

== glue is no sibling
sub NS ns.sub
ns.sub A 192.0.2.7
? add ns.sub.example.com 0 issue "ca.test"
refused below-cut

== beside a CAA record that is dead itself
sub NS ns.sub
sub CAA 0 issue "ca.test"
? add sub.example.com 0 issue "other.test"
refused below-cut

== below a DNAME
d DNAME elsewhere.test.
? add x.d.example.com 0 issue "ca.test"
refused below-dname the DNAME at d.example.com

== at the DNAME itself it is alive
d DNAME elsewhere.test.
? add d.example.com 0 issue "ca.test"
=>
d DNAME elsewhere.test.
d CAA 0 issue "ca.test"

== outside the zone
www A 192.0.2.7
? add www.example.net 0 issue "ca.test"
refused out-of-zone
]])
end)

describe("taking properties away", function()
  cases([[
== the owner is handed to the line below
www CAA 0 issue "a"
    A 192.0.2.7
? remove www.example.com 0 issue "a"
=>
www A 192.0.2.7

== a parenthesis that opens before the first word is not cut
www CAA 0 issue "a"
    ( A ; what
      192.0.2.7 )
? remove www.example.com 0 issue "a"
=>
www ( A ; what
      192.0.2.7 )

== under another $ORIGIN the owner is written out
www CAA 0 issue "a"
$ORIGIN sub.example.com.
    A 192.0.2.7
? remove www.example.com 0 issue "a"
=>
$ORIGIN sub.example.com.
www.example.com. A 192.0.2.7

== into a file that begins with a blank owner, and to the line behind it
www CAA 0 issue "a"
$INCLUDE part.inc
    TXT "b"
--- part.inc
    A 192.0.2.7
    A 192.0.2.8
? remove www.example.com 0 issue "a"
=>
$INCLUDE part.inc
www TXT "b"
--- part.inc
www A 192.0.2.7
    A 192.0.2.8

== an owner that the line above says too is not handed on
www A 192.0.2.7
www CAA 0 issue "a"
    TXT "b"
? remove www.example.com 0 issue "a"
=>
www A 192.0.2.7
    TXT "b"

== carriers that go one after the other
www CAA 0 issue "a"
    CAA 0 issue "b"
www CAA 0 issue "c"
    TXT "b"
? remove www.example.com 0 issue "a"
? remove www.example.com 0 issue "b"
? remove www.example.com 0 issue "c"
=>
www TXT "b"

== the TTL that lines below inherit is written out
raw
@ 3600 SOA ns hm 7 1 1 1 1
@ NS ns
ns A 192.0.2.1
www 60 CAA 0 issue "a"
www A 192.0.2.7
zz TXT "x"
? remove www.example.com 0 issue "a"
=>
@ 3600 SOA ns hm 8 1 1 1 1
@ NS ns
ns A 192.0.2.1
www 60 A 192.0.2.7
zz TXT "x"

== owner and TTL at once
raw
@ 3600 SOA ns hm 7 1 1 1 1
@ NS ns
ns A 192.0.2.1
www 60 CAA 0 issue "a"
    IN A 192.0.2.7
? remove www.example.com 0 issue "a"
=>
@ 3600 SOA ns hm 8 1 1 1 1
@ NS ns
ns A 192.0.2.1
www 60 IN A 192.0.2.7

== a TTL that was in force before is not written out
raw
@ 3600 SOA ns hm 7 1 1 1 1
@ NS ns
ns A 192.0.2.1
www 3600 CAA 0 issue "a"
www A 192.0.2.7
? remove www.example.com 0 issue "a"
=>
@ 3600 SOA ns hm 8 1 1 1 1
@ NS ns
ns A 192.0.2.1
www A 192.0.2.7

== both copies of a record that stands there twice
www CAA 0 issue "a"
www A 192.0.2.7
www CAA 0 ISSUE "a"
? remove www.example.com 0 issue "a"
=>
www A 192.0.2.7

== $GENERATE states names of its own: what stands behind it takes the owner from above
www CAA 0 issue "a"
$GENERATE 1-3 g$ A 192.0.2.$
    TXT "b"
? remove www.example.com 0 issue "a"
=>
$GENERATE 1-3 g$ A 192.0.2.$
www TXT "b"

== a TTL that $GENERATE takes over cannot be written out
raw
@ 3600 SOA ns hm 7 1 1 1 1
@ NS ns
ns A 192.0.2.1
www 60 CAA 0 issue "a"
$GENERATE 1-3 g$ A 192.0.2.$
zz A 192.0.2.9
? remove www.example.com 0 issue "a"
refused ttl-carrier $GENERATE

== unless it states one itself
raw
@ 3600 SOA ns hm 7 1 1 1 1
@ NS ns
ns A 192.0.2.1
www 60 CAA 0 issue "a"
$GENERATE 1-3 g$ 300 A 192.0.2.$
zz A 192.0.2.9
? remove www.example.com 0 issue "a"
=>
@ 3600 SOA ns hm 8 1 1 1 1
@ NS ns
ns A 192.0.2.1
$GENERATE 1-3 g$ 300 A 192.0.2.$
zz A 192.0.2.9

== the last lines of a file without a last line end
www A 192.0.2.7
www CAA 0 issue "a"
www CAA 0 issue "b"
\z
? remove www.example.com 0 issue "a"
? remove www.example.com 0 issue "b"
=>
www A 192.0.2.7
\z

== a directive is never left without its line end
www CAA 0 issue "b"
$ORIGIN x.example.com.
www.example.com. CAA 0 issue "a"
\z
? remove www.example.com 0 issue "a"
=>
www CAA 0 issue "b"
$ORIGIN x.example.com.

== one goes, one comes
www CAA 0 issue "a" ; old
    A 192.0.2.7
? remove www.example.com 0 issue "a"
? add www.example.com 0 issue "b"
=>
www CAA 0 issue "b"
    A 192.0.2.7

== at the end of a file without a last line end
www A 192.0.2.7
www CAA 0 issue "a"
\z
? remove www.example.com 0 issue "a"
? add www.example.com 0 issue "b"
? add www.example.com 0 issue "c"
=>
www A 192.0.2.7
www CAA 0 issue "b"
www CAA 0 issue "c"
\z

== a property that is not there
www CAA 0 issue "a"
? remove www.example.com 0 issue "b"
refused no-record

== lines that cannot be given the owner: their file is read twice
www CAA 0 issue "a"
$INCLUDE part.inc
$INCLUDE part.inc
--- part.inc
    TXT "b"
? remove www.example.com 0 issue "a"
refused owner-carrier read 2 times
]])
end)
