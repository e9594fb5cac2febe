-- `issuable rules` and `issuable test`, and the example policies: run by the real command.
-- SPDX-License-Identifier: MIT

local shell = require "spec.support.shell"

local folder
before_each(function()
  folder = shell.folder()
end)
after_each(function()
  shell.remove(folder)
end)

local function run(arguments, where)
  return shell.run(("cd %s && %s %s"):format(shell.quote(where or folder), shell.quote(shell.command), arguments))
end

local POLICY = [[
extends "minimal"
rule {
  id = "A1", title = "Says no", severity = "error", on = "decision", when = { namespace = "prod-*" },
  why = "Because.", fix = "Say yes.",
  check = function(decision, report) if decision.verdict == "denied" then report("no to %s", decision.text) end end,
  test = {
    { caa = '0 issue "digicert.com"', finds = 1, says = "no to www.example.com" },
    { caa = '0 issue "letsencrypt.org"', finds = 0 },
  },
}
rule { id = "A2", title = "Nothing", severity = "info", on = "zone", check = function() end }
rule { id = "caa-undecided", severity = "error" }
]]

describe("issuable rules", function()
  it("lists what is active, with its source", function()
    shell.write(folder .. "/p.lua", POLICY)
    local code, out = run "rules --policy p.lua"
    assert.equal(0, code)
    assert.equal([[
caa-denied     error    decision  A requested name is denied by CAA (built-in, minimal)
caa-undecided  error    decision  Whether a requested name may be issued cannot be decided (built-in, minimal, changed by p.lua:12)
A1             error    decision  Says no (p.lua:2)
A2             info     zone      Nothing (p.lua:11)
]], out)
  end)

  it("finds .issuable.lua by itself, and says where a change comes from", function()
    shell.write(folder .. "/.issuable.lua", 'extends "strict"\nrule { id = "caa-iodef", severity = "off" }\nrule { id = "no-caa", title = "x" }')
    local _, out = run "rules"
    assert.truthy(out:find("issuer-not-approved", 1, true))
    assert.falsy(out:find("caa-iodef", 1, true))
    assert.truthy(out:find("no%-caa%s+error%s+decision%s+x %(built%-in, recommended, changed by [^)]*%.issuable%.lua:3%)"), out)
  end)

  it("explains one rule: why, an example that fails, how it is mended", function()
    shell.write(folder .. "/p.lua", POLICY)
    local code, out = run "rules A1 --policy p.lua"
    assert.equal(0, code)
    assert.equal([[
A1: Says no
error, on decision; p.lua:2
when: namespace = prod-*

Why
Because.

Example
  example.com. CAA 0 issue "digicert.com"
error: no to www.example.com

How it is mended
Say yes.
]], out)
    code, out = run "rules wildcard-covers"
    assert.equal(0, code)
    for _, part in ipairs { "Why\n", "Example\n", "How it is mended\n", "www.example.com beside *.example.com" } do
      assert.truthy(out:find(part, 1, true), out)
    end
  end)

  it("says when there is no such rule, or the policy is wrong", function()
    local code, _, err = run "rules nothing"
    assert.equal(2, code)
    assert.truthy(err:find('there is no rule "nothing"', 1, true))
    shell.write(folder .. "/p.lua", "\nrule {}")
    code, _, err = run "rules --policy p.lua"
    assert.equal(2, code)
    assert.truthy(err:find("p.lua:2: rule wants id", 1, true))
  end)
end)

describe("issuable test", function()
  it("says which tests fail, which rules have none, and the closing line", function()
    shell.write(folder .. "/p.lua", POLICY:gsub("finds = 0", "finds = 2"))
    local code, out = run "test p.lua"
    assert.equal(1, code)
    assert.equal("FAILED A1, test 2 (p.lua:2): 2 expected, 0 found\nwithout a test: A2 (p.lua:11)\n1 passed, 1 failed\n", out)
    shell.write(folder .. "/p.lua", POLICY)
    code, out = run "test p.lua"
    assert.equal(0, code)
    assert.equal("without a test: A2 (p.lua:11)\n2 passed, 0 failed\n", out)
  end)

  it("runs the *_test.lua beside a policy, and of a folder", function()
    shell.run("mkdir " .. shell.quote(folder .. "/d"))
    shell.write(folder .. "/d/p.lua", POLICY)
    shell.write(folder .. "/d/p_test.lua", 'test { rule = "A2", caa = \'0 issue "x"\', finds = 0 }\ntest { rule = "A2", finds = 1 }\ntest { rule = "A9", finds = 1 }')
    for _, path in ipairs { "d", "d/p.lua" } do
      local code, out = run("test " .. path)
      assert.equal(1, code)
      assert.truthy(out:find("FAILED A2, test 2 (d/p_test.lua:2): 1 expected, 0 found", 1, true), out)
      assert.truthy(out:find("FAILED A9, test 3 (d/p_test.lua:3): there is no such rule", 1, true), out)
      assert.truthy(out:find("3 passed, 2 failed\n$"), out)
      assert.falsy(out:find("without a test", 1, true))
    end
  end)

  it("tells a rule that fails, a zone that does not load, a test that expects nothing", function()
    shell.write(folder .. "/p.lua", [[
rule { id = "A1", title = "t", severity = "error", on = "decision", check = function() local x = nil + 1 end, test = {
  { caa = '0 issue "x"', finds = 1 },
  { zone = "www A 999.0.0.1", finds = 0 },
  { caa = '0 issue "x"' },
  { caa = '0 issue "x"', ca = "no ca", finds = 0 },
} }
rule { id = "A2", title = "t", severity = "error", on = "decision", check = function() while true do end end, test = { { finds = 0 } } }
rule { id = "A3", title = "t", severity = "error", on = "decision", check = function() end, test = { {}, { finds = 0 } } }]])
    local code, out = run "test p.lua"
    assert.equal(1, code)
    for _, part in ipairs {
      "A1, test 1 (p.lua:1): the rule A1 of the policy failed: attempt to perform arithmetic",
      "A1, test 2 (p.lua:1): zone example.com: ",
      "A1, test 4 (p.lua:1): ",
      "A2, test 1 (p.lua:7): the rule A2 of the policy failed: it takes too many steps",
      "A3, test 1 (p.lua:8): the test expects nothing",
      "1 passed, 6 failed",
    } do
      assert.truthy(out:find(part, 1, true), part .. "\n" .. out)
    end
  end)

  it("wants a policy", function()
    shell.run("mkdir " .. shell.quote(folder .. "/.git"))
    local code, _, err = run "test"
    assert.equal(2, code)
    assert.truthy(err:find("test wants a policy", 1, true))
  end)
end)

describe("examples/policies", function()
  for path, count in pairs { ["organisation.lua"] = 24, platform = 6 } do
    it(path .. " passes its tests, and has one for every rule", function()
      local code, out = run("test examples/policies/" .. path, shell.root)
      assert.equal(0, code)
      assert.equal(("%d passed, 0 failed\n"):format(count), out)
    end)
  end

  it("judge the quickstart", function()
    local code, out = run("check examples/quickstart --policy examples/policies/organisation.lua --policy examples/policies/platform --now 2026-11-23", shell.root)
    assert.equal(1, code)
    for _, rule in ipairs { "caa-denied", "CA001", "CA003", "zone-unsigned" } do
      assert.truthy(out:find("[" .. rule .. "]", 1, true), rule)
    end
  end)

  it("and the policy of the README is one", function()
    local readme = assert(shell.read(shell.root .. "/README.md"))
    local text = readme:match("## Policies.-```lua\n(.-)```")
    shell.write(folder .. "/p.lua", (text:gsub('or "./another.lua"', "")))
    local code, out, err = run "test p.lua"
    assert.equal("", err)
    assert.equal(0, code)
    assert.equal("2 passed, 0 failed\n", out)
  end)
end)
