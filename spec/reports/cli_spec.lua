-- `issuable check --format NAME[=FILE]`: several reports in one run, files whole or not at all.
-- SPDX-License-Identifier: MIT
-- The real command on the quickstart.

local cjson = require "cjson"
local file = require "issuable.file"
local reports = require "issuable.reports"
local shell = require "spec.support.shell"

local q = shell.quote

describe("--format", function()
  local folder

  before_each(function()
    folder = shell.folder()
    shell.run(("cp -R %s/examples/quickstart %s/dns"):format(q(shell.root), q(folder)))
  end)
  after_each(function()
    shell.remove(folder)
  end)

  local function run(arguments)
    return shell.run(("cd %s && %s check dns --now 2026-11-23 %s"):format(q(folder), q(shell.command), arguments))
  end

  it("writes every format in one run, the same as alone", function()
    local arguments = {}
    for i, format in ipairs(reports.FORMATS) do
      arguments[i] = ("--format %s=out.%s"):format(format, format)
    end
    local code, out, err = run(table.concat(arguments, " "))
    assert.equal("", err)
    assert.equal(1, code)
    assert.equal("", out)
    for _, format in ipairs(reports.FORMATS) do
      local _, alone = run("--format " .. format)
      assert.equal(alone, shell.read(folder .. "/out." .. format), format)
    end
  end)

  it("prints one and writes another", function()
    local code, out = run("--format json=out.json --format text")
    assert.equal(1, code)
    assert.truthy(out:find("error[caa-denied]", 1, true))
    assert.equal(1, cjson.decode(shell.read(folder .. "/out.json")).schema)
  end)

  it("takes - for standard output", function()
    local _, out = run("--format tap=-")
    assert.equal("TAP version 13", out:match("^[^\n]*"))
  end)

  it("names paths from the root of the repository, also from below it", function()
    shell.run(("cd %s && git init -q ."):format(q(folder)))
    local _, out = shell.run(("cd %s/dns && %s check . --format sarif"):format(q(folder), q(shell.command)))
    local result = cjson.decode(out).runs[1].results[1]
    assert.equal("dns/certificate.yaml", result.locations[1].physicalLocation.artifactLocation.uri)
    assert.equal(2, select(2, result.partialFingerprints.primaryLocationLineHash:gsub("%x+", "")))
  end)

  local WRONG = {
    { "--format xml", '"xml" is not one of text, json' },
    { "--format json=", "json=FILE wants a file" },
    { "--format json --format text", "only one report can go to standard output" },
    { "--format json=a --format sarif=a", "two reports would be written to a" },
  }
  for _, case in ipairs(WRONG) do
    it("refuses " .. case[1], function()
      local code, out, err = run(case[1])
      assert.equal(2, code)
      assert.equal("", out)
      assert.truthy(err:find(case[2], 1, true), err)
      assert.is_nil(file.stat(folder .. "/a"))
    end)
  end

  it("says when a file cannot be written, and leaves nothing behind", function()
    local code, out, err = run("--format json=none/a.json --format text")
    assert.equal(2, code)
    assert.equal("", out)
    assert.truthy(err:find("none/a.json: no such file or directory", 1, true), err)
    assert.same({ "dns" }, file.list(folder))
  end)

  it("replaces a report whole", function()
    shell.write(folder .. "/a", ("x"):rep(1000000))
    run("--format gitlab=a")
    assert.equal("[", shell.read(folder .. "/a"):sub(1, 1))
    assert.same({ "a", "dns" }, file.list(folder))
  end)
end)
