-- The command asking real servers: a validating Unbound before a signing Knot, on loopback.
-- SPDX-License-Identifier: MIT
-- Baseline Requirements 3.2.2.8 (DNSSEC, failures), RFC 8914; design section 4 (verdicts, exit codes).

local cjson = require "cjson"
local peers = require "spec.support.resolver_peers"
local shell = require "spec.support.shell"

local SET = '@ CAA 0 issue "ca1.example.net"\nwww A 192.0.2.1\n'

describe("the command, live,", function()
  local world, folder, at

  local function run(line)
    local status, out, err = shell.run(("cd %s\n%s"):format(shell.quote(folder), (line:gsub("issuable", shell.command):gsub("@DNS", "--dns " .. at))))
    return status, out, err
  end

  setup(function()
    world = peers.start {
      { name = "secure.test", text = SET .. "out CNAME www.plain.test.\nempty CNAME www.secure.test.\n", kind = "secure" },
      { name = "plain.test", text = SET, kind = "insecure" },
      { name = "nods.test", text = SET, kind = "missing-ds" },
      { name = "wrong.test", text = SET, kind = "wrong-ds" },
      { name = "unsigned.test", text = SET, kind = "unsigned-ds" },
      { name = "old.test", text = SET, kind = "expired" },
      { name = "free.test", text = "www A 192.0.2.1\n", kind = "secure" },
    }
    at = "127.0.0.1@" .. world.port
    folder = shell.folder()
    shell.write(folder .. "/site.yaml", [[
apiVersion: cert-manager.io/v1
kind: Issuer
metadata: { name: le }
spec: { acme: { server: https://acme-v02.api.letsencrypt.org/directory, solvers: [ { dns01: { webhook: { groupName: a, solverName: b } } } ] } }
---
apiVersion: cert-manager.io/v1
kind: Certificate
metadata: { name: site }
spec: { dnsNames: [ www.free.test, www.secure.test, www.wrong.test ], issuerRef: { name: le } }
]])
    shell.write(folder .. "/secure.test.zone", [[
$ORIGIN secure.test.
@ 60 SOA ns.test. hostmaster.test. 1 7200 900 1209600 60
@ 60 NS ns.test.
@ 60 CAA 0 issue "letsencrypt.org"
www 60 A 192.0.2.1
]])
  end)
  teardown(function()
    if world then
      world:stop()
    end
    if folder then
      shell.remove(folder)
    end
  end)

  -- name, then verdict reason found_at security, with a resolver that is trusted and with one that is not
  local NAMES = [[
www.secure.test    allowed issuer-match secure.test secure      allowed issuer-match secure.test unchecked
www.plain.test     allowed issuer-match plain.test insecure     allowed issuer-match plain.test unchecked
www.nods.test      allowed issuer-match nods.test insecure      allowed issuer-match nods.test unchecked
out.secure.test    allowed issuer-match secure.test insecure    allowed issuer-match secure.test unchecked
empty.secure.test  allowed issuer-match secure.test secure      allowed issuer-match secure.test unchecked
www.free.test      allowed no-caa - secure                      allowed no-caa - unchecked
gone.free.test     allowed no-caa - secure                      allowed no-caa - unchecked
www.wrong.test     denied dnssec-bogus - bogus                  denied dnssec-bogus - bogus
www.unsigned.test  denied dnssec-bogus - bogus                  denied dnssec-bogus - bogus
www.old.test       denied dnssec-bogus - bogus                  denied dnssec-bogus - bogus
www.other.example  undecided lookup-failed - unchecked          undecided lookup-failed - unchecked
]]

  for column, flag in ipairs { "--trust-ad", "" } do
    it("decides " .. (flag == "" and "without trusting AD" or flag), function()
      local names, wanted = {}, {}
      for line in NAMES:gmatch("[^\n]+") do
        local words = {}
        for word in line:gmatch("%S+") do
          words[#words + 1] = word
        end
        names[#names + 1] = words[1]
        wanted[#wanted + 1] = table.concat(words, " ", column * 4 - 2, column * 4 + 1)
      end
      -- a name outside of the signed world has no server behind the resolver: leave it out of the validating part
      local status, out, err = run(("issuable decide %s --ca ca1.example.net @DNS %s"):format(table.concat(names, " ", 1, #names - 1), flag))
      assert.equal(1, status, err)
      local at_line = 0
      for line in out:gmatch("[^\n]+") do
        local object = cjson.decode(line)
        at_line = at_line + 1
        assert.equal(names[at_line] .. ": " .. wanted[at_line], ("%s: %s %s %s %s"):format(object.name, object.verdict, object.reason,
          object.found_at ~= cjson.null and object.found_at or "-", object.security))
        assert.equal("dns", object.source)
        assert.equal("127.0.0.1:" .. world.port, object.resolver)
      end
      assert.equal(#names - 1, at_line)
    end)
  end

  it("wants DNSSEC when told to", function()
    local status, out = run("issuable decide www.secure.test --ca ca1.example.net @DNS --require-dnssec --format text")
    assert.equal(3, status)
    assert.truthy(out:find("www.secure.test undecided dnssec-unchecked", 1, true))
    assert.equal(0, (run("issuable decide www.secure.test www.plain.test --ca ca1.example.net @DNS --require-dnssec --trust-ad")))
    assert.equal(1, (run("issuable decide www.secure.test --ca other.example @DNS --require-dnssec")), "what is denied stays denied")
  end)

  it("says what the resolver said", function()
    local _, out = run("issuable explain www.wrong.test @DNS")
    assert.truthy(out:find("says that the answer fails DNSSEC validation (extended error", 1, true))
    assert.truthy(out:find("without DNSSEC checking it is NOERROR", 1, true))
    _, out = run("issuable explain www.secure.test @DNS --trust-ad")
    assert.truthy(out:find("DNSSEC: secure", 1, true))
    assert.truthy(out:find("The records at secure.test, TTL ", 1, true))
  end)

  local LINKS = {
    { "www.old.test", "the signature of the keys of old.test by key %d+ has expired %(valid from 2020%-01%-01T00:00:00Z to 2020%-02%-01T00:00:00Z%)" },
    { "www.wrong.test", "the parent of wrong.test has a DS for key 12345, and no DNSKEY of the zone is that key" },
    { "www.unsigned.test", "the parent of unsigned.test has a DS %(key 12345%), but the zone has no DNSKEY" },
  }
  for _, link in ipairs(LINKS) do
    it("names the broken link of " .. link[1], function()
      local status, out = run(("issuable explain %s @DNS"):format(link[1]))
      assert.equal(1, status)
      assert.truthy(out:find("the broken link: " .. link[2]), out)
      assert.truthy(out:find("Who may issue for " .. link[1] .. ": nobody (dnssec-bogus)", 1, true))
    end)
  end

  it("lets the clock decide which signature is old", function()
    -- in January 2020 that one was good, but the ones above were not made yet
    local _, out = run("issuable explain www.old.test @DNS --now 2020-01-15")
    assert.truthy(out:find("the signature of the DS of old.test by key %d+ is not valid yet %(valid from 20[^1]"), out)
    assert.is_nil(out:find("has expired", 1, true))
  end)

  it("asks the zones' own servers, found through the resolver", function()
    local status, out = run(("issuable decide www.secure.test --ca ca1.example.net @DNS --authoritative --authority-port %d --format text"):format(world.auth))
    assert.equal(0, status, out)
    assert.truthy(out:find("www.secure.test allowed issuer-match at secure.test", 1, true))
    local _
    _, out = run(("issuable decide www.secure.test --ca ca1.example.net @DNS --authoritative --authority-port %d"):format(world.auth))
    assert.equal("127.0.0.1:" .. world.auth, cjson.decode(out).resolver)
  end)

  it("checks manifests", function()
    local status, out = run("issuable check site.yaml @DNS --trust-ad")
    assert.equal(1, status)
    assert.truthy(out:find("may not issue for www.secure.test", 1, true))
    assert.truthy(out:find("may not issue for www.wrong.test", 1, true))
    assert.truthy(out:find("= help: Let's Encrypt refuses while this lasts", 1, true))
    assert.truthy(out:find('secure%.test%. %d+ IN CAA 0 issue "letsencrypt%.org"'), "the wanted RRset is printed")
    assert.truthy(out:find("3 names from 1 certificate request: 2 denied, 1 allowed", 1, true))
    assert.truthy(out:find("asked: 127.0.0.1:" .. world.port, 1, true))
    assert.truthy(out:find("security: DNSSEC 1 bogus, 2 secure", 1, true))
  end)

  it("lets the zones of the run answer first", function()
    local status, out = run("issuable decide www.secure.test --ca letsencrypt.org --zone secure.test.zone @DNS")
    assert.equal(0, status)
    local object = cjson.decode(out)
    assert.equal("secure.test.zone", object.source)
    assert.equal(cjson.null, object.resolver)
    status, out = run("issuable decide www.secure.test www.plain.test --ca ca1.example.net --zone secure.test.zone @DNS --format text")
    assert.equal(1, status)
    assert.truthy(out:find("www.plain.test allowed", 1, true))
  end)

  it("fails soon and clearly where nobody listens", function()
    local began = os.time()
    local status, out = run("issuable decide www.secure.test --ca letsencrypt.org --dns 127.0.0.1@1 --format text")
    assert.equal(3, status)
    assert.truthy(out:find("undecided lookup-failed: www.secure.test: 127.0.0.1:1 cannot be reached", 1, true))
    assert.is_true(os.time() - began <= 1)
  end)

  it("asks nobody when told so", function()
    for _, line in ipairs { "issuable decide www.secure.test --ca a.example --offline", "ISSUABLE_OFFLINE=1 issuable decide www.secure.test --ca a.example" } do
      local status, out = run(line)
      assert.equal(3, status)
      assert.equal("outside-zones", cjson.decode(out).reason)
    end
  end)

  it("refuses nonsense", function()
    for _, line in ipairs { "--dns example.com", "--dns 127.0.0.1@0", "--dns 127.0.0.1@99999", "--dns ''", "--offline --dns 127.0.0.1", "--shard 3/3", "--shard x", "--resume" } do
      local status, out, err = run("issuable decide a.example --ca b.example " .. line)
      assert.equal(2, status, line)
      assert.equal("", out)
      assert.truthy(err:find("^issuable: "), err)
    end
  end)

  describe("with many names,", function()
    local function lines(text)
      local list = {}
      for line in text:gmatch("[^\n]+") do
        list[#list + 1] = cjson.decode(line).name
      end
      return list
    end

    setup(function()
      local names = {}
      for i = 1, 3000 do
        names[i] = ("h%d.plain.test"):format(i)
      end
      shell.write(folder .. "/names.txt", "# our names\n" .. table.concat(names, "\n") .. "\nx.onion\n")
    end)

    it("answers in their order", function()
      local status, out = run("issuable decide -f names.txt --ca ca1.example.net @DNS")
      assert.equal(0, status)
      local list = lines(out)
      assert.equal(3001, #list)
      for i = 1, 3000 do
        assert.equal(("h%d.plain.test"):format(i), list[i])
      end
      local _, again = run("issuable decide --ca ca1.example.net @DNS - <names.txt")
      assert.equal((out:gsub('"at":"[^"]*"', ""):gsub('"ttl":%d+', "")), (again:gsub('"at":"[^"]*"', ""):gsub('"ttl":%d+', "")))
    end)

    it("shares a list between machines", function()
      local all = {}
      for i = 0, 3 do
        local _, out = run(("issuable lookup -f names.txt @DNS --shard %d/4"):format(i))
        for at_line, name in ipairs(lines(out)) do
          all[(at_line - 1) * 4 + i + 1] = name
        end
      end
      assert.equal(3001, #all)
      assert.equal("h3000.plain.test", all[3000])
    end)

    it("stops at a line's end and goes on there", function()
      -- the reader of the pipe lets it get some way, then it is interrupted
      local status, _, err = run([[
issuable decide -f names.txt --ca ca1.example.net @DNS --output some.jsonl & p=$!
n=0; while [ $n -lt 200 ] && [ "$(wc -l <some.jsonl 2>/dev/null || echo 0)" -lt 50 ]; do sleep 0.01; n=$((n + 1)); done
kill -INT $p; wait $p]])
      if status ~= 0 then -- it may have been done already
        assert.equal(130, status, err)
        assert.truthy(err:find("interrupted after %d+ complete lines; %-%-resume goes on there"))
      end
      local text = shell.read(folder .. "/some.jsonl")
      assert.equal("\n", text:sub(-1))
      local before = #lines(text)
      shell.write(folder .. "/some.jsonl", text .. '{"name":"h')
      assert.equal(0, (run("issuable decide -f names.txt --ca ca1.example.net @DNS --output some.jsonl --resume")))
      local list = lines(shell.read(folder .. "/some.jsonl"))
      assert.equal(3001, #list)
      assert.equal(("h%d.plain.test"):format(before + 1), before < 3000 and list[before + 1] or ("h%d.plain.test"):format(before + 1))
      assert.equal("x.onion", list[3001])
    end)

    it("tells how far it is", function()
      local status, _, err = run("{ cat names.txt; sleep 1.2; echo last.plain.test; } | issuable lookup - @DNS --progress >/dev/null")
      assert.equal(0, status, err)
      assert.truthy(err:find("issuable: %d+ names, %d+/s, %d+ failed"), err)
    end)
  end)
end)
