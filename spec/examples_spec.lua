-- The examples do what the README says: the main job from a denied certificate to an allowed one.
-- SPDX-License-Identifier: MIT
-- Runs the real command on a copy, and gives its diff to the real git and patch.

local file = require "issuable.file"
local shell = require "spec.support.shell"

describe("examples/quickstart", function()
  local folder

  local function run(arguments)
    local code, stdout, stderr = shell.run(("cd %s && %s %s"):format(shell.quote(folder), shell.quote(shell.command), arguments))
    return { code = code, stdout = stdout, stderr = stderr }
  end

  local function zone()
    return assert(file.read(folder .. "/examples/quickstart/example.com.zone"))
  end

  before_each(function()
    folder = shell.folder()
    shell.run(("mkdir %s/examples && cp -R %s/examples/quickstart %s/examples/"):format(folder, shell.quote(shell.root), folder))
  end)

  after_each(function()
    shell.remove(folder)
  end)

  it("is denied with one diagnostic over three files", function()
    local output = run("check examples/quickstart --now 2026-11-23")
    assert.equal(1, output.code)
    local text = output.stdout
    assert.equal(1, select(2, text:gsub("error%[", "")))
    for _, place in ipairs {
      "examples/quickstart/certificate.yaml:10:7",
      "examples/quickstart/issuers.yaml:7:13",
      "examples/quickstart/example.com.zone:19:17",
      "example.com and *.example.com",
      'issue "digicert.com"',
      'example.com. 3600 IN CAA 0 issue "letsencrypt.org"',
    } do
      assert.truthy(text:find(place, 1, true), place .. "\n" .. text)
    end
  end)

  it("is mended by a diff that git and patch take, which changes two lines", function()
    local before = zone()
    local diff = run("fix examples/quickstart --now 2026-11-23")
    assert.equal(1, diff.code)
    assert.equal(before, zone())
    local removed, added = {}, {}
    for line in diff.stdout:gmatch("[^\n]+") do
      if line:find("^%-[^-]") then
        removed[#removed + 1] = line
      elseif line:find("^%+[^+]") then
        added[#added + 1] = line
      end
    end
    assert.equal(1, #removed)
    assert.equal(2, #added)
    assert.truthy(removed[1]:find("2026110901", 1, true))
    assert.truthy(added[1]:find("2026112300", 1, true))
    assert.equal('+                IN      CAA     0 issue "letsencrypt.org"', added[2])

    shell.write(folder .. "/fix.diff", diff.stdout)
    assert.equal(0, (shell.run(("cd %s && git apply --check fix.diff"):format(folder))))
    assert.equal(0, (shell.run(("cd %s && patch -p1 < fix.diff"):format(folder))))
    local patched = zone()
    assert.equal(0, run("check examples/quickstart").code)
    assert.equal(0, run("fix examples/quickstart").code)
    assert.equal(patched, zone())
  end)

  it("is written by --write with the same bytes as the diff gives", function()
    local written = run("fix examples/quickstart --write --now 2026-11-23")
    assert.equal(0, written.code, written.stderr)
    assert.truthy(zone():find('CAA     0 issue "digicert.com"\n                IN      CAA     0 issue "letsencrypt.org"\n', 1, true))
    assert.equal(0, run("check examples/quickstart").code)
    local again = zone()
    assert.equal(0, run("fix examples/quickstart --write").code)
    assert.equal(again, zone())
  end)

  it("leaves DigiCert everything it had, wildcards too", function()
    run("fix examples/quickstart --write")
    for _, name in ipairs { "example.com", "'*.example.com'", "'*.api.example.com'" } do
      for _, ca in ipairs { "digicert.com", "letsencrypt.org" } do
        local output = run(("decide %s --ca %s --zone examples/quickstart/example.com.zone"):format(name, ca))
        assert.equal(0, output.code, output.stdout .. output.stderr)
      end
    end
    assert.equal(1, run("decide example.com --ca sectigo.com --zone examples/quickstart/example.com.zone").code)
  end)

  it("can be explained", function()
    local output = run("www.example.com examples/quickstart")
    assert.truthy(output.stdout:find("DigiCert", 1, true), output.stdout .. output.stderr)
    assert.equal(0, output.code)
  end)
end)
