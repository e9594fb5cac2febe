-- One fixture estate, one stored report a format: what a change of a report looks like is seen in the diff of the stored one.
-- SPDX-License-Identifier: MIT
-- To write them anew, then read them: ISSUABLE_STORE=1 ISSUABLE_ENGINE=5.4 sh spec/run spec/reports/stored_spec.lua

local estate = require "spec.reports.support.estate"
local reports = require "issuable.reports"
local shell = require "spec.support.shell"

local FOLDER = shell.root .. "/spec/fixtures/reports/stored/"
local NAMES = {
  text = "report.txt",
  json = "report.json",
  sarif = "report.sarif",
  junit = "junit.xml",
  github = "github.txt",
  gitlab = "gl-code-quality-report.json",
  tap = "report.tap",
  prometheus = "issuable.prom",
  markdown = "report.md",
  html = "report.html",
}

describe("the fixture estate", function()
  local result

  setup(function()
    result = estate.fixture()
  end)

  it("has three clusters, five zones and twenty certificates: allowed, denied, undecided, exempt and waived", function()
    local scopes, count = {}, 0
    for _, request in ipairs(result.input.requests) do
      if not scopes[request.scope] then
        scopes[request.scope] = true
        count = count + 1
      end
    end
    assert.equal(3, count)
    assert.equal(5, #result.input.zones)
    assert.equal(20, #result.input.requests)
    local counts = require("issuable.reports.view").new(result):counts()
    for _, status in ipairs { "allowed", "denied", "undecided", "exempt", "waived" } do
      assert.is_true(counts[status] > 0, status)
    end
  end)

  for _, format in ipairs(reports.FORMATS) do
    it("gives the stored report: " .. format, function()
      local text = reports.render(format, result, estate.options())
      local path = FOLDER .. NAMES[format]
      if os.getenv("ISSUABLE_STORE") == "1" then
        shell.write(path, text)
        return
      end
      local stored = shell.read(path) or ""
      if stored ~= text then -- nobody wants to see both
        local _, diff = shell.run("diff -u " .. shell.quote(path) .. " - | head -n 40", text)
        error(("%s has changed; ISSUABLE_STORE=1 writes it anew:\n%s"):format(NAMES[format], diff))
      end
    end)
  end
end)
