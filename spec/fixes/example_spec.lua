-- examples/edit-zone does what it says: a diff of a zone, or the reason why there is none.
-- SPDX-License-Identifier: MIT
-- Runs the script with this engine's interpreter, as somebody with the rock installed would.

local shell = require "spec.support.shell"

local function run(zone)
  return shell.run(("cd %s && %s examples/edit-zone/edit.lua %s 1795459452"):format(shell.quote(shell.root), shell.quote(shell.lua), zone))
end

describe("examples/edit-zone", function()
  it("prints a diff", function()
    local status, out, err = run "examples/quickstart/example.com.zone"
    assert.equal("", err)
    assert.equal(0, status)
    local lines = {}
    for line in out:gmatch("[^\n]+") do
      if line:find("^[-+][^-+]") then
        lines[#lines + 1] = line
      end
    end
    assert.same({
      "-                                2026110901      ; serial, YYYYMMDDnn",
      "+                                2026112300      ; serial, YYYYMMDDnn",
      '-                IN      CAA     0 issue "digicert.com"',
      '-                IN      CAA     0 iodef "mailto:security@example.com"',
      '+            300 IN      CAA     0 iodef "mailto:security@example.com"',
      '+api             IN      CAA     0 issue "letsencrypt.org"',
    }, lines)
  end)

  it("says why there is none", function()
    local folder = shell.folder()
    shell.write(folder .. "/z.zone", "$ORIGIN example.com.\n$TTL 60\n@ SOA ns hm 1 1 1 1 1\n@ NS ns\nns A 192.0.2.1\napi CNAME ns\n@ CAA 0 issue \"digicert.com\"\n")
    local status, out, err = run(folder .. "/z.zone")
    shell.remove(folder)
    assert.equal(1, status)
    assert.equal("", out)
    assert.truthy(err:find("cname-owner: api.example.com is an alias", 1, true))
  end)
end)
