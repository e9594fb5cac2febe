-- The README shows only what works: its outputs are compared letter by letter, its commands are run.
-- SPDX-License-Identifier: MIT
-- A block behind `<!-- output of: COMMAND -->` is that command's output; indented `issuable …` lines are run in a small estate.

local shell = require "spec.support.shell"

local readme = assert(shell.read(shell.root .. "/README.md"))

--- The README's files: manifests under deploy/ and clusters/, a zone under dns/, a list of names.
local ESTATE = [[
mkdir -p deploy dns clusters/prod clusters/test
cp ROOT/examples/quickstart/certificate.yaml deploy/ && cp ROOT/examples/quickstart/example.com.zone dns/
for cluster in prod test; do cp ROOT/examples/quickstart/*.yaml clusters/$cluster/; done
printf 'www.example.com\n*.example.com # a wildcard\n' >names.txt
]]

describe("README.md", function()
  local folder

  setup(function()
    folder = shell.folder()
    local script = ESTATE:gsub("ROOT", (shell.quote(shell.root):gsub("%%", "%%%%")))
    assert.equal(0, (shell.run("cd " .. folder .. "\n" .. script)))
  end)

  teardown(function()
    shell.remove(folder)
  end)

  local outputs = 0
  for command, block in readme:gmatch("<!%-%- output of: issuable ([^\n]-) %-%->\n```%w*\n(.-)\n```") do
    outputs = outputs + 1
    it("shows what `issuable " .. command .. "` prints", function()
      local _, out, err = shell.run(("cd %s && %s %s"):format(shell.quote(shell.root), shell.quote(shell.command), command))
      assert.equal("", err)
      assert.equal((block:gsub("^%$ issuable [^\n]*\n", "")), (out:gsub("\n+$", "")))
    end)
  end

  it("has such blocks", function()
    assert.equal(2, outputs)
  end)

  local commands = 0
  for line in readme:gmatch("\n    ([^\n]*issuable [^\n]*)") do
    commands = commands + 1
    it("can run `" .. line .. "`", function()
      local piped = line:match("^kubectl[^|]*| issuable (.*)$")
      local own = shell.quote(shell.command) .. " " .. (piped or line:match("^issuable (.*)$"))
      if piped then -- a cluster's dump is stood in for by the same objects
        own = ("for f in %s/examples/quickstart/*.yaml; do cat $f; echo ---; done | %s"):format(shell.quote(shell.root), own)
      end
      local code, out, err = shell.run(("cd %s && %s"):format(shell.quote(folder), own))
      assert.is_true(code == 0 or code == 1, ("%s\nexit %d\n%s%s"):format(own, code, out, err))
      assert.not_equal("", out)
    end)
  end

  it("has commands", function()
    assert.is_true(commands >= 7)
  end)

  it("names only verdicts and reasons that exist, and the version of the changelog", function()
    local version = require "issuable.version"
    assert.truthy(assert(shell.read(shell.root .. "/CHANGELOG.md")):find("## " .. version, 1, true))
  end)
end)
