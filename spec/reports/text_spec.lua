-- The text report: a narrow terminal, no colour, quiet, waived, nothing to say.
-- SPDX-License-Identifier: MIT
-- spec/fixtures/reports/stored/report.txt is the whole of it.

local estate = require "spec.reports.support.estate"
local reports = require "issuable.reports"
local scale = require "spec.support.scale"
local shell = require "spec.support.shell"
local terminal = require "issuable.reports.terminal"

local function render(result, options)
  return reports.render("text", result, estate.options(options))
end

describe("report text", function()
  local result

  setup(function()
    result = estate.fixture()
  end)

  for _, width in ipairs { 40, 60, 80 } do
    it(("keeps to %d cells, but for words that are longer"):format(width), function()
      for line in render(result, { width = width }):gmatch("[^\n]+") do
        local rest = line:match("^%S*%s*[|=]?%s*%S+$") or line:find("^     *[+-] ") or line:find("IN CAA") or line:find("^%s*%-%-> ") or line:find("^%s*::: ")
        assert.is_true(terminal.width(line) <= width or rest ~= nil, ("%d: %s"):format(terminal.width(line), line))
      end
    end)
  end

  it("says the same on a narrow terminal", function()
    local function words(text)
      return (text:gsub("[|=]", " "):gsub("%s+", " "))
    end
    local narrow = words(render(result, { width = 40 }))
    for _, finding in ipairs(result.findings) do
      if not finding.waived and finding.severity ~= "info" then -- those of several names are told in one sentence
        assert.truthy(narrow:find(words(finding.message), 1, true), finding.message)
      end
    end
  end)

  it("has the same words with colours", function()
    local coloured = render(result, { colour = true })
    assert.truthy(coloured:find("\27[", 1, true))
    assert.equal(render(result), (coloured:gsub("\27%[[%d;]*m", "")))
  end)

  it("leaves out the summary when it shall be quiet", function()
    local quiet, whole = render(result, { quiet = true }), render(result)
    assert.equal(quiet, whole:sub(1, #quiet))
    assert.truthy(whole:sub(#quiet + 1):find("24 names from 20 certificate requests", 1, true))
  end)

  it("tells an edit once, and of the others where it was told", function()
    local text = render(result)
    local _, shown = text:gsub("example%.com%.zone:9\n", "")
    assert.equal(1, shown)
    assert.truthy(text:find("shown above, mends this too", 1, true))
  end)

  it("tells what is waived in one line, with its owner and end", function()
    local line = render(result):match("\n(waived%[[^\n]*)")
    assert.truthy(line:find("legacy.example.net", 1, true))
    assert.truthy(line:find("waived by team-web until 2027-01-31: moves to another zone in January", 1, true))
  end)
end)

describe("reports without a finding", function()
  local folder

  before_each(function()
    folder = shell.folder()
  end)
  after_each(function()
    shell.remove(folder)
  end)

  for _, name in ipairs { "empty", "good" } do
    for _, format in ipairs(reports.FORMATS) do
      it(("say what was checked: %s, %s"):format(name, format), function()
        local result = estate[name](folder)
        assert.equal(0, #result.findings)
        local text = reports.render(format, result, estate.options { root = folder })
        assert.equal("\n", text:sub(-1))
        if format == "gitlab" then
          assert.equal("[]\n", text) -- each entry would be an issue
        elseif format == "json" then
          assert.truthy(text:find('"requests": ' .. (name == "good" and "1" or "0"), 1, true))
          assert.truthy(text:find('"kind": "zone"', 1, true))
        elseif format == "prometheus" then
          assert.truthy(text:find('issuable_zones{status="loadable"} 1', 1, true))
        else
          assert.truthy(text:find("example.com", 1, true), text)
          assert.truthy(text:find(name == "good" and "1" or "othing asks for a certificate", 1, true), text)
        end
      end)
    end
  end
end)

describe("many annotations", function()
  it("are never silently cut: the last of ten counts the rest", function()
    local folder = shell.folder()
    local result = estate.wide(folder, 25)
    local text = reports.render("github", result, estate.options { root = folder })
    shell.remove(folder)
    assert.equal(25, #result.findings)
    local _, errors = text:gsub("::error ", "")
    assert.equal(10, errors)
    assert.truthy(text:find("::error title=issuable::16 more errors", 1, true), text)
    assert.truthy(text:find("issuable: not annotated: 16 more errors", 1, true), text)
  end)
end)

describe("a pull request's comment", function()
  it("holds no more than GitHub takes and counts the rest", function()
    local folder = shell.folder()
    local count = math.max(120, scale(300)) -- the collector never rests in some runs
    local result = estate.wide(folder, count)
    local text = reports.render("markdown", result, estate.options { root = folder })
    shell.remove(folder)
    assert.is_true(#text < 65536)
    local _, shown = text:gsub("\n<details><summary>❌", "")
    local left = tonumber(text:match("%*%*(%d+) findings not shown here"))
    assert.equal(count, shown + left)
  end)
end)

describe("a GitLab fingerprint", function()
  it("is each finding's own and survives moved lines", function()
    local folder = shell.folder()
    local function prints()
      local cjson = require "cjson"
      local check = require "issuable.check"
      local result = assert(check.run { paths = { folder }, now = estate.NOW, find_policy = false })
      local list = {}
      for i, item in ipairs(cjson.decode(reports.render("gitlab", result, { root = folder }))) do
        list[i] = item.fingerprint
      end
      return list
    end
    estate.wide(folder, 20)
    local before = prints()
    local seen = {}
    for _, print in ipairs(before) do
      assert.is_nil(seen[print])
      seen[print] = true
    end
    local path = folder .. "/cluster1/certificates0.yaml"
    shell.write(path, "# a comment\n\n" .. shell.read(path))
    assert.same(before, prints())
    assert.equal(20, #before)
    shell.remove(folder)
  end)
end)
