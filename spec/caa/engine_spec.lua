-- The engine on real sockets against a server that misbehaves in every way that touches a socket.
-- SPDX-License-Identifier: MIT
-- RFC 5452, RFC 7766; spec/support/hostile.c is the server. The same behaviours without sockets: resolver_spec.lua.

local caa = require "issuable.caa"
local shell = require "spec.support.shell"

-- name: status and cause; "found" means the right set
local CASES = [[
good.zone       found
none.zone       none
silent.zone     failed timeout
refused.zone    failed refused
servfail.zone   failed servfail
notimp.zone     failed notimp
formerr.zone    failed formerr
wrongid.zone    found
wrongname.zone  found
wrongport.zone  found
twice.zone      found
noise.zone      found
tcgood.zone     found
tcsplit.zone    found
tcbig.zone      found
tcreset.zone    failed tcp-failed
tcclose.zone    failed tcp-failed
tcsilent.zone   failed tcp-failed
tcdrip.zone     failed tcp-broken
tclie.zone      failed tcp-broken
tcshort.zone    failed tcp-broken
]]

describe("the engine", function()
  local folder, port, udp_only

  setup(function()
    folder = shell.folder()
    local status, out, err = shell.run(([[
      cd %s && ${CC:-gcc} -std=c11 -D_GNU_SOURCE -O1 -o hostile %s && { env -u LD_PRELOAD ./hostile 60 >ports & echo $! >pid; }
      i=0; while [ ! -s ports ] && [ $i -lt 100 ]; do sleep 0.05; i=$((i + 1)); done; cat ports]]):format(shell.quote(folder), shell.quote(shell.root .. "/spec/support/hostile.c")))
    assert(status == 0, err)
    port, udp_only = out:match("(%d+) (%d+)")
  end)
  teardown(function()
    shell.run(("kill $(cat %s/pid)"):format(shell.quote(folder)))
    shell.remove(folder)
  end)

  local function lookup(name, at, options)
    options = options or {}
    options.timeout = options.timeout or 400
    local r = assert(caa.resolver(options))
    assert(r:server("127.0.0.1", tonumber(at)))
    local number = r:start(name)
    while not r:event() do
      assert(r:step())
    end
    local result = r:result(number)
    local counts = r:counts()
    r:close()
    return result, counts
  end

  for line in CASES:gmatch("[^\n]+") do
    local name, status, cause = line:match("^(%S+)%s+(%S+)%s*(%S*)$")
    it(name .. " is " .. status .. " " .. cause, function()
      local result, counts = lookup(name, port)
      local last = result.trace[#result.trace]
      assert.equal(status .. " " .. cause, result.status .. " " .. (last.cause or ""))
      if status == "found" then
        assert.truthy(last.records[1]:find("right.example", 1, true))
      end
      if name:find("^wrong") or name:find("^twice") then
        assert.is_true(counts.ignored <= 1)
      end
    end)
  end

  it("asks by TCP after thousands of guesses", function()
    local result, counts = lookup("flood.zone", port, { timeout = 5000, max_spoofed = 500 })
    assert.equal("found", result.status)
    assert.is_true(result.trace[1].tcp)
    assert.is_true(counts.ignored >= 500)
  end)

  it("asks by TCP a server that changes letters", function()
    local result = lookup("case.zone", port)
    assert.equal("found", result.status)
    assert.is_true(result.trace[1].tcp)
  end)

  it("says when TCP is closed", function()
    local result = lookup("tcgood.zone", udp_only)
    assert.equal("tcp-failed", result.trace[1].cause)
  end)

  it("learns at once that nobody listens, by IPv4 and IPv6", function()
    for _, address in ipairs { "127.0.0.1", "::1" } do
      local r = assert(caa.resolver { timeout = 60000 })
      assert(r:server(address, 1))
      local number = r:start("www.example.com")
      local began = os.time()
      while not r:event() do
        assert(r:step())
      end
      assert.equal("unreachable", r:result(number).trace[1].cause)
      assert.is_true(os.time() - began <= 2)
      r:close()
    end
  end)

  it("ends a wait early when told to", function()
    local r = assert(caa.resolver { timeout = 5000 })
    assert(r:server("127.0.0.1", tonumber(port)))
    r:start("silent.zone")
    local began = os.clock()
    assert(r:step(0))
    assert(r:step(10))
    assert.is_true(r:timeout() > 1000)
    assert.is_nil(r:event())
    assert.is_true(os.clock() - began < 1)
    r:close()
  end)
end)
