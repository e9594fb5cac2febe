-- The same questions through every driver of the resolver: byte for byte the same answers.
-- SPDX-License-Identifier: MIT
-- Source: csrc/caa/resolver.h (the interface), csrc/caa/engine.h, lua/issuable/dns/replay.lua; a real NSD answers the first time.

local authority = require "issuable.authority"
local decide = require "issuable.decide"
local dns = require "issuable.dns"
local dns_servers = require "spec.support.dns_servers"
local fake = require "spec.support.fake_net"
local json = require "issuable.reports.jsonwriter"
local new_random = require "spec.support.random"
local replay = require "issuable.dns.replay"
local shapes = require "issuable.reports.shapes"
local shell = require "spec.support.shell"

local function zone_text()
  local lines = {
    "$ORIGIN example.com.", "$TTL 300", "@ SOA ns.example.com. hostmaster.example.com. 1 7200 900 1209600 60", "@ NS ns.example.com.", "ns A 127.0.0.1",
    '@ CAA 0 issue "ca.example.net"', "alias CNAME host", "chain CNAME alias", 'host CAA 0 issuewild ";"', "loop CNAME pool", "pool CNAME loop",
    "away CNAME elsewhere.example.net.", "*.wild A 192.0.2.1", '*.set CAA 0 issue "set.example.net"', "d DNAME below.example.com.", 'x.below CAA 0 issue "x"',
  }
  for i = 1, 90 do
    lines[#lines + 1] = ('big CAA 0 issue "ca%d.example.net; accounturi=https://ca%d.example.net/acct/1234567890"'):format(i, i)
  end
  return table.concat(lines, "\n") .. "\n"
end

local NAMES = {}
for _, name in ipairs { "www", "alias", "a.alias", "chain", "host", "loop", "away", "b.away", "x.wild", "y.x.wild", "x.set", "big", "a.big", "x.d", "d", "gone", "a.b.c.d.e" } do
  NAMES[#NAMES + 1] = name .. ".example.com"
end
for i = 1, 60 do
  NAMES[#NAMES + 1] = ("host%d.example.com"):format(i)
end
NAMES[#NAMES + 1] = "example.net"
NAMES[#NAMES + 1] = "com"

local function line_of(answer)
  return json.encode(shapes.answer(answer, false, decide.issuers(answer), "2026-11-23T00:00:00Z"))
end

--- All answers through an issuable.Dns, in the order of the names.
local function through(handle)
  local asker, lines, at = authority.new { dns = handle }, {}, 0
  asker:ask_each(function()
    at = at + 1
    return NAMES[at]
  end, function(index, answer)
    lines[index] = line_of(answer)
  end)
  return table.concat(lines, "\n")
end

describe("drivers of the resolver:", function()
  local servers, folder, path, wanted

  setup(function()
    servers = dns_servers.start({ { name = "example.com", text = zone_text() } }, { "nsd" })
    folder = shell.folder()
    path = folder .. "/transcript"
    local handle = assert(dns.open { servers = { "127.0.0.1@" .. servers.ports.nsd }, record = path })
    wanted = through(handle)
    handle:close()
  end)
  teardown(function()
    servers:stop()
    shell.remove(folder)
  end)

  it("the engine's answers are sound", function()
    local found, failed = 0, 0
    for line in wanted:gmatch("[^\n]+") do
      found = found + (line:find('"status":"found"', 1, true) and 1 or 0)
      failed = failed + (line:find('"status":"failed"', 1, true) and 1 or 0)
    end
    assert.equal(#NAMES - 5, found)
    assert.equal(5, failed) -- loop, away, b.away, example.net, com
    assert.truthy(wanted:find('"tcp":true', 1, true))
  end)

  it("the engine gives the same again", function()
    local handle = assert(dns.open { servers = { "127.0.0.1@" .. servers.ports.nsd }, window = 3 })
    assert.equal(wanted, through(handle))
    handle:close()
  end)

  it("steps of somebody else's loop", function()
    local handle = assert(dns.open { servers = { "127.0.0.1@" .. servers.ports.nsd } })
    local r = handle.resolver
    assert.equal("number", type(r:fd()))
    local lines, index_of, at, left = {}, {}, 0, #NAMES
    while left > 0 do
      while NAMES[at + 1] do
        local number = r:start(NAMES[at + 1])
        if not number then
          break
        end
        at = at + 1
        index_of[number] = at
      end
      local kind, number = r:event()
      if kind then
        local index = index_of[number]
        -- the words are issuable.dns's
        local answer = handle:take(number, NAMES[index])
        local one = authority.new { dns = { start = function() return 1 end, event = function() return "decided", 1 end, take = function() return answer end } }
        local given
        one:ask_each((function()
          local once = NAMES[index]
          return function()
            local name = once
            once = nil
            return name
          end
        end)(), function(_, finished)
          given = finished
          one.dns.event = function() end
        end)
        lines[index] = line_of(given)
        left = left - 1
      else
        assert(r:step(r:timeout() or 50))
      end
    end
    assert.equal(wanted, table.concat(lines, "\n"))
    handle:close()
  end)

  it("a transcript", function()
    for _ = 1, 2 do
      local handle = assert(dns.open { replay = path })
      assert.equal(wanted, through(handle))
      handle:close()
    end
  end)

  -- What a driver over nginx cosockets does: actions out, octets in, in any order, streams cut anywhere, time from outside.
  for seed = 1, 5 do
    it("plain Lua, packets in any order, streams cut anywhere: seed " .. seed, function()
      local random = new_random(seed)
      local transcript = assert(replay.read(path))
      local handle = assert(dns.open { replay = path })
      handle.resolver = require("issuable.caa").resolver { window = 1 + random:below(40), timeout = 1000 }
      local recorded = transcript:carrier({
        undelivered = function(self) table.insert(self.list, { undelivered = true, after = random:below(5) }) end,
        datagram = function(self, _, _, octets) table.insert(self.list, { octets = octets, after = random:below(90) }) end,
        stream = function(self, _, octets)
          local at = 1
          while at <= #octets do
            local size = random:below(400)
            table.insert(self.list, { chunk = octets:sub(at, at + size - 1), after = 10 + #self.list })
            at = at + size
          end
        end,
        closed = function(self) table.insert(self.list, { closed = true, after = 500 }) end,
      })
      local net = fake.new(handle.resolver, {})
      assert(handle.resolver:server("127.0.0.1", tonumber(servers.ports.nsd)))
      net.servers[1] = function(query, how)
        recorded.resolver.list = {}
        recorded.resolver.action = function(self)
          if not self.done then
            self.done = true
            return how == "udp" and "udp" or "stream", 0, 0, how == "udp" and query.octets or ("\0\0" .. query.octets)
          end
          return "wait"
        end
        recorded.resolver.done = false
        recorded:step()
        return recorded.resolver.list
      end
      handle.carrier = { now = net.now, step = function(self)
        local ok = net:step()
        self.now = net.now
        return ok, "nothing is under way"
      end }
      assert.equal(wanted, through(handle))
    end)
  end

  it("says what is no transcript", function()
    for _, text in ipairs { "", "hello\n", "issuable-transcript 1\n", "issuable-transcript 1\nserver 192.0.2.1 53\nnonsense\n" } do
      shell.write(folder .. "/broken", text)
      local handle, message = dns.open { replay = folder .. "/broken" }
      assert.is_nil(handle)
      assert.truthy(message:find("no transcript of issuable", 1, true))
    end
    assert.is_nil((dns.open { replay = folder .. "/missing" }))
    assert.is_nil((dns.open { servers = { "127.0.0.1" }, record = folder .. "/no/such/folder" }))
  end)

  it("asks nobody for what the transcript does not know", function()
    local handle = assert(dns.open { replay = path })
    local answer = authority.new({ dns = handle }):ask("never.asked.test")
    assert.equal("failed", answer.status)
    assert.equal("unreachable", answer.cause)
  end)
end)
