-- `issuable fix` on the disk: what it refuses with a reason, what it writes, and that a diff says the same as --write.
-- SPDX-License-Identifier: MIT
-- Design sections 4 and 6; exit codes: 1 edits pending or refused, 0 nothing left to do or all written.

local shell = require "spec.support.shell"

local ISSUERS = [[
apiVersion: cert-manager.io/v1
kind: ClusterIssuer
metadata: { name: le }
spec:
  acme:
    server: https://acme-v02.api.letsencrypt.org/directory
    solvers: [{ dns01: { route53: {} } }]
---
apiVersion: cert-manager.io/v1
kind: Certificate
metadata: { name: web, namespace: web }
spec:
  secretName: web
  dnsNames: [www.example.com, "*.www.example.com"]
  issuerRef: { name: le, kind: ClusterIssuer }
]]
local ZONE = '$TTL 3600\n@ SOA ns hm 2026112301 1 1 1 1\n@ NS ns\nns A 192.0.2.1\n@ CAA 0 issue "digicert.com"\nwww A 192.0.2.2\n'

describe("issuable fix", function()
  local folder

  before_each(function()
    folder = shell.folder()
    shell.write(folder .. "/m.yaml", ISSUERS)
    shell.write(folder .. "/example.com.zone", ZONE)
  end)
  after_each(function()
    shell.remove(folder)
  end)

  local function fix(options)
    return shell.run(("cd %s && %s fix . --now 2026-11-23 %s"):format(shell.quote(folder), shell.quote(shell.command), options or ""))
  end
  local function zone()
    return shell.read(folder .. "/example.com.zone")
  end

  it("writes what its diff says, once", function()
    local status, out = fix()
    assert.equal(1, status)
    assert.equal(ZONE, zone())
    shell.write(folder .. "/diff", out)
    assert.equal(0, (shell.run(("cd %s && mkdir g && cp example.com.zone g && cd g && GIT_CEILING_DIRECTORIES=%s git apply ../diff"):format(folder, folder))))
    local by_git = shell.read(folder .. "/g/example.com.zone")
    shell.run("rm -r " .. folder .. "/g " .. folder .. "/diff")
    assert.equal(0, (fix "--write"))
    assert.equal(by_git, zone())
    assert.equal((ZONE:gsub("2026112301", "2026112302"):gsub('"digicert.com"\n', '%0@ CAA 0 issue "letsencrypt.org"\n')), zone())
    local again, nothing, err = fix()
    assert.equal(0, again)
    assert.equal("", nothing)
    assert.truthy(err:find("nothing to fix", 1, true))
  end)

  it("leaves the serial alone or pins it when told to", function()
    local status, out = fix "--serial keep"
    assert.equal(1, status)
    assert.is_nil(out:find("SOA", 1, true) and out:find("\n-@ SOA", 1, true))
    assert.equal(0, (fix "--serial 2026112399 --write"))
    assert.truthy(zone():find("hm 2026112399 1", 1, true))
  end)

  it("pins no serial that secondaries would not take, and no nonsense", function()
    local status, out, err = fix "--serial 2026112301"
    assert.equal(1, status)
    assert.equal("", out)
    assert.truthy(err:find("serial-not-newer", 1, true))
    for _, text in ipairs { "0", "-1", "4294967296", "x", "''" } do
      assert.equal(2, (fix("--serial=" .. text)), text)
    end
    assert.equal(ZONE, zone())
  end)

  it("refuses a zone with a journal beside it, even one that is a link to nothing", function()
    for _, make in ipairs { "touch example.com.zone.jnl", "ln -s nowhere example.com.zone.jnl" } do
      shell.run(("cd %s && %s"):format(folder, make))
      local status, out, err = fix()
      assert.equal(1, status)
      assert.equal("", out)
      assert.truthy(err:find("not fixed (zone-journal): ", 1, true), err)
      assert.truthy(err:find("rndc freeze", 1, true))
      os.remove(folder .. "/example.com.zone.jnl")
    end
  end)

  it("knows one file under two names", function()
    shell.write(folder .. "/caa.inc", '@ CAA 0 issue "digicert.com"\n')
    shell.run(("cd %s && ln -s caa.inc other.inc"):format(folder))
    shell.write(folder .. "/example.com.zone", (ZONE:gsub('@ CAA[^\n]*\n', "$INCLUDE caa.inc\n$INCLUDE ./other.inc www.example.com.\n")))
    local status, out, err = fix()
    assert.equal(1, status)
    assert.equal("", out)
    assert.truthy(err:find("included-twice", 1, true), err)
    assert.truthy(err:find("read 2 times", 1, true))
  end)

  it("edits a file through the link that names it, and refuses one that two zones are read from", function()
    shell.write(folder .. "/caa.inc", '@ CAA 0 issue "digicert.com"\n')
    shell.write(folder .. "/example.com.zone", (ZONE:gsub('@ CAA[^\n]*\n', "$INCLUDE caa.inc\n")))
    shell.write(folder .. "/example.net.zone", (ZONE:gsub('@ CAA[^\n]*\n', "$INCLUDE ./caa.inc\n")))
    local status, out, err = fix()
    assert.equal(1, status)
    assert.equal("", out)
    assert.truthy(err:find("shared-file", 1, true), err)
    assert.truthy(err:find("example.com.zone and ./example.net.zone", 1, true) or err:find("part of several zones", 1, true), err)
    os.remove(folder .. "/example.net.zone")
    assert.equal(0, (fix "--write"))
    assert.equal('@ CAA 0 issue "digicert.com"\n@ CAA 0 issue "letsencrypt.org"\n', shell.read(folder .. "/caa.inc"))
    assert.truthy(zone():find("2026112302", 1, true))
  end)

  it("goes on with the zones that can be edited", function()
    shell.write(folder .. "/m.yaml", (ISSUERS:gsub('%[www.example.com, "%*.www.example.com"%]', '[www.example.com, "*.www.example.com", www.example.net, "*.www.example.net"]')))
    shell.write(folder .. "/example.net.zone", ZONE)
    shell.run("touch " .. folder .. "/example.com.zone.jnl")
    local status, out, err = fix()
    assert.equal(1, status)
    assert.truthy(out:find("--- a/example.net.zone", 1, true), out .. err)
    assert.is_nil(out:find("example.com.zone", 1, true))
    assert.truthy(err:find("journal", 1, true))
  end)
end)
