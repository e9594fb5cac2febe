-- `issuable wait`: a record that arrives at one server after the other.
-- SPDX-License-Identifier: MIT
-- Design: polls every authoritative server until all of them serve an allowing set, or the time is up.

local authorities = require "spec.support.authorities"
local shell = require "spec.support.shell"
local wait = require "issuable.cli.wait"

local TOP = "@ NS ns.test.\nns A 127.0.0.2\nexample NS a.ns.example\nexample NS b.ns.example\na.ns.example A 127.0.0.3\nb.ns.example A 127.0.0.4\n"
local COMMON = "@ NS a.ns.example.test.\n@ NS b.ns.example.test.\na.ns A 127.0.0.3\nb.ns A 127.0.0.4\nwww A 192.0.2.1\n"
local OLD = { name = "example.test", ttl = 30, text = COMMON .. '@ 90 CAA 0 issue "old.example.net"\n' }
local NEW = { name = "example.test", ttl = 30, serial = 2, text = COMMON .. '@ 90 CAA 0 issue "old.example.net"\n@ 90 CAA 0 issue "new.example.net"\n' }

describe("issuable wait", function()
  local world
  setup(function()
    world = authorities.start { ["127.0.0.2"] = { { name = "test", text = TOP } }, ["127.0.0.3"] = { OLD }, ["127.0.0.4"] = { OLD } }
  end)
  teardown(function()
    if world then
      world:stop()
    end
  end)

  local function command(rest)
    return ("%s wait www.example.test --ca new.example.net --dns 127.0.0.2@%d --authority-port %d %s"):format(shell.command, world.port, world.port, rest)
  end

  it("ends when the time is up", function()
    local status, out, err = shell.run(command "--timeout 1s --interval 1s")
    assert.equal(1, status)
    assert.truthy(out:find("www.example.test denied (issuer-mismatch)", 1, true))
    assert.truthy(err:find("the time is up", 1, true))
  end)

  it("ends when all servers allow, and says how long caches may not", function()
    local folder = shell.quote(world.folder)
    shell.write(world.folder .. "/go", ("cd %s\n(%s >out 2>err; echo $? >code) &\n"):format(folder, command "--timeout 30s --interval 1s"))
    shell.run(("sh %s/go"):format(folder))
    local function wait_for(text)
      for _ = 1, 100 do
        if (shell.read(world.folder .. "/err") or ""):find(text, 1, true) then
          return
        end
        shell.run("sleep 0.1")
      end
      error(text .. " was never said: " .. (shell.read(world.folder .. "/err") or ""))
    end
    wait_for("denied (issuer-mismatch)")
    world:serve("127.0.0.3", NEW)
    wait_for("undecided (servers-disagree)")
    world:serve("127.0.0.4", NEW)
    wait_for("caches may answer with the old records for 90 s more, until 2")
    for _ = 1, 50 do
      if shell.read(world.folder .. "/code") == "0\n" then
        break
      end
      shell.run("sleep 0.1")
    end
    assert.equal("0\n", shell.read(world.folder .. "/code"))
    assert.truthy(shell.read(world.folder .. "/out"):find("www.example.test allowed (issuer-match)", 1, true))
    assert.truthy(shell.read(world.folder .. "/err"):find("may use that for 8 hours", 1, true))
  end)

  it("ends at once when all is well", function()
    local status, out, err = shell.run(command "--format json")
    assert.equal(0, status)
    assert.truthy(out:find('"verdict":"allowed"', 1, true))
    assert.truthy(err:find("it was so at the first look already", 1, true))
  end)

  it("refuses nonsense", function()
    for _, rest in ipairs { "--timeout x", "--interval 0s", "--offline" } do
      assert.equal(2, (shell.run((command(rest):gsub(rest == "--offline" and "%-%-dns %S+" or "\0", "")))), rest)
    end
    assert.equal(2, (shell.run(shell.command .. " wait 192.0.2.1 --ca a.example --dns 127.0.0.1@1")))
  end)

  it("takes the TTL of what changed", function()
    local function answer(...)
      return { trace = { ... } }
    end
    local www, short = { kind = "nodata", asked = "www", ttl = 30, negative_ttl = 30 }, { kind = "rrset", asked = "@", ttl = 90, rrset_ttl = 90, records = { "old" } }
    local new = { kind = "rrset", asked = "@", ttl = 60, rrset_ttl = 60, records = { "new" } }
    assert.equal(90, wait.old_lifetime(answer(www, short), answer(www, new)))
    assert.equal(30, wait.old_lifetime(answer(www, short), answer { kind = "rrset", asked = "www", ttl = 5, records = { "new" } }))
    local aliased = { kind = "rrset", asked = "www", ttl = 5, rrset_ttl = 5, aliases = { { ttl = 3600 } }, records = { "old" } }
    assert.equal(3600, wait.old_lifetime(answer(aliased), answer { kind = "rrset", asked = "www", ttl = 5, records = { "new" } }))
  end)
end)
