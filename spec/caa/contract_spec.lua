-- The border of issuable.caa: wrong arguments, wrong feeding, closed and collected handles.
-- SPDX-License-Identifier: MIT
-- Source: the contract at the border; a wrong argument is an error, wrong data is nil and a message.

local caa = require "issuable.caa"

local function refuses(part, fn, ...)
  local ok, message = pcall(fn, ...)
  assert.is_false(ok)
  assert.is_truthy(tostring(message):find(part, 1, true), tostring(message))
end

describe("arguments", function()
  it("flags are whole numbers from 0 to 255", function()
    for _, fn in ipairs { caa.property, caa.format, caa.encode } do
      for _, flags in ipairs { -1, 256, 0.5, 1e300, -1e300, 1 / 0, 0 / 0 } do
        refuses("flags are a whole number from 0 to 255", fn, flags, "issue", "x")
      end
      refuses("number expected, got string", fn, "0", "issue", "x")
      refuses("number expected", fn, nil, "issue", "x")
      refuses("number expected", fn)
    end
    assert.equal('0 issue "x"', caa.format(0.0, "issue", "x"))
  end)

  it("tags and values are strings, and numbers are none", function()
    for _, fn in ipairs { caa.property, caa.format, caa.encode } do
      refuses("string expected, got number", fn, 0, 1, "x")
      refuses("string expected, got number", fn, 0, "issue", 1)
      refuses("string expected", fn, 0, "issue")
      refuses("string expected", fn, 0, nil, "x")
      refuses("string expected", fn, 0, "issue", {})
    end
  end)

  it("texts are strings", function()
    for _, fn in ipairs { caa.parse, caa.decode, caa.name, caa.parent, caa.is_below, caa.lookup } do
      refuses("string expected", fn)
      refuses("string expected", fn, 1)
      refuses("string expected", fn, {})
    end
    refuses("string expected", caa.is_below, "a")
  end)

  it("names that are none are argument errors where a name is wanted", function()
    refuses("empty label", caa.parent, "a..b")
    refuses("empty label", caa.is_below, "a..b", "b")
    refuses("empty label", caa.is_below, "b", "a..b")
    refuses("empty label", caa.lookup, "a..b")
    refuses("empty", caa.lookup, "")
  end)

  it("RFC 8659 section 3: neither the root nor a wildcard is looked up", function()
    refuses("the root", caa.lookup, ".")
    refuses("wildcard", caa.lookup, "*.example.com")
    refuses("wildcard", caa.lookup, "\\*.example.com")
    refuses("wildcard", caa.lookup, "*")
    assert.equal("a*.example.com", (caa.lookup("a*.example.com"):want()))
    assert.equal("a.*.example.com", (caa.lookup("a.*.example.com"):want()))
  end)

  it("max_aliases is a whole number from 0 to 255", function()
    for _, value in ipairs { -1, 256, 1.5, "16", true, 0 / 0 } do
      refuses("max_aliases", caa.lookup, "example.com", { max_aliases = value })
    end
    refuses("table expected", caa.lookup, "example.com", 16)
    assert.equal("example.com", (caa.lookup("example.com", nil):want()))
    assert.equal("example.com", (caa.lookup("example.com", {}):want()))
  end)

  it("a name is made canonical", function()
    assert.same({ "www.example.com", "www.example.com" }, { caa.lookup("WWW.Example.COM."):want() })
  end)
end)

-- what is wrong, the answer, a part of the message; all for www.example.com
local WRONG = {
  { "no kind", {}, "kind is missing" },
  { "a kind that is a number", { kind = 1 }, "kind is missing" },
  { "a kind that is none", { kind = "servfail" }, "no such kind" },
  { "a name that was not asked", { kind = "rrset", name = "example.com" }, "not the one that is wanted" },
  { "a name that was not asked, for a failure", { kind = "failed", name = "example.com" }, "not the one that is wanted" },
  { "another owner", { kind = "rrset", owner = "example.com" }, "owner is not where its aliases lead" },
  { "another owner of nothing", { kind = "nodata", owner = "example.com" }, "owner is not where its aliases lead" },
  { "another owner that does not exist", { kind = "nxdomain", owner = "com" }, "owner is not where its aliases lead" },
  { "another owner taken as empty", { kind = "assumed", owner = "com" }, "owner is not where its aliases lead" },
  { "SERVFAIL as an empty set", { kind = "nodata", rcode = "SERVFAIL" }, "NOERROR only" },
  { "NXDOMAIN as no data", { kind = "nodata", rcode = "NXDOMAIN" }, "NOERROR only" },
  { "REFUSED as a missing name", { kind = "nxdomain", rcode = "REFUSED" }, "NXDOMAIN only" },
  { "SERVFAIL with an rrset", { kind = "rrset", rcode = "SERVFAIL" }, "NOERROR only" },
  { "SERVFAIL with an alias", { kind = "alias", target = "a.net", rcode = "SERVFAIL" }, "NOERROR only" },
  { "an rcode that is a number", { kind = "failed", rcode = 2 }, "rcode is a number" },
  { "unknown without a reason", { kind = "unknown" }, "needs a reason" },
  { "an alias to nowhere", { kind = "alias" }, "needs its aliases or a target" },
  { "an alias with an empty chain", { kind = "alias", aliases = {} }, "needs its aliases or a target" },
  { "an alias whose target is no name", { kind = "alias", target = "a..b" }, "empty label" },
  { "an alias whose target is not its chain's end", { kind = "alias", aliases = { { owner = "www.example.com", target = "a.net" } }, target = "b.net" }, "target is not where" },
  { "a chain that starts elsewhere", { kind = "rrset", aliases = { { owner = "example.com", target = "a.net" } } }, "no chain from the name" },
  {
    "a chain with a gap",
    { kind = "rrset", aliases = { { owner = "www.example.com", target = "a.net" }, { owner = "b.net", target = "c.net" } } },
    "no chain from the name",
  },
  { "an rrset at the start of its chain", { kind = "rrset", owner = "www.example.com", aliases = { { owner = "www.example.com", target = "a.net" } } }, "owner is not where" },
  { "an alias without an owner", { kind = "rrset", aliases = { { target = "a.net" } } }, "alias 1 needs owner and target" },
  { "an alias without a target", { kind = "rrset", aliases = { { owner = "www.example.com" } } }, "alias 1 needs owner and target" },
  { "an alias with a number for a target", { kind = "rrset", aliases = { { owner = "www.example.com", target = 1 } } }, "target is a number" },
  { "aliases that are a string", { kind = "rrset", aliases = "a.net" }, "aliases is no table" },
  { "an alias that is a string", { kind = "rrset", aliases = { "a.net" } }, "alias 1 is no table" },
  { "a negative TTL", { kind = "rrset", ttl = -1 }, "whole number of seconds" },
  { "half a second", { kind = "rrset", ttl = 0.5 }, "whole number of seconds" },
  { "a TTL of 33 bits", { kind = "nodata", negative_ttl = 4294967296 }, "whole number of seconds" },
  { "a TTL that is no number", { kind = "nodata", negative_ttl = 0 / 0 }, "whole number of seconds" },
  { "a TTL that is a string", { kind = "rrset", ttl = "60" }, "whole number of seconds" },
  { "an alias with a wrong TTL", { kind = "rrset", aliases = { { owner = "www.example.com", target = "a.net", ttl = -1 } } }, "whole number of seconds" },
  { "a detail that is a table", { kind = "failed", detail = {} }, "detail is a table" },
  { "a kind that is inherited", setmetatable({}, { __index = { kind = "rrset" } }), "kind is missing" },
}

describe("feeding the lookup machine wrongly", function()
  for _, case in ipairs(WRONG) do
    it(("is an error and changes nothing: %s"):format(case[1]), function()
      local m = caa.lookup("www.example.com")
      refuses(case[3], m.feed, m, case[2])
      assert.same({ "www.example.com", "www.example.com" }, { m:want() })
      m:feed { kind = "alias", target = "cdn.net", ttl = 60 }
      refuses("", m.feed, m, case[2])
      assert.same({ "cdn.net", "www.example.com" }, { m:want() })
      m:feed { kind = "rrset", ttl = 30 }
      local result = m:result()
      assert.equal("found", result.status)
      assert.equal("cdn.net", result.owner)
      assert.equal(2, #result.trace)
      assert.equal(1, #result.aliases)
      assert.equal(30, result.ttl)
    end)
  end

  it("is an error when a half of it was right", function()
    local m = caa.lookup("www.example.com", { max_aliases = 2 })
    refuses("no chain", m.feed, m, {
      kind = "rrset",
      aliases = { { owner = "www.example.com", target = "a.net", ttl = 1 }, { owner = "x.net", target = "y.net" } },
    })
    m:feed { kind = "alias", target = "a.net", ttl = 60 } -- neither a loop nor one alias too many
    m:feed { kind = "alias", target = "b.net", ttl = 60 }
    m:feed { kind = "rrset", ttl = 60 }
    assert.equal(60, m:result().ttl)
    assert.equal("b.net", m:result().owner)
  end)

  it("is an error after the end, for every end", function()
    for _, answer in ipairs {
      { kind = "rrset" }, { kind = "nodata" }, { kind = "failed" }, { kind = "unknown", reason = "outside-zones" }, { kind = "loop" },
    } do
      local m = caa.lookup("com")
      m:feed(answer)
      assert.is_nil(m:want())
      local before = m:result()
      refuses("decided", m.feed, m, { kind = "rrset" })
      refuses("decided", m.feed, m, { kind = "nodata" })
      assert.same(before, m:result())
    end
  end)

  it("is an error before the end to ask for the result", function()
    local m = caa.lookup("www.example.com")
    refuses("not decided", m.result, m)
    m:feed { kind = "nodata" }
    refuses("not decided", m.result, m)
  end)

  it("takes a table and a handle only", function()
    local m = caa.lookup("example.com")
    refuses("table expected", m.feed, m)
    refuses("table expected", m.feed, m, "rrset")
    for _, method in ipairs { "want", "feed", "result", "close" } do
      refuses("issuable.caa.lookup expected", m[method], {})
      refuses("issuable.caa.lookup expected", m[method], "x")
      refuses("issuable.caa.lookup expected", m[method])
      refuses("issuable.caa.lookup expected", m[method], io.stdout)
    end
  end)
end)

describe("a lookup's result", function()
  it("is the caller's own", function()
    local m = caa.lookup("www.example.com")
    local answer = { kind = "alias", aliases = { { owner = "www.example.com", target = "a.net" } } }
    m:feed(answer)
    answer.aliases[1].target = "changed.net"
    m:feed { kind = "rrset" }
    local result = m:result()
    result.trace[1].aliases[1].target = "changed.net"
    result.aliases[1].target = "changed.net"
    result.trace[1].zone = {}
    result.trace[2] = nil
    local again = m:result()
    assert.equal("a.net", again.aliases[1].target)
    assert.equal("a.net", again.trace[1].aliases[1].target)
    assert.is_nil(again.trace[1].zone)
    assert.equal(2, #again.trace)
  end)

  it("outlives the handle", function()
    local m = caa.lookup("example.com")
    m:feed { kind = "rrset", ttl = 60 }
    local result = m:result()
    m:close()
    m = nil -- luacheck: ignore
    collectgarbage()
    collectgarbage()
    assert.equal("example.com", result.trace[1].asked)
  end)
end)

describe("a lookup's handle", function()
  it("says what it is", function()
    local m = caa.lookup("www.Example.com")
    assert.equal("issuable.caa.lookup (www.example.com: asking)", tostring(m))
    m:feed { kind = "rrset" }
    assert.equal("issuable.caa.lookup (www.example.com: found)", tostring(m))
    m:close()
    assert.equal("issuable.caa.lookup (closed)", tostring(m))
    assert.equal("issuable.caa.lookup (a\\027b: asking)", tostring(caa.lookup("a\27b")))
  end)

  it("can be closed at any time and more than once; then every method is an error", function()
    for fed = 0, 1 do
      local m = caa.lookup("com")
      if fed == 1 then
        m:feed { kind = "nodata" }
      end
      m:close()
      m:close()
      refuses("the lookup is closed", m.want, m)
      refuses("the lookup is closed", m.feed, m, { kind = "nodata" })
      refuses("the lookup is closed", m.result, m)
      m:close()
    end
  end)

  it("has __close, __gc and __name, and survives their being called by hand", function()
    local m = caa.lookup("com")
    local meta = getmetatable(m)
    assert.equal("issuable.caa.lookup", meta.__name)
    meta.__close(m)
    refuses("the lookup is closed", m.want, m)
    meta.__close(m)
    meta.__gc(m)
    meta.__gc(m)
    m:close()
    local other = caa.lookup("com")
    meta.__gc(other)
    refuses("the lookup is closed", other.want, other)
    refuses("issuable.caa.lookup expected", meta.__gc, {})
    refuses("issuable.caa.lookup expected", meta.__tostring, {})
  end)

  it("is collected at any point of its life", function()
    for i = 1, 2000 do
      local m = caa.lookup(("n%d.example.com"):format(i), { max_aliases = i % 20 })
      if i % 2 == 0 then
        m:feed { kind = "alias", target = "cdn.net", detail = ("x"):rep(i % 100) }
      end
      if i % 3 == 0 then
        m:close()
      end
      if i % 500 == 0 then
        collectgarbage()
      end
    end
    collectgarbage()
    collectgarbage()
  end)

  it("keeps its strings while others are collected", function()
    local machines = {}
    for i = 1, 200 do
      machines[i] = caa.lookup("www.example.com")
      machines[i]:feed { kind = "nodata", detail = ("detail %d"):format(i), source = ("source %d"):format(i) }
      collectgarbage("step")
    end
    collectgarbage()
    for i, m in ipairs(machines) do
      m:feed { kind = "rrset", owner = "example.com" }
      local trace = m:result().trace
      assert.equal(("detail %d"):format(i), trace[1].detail)
      assert.equal(("source %d"):format(i), trace[1].source)
    end
  end)
end)
