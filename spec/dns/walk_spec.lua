-- The zones' own servers: walked to, every one asked, those that are lame, stale or of another opinion named.
-- SPDX-License-Identifier: MIT
-- RFC 1034 section 5.3.3; design section 4, `servers-disagree`. Four real NSD on loopback addresses.

local authorities = require "spec.support.authorities"
local cjson = require "cjson"
local dns = require "issuable.dns"
local shell = require "spec.support.shell"

local TOP = [[
@ NS ns.test.
ns A 127.0.0.2
example NS a.ns.example
example NS b.ns.example
a.ns.example A 127.0.0.3
b.ns.example A 127.0.0.4
half NS a.ns.half
half NS b.ns.half
a.ns.half A 127.0.0.3
b.ns.half A 127.0.0.4
gone NS ns.gone
ns.gone A 127.0.0.4
dead NS a.ns.dead
dead NS b.ns.dead
a.ns.dead A 127.0.0.3
b.ns.dead A 127.0.0.5
noglue NS ns.nowhere.test.
]]

local function servers_of(name)
  return ("@ NS a.ns.%s.test.\n@ NS b.ns.%s.test.\na.ns A 127.0.0.3\nb.ns A 127.0.0.%d\n"):format(name, name, name == "dead" and 5 or 4)
end

local FIRST = [[
@ CAA 0 issue "ca1.example.net"
www A 192.0.2.1
moved CAA 0 issue "ca1.example.net"
both CAA 0 issue "ca1.example.net"
both CAA 0 issue "ca2.example.net"
alias CNAME moved
new CAA 0 issue "ca1.example.net"
order CAA 0 issue "ca1.example.net"
order CAA 0 issue "ca2.example.net"
]]
local SECOND = [[
@ CAA 0 issue "ca1.example.net"
www A 192.0.2.1
moved CAA 0 issue "ca2.example.net"
both CAA 0 issue "ca1.example.net"
alias CNAME moved
new A 192.0.2.1
order CAA 0 issue "ca2.example.net"
order CAA 0 issue "ca1.example.net"
]]

-- name, CA: verdict reason, and what the explanation says
local CASES = {
  { "www.example.test", "ca1", "allowed issuer-match" },
  { "www.example.test", "ca2", "denied issuer-mismatch" },
  { "moved.example.test", "ca1", "undecided servers-disagree",
    'a.ns.example.test (127.0.0.3:PORT) says of moved.example.test: 0 issue "ca1.example.net"; b.ns.example.test (127.0.0.4:PORT) says of moved.example.test: 0 issue "ca2.example.net"' },
  { "moved.example.test", "ca3", "denied issuer-mismatch" },
  { "both.example.test", "ca1", "allowed issuer-match" },
  { "both.example.test", "ca2", "undecided servers-disagree" },
  { "alias.example.test", "ca1", "undecided servers-disagree" },
  { "new.example.test", "ca1", "allowed issuer-match" }, -- one has it at the name, the other at its parent: both allow
  { "new.example.test", "ca2", "denied issuer-mismatch" },
  { "order.example.test", "ca1", "allowed issuer-match" },
  { "www.free.test", "ca1", "allowed no-caa" },
  { "www.half.test", "ca1", "undecided servers-disagree", "b.ns.half.test (127.0.0.4:PORT) says of www.half.test: 127.0.0.4:PORT refuses to answer (REFUSED)" },
  { "www.dead.test", "ca1", "undecided servers-disagree", "127.0.0.5:PORT cannot be reached" },
  { "www.gone.test", "ca1", "undecided lookup-failed", "127.0.0.4:PORT: REFUSED" },
  { "www.noglue.test", "ca1", "undecided lookup-failed", "no address is known of any server of noglue.test" },
  { "www.example.elsewhere", "ca1", "undecided lookup-failed" },
}

describe("--authoritative", function()
  local world

  setup(function()
    world = authorities.start {
      ["127.0.0.2"] = { { name = "test", text = TOP } },
      ["127.0.0.3"] = {
        { name = "example.test", text = servers_of "example" .. FIRST, serial = 7 },
        { name = "half.test", text = servers_of "half" .. FIRST },
        { name = "dead.test", text = servers_of "dead" .. FIRST },
      },
      ["127.0.0.4"] = { { name = "example.test", text = servers_of "example" .. SECOND, serial = 6 } },
    }
  end)
  teardown(function()
    if world then
      world:stop()
    end
  end)

  for _, case in ipairs(CASES) do
    it(("%s for %s: %s"):format(case[2], case[1], case[3]), function()
      local status, out, err = shell.run(("%s decide %s --ca %s.example.net --dns 127.0.0.2@%d --authoritative --authority-port %d --format text"):format(
        shell.command, case[1], case[2], world.port, world.port))
      assert.equal("", err)
      assert.equal(case[1] .. " " .. case[3], out:match("^%S+ %S+ [%l-]+"), out)
      assert.equal(case[3]:find("^allowed") and 0 or case[3]:find("^denied") and 1 or 3, status)
      if case[4] then
        assert.truthy(out:find(case[4]:gsub("PORT", world.port), 1, true), out)
      end
    end)
  end

  it("tells it in JSON", function()
    local _, out = shell.run(("%s decide moved.example.test --ca ca1.example.net --dns 127.0.0.2@%d --authoritative --authority-port %d"):format(
      shell.command, world.port, world.port))
    local object = cjson.decode(out)
    assert.equal("servers-disagree", object.reason)
    assert.equal("unchecked", object.security)
    assert.equal("dns", object.source)
    assert.truthy(object.trace[1].source:find("^127%.0%.0%.[34]:"))
  end)

  it("knows the serials", function()
    local walker = dns.open({ servers = { "127.0.0.2@" .. world.port }, authoritative = true, authority_port = world.port }).walker
    local zone = assert(walker:zone_of("www.example.test"))
    assert.equal("example.test", zone.apex)
    assert.same({
      ["a.ns.example.test (127.0.0.3:" .. world.port .. ")"] = 7,
      ["b.ns.example.test (127.0.0.4:" .. world.port .. ")"] = 6,
    }, walker:serials(zone))
  end)
end)
