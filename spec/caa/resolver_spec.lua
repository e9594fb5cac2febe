-- The resolver against servers that behave in every way there is: matching, retries, transports, failures, budgets, memory.
-- SPDX-License-Identifier: MIT
-- RFC 5452, RFC 6891, RFC 7766, RFC 8659 section 3, RFC 8914; driven by plain Lua over csrc/caa/resolver.h.

local caa = require "issuable.caa"
local fake = require "spec.support.fake_net"
local wire = require "spec.support.wire"

local reply = fake.reply

local ENTROPY = ("issuable"):rep(4)
local SOA = ". SOA 300 soa ns.example.com 60"
local SET = { "@12 CAA 300 caa 0 issue \"ca.example.net\"" }

local function resolver(options)
  local all = { entropy = ENTROPY, timeout = 1000 }
  for key, value in pairs(options or {}) do
    all[key] = value
  end
  return assert(caa.resolver(all))
end

local function net_of(servers, options)
  return fake.new(resolver(options), servers)
end

local function empty(query, flags)
  return { { octets = reply(query, flags or "8180", { authority = { SOA } }) } }
end

--- A server from a table: name → function(query, how) | list of records of a NOERROR answer; others have no data.
local function server(names)
  return function(query, how, net)
    local entry = names[query.name]
    if type(entry) == "function" then
      return entry(query, how, net)
    elseif entry then
      return { { octets = reply(query, "8180", entry) } }
    end
    return empty(query)
  end
end

--- Every answer of a server that way, by UDP or TCP.
local function always(behave)
  return function(query, how, net)
    return behave(query, how, net)
  end
end

local function stream_of(octets, size, after)
  local whole, list = wire.u16(#octets) .. octets, {}
  for at = 1, #whole, size do
    list[#list + 1] = { chunk = whole:sub(at, at + size - 1), after = (after or 1) * (#list + 1) }
  end
  return list
end

local function outcome(result)
  return table.concat({ result.status, result.reason or "-", result.trace[#result.trace].cause or "-" }, " ")
end

describe("issuable.caa.resolver", function()
  describe("climbs:", function()
    it("to the closest set, and asks no further", function()
      local net = net_of { server { ["example.com"] = SET } }
      local result = net:lookup("a.b.example.com")
      assert.equal("found", result.status)
      assert.equal("example.com", result.found_at)
      assert.equal(60, result.ttl)
      assert.equal(3, #net.log)
      assert.same({ "a.b.example.com", "b.example.com", "example.com" }, { net.log[1].name, net.log[2].name, net.log[3].name })
      assert.same({ "nodata", "nodata", "rrset" }, { result.trace[1].kind, result.trace[2].kind, result.trace[3].kind })
      assert.equal("192.0.2.1:53", result.trace[1].source)
    end)

    it("to the top-level domain, never to the root", function()
      local net = net_of { server {} }
      assert.equal("none", net:lookup("www.example.com").status)
      assert.equal(3, #net.log)
      assert.equal("none", net:lookup("com").status)
      assert.equal(3, #net.log)
    end)

    it("from the alias's own parent, after asking its target", function()
      local net = net_of { server {
        ["www.example.com"] = { "@12 CNAME 30 name edge.cdn.net" },
        ["cdn.net"] = SET,
        ["example.com"] = SET,
      } }
      local result = net:lookup("www.example.com")
      assert.equal("example.com", result.found_at)
      assert.same({ "www.example.com", "edge.cdn.net", "example.com" }, { net.log[1].name, net.log[2].name, net.log[3].name })
      assert.equal("edge.cdn.net", result.aliases[1].target)
      assert.equal(30, result.ttl)
    end)

    it("through aliases inside an answer", function()
      local net = net_of { server {
        ["www.example.com"] = { "@12 CNAME 30 name b.cdn.net", "b.cdn.net CNAME 30 name c.cdn.net", 'c.cdn.net CAA 300 caa 0 issue "x"' },
      } }
      local result = net:lookup("www.example.com")
      assert.equal("www.example.com", result.found_at)
      assert.equal("c.cdn.net", result.owner)
      assert.equal(1, #net.log)
      assert.equal(2, #result.aliases)
    end)

    it("never beyond a failure", function()
      local net = net_of { server {
        ["www.example.com"] = function(query) return { { octets = reply(query, "8185") } } end,
        ["example.com"] = SET,
      } }
      local result = net:lookup("www.example.com")
      assert.equal("failed lookup-failed refused", outcome(result))
      assert.equal("www.example.com", result.at)
    end)

    it("not to what a failure above the set is", function()
      local net = net_of { server {
        ["com"] = function(query) return { { octets = reply(query, "8182") } } end,
        ["example.com"] = SET,
      } }
      assert.equal("found", net:lookup("www.example.com").status)
    end)

    it("and tells a failing parent from the name", function()
      local net = net_of { server { ["com"] = function(query) return { { octets = reply(query, "8185") } } end } }
      local result = net:lookup("www.example.com")
      assert.equal("failed", result.status)
      assert.equal("com", result.at)
    end)

    it("and refuses under a top-level domain that is gone", function()
      local net = net_of { always(function(query) return empty(query, "8183") end) }
      assert.equal("failed tld-nxdomain -", outcome(net:lookup("www.example.test")))
    end)

    it("127 labels", function()
      local net = net_of { server {} }
      local result = net:lookup(("a."):rep(126) .. "b")
      assert.equal("none", result.status)
      assert.equal(127, #result.trace)
    end)
  end)

  describe("takes for an answer only what is one:", function()
    local good = function(query) return reply(query, "8180", SET) end
    local FORGED = {
      ["another id"] = function(query) return { octets = fake.patch(good(query), 1, query.id == "\0\0" and "\0\1" or "\0\0") } end,
      ["another question"] = function(query) return { octets = fake.patch(good(query), 14, "x") } end,
      ["another type"] = function(query) return { octets = fake.patch(good(query), 12 + #query.question - 3, "\0\1") } end,
      ["another class"] = function(query) return { octets = fake.patch(good(query), 12 + #query.question - 1, "\0\3") } end,
      ["no question"] = function(query) return { octets = query.id .. "\129\128\0\0\0\0\0\0\0\0" } end,
      ["QR unset"] = function(query) return { octets = fake.patch(good(query), 3, "\1") } end,
      ["another opcode"] = function(query) return { octets = fake.patch(good(query), 3, "\145") } end,
      ["another server's address"] = function(query) return { octets = good(query), server = false } end,
      ["another port"] = function(query) return { octets = good(query), port = (query.port + 1) % 64 } end,
      ["a datagram of nothing"] = function() return { octets = "" } end,
      ["a datagram of noise"] = function(query) return { octets = query.id .. ("\255"):rep(100) } end,
      ["letters in another case"] = function(query)
        return { octets = query.id .. "\129\128\0\1\0\0\0\0\0\0" .. query.question:gsub("%a", function(c)
          return c:upper() == c and c:lower() or c:upper()
        end) }
      end,
    }
    for what, forge in pairs(FORGED) do
      it(what .. " is ignored, and waiting goes on", function()
        local net = net_of { always(function(query)
          local forged = forge(query)
          forged.after = 1
          return { forged, { after = 50, octets = reply(query, "8180", { '@12 CAA 300 caa 0 issue "right"' }) } }
        end) }
        local result = net:lookup("www.example.com")
        assert.equal("found", result.status)
        assert.truthy(result.trace[1].records[1]:find("right"))
        assert.equal(1, #net.log)
        assert.equal(1, net.resolver:counts().ignored)
      end)
    end

    it("the records of somebody else are not taken", function()
      local net = net_of { server { ["www.example.com"] = { 'ww2.example.com CAA 1 caa 0 issue "x"' } } }
      assert.equal("none", net:lookup("www.example.com").status)
    end)

    it("an answer that comes late, twice, or after all is over changes nothing", function()
      local net = net_of { always(function(query)
        local octets = reply(query, "8180", SET)
        return { { after = 1500, octets = octets }, { after = 1501, octets = octets }, { after = 9000, octets = octets } }
      end) }
      assert.equal("failed lookup-failed timeout", outcome(net:lookup("www.example.com"))) -- its own answers come too late
      while net:step() do end
      assert.is_true(net.resolver:counts().ignored >= 2)
    end)

    it("thousands of guesses move the question to TCP", function()
      local net = net_of({ always(function(query, how)
        if how == "tcp" then
          return stream_of(reply(query, "8180", SET), 1000)
        end
        local list = {}
        for i = 1, 3000 do
          list[i] = { octets = fake.patch(reply(query, "8180", { '@12 CAA 1 caa 0 issue "evil"' }), 1, wire.u16(i)) }
          if list[i].octets:sub(1, 2) == query.id then
            list[i].octets = "\0"
          end
        end
        return list
      end) }, { timeout = 60000 })
      local result = net:lookup("www.example.com")
      assert.equal("found", result.status)
      assert.is_true(result.trace[1].tcp)
      assert.is_true(net.now < 60000, "it did not wait for the timeout")
    end)

    it("a server that changes the letters' case is asked by TCP", function()
      local net = net_of { always(function(query, how)
        local octets = query.id .. reply(query, "8180", SET):sub(3)
        octets = octets:sub(1, 12) .. octets:sub(13, 12 + #query.question):lower() .. octets:sub(13 + #query.question)
        return how == "tcp" and stream_of(octets, 1000) or { { octets = octets } }
      end) }
      assert.equal("found", net:lookup("WWW.example.com").status)
    end)

    it("ids and letters are never the same twice in a row", function()
      local net = net_of { server {} }
      local names = {}
      for i = 1, 200 do
        names[i] = ("host%d.example.com"):format(i)
      end
      net:lookup((unpack or table.unpack)(names))
      local ids, same = {}, 0
      for _, query in ipairs(net.log) do
        same = same + (ids[query.id] and 1 or 0)
        ids[query.id] = true
      end
      assert.is_true(same < 5)
    end)
  end)

  describe("servers that do not answer as they should:", function()
    it("silence is asked again, then failed", function()
      local net = net_of { always(function() end) }
      local result = net:lookup("www.example.com")
      assert.equal("failed lookup-failed timeout", outcome(result))
      assert.equal(2, #net.log)
      assert.equal(3000, net.now)
    end)

    it("the next server is asked when the first is silent", function()
      local net = net_of { always(function() end), server { ["www.example.com"] = SET } }
      local result = net:lookup("www.example.com")
      assert.equal("found", result.status)
      assert.equal("192.0.2.2:53", result.trace[1].source)
    end)

    it("a dead server is not waited for long once it is known to be dead", function()
      local net = net_of({ always(function() end), server {} }, { timeout = 2000 })
      for i = 1, 12 do
        net:lookup(("host%d.example.com"):format(i))
      end
      local before = net.now
      net:lookup("last.example.com")
      assert.equal(501, net.now - before)
    end)

    it("a lost packet is sent again with a new id", function()
      local net = net_of { always(function(query, _, net)
        return #net.log > 1 and { { octets = reply(query, "8180", SET) } } or nil
      end) }
      assert.equal("found", net:lookup("www.example.com").status)
      assert.not_equal(net.log[1].id, net.log[2].id)
    end)

    it("a closed port fails at once", function()
      local net = net_of { always(function() return { { undelivered = true } } end) }
      assert.equal("failed lookup-failed unreachable", outcome(net:lookup("www.example.com")))
      assert.is_true(net.now < 1100)
    end)

    for _, case in ipairs {
      { "REFUSED", "8185", "refused" }, { "NOTIMP", "8184", "notimp" }, { "SERVFAIL", "8182", "servfail" },
      { "an rcode without a name", "818b", "rcode" }, { "a referral", "8100", "lame" },
    } do
      it(case[1] .. " from one of two servers: the other one counts", function()
        local net = net_of { always(function(query) return { { octets = reply(query, case[2]) } } end), server { ["www.example.com"] = SET } }
        assert.equal("found", net:lookup("www.example.com").status)
      end)

      it(case[1] .. " from all servers fails, and is named", function()
        local net = net_of { always(function(query) return { { octets = reply(query, case[2]) } } end), always(function() end) }
        assert.equal("failed lookup-failed " .. case[3], outcome(net:lookup("www.example.com")))
      end)
    end

    it("FORMERR to EDNS is asked again without, and so are the next ones", function()
      local net = net_of { always(function(query)
        if query.edns then
          return { { octets = query.id .. "\129\129\0\0\0\0\0\0\0\0" } }
        end
        return { { octets = reply(query, "8180", SET) } }
      end) }
      local result = net:lookup("www.example.com")
      assert.equal("found", result.status)
      assert.equal(2, #net.log)
      net:lookup("ww2.example.com")
      assert.equal(3, #net.log)
    end)

    it("BADVERS as well", function()
      local net = net_of { always(function(query)
        if query.edns then
          return { { octets = reply(query, "8180", { additional = { ". OPT 16777216 class=1232" } }) } }
        end
        return { { octets = reply(query, "8180", SET) } }
      end) }
      assert.equal("found", net:lookup("www.example.com").status)
    end)

    it("FORMERR without EDNS is the end", function()
      local net = net_of { always(function(query) return { { octets = reply(query, "8181") } } end) }
      assert.equal("failed lookup-failed formerr", outcome(net:lookup("www.example.com")))
    end)

    it("an answer that breaks off is a failure of that server only", function()
      local broken = always(function(query) return { { octets = reply(query, "8180", SET):sub(1, -5) } } end)
      assert.equal("failed lookup-failed malformed-answer", outcome(net_of({ broken }):lookup("www.example.com")))
      assert.equal("found", net_of({ broken, server { ["www.example.com"] = SET } }):lookup("www.example.com").status)
    end)

    it("a malformed record fails, and is named", function()
      local net = net_of { server { ["www.example.com"] = { "@12 CAA 300 00 00" } } }
      local result = net:lookup("www.example.com")
      assert.equal("failed lookup-failed malformed-record", outcome(result))
      assert.equal("a CAA tag has at least one octet", result.trace[1].fault)
    end)
  end)

  describe("aliases that do not end:", function()
    local function chain(n)
      local names = {}
      for i = 1, n do
        names[("a%d.example.com"):format(i)] = { ("@12 CNAME 30 name a%d.example.com"):format(i % n + 1) }
      end
      return names
    end
    for _, n in ipairs { 1, 2, 7 } do
      it(("a loop of %d"):format(n), function()
        local result = net_of({ server(chain(n)) }):lookup("a1.example.com")
        assert.equal("failed alias-loop -", outcome(result))
      end)
    end
    it("sixteen are followed, the seventeenth is not", function()
      local names = {}
      for i = 1, 20 do
        names[("a%d.example.com"):format(i)] = { ("@12 CNAME 30 name a%d.example.com"):format(i + 1) }
      end
      names["a17.example.com"] = SET
      assert.equal("found", net_of({ server(names) }):lookup("a1.example.com").status)
      names["a17.example.com"], names["a18.example.com"] = { "@12 CNAME 30 name a18.example.com" }, SET
      assert.equal("alias-loop", net_of({ server(names) }):lookup("a1.example.com").reason)
    end)
    it("a loop inside of one answer", function()
      local net = net_of { server { ["a.example.com"] = { "@12 CNAME 1 name b.example.com", "b.example.com CNAME 1 @12" } } }
      assert.equal("alias-loop", net:lookup("a.example.com").reason)
    end)
    it("a DNAME that makes the name too long", function()
      local net = net_of { server { ["www.example.com"] = { "example.com DNAME 1 name " .. ("a."):rep(125) .. "a" } } }
      assert.equal("failed yxdomain yxdomain", outcome(net:lookup("www.example.com")))
    end)
  end)

  describe("truncation and TCP:", function()
    local function cut(stream)
      return always(function(query, how)
        return how == "udp" and { { octets = reply(query, "8380") } } or stream(query)
      end)
    end

    for _, size in ipairs { 1, 2, 3, 7, 10000 } do
      it(("the answer in pieces of %d octets"):format(size), function()
        local records = {}
        for i = 1, 60 do
          records[i] = ('@12 CAA 300 caa 0 issue "ca%d.example.net"'):format(i)
        end
        local result = net_of({ cut(function(query) return stream_of(reply(query, "8180", records), size, 0.1) end) }):lookup("www.example.com")
        assert.equal(60, #result.trace[1].records)
        assert.is_true(result.trace[1].tcp)
      end)
    end

    it("an answer of 64 kB", function()
      local records = {}
      for i = 1, 250 do
        records[i] = ('@12 CAA 300 caa 0 issue "%s"'):format(("%03d"):format(i) .. ("v"):rep(235))
      end
      local result = net_of({ cut(function(query) return stream_of(reply(query, "8180", records), 4096) end) }):lookup("www.example.com")
      assert.equal(250, #result.trace[1].records)
    end)

    local BROKEN = {
      { "closed before a word", function() return { { closed = true } } end, "tcp-failed" },
      { "never answered", function() end, "tcp-failed" },
      { "one octet a second", function(query) return stream_of(reply(query, "8180", SET), 1, 1000) end, "tcp-broken" },
      { "a length that is a lie", function() return { { chunk = "\255\255abc" }, { after = 5, closed = true } } end, "tcp-broken" },
      { "a message shorter than a header", function() return { { chunk = "\0\3abc" } } end, "tcp-broken" },
      { "somebody else's answer", function(query) return stream_of(fake.patch(reply(query, "8180", SET), 14, "x"), 100) end, "tcp-broken" },
      { "truncated again", function(query) return stream_of(reply(query, "8380", SET), 100) end, "too-large" },
    }
    for _, case in ipairs(BROKEN) do
      it(case[1] .. " fails, and is named", function()
        local net = net_of { cut(case[2]) }
        assert.equal("failed lookup-failed " .. case[3], outcome(net:lookup("www.example.com")))
        assert.equal(2, #net.log)
        assert.is_true(net.now <= 4000)
      end)
    end

    it("closed in the middle: the other server is asked", function()
      local net = net_of { cut(function() return { { closed = true } } end), server { ["www.example.com"] = SET } }
      assert.equal("found", net:lookup("www.example.com").status)
    end)

    it("no more connections at once than there may be", function()
      local open, most = 0, 0
      local net = net_of({ cut(function(query)
        open = open + 1
        most = math.max(most, open)
        return stream_of(reply(query, "8180", SET), 10000, 100)
      end) }, { window = 128 })
      local resume = net.resolver
      net.resolver = setmetatable({}, { __index = function(_, key)
        return function(_, ...)
          if key == "action" then
            local kind, a, b, c = resume:action(...)
            open = open - (kind == "close" and 1 or 0)
            return kind, a, b, c
          end
          return resume[key](resume, ...)
        end
      end })
      local names = {}
      for i = 1, 100 do
        names[i] = ("host%d.example.com"):format(i)
      end
      net:lookup((unpack or table.unpack)(names))
      assert.equal(32, most)
    end)
  end)

  describe("DNSSEC:", function()
    local function bogus(ede, cd)
      return always(function(query)
        if query.cd then
          return { { octets = cd == "SET" and reply(query, "8190", SET) or reply(query, cd) } }
        end
        return { { octets = reply(query, "8182", { additional = { ede and (". OPT 32768 class=1232 000f 0002 %04x"):format(ede) or ". OPT 32768 class=1232" } }) } }
      end)
    end

    it("is asked for", function()
      local net = net_of { server {} }
      net:lookup("com")
      assert.is_true(net.log[1].edns and net.log[1].rd and not net.log[1].cd)
      assert.equal(wire.hex("0029 04d0 0000 8000 0000"), net.log[1].octets:sub(-10))
    end)

    for code = 0, 25 do
      local is_bogus = code >= 6 and code <= 12
      it(("SERVFAIL with extended error %d is %s"):format(code, is_bogus and "bogus" or "a failure"), function()
        local result = net_of({ bogus(code, "SET") }):lookup("www.example.com")
        assert.equal(is_bogus and "failed dnssec-bogus bogus" or "failed lookup-failed servfail", outcome(result))
        assert.equal(is_bogus and "bogus" or "unchecked", result.security)
        assert.equal(code, result.trace[1].extended_error.code)
        assert.equal("NOERROR", result.trace[1].cd_rcode)
      end)
    end

    it("SERVFAIL is asked again with CD, whatever that gives", function()
      local net = net_of { bogus(nil, "8182") }
      local result = net:lookup("www.example.com")
      assert.equal("failed lookup-failed servfail", outcome(result))
      assert.equal("SERVFAIL", result.trace[1].cd_rcode)
      assert.same({ false, true }, { net.log[1].cd, net.log[2].cd })
    end)

    it("an extended error on the answer with CD proves nothing", function()
      local net = net_of { always(function(query)
        return { { octets = query.cd and reply(query, "8190", { additional = { ". OPT 32768 class=1232 000f 0002 0006" } }) or reply(query, "8182") } }
      end) }
      local result = net:lookup("www.example.com")
      assert.equal("lookup-failed", result.reason)
      assert.is_nil(result.trace[1].extended_error)
    end)

    it("no answer to CD is no answer", function()
      local net = net_of { always(function(query)
        return not query.cd and { { octets = reply(query, "8182") } } or nil
      end) }
      assert.equal("no answer", net:lookup("www.example.com").trace[1].cd_rcode)
    end)

    for _, case in ipairs {
      { "81a0", "81a0", false, "unchecked" }, { "81a0", "81a0", true, "secure" }, { "8180", "8180", true, "insecure" },
      { "81a0", "8180", true, "insecure" }, { "8180", "81a0", true, "insecure" },
    } do
      it(("AD %s then %s, trusted: %s, is %s"):format(case[1], case[2], tostring(case[3]), case[4]), function()
        local net = net_of({ always(function(query)
          return query.name == "example.com" and { { octets = reply(query, case[2], SET) } } or empty(query, case[1])
        end) }, { trust_ad = case[3] })
        assert.equal(case[4], net:lookup("www.example.com").security)
      end)
    end

    it("AD without EDNS is not believed", function()
      local net = net_of({ always(function(query)
        return { { octets = query.edns and reply(query, "8181") or reply(query, "81a0", SET) } }
      end) }, { trust_ad = true })
      assert.equal("unchecked", net:lookup("www.example.com").security)
    end)
  end)

  describe("remembers:", function()
    it("a parent that many names share is asked once, also while it is in flight", function()
      local net = net_of({ server { ["example.com"] = SET } }, { window = 256 })
      local names = {}
      for i = 1, 200 do
        names[i] = ("host%d.example.com"):format(i)
      end
      local results = { net:lookup((unpack or table.unpack)(names)) }
      assert.equal(201, #net.log)
      for _, result in ipairs(results) do
        assert.equal("example.com", result.found_at)
      end
    end)

    it("failures, but briefly", function()
      local net = net_of { always(function(query) return { { octets = reply(query, "8185") } } end) }
      net:lookup("www.example.com")
      net:lookup("www.example.com")
      assert.equal(1, #net.log)
      net.now = net.now + 5001
      net:lookup("www.example.com")
      assert.equal(2, #net.log)
    end)

    it("answers for the run, or for their TTL", function()
      local net = net_of({ server { ["www.example.com"] = SET } }, { keep = 0 })
      net:lookup("www.example.com")
      net.now = net.now + 299000
      net:lookup("www.example.com")
      assert.equal(1, #net.log)
      net.now = net.now + 2000
      net:lookup("www.example.com")
      assert.equal(2, #net.log)
    end)

    it("an answer with TTL 0 still answers those who waited for it", function()
      local net = net_of({ server { ["example.com"] = { '@12 CAA 0 caa 0 issue "x"' } } }, { keep = 0 })
      local a, b = net:lookup("a.example.com", "b.example.com")
      assert.same({ "found", "found" }, { a.status, b.status })
    end)

    it("parents longer than others, in little memory", function()
      local net = net_of({ server { ["example.com"] = SET } }, { memo = 64, window = 4 })
      for i = 1, 1000 do
        assert.equal("found", net:lookup(("host%d.example.com"):format(i)).status)
      end
      assert.equal(1001, #net.log)
    end)

    it("as much as the names in progress need", function()
      local net = net_of({ server {} }, { memo = 64, window = 200 })
      local names = {}
      for i = 1, 200 do
        names[i] = ("a.b.c.host%d.example.com"):format(i)
      end
      for _, result in ipairs { net:lookup((unpack or table.unpack)(names)) } do
        assert.equal("none", result.status)
      end
      assert.equal(802, #net.log)
    end)
  end)

  describe("has a budget for each name:", function()
    it("of queries", function()
      local net = net_of({ server {} }, { max_queries = 5 })
      local result = net:lookup("a.b.c.d.e.f.g")
      assert.equal("failed lookup-failed budget", outcome(result))
      assert.equal(5, #net.log)
    end)
    it("of time", function()
      local net = net_of({ always(function(query) return { { after = 900, octets = empty(query)[1].octets } } end) }, { max_time = 2000 })
      assert.equal("failed lookup-failed budget", outcome(net:lookup("a.b.c.d.e.f.g")))
      assert.equal(3, #net.log)
    end)
    it("of octets", function()
      local net = net_of({ server {} }, { max_octets = 200 })
      assert.equal("failed lookup-failed budget", outcome(net:lookup("a.b.c.d.e.f.g")))
    end)
  end)

  it("starts at the next server each time, when told to", function()
    local net = net_of({ server {}, server {}, server {} }, { rotate = true })
    net:lookup("a.b.c")
    assert.same({ 0, 1, 2 }, { net.log[1].server, net.log[2].server, net.log[3].server })
  end)

  it("gives ports new numbers after a while", function()
    local r = resolver { ports = 1, window = 100 }
    local net = fake.new(r, { server {} })
    local renewed = 0
    net.resolver = setmetatable({}, { __index = function(_, key)
      return function(_, ...)
        if key == "action" then
          local kind, a, b, c = r:action(...)
          renewed = renewed + (kind == "new-port" and 1 or 0)
          return kind, a, b, c
        end
        return r[key](r, ...)
      end
    end })
    for i = 1, 1000 do
      net:lookup(("host%d.example.com"):format(i))
    end
    assert.is_true(renewed >= 3)
  end)

  it("asks single questions of any type", function()
    local net = net_of { server { ["example.com"] = { "@12 NS 300 name ns.example.com" } } }
    local number = net.resolver:query("example.com", 2, 0, { rd = false, now = net.now })
    while not net.resolver:event() do
      assert(net:step())
    end
    local message = assert(caa.message((net.resolver:message(number))))
    assert.equal("ns.example.com", message.answer[1].target)
    assert.equal(2, net.log[1].type)
    assert.is_false(net.log[1].rd)
    assert.has_error(function() net.resolver:message(number) end)
  end)

  it("lets the caller answer what the caller knows", function()
    local net = net_of { server { ["out.example.net"] = SET } }
    local r = net.resolver
    local number = r:start("www.example.com", true, net.now)
    local wanted = {}
    local result
    repeat
      local kind, id, owner = r:event()
      if kind == "want" then
        assert.equal(number, id)
        wanted[#wanted + 1] = owner
        if owner == "www.example.com" then
          r:tell(id, { kind = "alias", target = "out.example.net", ttl = 5, source = "a file" }, net.now)
        else
          r:ask(id, net.now)
        end
      elseif kind == "decided" then
        result = r:result(id)
        r:release(id)
      else
        assert(net:step())
      end
    until result
    assert.same({ "www.example.com", "out.example.net" }, wanted)
    assert.equal("www.example.com", result.found_at)
    assert.equal("out.example.net", result.owner)
    assert.equal(5, result.ttl)
    assert.equal("a file", result.trace[1].source)
    assert.is_nil(result.trace[1].live)
    assert.is_true(result.trace[2].live)
    assert.has_error(function() r:tell(number, { kind = "nodata" }) end)
  end)

  it("forgets lookups that are given up", function()
    local net = net_of({ always(function() end) }, { window = 3 })
    local r = net.resolver
    local a, b = r:start("a.example.com", false, 0), r:start("b.example.com", false, 0)
    local c = r:start("a.example.com", false, 0)
    assert.is_nil(r:start("d.example.com", false, 0))
    r:release(a)
    r:release(b)
    r:release(c)
    r:release(c)
    assert.equal(0, r:counts().active)
    assert.equal("failed", net:lookup("a.example.com").status)
  end)

  it("keeps the contract at the border", function()
    local r = resolver()
    assert.is_nil(r:server("example.com"))
    assert.equal(0, r:server("2001:db8::1", 5353))
    assert.has_error(function() r:start("*.example.com") end)
    assert.has_error(function() r:start(".") end)
    assert.has_error(function() r:result(0) end)
    assert.has_error(function() r:result(9999) end)
    assert.has_error(function() r:message(0) end)
    assert.has_error(function() r:query("a", 1, 7) end)
    assert.has_error(function() caa.resolver { window = -1 } end)
    assert.has_error(function() caa.resolver { entropy = "short" } end)
    assert.truthy(tostring(r):find("1 servers"))
    r:close()
    r:close()
    assert.truthy(tostring(r):find("closed"))
    assert.has_error(function() r:counts() end)
    local without = resolver()
    local number = without:start("www.example.com", false, 0)
    assert.equal("decided", (without:event()))
    assert.equal("failed lookup-failed unreachable", outcome(without:result(number)))
  end)
end)
