-- The lookup machine, as scripts of question and answer.
-- SPDX-License-Identifier: MIT
-- RFC 8659 section 3; RFC 2181 section 8 and RFC 2308 section 5 for TTLs; RFC 6672 for DNAME.

local caa = require "issuable.caa"
local support = require "spec.caa.support"

-- Each script: the name, then `wanted owner: what is fed`, then the result.
--   fed      CNAME target/ttl, DNAME target/ttl: the chain of this answer; then rrset/ttl nodata/ttl nxdomain/ttl assumed,
--            failed RCODE, unknown REASON, referral, outside, broken, loop, yxdomain. Only aliases: the chain leaves here.
--   ⇒        status field=value …; fields that are not named must be nil (trace, aliases and assumed are checked against the script)
local SCRIPTS = [[
# RFC 8659 section 3: the closest set wins, and it may be the name's own
www.example.com
  www.example.com: rrset/300
  ⇒ found found_at=www.example.com owner=www.example.com ttl=300
# RFC 8659 section 3: the climb, label by label
a.b.example.com
  a.b.example.com: nodata/60
  b.example.com: nxdomain/60
  example.com: rrset/300
  ⇒ found found_at=example.com owner=example.com ttl=60
# RFC 8659 section 3: the climb ends before the root, which is never asked
www.example.com
  www.example.com: nodata/60
  example.com: nodata/60
  com: nodata/60
  ⇒ none ttl=60
# RFC 8659 section 3: a top-level domain may hold the relevant set
www.example.com
  www.example.com: nodata/60
  example.com: nodata/60
  com: rrset/900
  ⇒ found found_at=com owner=com ttl=60
# RFC 8659 section 3: a name of one label
com
  com: nodata/60
  ⇒ none ttl=60
# RFC 8659 section 3: an empty non-terminal or a missing name is an empty set
a.b.c.example
  a.b.c.example: nxdomain/10
  b.c.example: nxdomain/20
  c.example: nodata/30
  example: nodata/40
  ⇒ none ttl=10
# RFC 8659 section 3: an alias is followed at its step
www.example.com
  www.example.com: CNAME cdn.net/60
  cdn.net: rrset/300
  ⇒ found found_at=www.example.com owner=cdn.net ttl=60
# RFC 8659 section 3: the same with the chain inside one answer
www.example.com
  www.example.com: CNAME cdn.net/60, rrset/300
  ⇒ found found_at=www.example.com owner=cdn.net ttl=60
# RFC 8659 section 3: from an alias without CAA the climb goes on at the original name's parent, not at the target's
www.example.com
  www.example.com: CNAME edge.cdn.net/60
  edge.cdn.net: nodata/30
  example.com: rrset/300
  ⇒ found found_at=example.com owner=example.com ttl=30
# RFC 8659 section 3: the target's parents are never asked, the target's tree may be empty
www.example.com
  www.example.com: CNAME a.b.c.d/60, nxdomain/30
  example.com: nodata/60
  com: nodata/60
  ⇒ none ttl=30
# RFC 8659 section 3: aliases at several steps
www.shop.example.com
  www.shop.example.com: CNAME a.cdn.net/60
  a.cdn.net: CNAME b.cdn.net/50, nodata/40
  shop.example.com: CNAME shop.host.org/30, nodata/20
  example.com: rrset/300
  ⇒ found found_at=example.com owner=example.com ttl=20
# RFC 8659 section 3: an alias at a parent
www.example.com
  www.example.com: nodata/60
  example.com: CNAME example.net/60, rrset/30
  ⇒ found found_at=example.com owner=example.net ttl=30
# RFC 8659 section 3: the same target at two steps is no loop
www.example.com
  www.example.com: CNAME cdn.net/60, nodata/60
  example.com: CNAME cdn.net/60, nodata/60
  com: nodata/60
  ⇒ none ttl=60
# RFC 8659 section 3: an alias to the original name's own parent is no loop
www.example.com
  www.example.com: CNAME example.com/60
  example.com: nodata/60
  example.com: nodata/60
  com: nodata/60
  ⇒ none ttl=60
# RFC 8659 section 3: an alias to a name below
example.com
  example.com: CNAME www.example.com/60
  www.example.com: rrset/60
  ⇒ found found_at=example.com owner=www.example.com ttl=60
# RFC 8659 section 3: an alias may lead to the root or to a wildcard's owner
www.example.com
  www.example.com: CNAME ./60
  .: nodata/60
  example.com: CNAME *.example.net/60
  *.example.net: rrset/60
  ⇒ found found_at=example.com owner=*.example.net ttl=60
# RFC 6672 section 3: below a DNAME the name is an alias like any other; the DNAME's owner itself is not
www.old.example
  www.old.example: DNAME www.new.example/60
  www.new.example: nodata/60
  old.example: nodata/60
  example: nodata/60
  ⇒ none ttl=60
# RFC 1034 section 3.6.2: aliases of aliases
a.example
  a.example: CNAME b.example/9, CNAME c.example/8, CNAME d.example/7, rrset/6
  ⇒ found found_at=a.example owner=d.example ttl=6
# RFC 1034 section 5.2.2: an alias to itself
www.example.com
  www.example.com: CNAME www.example.com/60
  ⇒ failed at=www.example.com reason=alias-loop ttl=60
# RFC 1034 section 5.2.2: a loop of two, over two answers
www.example.com
  www.example.com: CNAME b.example.com/60
  b.example.com: CNAME www.example.com/60
  ⇒ failed at=www.example.com reason=alias-loop ttl=60
# RFC 1034 section 5.2.2: a loop that does not lead back to the start
www.example.com
  www.example.com: CNAME a.net/60
  a.net: CNAME b.net/60, CNAME c.net/60
  c.net: CNAME b.net/60
  ⇒ failed at=www.example.com reason=alias-loop ttl=60
# RFC 1034 section 5.2.2: a loop inside one answer; an rrset behind it does not count
www.example.com
  www.example.com: CNAME a.net/60, CNAME b.net/60, CNAME a.net/60, rrset/300
  ⇒ failed at=www.example.com reason=alias-loop ttl=60
# RFC 1034 section 5.2.2: a loop at a parent
www.example.com
  www.example.com: nodata/60
  example.com: CNAME example.com/60
  ⇒ failed at=example.com reason=alias-loop ttl=60
# RFC 4343: a loop in other letters is the same loop
www.example.com
  www.example.com: CNAME WWW.Example.COM./60
  ⇒ failed at=www.example.com reason=alias-loop ttl=60
# A loop that the server found itself
www.example.com
  www.example.com: loop
  ⇒ failed at=www.example.com reason=alias-loop rcode=SERVFAIL
# RFC 6672 section 2.2: a DNAME that makes the name too long
www.example.com
  www.example.com: yxdomain
  ⇒ failed at=www.example.com reason=yxdomain rcode=YXDOMAIN
# RFC 8659 section 3 and 6.3: a failed lookup is no empty set, and ends the climb where it is
www.example.com
  www.example.com: failed SERVFAIL
  ⇒ failed at=www.example.com reason=lookup-failed rcode=SERVFAIL
# RFC 8659 section 6.3: the failure of a parent
www.example.com
  www.example.com: nodata/60
  example.com: failed REFUSED
  ⇒ failed at=example.com reason=lookup-failed rcode=REFUSED ttl=60
# RFC 8659 section 6.3: the failure of the top-level domain
www.example.com
  www.example.com: nodata/60
  example.com: nodata/50
  com: failed SERVFAIL
  ⇒ failed at=com reason=lookup-failed rcode=SERVFAIL ttl=50
# RFC 8659 section 3: a failure above the set that was found is never met
www.example.com
  www.example.com: nodata/60
  example.com: rrset/60
  ⇒ found found_at=example.com owner=example.com ttl=60
# RFC 8659 section 3: the alias's target failed, so the step failed
www.example.com
  www.example.com: CNAME cdn.net/60
  cdn.net: failed TIMEOUT
  ⇒ failed at=www.example.com reason=lookup-failed rcode=TIMEOUT ttl=60
# A top-level domain that does not exist: a name in it is nobody's (Let's Encrypt refuses)
www.example.nosuchtld
  www.example.nosuchtld: nxdomain/60
  example.nosuchtld: nxdomain/60
  nosuchtld: nxdomain/60
  ⇒ failed at=nosuchtld reason=tld-nxdomain rcode=NXDOMAIN ttl=60
# A name of one label that does not exist
nosuchtld
  nosuchtld: nxdomain/60
  ⇒ failed at=nosuchtld reason=tld-nxdomain rcode=NXDOMAIN ttl=60
# RFC 6604 section 3: with aliases the rcode is the last target's; the top-level domain itself is there
www.example
  www.example: nodata/60
  example: CNAME gone.net/60, nxdomain/60
  ⇒ none rcode=NXDOMAIN ttl=60
# Nobody could be asked
www.example.com
  www.example.com: nodata/60
  example.com: unknown zone-ambiguous
  ⇒ unknown at=example.com reason=zone-ambiguous ttl=60
# A zone answers with a referral: what is below the cut is somebody else's
www.example.com
  www.example.com: referral
  ⇒ unknown at=www.example.com reason=outside-zones
# A chain that goes below a cut
www.example.com
  www.example.com: CNAME a.sub.example.com/60, referral
  ⇒ unknown at=www.example.com reason=outside-zones
# A name outside the zones
www.example.com
  www.example.com: CNAME cdn.net/60
  cdn.net: outside
  ⇒ unknown at=www.example.com reason=outside-zones ttl=60
# A zone that does not load answers nothing
www.example.com
  www.example.com: broken
  ⇒ unknown at=www.example.com reason=zone-broken
# What is taken as empty is said
www.example.com
  www.example.com: nodata/60
  example.com: nodata/60
  com: assumed
  ⇒ none ttl=60
# Everything taken as empty: no TTL is known
www.example
  www.example: assumed
  example: assumed
  ⇒ none
# RFC 2308 section 5: the smallest TTL on the way is a negative one
www.example.com
  www.example.com: nodata/5
  example.com: rrset/86400
  ⇒ found found_at=example.com owner=example.com ttl=5
# RFC 2181 section 8: TTL 0, and a TTL with the top bit set, which counts as 0
www.example.com
  www.example.com: nodata/0
  example.com: rrset/300
  ⇒ found found_at=example.com owner=example.com ttl=0
# RFC 2181 section 8: the largest TTL there is
example.com
  example.com: rrset/2147483647
  ⇒ found found_at=example.com owner=example.com ttl=2147483647
# RFC 2181 section 8: one more
example.com
  example.com: rrset/2147483648
  ⇒ found found_at=example.com owner=example.com ttl=0
# Answers without TTLs
example.com
  example.com: CNAME example.net, rrset
  ⇒ found found_at=example.com owner=example.net
# RFC 1035 section 5.1: escapes; the climb goes over labels, not over dots
a\.b.c\000d.example
  a\.b.c\000d.example: nodata/60
  c\000d.example: rrset/60
  ⇒ found found_at=c\000d.example owner=c\000d.example ttl=60
# RFC 8659 section 3: a wildcard-synthesised set is the name's own
a.example.com
  a.example.com: rrset/60
  ⇒ found found_at=a.example.com owner=a.example.com ttl=60
]]

local function ttl_of(part)
  return tonumber(part:match("/(%d+)$"))
end

-- "CNAME a/60, nodata/30" → answer, as the zone files give it
local function answer_of(owner, fed)
  local answer = { aliases = {}, source = "script" }
  local at = owner
  for part in (fed .. ","):gmatch("%s*(.-)%s*,") do
    local alias, target = part:match("^([CD]NAME) ([^/]+)")
    local kind, word = part:match("^(%l+) ?(%S*)")
    if alias then
      answer.aliases[#answer.aliases + 1] = { owner = at, target = target, type = alias, ttl = ttl_of(part) }
      at = target
    elseif kind == "failed" then
      answer.kind, answer.rcode = kind, word
    elseif kind == "unknown" then
      answer.kind, answer.reason = kind, word
    else
      answer.kind = kind
      answer[kind == "rrset" and "ttl" or "negative_ttl"] = ttl_of(part)
      answer.owner = at
    end
  end
  if not answer.kind then
    answer.kind, answer.target = "alias", at
  end
  return answer
end

local function scripts()
  local list, script = {}, nil
  for _, line in ipairs(support.lines(SCRIPTS)) do
    local status, fields = line.text:match("^⇒ (%l+) ?(.*)$")
    local owner, fed = line.text:match("^(%S+): (.*)$")
    if status then
      script.status, script.fields = status, {}
      for key, value in fields:gmatch("([%a_]+)=(%S+)") do
        script.fields[key] = key == "ttl" and tonumber(value) or value
      end
    elseif owner then
      script.steps[#script.steps + 1] = { owner = owner, fed = fed }
    else
      script = { section = line.section, name = line.text, steps = {} }
      list[#list + 1] = script
    end
  end
  return list
end

local RCODES = { rrset = "NOERROR", nodata = "NOERROR", alias = "NOERROR", nxdomain = "NXDOMAIN", loop = "SERVFAIL", yxdomain = "YXDOMAIN" }

local function run(script)
  local m = caa.lookup(script.name)
  local fed = {}
  for i, step in ipairs(script.steps) do
    local owner, climb = m:want()
    assert.equal(step.owner, owner)
    assert.is_true(caa.is_below(script.name, climb))
    fed[i] = { climb = climb, owner = owner, answer = answer_of(owner, step.fed) }
    m:feed(fed[i].answer)
  end
  assert.is_nil(m:want())
  return m:result(), fed, m
end

describe("the lookup machine", function()
  for _, script in ipairs(scripts()) do
    it(("%s (%s)"):format(script.section, script.name), function()
      local result, fed = run(script)
      assert.equal(script.status, result.status)
      for _, key in ipairs { "found_at", "owner", "at", "reason", "ttl" } do
        assert.equal(script.fields[key], result[key], key)
      end
      local last = fed[#fed].answer
      assert.equal(script.fields.rcode or last.rcode or RCODES[last.kind], result.rcode)
    end)

    it(("%s (%s): its trace is what was fed"):format(script.section, script.name), function()
      local result, fed = run(script)
      local aliases, assumed = {}, {}
      assert.equal(#fed, #result.trace)
      for i, step in ipairs(fed) do
        local entry, answer = result.trace[i], step.answer
        assert.equal(step.climb, entry.name)
        assert.equal(step.owner, entry.asked)
        assert.equal(answer.kind, entry.kind)
        assert.equal(answer.rcode or RCODES[answer.kind], entry.rcode)
        assert.equal("script", entry.source)
        assert.same(answer.aliases, entry.aliases)
        for _, alias in ipairs(answer.aliases) do
          aliases[#aliases + 1] = alias
        end
        assumed[#assumed + 1] = answer.kind == "assumed" and step.owner or nil
      end
      assert.same(aliases, result.aliases)
      assert.same(assumed, result.assumed)
    end)
  end
end)

describe("limits of the lookup machine", function()
  -- a1.example → a2.example → …, one answer each or all in one
  local function chain(length, together, options)
    local m = caa.lookup("a0.example", options)
    local aliases = {}
    for i = 1, length do
      aliases[i] = { owner = ("a%d.example"):format(i - 1), target = ("a%d.example"):format(i), type = "CNAME", ttl = 60 }
    end
    if together then
      m:feed { kind = "rrset", aliases = aliases, ttl = 60 }
    else
      for i = 1, length do
        if m:want() then
          m:feed { kind = "alias", aliases = { aliases[i] } }
        end
      end
      if m:want() then
        m:feed { kind = "rrset", ttl = 60 }
      end
    end
    return m:result()
  end

  for _, together in ipairs { true, false } do
    local how = together and "one answer" or "many answers"
    it("16 aliases are followed, 17 are not, in " .. how, function()
      assert.equal("found", chain(16, together).status)
      assert.equal("a16.example", chain(16, together).owner)
      local result = chain(17, together)
      assert.equal("failed", result.status)
      assert.equal("alias-loop", result.reason)
      assert.equal("a0.example", result.at)
      assert.equal("more than 16 aliases on the way; the last one followed led to a16.example", result.detail)
      assert.is_nil(result.owner)
    end)

    it("max_aliases sets another limit, 0 and 255 too, in " .. how, function()
      assert.equal("failed", chain(1, together, { max_aliases = 0 }).status)
      assert.equal("found", chain(0, together, { max_aliases = 0 }).status)
      assert.equal("found", chain(255, together, { max_aliases = 255 }).status)
      assert.equal("failed", chain(256, together, { max_aliases = 255 }).status)
    end)
  end

  it("the limit counts over all steps", function()
    local m = caa.lookup("b.a.example", { max_aliases = 3 })
    m:feed { kind = "nodata", aliases = { { owner = "b.a.example", target = "x.net" }, { owner = "x.net", target = "y.net" } } }
    m:feed { kind = "nodata", aliases = { { owner = "a.example", target = "x.net" } } }
    m:feed { kind = "alias", target = "z.net" }
    assert.equal("failed", m:result().status)
    assert.equal("example", m:result().at)
  end)

  it("a loop is found at once, whatever the length of its names", function()
    local long = ("a"):rep(63)
    local function name(i)
      return ("%s.%s.%s.%s"):format(long, long, long, ("b"):rep(58) .. ("%03d"):format(i))
    end
    local m = caa.lookup(name(0), { max_aliases = 255 })
    for i = 1, 200 do
      m:feed { kind = "alias", target = name(i) }
    end
    m:feed { kind = "alias", target = name(100) }
    local result = m:result()
    assert.equal("alias-loop", result.reason)
    assert.equal(("the aliases of %s go round in a circle, through %s"):format(name(0), name(200)), result.detail)
    assert.equal(201, #result.aliases)
  end)

  it("a name of 127 labels is climbed to its end", function()
    local name = ("a."):rep(126) .. "a"
    local m = caa.lookup(name)
    local asked = 0
    while m:want() do
      asked = asked + 1
      m:feed { kind = "nodata", negative_ttl = 200 - asked }
    end
    assert.equal(127, asked)
    assert.equal("none", m:result().status)
    assert.equal(127, #m:result().trace)
    assert.equal("a", m:result().trace[127].name)
    assert.equal(73, m:result().ttl)
  end)
end)

describe("what the machine says of a failure", function()
  local function fail(answer)
    local m = caa.lookup("www.example.com")
    m:feed(answer)
    return m:result()
  end

  it("is what the driver said", function()
    local result = fail { kind = "failed", rcode = "SERVFAIL", reason = "dnssec-bogus", detail = "EDE 7: signature expired" }
    assert.equal("dnssec-bogus", result.reason)
    assert.equal("EDE 7: signature expired", result.detail)
    result = fail { kind = "referral", reason = "outside-zones", detail = "cut", cut = "sub.example.com" }
    assert.equal("cut", result.detail)
    assert.equal("sub.example.com", result.trace[1].cut)
  end)

  it("is its own where it found out itself", function()
    local result = fail { kind = "alias", target = "www.example.com", detail = "ignored" }
    assert.equal("the aliases of www.example.com go round in a circle, through www.example.com", result.detail)
    local m = caa.lookup("nosuchtld")
    m:feed { kind = "nxdomain" }
    assert.equal("the top-level domain nosuchtld does not exist", m:result().detail)
  end)

  it("keeps the wildcard and the source in the trace", function()
    local m = caa.lookup("a.example.com")
    m:feed { kind = "rrset", ttl = 60, wildcard = "*.example.com", owner = "a.example.com", source = "zones/example.com.zone" }
    local result = m:result()
    assert.equal("*.example.com", result.trace[1].wildcard)
    assert.equal("zones/example.com.zone", result.trace[1].source)
    assert.equal("a.example.com", result.owner)
  end)
end)
