-- Reports are read back by readers that are not ours.
-- SPDX-License-Identifier: MIT
-- xmllint, promtool, prove, cmark-gfm, node and chromium are looked for; ajv, axe-core and playwright-core in
-- $ISSUABLE_NODE_MODULES, which .ci/run fills. $ISSUABLE_SARIF_SCHEMA names the official schema of SARIF 2.1.0 (default:
-- ../shared/data/sarif-schema-2.1.0.json beside the checkout). What is not there skips its tests.

local estate = require "spec.reports.support.estate"
local lines = require "issuable.reports.lines"
local new_random = require "spec.support.random"
local reports = require "issuable.reports"
local scale = require "spec.support.scale"
local shell = require "spec.support.shell"

local q = shell.quote
local SEED = 7011

local function there(command)
  return (shell.run("command -v " .. command .. " >/dev/null")) == 0
end

local modules = os.getenv("ISSUABLE_NODE_MODULES") or "/nowhere"
local schema = os.getenv("ISSUABLE_SARIF_SCHEMA") or shell.root .. "/../shared/data/sarif-schema-2.1.0.json"
local has = {
  xmllint = there "xmllint",
  promtool = there "promtool",
  prove = there "prove",
  ["cmark-gfm"] = there "cmark-gfm",
  node = there "node",
  sarif = shell.read(schema) ~= nil,
}
has.ajv = has.node and shell.read(modules .. "/ajv/package.json") ~= nil and shell.read(modules .. "/ajv-draft-04/package.json") ~= nil
has.chromium = has.node
  and there "chromium"
  and shell.read(modules .. "/playwright-core/package.json") ~= nil
  and shell.read(modules .. "/axe-core/axe.min.js") ~= nil

local ENDING = {
  json = "json",
  sarif = "sarif",
  junit = "xml",
  github = "txt",
  gitlab = "json",
  tap = "tap",
  prometheus = "prom",
  markdown = "md",
  html = "html",
  text = "txt",
}

describe("readers that are not ours", function()
  local folder
  local ESTATES = { "fixture", "empty", "good", "hostile", "poisoned" }

  --- Where a report of an estate lies.
  local function path(name, format)
    return ("%s/%s.%s.%s"):format(folder, name, format, ENDING[format])
  end

  setup(function()
    folder = shell.folder()
    local random = new_random(SEED)
    for _, name in ipairs(ESTATES) do
      local sub = folder .. "/" .. name
      shell.run("mkdir " .. q(sub))
      local result = name == "fixture" and estate.fixture() or name == "poisoned" and estate.fixture() or estate[name](sub)
      if name == "poisoned" then
        estate.poison(result, random)
      end
      for _, format in ipairs(reports.FORMATS) do
        shell.write(path(name, format), reports.render(format, result, estate.options { root = folder }))
      end
    end
  end)

  teardown(function()
    shell.remove(folder)
  end)

  --- A test that needs tools, or is skipped and says so.
  local function with(tools, title, body)
    for tool in tools:gmatch("%S+") do
      if not has[tool] then
        pending(("%s (%s is not here)"):format(title, tool))
        return
      end
    end
    it(title, body)
  end

  for _, name in ipairs(ESTATES) do
    with("xmllint", "xmllint takes junit: " .. name, function()
      local status, _, err = shell.run("xmllint --noout " .. q(path(name, "junit")))
      assert.equal("", err)
      assert.equal(0, status)
      local _, counts = shell.run(([[xmllint --xpath 'concat(count(//testcase), " ", sum(//testsuite/@tests), " ", count(//failure), " ", sum(//testsuite/@failures),
        " ", count(//error), " ", sum(//testsuite/@errors), " ", count(//skipped), " ", sum(//testsuite/@skipped), " ", count(//testcase[not(@classname != "")]))' %s]]):format(q(path(name, "junit"))))
      local cases, tests, failures, failed, errors, erred, skipped, skips, nameless = counts:match("^(%d+) (%d+) (%d+) (%d+) (%d+) (%d+) (%d+) (%d+) (%d+)")
      assert.same({ tests, failed, erred, skips }, { cases, failures, errors, skipped })
      assert.is_true(tonumber(cases) > 0)
      assert.is_true(name == "poisoned" or nameless == "0")
    end)

    with("promtool", "promtool takes prometheus: " .. name, function()
      local status, out, err = shell.run("promtool check metrics <" .. q(path(name, "prometheus")))
      assert.equal("", out .. err)
      assert.equal(0, status)
    end)

    with("prove", "prove takes tap: " .. name, function()
      local status, out, err = shell.run("prove -e cat " .. q(path(name, "tap")))
      assert.is_nil((out .. err):find("Parse errors", 1, true), out .. err)
      local good = name == "empty" or name == "good"
      assert.equal(good, status == 0, out .. err)
      local planned = shell.read(path(name, "tap")):match("\n1%.%.(%d+)\n")
      assert.truthy(out:find("Tests=" .. planned .. ",", 1, true), out)
    end)

    with("cmark-gfm", "cmark-gfm renders markdown without a tag, link or picture of somebody else: " .. name, function()
      local status, out, err = shell.run("cmark-gfm --unsafe -e table -e strikethrough -e autolink -e tasklist " .. q(path(name, "markdown")))
      assert.equal("", err)
      assert.equal(0, status)
      for tag, rest in out:gmatch("<(%w+)([^>]*)>") do
        assert.truthy((" h3 table thead tbody tr th td p ul li code pre strong details summary "):find(" " .. tag .. " ", 1, true), tag)
        assert.truthy(rest == "" or rest:find('^ align="right"$') or rest == ' class="language-diff"', rest)
      end
      for _, tag in ipairs { "details", "summary", "code", "ul", "li" } do
        local _, opened = out:gsub("<" .. tag .. "[ >]", "")
        local _, closed = out:gsub("</" .. tag .. ">", "")
        assert.equal(opened, closed, tag)
      end
    end)
  end

  local function validated(by, format)
    local files = {}
    for i, name in ipairs(ESTATES) do
      files[i] = q(path(name, format))
    end
    local status, out, err = shell.run(("node spec/reports/support/validate.js %s %s %s"):format(q(modules), q(by), table.concat(files, " ")))
    assert.equal("", err)
    assert.equal(0, status)
    assert.equal(("ok\n"):rep(#ESTATES), out)
  end

  with("ajv", "ajv validates json by the schema that is installed", function()
    validated("lua/issuable/reports/check.schema.json", "json")
  end)

  with("ajv sarif", "ajv validates sarif by the official schema", function()
    validated(schema, "sarif")
  end)

  with("node", "a rolling hash over all characters gives the same fingerprints", function()
    local random = new_random(SEED)
    local pieces = { "a", "b", " ", "\t", "\n", "\n", "\r", "\r\n", "x: y", "ä", "€", "😀", "\255", "\226\130", "\237\160\128", ("long "):rep(30), "\0", "same\nsame\n" }
    local names, expected = {}, {}
    for i = 1, scale(60) do
      local parts = {}
      for j = 1, random:below(40) - 1 do
        parts[j] = random:pick(pieces)
      end
      local text = table.concat(parts)
      names[i] = ("%s/print%d"):format(folder, i)
      shell.write(names[i], text)
      local index = lines.new { read = function() return text end }
      local prints, line = {}, 1
      while index:fingerprint("x", line) do
        prints[line] = index:fingerprint("x", line)
        line = line + 1
      end
      expected[i] = table.concat(prints, " ")
    end
    local status, out, err = shell.run("node spec/reports/support/fingerprint.js " .. table.concat(names, " "))
    assert.equal("", err)
    assert.equal(0, status)
    local i = 0
    for line in out:gmatch("([^\n]*)\n") do
      i = i + 1
      assert.equal(line, expected[i], ("seed %d, file %d: %q"):format(SEED, i, shell.read(names[i]) or ""))
    end
    assert.equal(#names, i)
  end)

  with("chromium", "Chromium opens, searches and filters the page, and axe-core has nothing to say", function()
    local files = {}
    for i, name in ipairs(ESTATES) do
      files[i] = q(path(name, "html"))
    end
    local status, out, err = shell.run(("node spec/reports/support/page.js %s \"$(command -v chromium)\" %s"):format(q(modules), table.concat(files, " ")))
    assert.equal("", err)
    assert.is_nil(out:find("WRONG", 1, true), out)
    assert.equal(0, status)
    local _, fine = out:gsub("ok [^\n]+\n", "")
    assert.is_true(fine >= #ESTATES * 12, out)
  end)

  with("chromium", "Chromium opens, searches and filters a page of ten thousand findings", function()
    local sub, wide = folder .. "/wide", folder .. "/wide.html"
    local result = estate.wide(sub, scale(10000))
    shell.write(wide, reports.render("html", result, estate.options { root = folder }))
    local status, out, err = shell.run(("node spec/reports/support/page.js %s \"$(command -v chromium)\" %s"):format(q(modules), q(wide)))
    assert.equal("", err)
    assert.is_nil(out:find("WRONG", 1, true), out)
    assert.equal(0, status)
  end)
end)
