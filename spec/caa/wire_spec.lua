-- Answers octet by octet: what is read, what is refused, what is not an answer at all.
-- SPDX-License-Identifier: MIT
-- RFC 1035 section 4, RFC 2308, RFC 6672, RFC 6891, RFC 8659 section 4.1, RFC 8914; RFC 9267 (how readers went wrong).

local caa = require "issuable.caa"
local wire = require "spec.support.wire"

-- Lines of a message as spec/support/wire.lua reads them; then what the answer to "www.example.com CAA?" is. Offset 12 is the
-- question's name, 16 its "example.com".
--   =>  kind, then fields of the reply: cause, rcode, ttl, negative_ttl, owner, target, soa, fault, records (how many), ede
local CASES = [[
-- a set at the name
head 8180 1 1 0 0
q www.example.com
rr @12 CAA 300 caa 0 issue "ca.example.net"
=> rrset records=1 ttl=300 rcode=NOERROR
-- several records, the smallest TTL
head 8180 1 3 0 0
q www.example.com
rr @12 CAA 300 caa 0 issue "ca.example.net"
rr www.example.com CAA 60 caa 0 issuewild ";"
rr WWW.EXAMPLE.COM CAA 900 caa 128 iodef "mailto:a@example.com"
=> rrset records=3 ttl=60
-- no data, with the zone's SOA: the smaller of its TTL and MINIMUM
head 8180 1 0 1 0
q www.example.com
rr @16 SOA 900 soa ns.example.com 60
=> nodata negative_ttl=60 soa=example.com
-- no data, the SOA's own TTL is smaller
head 8180 1 0 1 0
q www.example.com
rr @16 SOA 30 soa ns.example.com 60
=> nodata negative_ttl=30
-- no such name
head 8183 1 0 1 0
q www.example.com
rr @16 SOA 900 soa ns.example.com 60
=> nxdomain negative_ttl=60 rcode=NXDOMAIN
-- no data without an SOA: accepted, its TTL is unknown
head 8180 1 0 0 0
q www.example.com
=> nodata
-- no data, and the SOA is of another zone: nonsense
head 8180 1 0 1 0
q www.example.com
rr example.net SOA 900 soa ns.example.net 60
=> failed cause=malformed-answer
-- a referral is no answer
head 8180 1 0 1 0
q www.example.com
rr @16 NS 900 name ns.example.com
=> failed cause=lame
-- neither an authority nor a resolver
head 8100 1 0 1 0
q www.example.com
rr @16 SOA 900 soa ns.example.com 60
=> failed cause=lame
-- a CNAME, and the set where it leads
head 8180 1 2 0 0
q www.example.com
rr @12 CNAME 30 name cdn.example.net
rr cdn.example.net CAA 300 caa 0 issue "ca.example.net"
=> rrset records=1 ttl=30 rrset_ttl=300 owner=cdn.example.net
-- the chain out of order
head 8180 1 3 0 0
q www.example.com
rr c.example.net CAA 300 caa 0 issue "ca.example.net"
rr b.example.net CNAME 30 name c.example.net
rr @12 CNAME 30 name b.example.net
=> rrset records=1 owner=c.example.net
-- a CNAME, and its target has none: the SOA is the target's
head 8180 1 1 1 0
q www.example.com
rr @12 CNAME 30 name cdn.example.net
rr example.net SOA 900 soa ns.example.net 60
=> nodata owner=cdn.example.net ttl=30 negative_ttl=60
-- a CNAME, and its target does not exist: the rcode is the target's
head 8183 1 1 1 0
q www.example.com
rr @12 CNAME 30 name cdn.example.net
rr example.net SOA 900 soa ns.example.net 60
=> nxdomain owner=cdn.example.net
-- a CNAME and nothing that fits its target: the target is asked itself
head 8180 1 1 1 0
q www.example.com
rr @12 CNAME 30 name cdn.example.net
rr example.com SOA 900 soa ns.example.com 60
=> alias target=cdn.example.net
-- an NXDOMAIN behind a CNAME without an SOA says nothing about the target
head 8183 1 1 0 0
q www.example.com
rr @12 CNAME 30 name cdn.example.net
=> alias target=cdn.example.net
-- a CNAME to itself: the lookup finds the loop
head 8180 1 1 0 0
q www.example.com
rr @12 CNAME 30 @12
=> alias target=www.example.com
-- two different CNAMEs contradict each other
head 8180 1 2 0 0
q www.example.com
rr @12 CNAME 30 name a.example.net
rr @12 CNAME 30 name b.example.net
=> failed cause=malformed-answer
-- the same CNAME twice is one
head 8180 1 2 0 0
q www.example.com
rr @12 CNAME 30 name a.example.net
rr @12 CNAME 30 name a.example.net
=> alias target=a.example.net
-- CAA beside a CNAME: who asks whom gets different sets
head 8180 1 2 0 0
q www.example.com
rr @12 CNAME 30 name a.example.net
rr @12 CAA 300 caa 0 issue "ca.example.net"
=> failed cause=malformed-answer
-- DNAME with its synthesised CNAME
head 8180 1 3 0 0
q www.example.com
rr @16 DNAME 30 name example.net
rr @12 CNAME 0 name www.example.net
rr www.example.net CAA 300 caa 0 issue "ca.example.net"
=> rrset owner=www.example.net ttl=0
-- DNAME without one: RFC 6672 says what it would be
head 8180 1 2 0 0
q www.example.com
rr @16 DNAME 30 name example.net
rr www.example.net CAA 300 caa 0 issue "ca.example.net"
=> rrset owner=www.example.net ttl=30
-- DNAME at the name itself redirects only what is below it
head 8180 1 1 1 0
q www.example.com
rr @12 DNAME 30 name example.net
rr @16 SOA 900 soa ns.example.com 60
=> nodata
-- a DNAME that makes the name too long
head 8180 1 1 0 0
q www.example.com
rr @16 DNAME 30 name LONGa
=> yxdomain cause=yxdomain
-- records of an unrelated owner are not ours
head 8180 1 1 0 0
q www.example.com
rr other.example.com CAA 300 caa 0 issue "ca.example.net"
=> nodata
-- nor are those of another class
head 8180 1 2 1 0
q www.example.com
rr @12 CAA 300 class=3 caa 0 issue "ca.example.net"
rr @12 CAA 300 class=255 caa 0 issue "ca.example.net"
rr @16 SOA 900 soa ns.example.com 60
=> nodata
-- CAA in the additional section is no answer
head 8180 1 0 1 1
q www.example.com
rr @16 SOA 900 soa ns.example.com 60
rr @12 CAA 300 caa 0 issue "ca.example.net"
=> nodata
-- records beside NXDOMAIN contradict it
head 8183 1 1 0 0
q www.example.com
rr @12 CAA 300 caa 0 issue "ca.example.net"
=> failed cause=malformed-answer
-- truncated, whatever is in it
head 8380 1 1 0 0
q www.example.com
rr @12 CAA 300 caa 0 issue "ca.example.net"
=> truncated
-- truncated in the middle of a record
head 8380 1 1 0 0
q www.example.com
x c0 0c 01
=> truncated
-- truncated NXDOMAIN is no NXDOMAIN
head 8383 1 0 0 0
q www.example.com
=> truncated
-- rcodes
head 8182 1 0 0 0
q www.example.com
=> failed cause=servfail rcode=SERVFAIL
-- REFUSED
head 8185 1 0 0 0
q www.example.com
=> failed cause=refused rcode=REFUSED
-- NOTIMP
head 8184 1 0 0 0
q www.example.com
=> failed cause=notimp rcode=NOTIMP
-- FORMERR
head 8181 1 0 0 0
q www.example.com
=> failed cause=formerr
-- an rcode without a name
head 818b 1 0 0 0
q www.example.com
=> failed cause=rcode rcode=RCODE11
-- BADVERS: the upper bits stand in OPT
head 8180 1 0 0 1
q www.example.com
rr . OPT 16777216 class=1232
=> failed cause=formerr rcode=BADVERS
-- SERVFAIL with an extended error: bogus
head 8182 1 0 0 1
q www.example.com
rr . OPT 32768 class=1232 000f 0006 0007 "gone"
=> failed cause=bogus ede=7:gone
-- of several extended errors the one that says bogus counts
head 8182 1 0 0 1
q www.example.com
rr . OPT 32768 class=1232 000f 0002 0016 000f 0002 0006
=> failed cause=bogus ede=6:
-- an extended error that is not about DNSSEC
head 8182 1 0 0 1
q www.example.com
rr . OPT 32768 class=1232 000f 0002 0016
=> failed cause=servfail ede=22:
-- an extended error beside a good answer changes nothing
head 8180 1 1 0 1
q www.example.com
rr @12 CAA 300 caa 0 issue "ca.example.net"
rr . OPT 32768 class=1232 000f 0002 0003
=> rrset ede=3:
-- OPT twice
head 8180 1 0 0 2
q www.example.com
rr . OPT 32768 class=1232
rr . OPT 32768 class=1232
=> failed cause=malformed-answer
-- OPT in the answer
head 8180 1 1 0 0
q www.example.com
rr . OPT 32768 class=1232
=> failed cause=malformed-answer
-- an option longer than OPT
head 8180 1 0 0 1
q www.example.com
rr . OPT 32768 class=1232 000f 00ff 0007
=> failed cause=malformed-answer
-- half an option
head 8180 1 0 0 1
q www.example.com
rr . OPT 32768 class=1232 000f
=> failed cause=malformed-answer
-- an extended error of one octet
head 8180 1 0 0 1
q www.example.com
rr . OPT 32768 class=1232 000f 0001 00
=> failed cause=malformed-answer
-- OPT with an owner
head 8180 1 0 0 1
q www.example.com
rr @12 OPT 32768 class=1232
=> failed cause=malformed-answer
-- a pointer to itself
head 8180 1 1 0 0
q www.example.com
x c021 0101 0001 0000 012c 0000
=> failed cause=malformed-answer fault=a compression pointer that does not point backwards
-- a pointer forward
head 8180 1 1 0 0
q www.example.com
x c030 0101 0001 0000 012c 0000 00000000000000000000
=> failed cause=malformed-answer
-- a pointer into the header
head 8180 1 1 0 0
q www.example.com
rr @4 CAA 300 caa 0 issue "ca.example.net"
=> failed cause=malformed-answer
-- two pointers that lead to each other
head 8180 1 1 0 0
q www.example.com
x 01 61 c0 23 01 62 c0 21 0101 0001 0000 012c 0000
=> failed cause=malformed-answer
-- label type 01
head 8180 1 1 0 0
q www.example.com
x 4161 00 0101 0001 0000 012c 0000
=> failed cause=malformed-answer fault=a label of a type that does not exist
-- label type 10
head 8180 1 1 0 0
q www.example.com
x 8161 00 0101 0001 0000 012c 0000
=> failed cause=malformed-answer
-- ANCOUNT says more than there is
head 8180 1 65535 0 0
q www.example.com
rr @12 CAA 300 caa 0 issue "ca.example.net"
=> failed cause=malformed-answer fault=the message ends inside of a record
-- RDLENGTH past the end
head 8180 1 1 0 0
q www.example.com
rr @12 CAA 300 rdlength=200 caa 0 issue "ca.example.net"
=> failed cause=malformed-answer
-- a CAA record without data
head 8180 1 1 0 0
q www.example.com
rr @12 CAA 300 rdlength=0
=> failed cause=malformed-record fault=CAA data ends before the tag's length
-- a CAA record of one octet
head 8180 1 1 0 0
q www.example.com
rr @12 CAA 300 00
=> failed cause=malformed-record
-- tag length 0
head 8180 1 1 0 0
q www.example.com
rr @12 CAA 300 00 00 "issue"
=> failed cause=malformed-record fault=a CAA tag has at least one octet
-- a tag longer than the data
head 8180 1 1 0 0
q www.example.com
rr @12 CAA 300 00 20 "issue"
=> failed cause=malformed-record fault=the CAA tag reaches past the end of the data
-- one bad record among good ones
head 8180 1 2 0 0
q www.example.com
rr @12 CAA 300 caa 0 issue "ca.example.net"
rr @12 CAA 300 00 00
=> failed cause=malformed-record
-- a tag of more than 15 octets is a tag
head 8180 1 1 0 0
q www.example.com
rr @12 CAA 300 caa 0 abcdefghijklmnopqrstuvwxyz ""
=> rrset records=1
-- NUL in a tag is an octet like others
head 8180 1 1 0 0
q www.example.com
rr @12 CAA 300 00 05 6973007565 "x"
=> rrset records=1
-- an empty value
head 8180 1 1 0 0
q www.example.com
rr @12 CAA 300 caa 0 issue ""
=> rrset records=1
-- a TTL with the top bit
head 8180 1 1 0 0
q www.example.com
rr @12 CAA 2147483648 caa 0 issue "ca.example.net"
=> rrset ttl=0
-- the largest TTL
head 8180 1 1 0 0
q www.example.com
rr @12 CAA 2147483647 caa 0 issue "ca.example.net"
=> rrset ttl=2147483647
-- octets behind the message
head 8180 1 1 0 0
q www.example.com
rr @12 CAA 300 caa 0 issue "ca.example.net"
x 00112233
=> rrset records=1
-- a CNAME whose name does not fill its data
head 8180 1 1 0 0
q www.example.com
rr @12 CNAME 300 name a.example.net 00
=> failed cause=malformed-answer
-- an SOA that is too short
head 8180 1 0 1 0
q www.example.com
rr @16 SOA 300 name a name b 00000001
=> failed cause=malformed-answer
-- not an answer: QR is 0
head 0180 1 0 0 0
q www.example.com
=> not
-- not an answer: opcode
head 8980 1 0 0 0
q www.example.com
=> not
-- not an answer: no question
head 8180 0 1 0 0
rr www.example.com CAA 300 caa 0 issue "ca.example.net"
=> not
-- not an answer: two questions
head 8180 2 0 0 0
q www.example.com
q www.example.com
=> not
-- not an answer: another name
head 8180 1 0 0 0
q xww.example.com
=> not
-- not an answer: a longer name
head 8180 1 0 0 0
q www.example.com.net
=> not
-- not an answer: another type
head 8180 1 0 0 0
q www.example.com A
=> not
-- not an answer: another class
head 8180 1 0 0 0
q www.example.com CAA 3
=> not
-- not an answer: the question is cut
head 8180 1 0 0 0
x 03 77 77 77 07
=> not
-- not an answer: shorter than a header
x 0000 8180 0001
=> not
-- an old server's complaint about EDNS has no question
head 8181 0 0 0 0
=> failed cause=formerr match=bare
-- NOTIMP without a question
head 8184 0 0 0 0
=> failed cause=notimp match=bare
-- but no other rcode goes without
head 8182 0 0 0 0
=> not
]]

local function read_cases()
  local cases, case = {}, nil
  for line in CASES:gmatch("[^\n]+") do
    if line:sub(1, 3) == "-- " then
      case = { name = line:sub(4), lines = {} }
      cases[#cases + 1] = case
    elseif line:sub(1, 3) == "=> " then
      case.want = line:sub(4)
    else
      case.lines[#case.lines + 1] = line:gsub("LONG", ("a."):rep(125) .. "a") -- 253 octets
    end
  end
  return cases
end

local function fields(text)
  local kind, rest = text:match("^(%S+)%s*(.*)$")
  local list = {}
  local fault = rest:match("fault=(.*)$") -- a sentence, and the last field
  rest = rest:gsub("fault=.*$", "")
  if fault then
    list[1] = { "fault", fault }
  end
  for key, value in (rest .. " "):gmatch("(%l[%l_]*)=(.-)%s%f[%l%z]") do
    list[#list + 1] = { key, value:match("^(.-)%s*$") }
  end
  return kind, list
end

local function field(match, reply, key)
  if key == "records" then
    return ("%d"):format(#reply.records)
  elseif key == "match" then
    return match
  elseif key == "ede" then
    local e = reply.extended_error
    return e and ("%d:%s"):format(e.code, e.text)
  end
  local value = reply[key]
  return type(value) == "number" and ("%d"):format(value) or tostring(value)
end

describe("issuable.caa.read", function()
  local cases = read_cases()

  for _, case in ipairs(cases) do
    it("reads: " .. case.name, function()
      local match, reply = caa.read(wire.message(case.lines), "www.example.com")
      local kind, wanted = fields(case.want)
      assert.equal(kind, match == "not" and "not" or reply.kind)
      for _, want in ipairs(wanted) do
        assert.equal(want[1] .. "=" .. want[2], want[1] .. "=" .. field(match, reply, want[1]))
      end
    end)
  end

  it("takes no part of an answer for the whole", function()
    for _, case in ipairs(cases) do
      local octets = wire.message(case.lines)
      local extra = case.name:find("behind the message") and 4 or 0
      local truncated = case.want:find("^truncated")
      for len = 0, #octets - 1 - extra do
        local match, reply = caa.read(octets:sub(1, len), "www.example.com")
        if match ~= "not" and not truncated and reply.kind ~= "failed" and reply.kind ~= "yxdomain" then
          error(("%s: %d octets are %s"):format(case.name, len, reply.kind))
        end
      end
    end
  end)

  it("survives any one octet changed", function()
    for _, case in ipairs(cases) do
      local octets = wire.message(case.lines)
      for at = 1, #octets do
        for _, octet in ipairs { "\0", "\255", "\192", "\128" } do
          local _, reply = caa.read(octets:sub(1, at - 1) .. octet .. octets:sub(at + 1), "www.example.com")
          if reply and reply.kind == "rrset" then
            for _, record in ipairs(reply.records) do
              if not caa.decode(record) then
                error(("%s: octet %d"):format(case.name, at))
              end
            end
          end
        end
      end
    end
  end)

  it("follows 126 labels behind one pointer, and refuses the name that is one too long", function()
    local long = ("a."):rep(126) .. "b" -- 255 octets
    local message = wire.message { "head 8180 1 1 0 0", "q " .. long, 'rr @12 CAA 300 caa 0 issue "ca.example.net"' }
    local match, reply = caa.read(message, long)
    assert.equal("match", match)
    assert.equal("rrset", reply.kind)
    local too_long = wire.message { "head 8180 1 1 0 0", "q " .. long, 'rr a.@12 CAA 300 caa 0 issue "ca.example.net"' }
    match, reply = caa.read(too_long, long)
    assert.equal("match", match)
    assert.equal("a name longer than 255 octets", reply.fault)
  end)

  it("follows a chain of pointers as deep as it goes", function()
    local lines = { "head 8180 1 40 0 0", "q www.example.com" }
    local at = 33 -- behind the question
    local pointer = 12
    for _ = 1, 39 do
      lines[#lines + 1] = ("rr @%d 65000 1"):format(pointer)
      pointer = at
      at = at + 12
    end
    lines[#lines + 1] = ("rr @%d CAA 300 caa 0 issue \"ca.example.net\""):format(pointer)
    local _, reply = caa.read(wire.message(lines), "www.example.com")
    assert.equal("rrset", reply.kind)
  end)

  it("reads sets of a thousand records, and values up to the last octet that fits", function()
    local lines = { "head 8180 1 1001 0 0", "q www.example.com" }
    for i = 1, 1001 do
      lines[#lines + 1] = ('rr @12 CAA 300 caa 0 issue "ca%d.example.net"'):format(i)
    end
    local _, reply = caa.read(wire.message(lines), "www.example.com")
    assert.equal(1001, #reply.records)
    local value = ("v"):rep(65535 - 33 - 12 - 7)
    local message = wire.message { "head 8180 1 1 0 0", "q www.example.com", 'rr @12 CAA 300 caa 0 issue "' .. value .. '"' }
    assert.equal(65535, #message)
    _, reply = caa.read(message, "www.example.com")
    assert.equal("rrset", reply.kind)
    assert.equal(#value + 7, #reply.records[1])
  end)

  it("ends a chain inside of an answer that never ends", function()
    local lines = { "head 8180 1 40 0 0", "q www.example.com", "rr @12 CNAME 1 name a0.example.net" }
    for i = 0, 38 do
      lines[#lines + 1] = ("rr a%d.example.net CNAME 1 name a%d.example.net"):format(i, i + 1)
    end
    local _, reply = caa.read(wire.message(lines), "www.example.com")
    assert.equal("alias", reply.kind)
    assert.equal(17, #reply.aliases)
  end)

  it("wants AA from a server that was asked as an authority", function()
    local message = wire.message { "head 8180 1 1 0 0", "q www.example.com", 'rr @12 CAA 300 caa 0 issue "ca.example.net"' }
    local _, reply = caa.read(message, "www.example.com", { rd = false })
    assert.equal("lame", reply.cause)
    _, reply = caa.read("\0\0\132" .. message:sub(4), "www.example.com", { rd = false })
    assert.equal("rrset", reply.kind)
  end)
end)

describe("issuable.caa.query", function()
  it("writes what other programs read", function()
    local octets = caa.query("www.example.com", { id = 4660 })
    assert.equal(wire.hex("1234 0100 0001 0000 0000 0001") .. wire.name("www.example.com") .. wire.hex("0101 0001")
      .. wire.hex("00 0029 04d0 00 00 8000 0000"), octets)
    assert.equal(wire.hex("0000 0010 0001 0000 0000 0000") .. wire.name("com") .. wire.hex("0002 0001"),
      caa.query("com", { type = 2, rd = false, cd = true, edns = false }))
  end)

  it("mixes the letters' case, and wants it back", function()
    local seen = {}
    for mix = 1, 200 do
      local query = caa.query("www.example.com", { mix = mix })
      local name = query:sub(13, 29)
      assert.equal(wire.name("www.example.com"), name:lower())
      seen[name] = true
      local answer = "\0\0\129\128" .. query:sub(5, 10) .. "\0\0" .. query:sub(13, 33)
      assert.equal("match", (caa.read(answer, "www.example.com", { mix = mix })))
      local lower = answer:sub(1, 12) .. answer:sub(13):lower()
      if name ~= name:lower() then
        assert.equal("case", (caa.read(lower, "www.example.com", { mix = mix })))
      end
    end
    local count = 0
    for _ in pairs(seen) do
      count = count + 1
    end
    assert.is_true(count > 190, "only " .. count .. " different ones")
  end)

  it("is an error for what is no name", function()
    assert.has_error(function() caa.query("a..b") end)
    assert.has_error(function() caa.query("a", { id = 65536 }) end)
    assert.has_error(function() caa.read(1, "a") end)
  end)
end)

describe("issuable.caa.message", function()
  it("tells all sections", function()
    local m = assert(caa.message(wire.message { "head 8583 1 1 2 2", "q www.example.com", "rr @12 CNAME 9 name a.example.net",
      "rr @16 NS 5 name ns.example.com", "rr @16 SOA 900 soa ns.example.com 60", "rr ns.example.com A 7 c0000201",
      "rr ns.example.com AAAA 7 20010db8000000000000000000000001" }))
    assert.equal("NXDOMAIN", m.rcode)
    assert.is_true(m.aa)
    assert.equal("www.example.com", m.questions[1].name)
    assert.equal("a.example.net", m.answer[1].target)
    assert.equal("ns.example.com", m.authority[1].target)
    assert.equal(1, m.authority[2].serial)
    assert.equal("192.0.2.1", m.additional[1].address)
    assert.equal("2001:db8::1", m.additional[2].address)
  end)

  it("refuses what breaks off", function()
    local octets = wire.message { "head 8180 1 1 0 0", "q www.example.com", "rr @12 CNAME 9 name a.example.net" }
    for len = 0, #octets - 1 do
      local m, message = caa.message(octets:sub(1, len))
      assert.is_nil(m)
      assert.equal("the message ends inside of a record", message)
    end
  end)
end)
