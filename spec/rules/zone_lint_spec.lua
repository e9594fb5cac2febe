-- Lints of zone files as findings of `check`: their ids, severities and places; quiet on healthy zones.
-- SPDX-License-Identifier: MIT
-- Which lint there is when stands in spec/zone/cases; here is how they reach the user.

local issuable = require "issuable"
local shell = require "spec.support.shell"

local HEAD = "$ORIGIN example.com.\n$TTL 300\n@ SOA ns.dns.test. h.dns.test. 1 2 3 4 5\n@ NS ns.dns.test.\n"

describe("zone lints", function()
  local folder

  before_each(function()
    folder = shell.folder()
  end)
  after_each(function()
    shell.remove(folder)
  end)

  local function findings(texts)
    for name, text in pairs(texts) do
      shell.write(folder .. "/" .. name, text)
    end
    local result = assert(issuable.check { paths = { folder }, find_policy = false })
    local list = {}
    for i, finding in ipairs(result.findings) do
      local span = finding.span
      local path = span and span.path:match("([^/]+)$")
      list[i] = ("%s %s %s:%d:%d"):format(finding.severity, finding.rule, path, span.line, span.column)
    end
    return list, result
  end

  it("are findings, each under its own id, at their place", function()
    local list, result = findings {
      ["example.com.zone"] = HEAD .. "www CAA 1 issue ca.test; a=b\n@ CAA 0 iodef \"a@example.com\"\n",
    }
    assert.same({
      "warning caa-flags example.com.zone:5:9", "info portability-caa-unquoted example.com.zone:5:17",
      "error caa-parameters-in-comment example.com.zone:5:24", "warning caa-iodef-not-url example.com.zone:6:15",
    }, list)
    assert.equal(2, result.summary.warnings)
    assert.equal(1, result.summary.errors)
  end)

  it("of a file that a zone includes are told once, in that file", function()
    local list = findings { ["example.com.zone"] = HEAD .. "$INCLUDE " .. folder .. "/part.zone\n", ["part.zone"] = "www CAA 2 issue \"ca.test\"\n" }
    assert.same({ "warning caa-flags part.zone:1:9" }, list)
  end)

  it("stand beside the errors of a broken zone", function()
    local list = findings { ["example.com.zone"] = HEAD .. "www CAA 0 is-sue \"ca.test\"\n" }
    assert.same({ "warning bad-caa-tag example.com.zone:5:11", "info portability-caa-tag example.com.zone:5:11" }, list)
  end)

  it("are quiet on a healthy zone", function()
    assert.same({}, (findings { ["example.com.zone"] = HEAD .. "@ CAA 0 issue \"ca.test\"\n@ CAA 0 iodef \"mailto:a@example.com\"\nwww CNAME @\n" }))
    local result = assert(issuable.check { paths = { shell.root .. "/examples/quickstart" }, find_policy = false })
    for _, finding in ipairs(result.findings) do
      assert.equal("caa-denied", finding.rule)
    end
  end)

  it("are shown by the command, and fail it only when that is asked for", function()
    shell.write(folder .. "/example.com.zone", HEAD .. "www CAA 1 issue \"ca.test\"\n")
    local command = ("cd %s && %s check ."):format(shell.quote(folder), shell.quote(shell.command))
    local status, out = shell.run(command)
    assert.equal(0, status)
    assert.is_truthy(out:find("warning[caa-flags]: CAA flags are 0 or 128", 1, true), out)
    assert.is_truthy(out:find("example.com.zone:5:9", 1, true), out)
    assert.equal(1, (shell.run(command .. " --fail-on warning")))
  end)
end)
