-- The climb over several zones: which zone answers, what is assumed, and where nobody can say.
-- SPDX-License-Identifier: MIT
-- RFC 8659 section 3, RFC 1034 section 4.3.2; design section 4, "What may prove absence".

local authority = require "issuable.authority"
local zone = require "issuable.zone"

local HEAD = "$TTL 300\n@ 600 SOA ns hostmaster 1 7200 900 1209600 60\n@ NS ns.dns.test.\n"

--- "APEX[@FILE][ found|fragment|broken]: record / record": one zone a line.
local function zones_of(text)
  local subjects = {}
  for line in text:gmatch("[^\n]+") do
    local head, body = line:match("^%s*(.-): ?(.*)$")
    local apex, options = head:match("^(%S+)%s*(.*)$")
    local path
    apex, path = apex:match("^([^@]+)@?(.*)$")
    path = path ~= "" and path or apex .. ".zone"
    local records = body:gsub(" / ", "\n") .. "\n"
    if not options:find("fragment", 1, true) then
      records = HEAD .. records
    end
    if options:find("broken", 1, true) then
      records = records .. "@ A not-an-address\n"
    end
    local handle = assert(zone.load(records, { path = path, origin = apex }))
    subjects[#subjects + 1] = {
      apex = handle:apex(), path = path, handle = handle, status = handle:status(), errors = handle:errors(),
      given = options:find("found", 1, true) and "found" or "option",
    }
  end
  return subjects
end

local function ask(zones, name, assume)
  local empty = {}
  for word in (assume or ""):gmatch("%S+") do
    empty[word] = true
  end
  return authority.new({ zones = zones_of(zones), assume_empty = empty }):ask(name)
end

--- "status [reason] [found_at] [<- file]; steps"
local function told(answer)
  local head = { answer.status, answer.reason, answer.rrset and answer.found_at, answer.source and "<- " .. answer.source }
  local parts = {}
  for i = 1, 4 do
    if head[i] then
      parts[#parts + 1] = head[i]
    end
  end
  local steps = {}
  for i, step in ipairs(answer.trace) do
    local asked = step.asked or step.name
    steps[i] = (asked == step.name and asked or step.name .. ">" .. asked) .. "=" .. step.kind
  end
  return table.concat(parts, " ") .. "; " .. table.concat(steps, " ")
end

-- what it shows: zones: name [+ assumed empty] => told
local CASES = [[
a set at the name itself
  example.com: @ CAA 0 issue "a"
  example.com => found example.com <- example.com.zone; example.com=rrset
the climb: no such name, then a name without CAA, then the set
  example.com: @ CAA 0 issue "a" / b A 192.0.2.1
  a.b.example.com => found example.com <- example.com.zone; a.b.example.com=nxdomain b.example.com=nodata example.com=rrset
the closest set wins and is never merged
  example.com: @ CAA 0 issue "a" / b CAA 0 iodef "mailto:x@y.z"
  a.b.example.com => found b.example.com <- example.com.zone; a.b.example.com=nxdomain b.example.com=rrset
an apex without CAA: its one-label parent is assumed
  example.com: @ A 192.0.2.1
  www.example.com => none <- ; www.example.com=nxdomain example.com=nodata com=assumed
two labels above the apex are not
  example.co.uk: @ A 192.0.2.1
  example.co.uk => unknown outside-zones; example.co.uk=nodata co.uk=unknown
but where that is said
  example.co.uk: @ A 192.0.2.1
  example.co.uk + co.uk => none <- ; example.co.uk=nodata co.uk=assumed uk=assumed
a given parent zone answers where the child's climb goes on
  com: example NS ns.dns.test. / @ CAA 0 issue "registry"
  example.com: @ A 192.0.2.1
  example.com => found com <- com.zone; example.com=nodata com=rrset
nobody's name
  example.com: @ CAA 0 issue "a"
  www.example.org => unknown outside-zones; www.example.org=unknown
nobody's name is not assumed even with one label
  example.com: @ CAA 0 issue "a"
  com => unknown outside-zones; com=unknown
unless it is said
  example.com: @ CAA 0 issue "a"
  www.example.org + www.example.org => unknown outside-zones; www.example.org=assumed example.org=unknown
all the way
  example.com: @ CAA 0 issue "a"
  www.example.org + www.example.org example.org => none <- ; www.example.org=assumed example.org=assumed org=assumed
the deepest apex answers, not the zone above it
  example.com: @ CAA 0 issue "parent" / dept NS ns.dns.test. / x.dept CAA 0 issue "stale"
  dept.example.com: @ CAA 0 issue "child"
  x.dept.example.com => found dept.example.com <- dept.example.com.zone; x.dept.example.com=nxdomain dept.example.com=rrset
also when the parent does not delegate it
  example.com: @ CAA 0 issue "parent"
  dept.example.com: @ A 192.0.2.1
  x.dept.example.com => found example.com <- example.com.zone; x.dept.example.com=nxdomain dept.example.com=nodata example.com=rrset
but one that was only found lying there is perhaps not what the world sees, so both must say the same
  example.com: @ CAA 0 issue "parent"
  dept.example.com found: @ CAA 0 issue "child" / x A 192.0.2.1
  x.dept.example.com => unknown zone-ambiguous <- dept.example.com.zone; x.dept.example.com=nodata dept.example.com=unknown
which an empty one does
  example.com: @ CAA 0 issue "parent"
  dept.example.com found: x A 192.0.2.1
  x.dept.example.com => found example.com <- example.com.zone; x.dept.example.com=nodata dept.example.com=nodata example.com=rrset
a wildcard of the parent speaks for names below, too
  example.com: @ CAA 0 issue "parent" / *.dept CAA 0 issue ";"
  dept.example.com found: x A 192.0.2.1
  x.dept.example.com => unknown zone-ambiguous <- dept.example.com.zone; x.dept.example.com=unknown
a delegation settles it, of the zone or of one above it
  example.com: @ CAA 0 issue "parent" / dept NS ns.dns.test.
  dept.example.com found: @ CAA 0 issue "child"
  x.dept.example.com => found dept.example.com <- dept.example.com.zone; x.dept.example.com=nxdomain dept.example.com=rrset
of one above it
  example.com: @ CAA 0 issue "parent" / dept NS ns.dns.test.
  a.dept.example.com found: @ CAA 0 issue "child"
  x.a.dept.example.com => found a.dept.example.com <- a.dept.example.com.zone; x.a.dept.example.com=nxdomain a.dept.example.com=rrset
but none of a part of it
  example.com: @ CAA 0 issue "parent" / x.dept NS ns.dns.test.
  dept.example.com found: x CAA 0 issue "child"
  x.dept.example.com => unknown zone-ambiguous <- dept.example.com.zone; x.dept.example.com=unknown
a delegation without the child zone
  example.com: @ CAA 0 issue "parent" / dept NS ns.dns.test.
  x.dept.example.com => unknown outside-zones <- example.com.zone; x.dept.example.com=referral
at the cut itself too
  example.com: @ CAA 0 issue "parent" / dept NS ns.dns.test. / dept CAA 0 issue "stale"
  dept.example.com => unknown outside-zones <- example.com.zone; dept.example.com=referral
an alias inside the zone
  example.com: @ CAA 0 issue "a" / www CNAME web / web CAA 0 issue "b"
  www.example.com => found www.example.com <- example.com.zone; www.example.com=rrset
an alias to a name without CAA: the climb goes on from the alias
  example.com: @ CAA 0 issue "a" / www.shop CNAME web.host / host CAA 0 issue "b" / web.host A 192.0.2.1
  www.shop.example.com => found example.com <- example.com.zone; www.shop.example.com=nodata shop.example.com=nodata example.com=rrset
an alias into another zone that was given
  example.com: @ CAA 0 issue "a" / www CNAME web.example.net.
  example.net: @ CAA 0 issue "b" / web CAA 0 issue "c"
  www.example.com => found www.example.com <- example.net.zone; www.example.com=alias www.example.com>web.example.net=rrset
and back again
  example.com: @ CAA 0 issue "a" / www CNAME web.example.net. / api CAA 0 issue "b"
  example.net: web CNAME api.example.com.
  www.example.com => found www.example.com <- example.com.zone; www.example.com=alias www.example.com>web.example.net=alias www.example.com>api.example.com=rrset
an alias into another zone, which has no CAA there: the target's parents never count
  example.com: @ A 192.0.2.1 / www CNAME web.example.net.
  example.net: @ CAA 0 issue "b" / web A 192.0.2.1
  www.example.com => none <- ; www.example.com=alias www.example.com>web.example.net=nodata example.com=nodata com=assumed
an alias out of everything that was given
  example.com: @ CAA 0 issue "a" / www CNAME web.example.net.
  www.example.com => unknown outside-zones; www.example.com=alias www.example.com>web.example.net=unknown
an alias to a name of one label is somebody's real name
  example.com: @ CAA 0 issue "a" / www CNAME com.
  www.example.com => unknown outside-zones; www.example.com=alias www.example.com>com=unknown
a target may be said to be empty
  example.com: @ CAA 0 issue "a" / www CNAME web.example.net.
  www.example.com + web.example.net => found example.com <- example.com.zone; www.example.com=alias www.example.com>web.example.net=assumed example.com=rrset
and so may a delegated name
  example.com: @ CAA 0 issue "a" / dept NS ns.dns.test.
  dept.example.com + dept.example.com => found example.com <- example.com.zone; dept.example.com=assumed example.com=rrset
but no name that a zone answers for
  example.com: @ CAA 0 issue "a"
  example.com + example.com => found example.com <- example.com.zone; example.com=rrset
aliases between zones that never end
  example.com: www CNAME web.example.net.
  example.net: web CNAME www.example.com.
  www.example.com => failed alias-loop <- example.net.zone; www.example.com=alias www.example.com>web.example.net=alias
an alias below a delegation
  example.com: www CNAME web.dept / dept NS ns.dns.test.
  www.example.com => unknown outside-zones <- example.com.zone; www.example.com=alias www.example.com>web.dept.example.com=referral
an alias below a delegation whose zone is given
  example.com: www CNAME web.dept / dept NS ns.dns.test.
  dept.example.com: web CAA 0 issue "d"
  www.example.com => found www.example.com <- dept.example.com.zone; www.example.com=alias www.example.com>web.dept.example.com=rrset
a zone given without a delegation answers aliases too
  example.com: www CNAME web.dept / web.dept A 192.0.2.1
  dept.example.com: web CAA 0 issue "d"
  www.example.com => found www.example.com <- dept.example.com.zone; www.example.com=alias www.example.com>web.dept.example.com=rrset
an alias through a deeper zone and out of it again
  example.com: www CNAME x.dept / x.dept CNAME y / y CAA 0 issue "e" / @ CAA 0 issue "a"
  dept.example.com: x A 192.0.2.1
  www.example.com => found example.com <- example.com.zone; www.example.com=alias www.example.com>x.dept.example.com=nodata example.com=rrset
a wildcard's records count for names that are not there
  example.com: *.w CAA 0 issue "a" / x.w A 192.0.2.1
  y.w.example.com => found y.w.example.com <- example.com.zone; y.w.example.com=rrset
but not for those that are
  example.com: *.w CAA 0 issue "a" / x.w A 192.0.2.1 / @ CAA 0 issue "b"
  x.w.example.com => found example.com <- example.com.zone; x.w.example.com=nodata w.example.com=nodata example.com=rrset
a fragment answers nothing
  example.com fragment: www CAA 0 issue "a"
  www.example.com => unknown outside-zones; www.example.com=unknown
what a fragment holds speaks against a zone that lacks it
  example.com: @ CAA 0 issue "a"
  example.com@part fragment: www CAA 0 issue "b"
  www.example.com => unknown zone-ambiguous <- example.com.zone; www.example.com=unknown
what a fragment lacks does not stand in a zone's way
  example.com: @ CAA 0 issue "a"
  example.com@part fragment: ftp CAA 0 issue "b"
  www.example.com => found example.com <- example.com.zone; www.example.com=nxdomain example.com=rrset
a broken zone answers nothing
  example.com broken: @ CAA 0 issue "a"
  www.example.com => unknown zone-broken <- example.com.zone; www.example.com=unknown
a broken zone below a sound one keeps its names
  example.com: @ CAA 0 issue "a"
  dept.example.com broken: @ CAA 0 issue "b"
  www.dept.example.com => unknown zone-broken <- dept.example.com.zone; www.dept.example.com=unknown
two zones that were found with one apex
  example.com@a found: @ CAA 0 issue "a"
  example.com@b found: @ CAA 0 issue "b"
  www.example.com => unknown zone-ambiguous; www.example.com=unknown
one that was named beats those that were found
  example.com@a found: @ CAA 0 issue "a"
  example.com@b: @ CAA 0 issue "b"
  example.com@c found: @ CAA 0 issue "c"
  example.com => found example.com <- b; example.com=rrset
two that were named are as bad as two that were found
  example.com@a: @ CAA 0 issue "a"
  example.com@b: @ CAA 0 issue "b"
  example.com => unknown zone-ambiguous; example.com=unknown
a broken one beside a sound one is no less a zone
  example.com@a found: @ CAA 0 issue "a"
  example.com@b found broken: @ CAA 0 issue "b"
  example.com => unknown zone-ambiguous; example.com=unknown
an ambiguous zone above does not matter to a name that has its set
  example.com@a found: @ A 192.0.2.1
  example.com@b found: @ A 192.0.2.2
  dept.example.com: @ CAA 0 issue "c"
  x.dept.example.com => found dept.example.com <- dept.example.com.zone; x.dept.example.com=nxdomain dept.example.com=rrset
but to one that has to climb into it
  example.com@a found: @ A 192.0.2.1
  example.com@b found: @ A 192.0.2.2
  dept.example.com: @ A 192.0.2.1
  dept.example.com => unknown zone-ambiguous; dept.example.com=nodata example.com=unknown
the root zone, if somebody has it, is never asked
  example.com: @ A 192.0.2.1
  .: @ CAA 0 issue "root" / com NS ns.dns.test. / ns.dns.test A 192.0.2.53
  example.com => unknown outside-zones <- ..zone; example.com=nodata com=referral
]]

describe("the climb:", function()
  local what, zones = nil, ""
  for line in CASES:gmatch("[^\n]+") do
    local name, assume, expected = line:match("^  (%S+) ?%+? ?(.-) => (.*)$")
    if name then
      local given = zones
      it(what, function()
        assert.equal(expected, (told(ask(given, name, assume)):gsub("^none; ", "none <- ; ")))
      end)
    elseif line:sub(1, 2) == "  " then
      zones = zones .. line .. "\n"
    else
      what, zones = line, ""
    end
  end
end)

describe("an answer", function()
  it("lists what was assumed", function()
    assert.same({ "com" }, ask("example.com: @ A 192.0.2.1", "www.example.com").assumed)
    assert.same({ "co.uk", "uk" }, ask("example.co.uk: @ A 192.0.2.1", "example.co.uk", "co.uk").assumed)
    assert.same({}, ask('example.com: @ CAA 0 issue "a"', "www.example.com").assumed)
  end)

  it("has the smallest TTL on the way", function()
    assert.equal(60, ask('example.com: @ CAA 0 issue "a"', "www.example.com").ttl) -- the negative one of www: SOA minimum
    assert.equal(300, ask('example.com: @ CAA 0 issue "a"', "example.com").ttl)
    assert.equal(30, ask('example.com: www 30 CNAME web / web CAA 0 issue "a"', "www.example.com").ttl)
  end)

  it("knows where each property stands, and holds no record twice", function()
    local answer = ask('example.com: @ CAA 0 issue "a" / @ CAA 0 issue "a" / @ CAA 0 issue "b"', "example.com")
    assert.equal(2, #answer.rrset.properties)
    local property = answer.rrset.properties[2]
    assert.equal("b", property.issuer)
    assert.equal("example.com.zone", property.span.path)
    assert.equal(6, property.span.line)
    assert.equal("CAA", property.site.zone.handle:record(property.site.record).type)
    assert.equal("example.com", answer.rrset.owner)
    assert.is_true(answer.rrset.complete)
  end)

  it("from a wildcard has the owner as it stands in the file", function()
    local answer = ask('example.com: *.w CAA 0 issue "a"', "x.w.example.com")
    assert.equal("*.w.example.com", answer.rrset.owner)
    assert.equal("x.w.example.com", answer.found_at)
    assert.equal("*.w.example.com", answer.trace[1].wildcard)
  end)

  it("is the same object for the same name, and one RRset for two names", function()
    local asker = authority.new { zones = zones_of('example.com: @ CAA 0 issue "a"') }
    assert.equal(asker:ask("a.example.com"), asker:ask("a.example.com"))
    assert.equal(asker:ask("a.example.com").rrset, asker:ask("b.example.com").rrset)
  end)

  it("says which file speaks of a name that no zone holds, and which files claim one apex", function()
    assert.truthy(ask('example.com fragment: www CAA 0 issue "a"', "www.example.com").detail:find("example.com.zone speaks of www.example.com", 1, true))
    assert.truthy(ask("example.com@a: x A 192.0.2.1\nexample.com@b: y A 192.0.2.1", "www.example.com").detail:find("2 files claim to be the zone example.com: a, b", 1, true))
    assert.truthy(ask("example.com: dept NS ns.dns.test.", "x.dept.example.com").detail:find("delegates x.dept.example.com to other servers", 1, true)
      or ask("example.com: dept NS ns.dns.test.", "x.dept.example.com").detail:find("delegates dept.example.com to other servers", 1, true))
  end)

  it("carries the records of the aliases it followed", function()
    local answer = ask('example.com: www CNAME web / web CNAME web.example.net.\nexample.net: web CAA 0 issue "a"', "www.example.com")
    local owners = {}
    for _, step in ipairs(answer.trace) do
      for _, link in ipairs(step.links or {}) do
        owners[#owners + 1] = ("%s line %d"):format(link.owner, step.zone.handle:record(link.record).line)
      end
    end
    assert.same({ "www.example.com line 4", "web.example.com line 5" }, owners)
    assert.equal(2, #answer.aliases)
  end)
end)
