-- `check --against`: zone files and a real NSD that serves something else.
-- SPDX-License-Identifier: MIT
-- Design: the given zones compared with what is served, record by record.

local authorities = require "spec.support.authorities"
local cjson = require "cjson"
local shell = require "spec.support.shell"

local FILE = [[
$ORIGIN example.test.
$TTL 60
@ SOA ns.example.test. hostmaster.example.test. 2 7200 900 1209600 60
@ NS ns
ns A 127.0.0.2
@ CAA 0 issue "ca1.example.net"
same CAA 0 issue "ca1.example.net"
same CAA 0 ISSUEWILD ";"
changed CAA 0 issue "new.example.net"
missing CAA 0 issue "ca1.example.net"
more CAA 0 issue "ca1.example.net"
alias CAA 0 issue "ca1.example.net"
*.wild CAA 0 issue "ca1.example.net"
away NS ns.elsewhere.test.
other CNAME same
]]
local SERVED = {
  name = "example.test",
  text = [[
@ NS ns
ns A 127.0.0.2
@ CAA 0 issue "ca1.example.net"
same CAA 0 issuewild ";"
same CAA 0 issue "ca1.example.net"
changed CAA 0 issue "old.example.net"
more CAA 0 issue "ca1.example.net"
more CAA 0 issue "ca2.example.net"
alias CNAME same
*.wild CAA 128 issue "ca1.example.net"
away NS ns.elsewhere.test.
other CNAME same
]],
}

describe("check --against", function()
  local world, folder
  setup(function()
    world = authorities.start { ["127.0.0.2"] = { SERVED } }
    folder = shell.folder()
    shell.write(folder .. "/example.test.zone", FILE)
    shell.write(folder .. "/equal.zone", (FILE:gsub('\nchanged.*$', "\n")))
  end)
  teardown(function()
    if world then
      world:stop()
      shell.remove(folder)
    end
  end)

  local function check(rest)
    return shell.run(("cd %s && %s check %s"):format(shell.quote(folder), shell.command, (rest:gsub("@S", "127.0.0.2@" .. world.port))))
  end

  it("says nothing of what is equal", function()
    local status, out = check "equal.zone --against @S"
    assert.equal(0, status, out)
    assert.is_nil(out:find("zone-drift", 1, true))
  end)

  it("names each record that differs, with its place", function()
    local status, out = check "example.test.zone --against @S --format json"
    assert.equal(1, status)
    local seen = {}
    for _, finding in ipairs(cjson.decode(out).findings) do
      if finding.rule == "zone-drift" then
        seen[finding.message:match("the CAA of (%S+)")] = finding
      end
    end
    local owners = {}
    for owner in pairs(seen) do
      owners[#owners + 1] = owner
    end
    table.sort(owners)
    assert.same({ "*.wild.example.test", "alias.example.test", "changed.example.test", "missing.example.test", "more.example.test" }, owners)
    assert.equal(9, seen["changed.example.test"].labels[1].span.line)
    assert.same({ 'only served: changed.example.test CAA 0 issue "old.example.net"' }, seen["changed.example.test"].notes)
    assert.same({}, seen["missing.example.test"].notes)
    assert.equal("only in the file", seen["missing.example.test"].labels[1].text)
    assert.same({ 'only served: more.example.test CAA 0 issue "ca2.example.net"' }, seen["more.example.test"].notes)
    assert.same({}, seen["more.example.test"].labels)
    assert.truthy(seen["alias.example.test"].message:find("cannot be compared", 1, true))
    assert.same({ 'only served: *.wild.example.test CAA 128 issue "ca1.example.net"' }, seen["*.wild.example.test"].notes)
  end)

  it("takes the servers of --dns", function()
    local status, out = check "example.test.zone --dns @S --against dns"
    assert.equal(1, status)
    assert.truthy(out:find("zone-drift", 1, true))
  end)

  it("does not call equal what it could not see", function()
    local status, out = check "equal.zone --against 127.0.0.1@1"
    assert.equal(1, status)
    assert.truthy(out:find("cannot be compared with what is served: 127.0.0.1:1 cannot be reached", 1, true))
  end)

  it("refuses nonsense", function()
    assert.equal(2, (check "equal.zone --against nobody"))
    assert.equal(2, (check "equal.zone --against dns --offline"))
  end)
end)
