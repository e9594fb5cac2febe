-- The policy file as far as it is data: what it may say, where its mistakes are told, and what it cannot reach.
-- SPDX-License-Identifier: MIT
-- Design section 5: an unknown field is an error with file and line.

local policy = require "issuable.policy.load"
local shell = require "spec.support.shell"

local folder
before_each(function()
  folder = shell.folder()
end)
after_each(function()
  shell.remove(folder)
end)

local function load_text(text)
  local path = folder .. "/.issuable.lua"
  shell.write(path, text)
  return policy.file(path)
end

--- The message with the path of the file cut off.
local function refusal(text)
  local value, message = load_text(text)
  assert.is_nil(value)
  return (message:gsub("^" .. folder:gsub("%p", "%%%0") .. "/%.issuable%.lua", ".issuable.lua"))
end

describe("a policy file", function()
  it("holds CA rows, issuers and accounts", function()
    local read = assert(load_text [[
-- the organisation
set {
  authorities = { { id = "ours", name = "Our CA", identities = { "ca.example" }, directories = { "https://acme.ca.example/d" } } },
  issuers = { ["ClusterIssuer/le"] = "letsencrypt.org", ["web/Issuer/x"] = "digicert.com" },
  accounts = { ["prod/le"] = { "https://acme-v02.api.letsencrypt.org/acme/acct/1" } },
}
]])
    assert.equal("ours", read.authorities[1].id)
    assert.same({ ["ClusterIssuer/le"] = "letsencrypt.org", ["web/Issuer/x"] = "digicert.com" }, read.issuers)
    assert.same({ ["prod/le"] = { "https://acme-v02.api.letsencrypt.org/acme/acct/1" } }, read.accounts)
    assert.equal(folder .. "/.issuable.lua", read.path)
  end)

  it("may say things in several steps; the last one counts", function()
    local read = assert(load_text 'set { issuers = { a = "1", b = "2" } }\nset { issuers = { b = "3" }, authorities = { {} } }\nset { authorities = { {} } }')
    assert.same({ a = "1", b = "3" }, read.issuers)
    assert.equal(2, #read.authorities)
  end)

  it("may change the severity of a lint", function()
    assert.equal("off", assert(load_text 'rule { id = "portability-caa-unquoted", severity = "off" }').by_id["portability-caa-unquoted"].severity)
  end)

  it("may be empty", function()
    assert.same({}, assert(load_text "").issuers)
  end)

  -- what is written, what is said of it
  local SET = "it knows accounts, approved_issuers, authorities, default_issuer, issuers, max_names, max_ttl, migration, signed"
  local RULE = 'rule { id = "A1", title = "t", severity = "error", on = "decision", check = function() end'
  local MISTAKES = {
    { "\nset { isuers = {} }", '.issuable.lua:2: set does not know "isuers"; ' .. SET },
    { "\nset { [1] = {} }", '.issuable.lua:2: set does not know "1"; ' .. SET },
    { 'set "x"', ".issuable.lua:1: set wants a table" },
    { "set()", ".issuable.lua:1: set wants a table" },
    { "set({}, {})", ".issuable.lua:1: set takes one value" },
    { "set { issuers = 7 }", '.issuable.lua:1: issuers must be CA by "[NAMESPACE/]Kind/name"' },
    { "set { issuers = { a = 1 } }", '.issuable.lua:1: issuers must be CA by "[NAMESPACE/]Kind/name"' },
    { 'set { issuers = { "x" } }', '.issuable.lua:1: issuers must be CA by "[NAMESPACE/]Kind/name"' },
    { 'set { accounts = { a = "x" } }', '.issuable.lua:1: accounts must be lists of ACME account URIs by "[CLUSTER/]issuer"' },
    { "set { accounts = { a = { 1 } } }", '.issuable.lua:1: accounts must be lists of ACME account URIs by "[CLUSTER/]issuer"' },
    { "set { max_ttl = -1 }", ".issuable.lua:1: max_ttl must be seconds" },
    { "set { max_ttl = 1.5 }", ".issuable.lua:1: max_ttl must be seconds" },
    { 'set { migration = { ends = "2027" } }', '.issuable.lua:1: migration must be { ends = "2027-01-31", max_ttl = 300 }' },
    { 'extends "best"', ".issuable.lua:1: extends knows minimal, recommended and strict; another policy is named by a path with a slash (./best)" },
    { "extends {}", ".issuable.lua:1: extends wants a text: minimal, recommended, strict, or the path of another policy" },
    { "rule { id = 1 }", ".issuable.lua:1: id must be a short name of letters, digits and hyphens" },
    { 'rule { id = "a b" }', ".issuable.lua:1: id must be a short name of letters, digits and hyphens" },
    { "rule {}", ".issuable.lua:1: rule wants id: a short name of letters, digits and hyphens" },
    {
      'rule { id = "A1", titel = "x" }',
      '.issuable.lua:1: rule does not know "titel"; it knows check, fix, id, on, severity, test, title, when, why',
    },
    { 'rule { id = "A1" }', ".issuable.lua:1: rule wants title: a text (there is no built-in rule A1 to change)" },
    { 'rule { id = "A1", severity = "fatal" }', ".issuable.lua:1: severity must be one of error, warning, info, off" },
    { 'rule { id = "A1", on = "name" }', ".issuable.lua:1: on must be one of request, issuer, rrset, zone, decision" },
    { 'rule { id = "A1", check = "x" }', ".issuable.lua:1: check must be a function(subject, report, settings)" },
    {
      RULE .. ', when = { team = "x" } }',
      ".issuable.lua:1: when must be texts (globs), or lists of them, by scope, namespace, kind, issuer, environment, ca, name, verdict, "
        .. "reason, wildcard, owner, zone",
    },
    {
      "\n" .. RULE .. "}\n\n" .. RULE .. "}",
      ".issuable.lua:4: the rule A1 is in this policy twice: it stands at FOLDER/.issuable.lua:2 too",
    },
    { RULE .. ", test = { { finds = -1 } } }", ".issuable.lua:1: test 1 of the rule A1: finds must be a whole number" },
    { 'rule { id = "caa-occluded", severity = "off", when = { name = "x" } }', ".issuable.lua:1: caa-occluded is a lint: only its severity may be changed" },
    { 'rule { id = "bad-address", severity = "off" }', ".issuable.lua:1: rule wants title: a text (there is no built-in rule bad-address to change)" },
    { 'rule { id = "caa-denied", check = function() end }', ".issuable.lua:1: caa-denied is a built-in rule: its severity, when, title, why and fix may be changed" },
    { "\n\nwaive {}", ".issuable.lua:3: waive wants rule: a text" },
    { 'waive { rule = "caa-denied", because = "x", expires = "2027-01-01" }', ".issuable.lua:1: waive wants owner: a text" },
    { 'waive { rule = "caa-denied", owner = "x", expires = "2027-01-01" }', ".issuable.lua:1: waive wants because: a text" },
    { 'waive { rule = "caa-denied", owner = "x", because = "y" }', ".issuable.lua:1: waive wants expires: a date (2027-03-15)" },
    { 'waive { rule = "x", owner = "x", because = "y", expires = "soon" }', ".issuable.lua:1: expires must be a date (2027-03-15)" },
    { 'test { caa = "0 issue" }', ".issuable.lua:1: test wants rule: a text" },
    { 'os.execute("id")', '.issuable.lua:1: a policy does not know "os"' },
    { 'require "x"', '.issuable.lua:1: a policy does not know "require"' },
    { "x = 1", '.issuable.lua:1: a policy sets no globals: "x"' },
    { "string.rep = 1", ".issuable.lua:1: a policy cannot change string.rep" },
    { "setmetatable(string, {})", ".issuable.lua:1: cannot change a protected metatable" },
    { "native.load()", '.issuable.lua:1: a policy does not know "native"' },
  }
  for _, case in ipairs(MISTAKES) do
    it("is told where it is wrong: " .. case[1]:gsub("\n", " "), function()
      local wanted = case[2]:gsub("FOLDER", folder)
      assert.equal(wanted, refusal(case[1]))
    end)
  end

  it("with a syntax error says the line", function()
    assert.truthy(refusal("\nset {"):find(".issuable.lua:2:", 1, true))
  end)

  it("is no bytecode", function()
    local path = folder .. "/p.lua"
    shell.write(path, string.dump(function() end))
    local read, message = policy.file(path)
    assert.is_nil(read)
    assert.truthy(message:find("attempt to load", 1, true))
  end)

  for name, text in pairs {
    ["an endless loop"] = "while true do end",
    ["a loop that only counts"] = "for i = 1, 1e15 do end",
    ["a function that calls itself for ever"] = "local function f() return f() end f()",
    ["a loop in a function"] = "local function f() while true do end end f()",
  } do
    it("ends: " .. name, function()
      local started = os.clock()
      assert.truthy(refusal(text):find("it takes too many steps", 1, true))
      assert.is_true(os.clock() - started < 5)
    end)
  end

  it("leaves hooks as they were", function()
    local function hook() end
    debug.sethook(hook, "", 1000000)
    load_text "set {}"
    local now = debug.gethook()
    debug.sethook()
    assert.equal(hook, now)
  end)

  it("that throws a value of its own is refused, not trusted", function()
    assert.truthy(load_text("local t = nil; t.x = 1") == nil)
  end)

  it("that cannot be read says why", function()
    local read, message = policy.file(folder .. "/none.lua")
    assert.is_nil(read)
    assert.equal(folder .. "/none.lua: no such file or directory", message)
  end)
end)

describe("layers", function()
  local function write(name, text)
    shell.write(folder .. "/" .. name, text)
    return folder .. "/" .. name
  end
  local function rule(id, title)
    return ('rule { id = %q, title = %q, severity = "error", on = "decision", check = function() end }\n'):format(id, title)
  end

  it("are merged by id, and the last one wins, field by field", function()
    local one = write("one.lua", rule("A1", "first") .. rule("A2", "second") .. 'set { max_ttl = 300, issuers = { a = "1" } }')
    local two = write("two.lua", 'rule { id = "A1", severity = "info" }\nset { max_ttl = 60 }\nextends "strict"')
    local read = assert(policy.load { one, two })
    assert.equal("strict", read.base)
    assert.equal(60, read.settings.max_ttl)
    assert.same({ a = "1" }, read.issuers)
    assert.equal(2, #read.rules)
    assert.same({ "A1", "first", "info", two, 1 }, { read.rules[1].id, read.rules[1].title, read.rules[1].severity, read.rules[1].path, read.rules[1].line })
    assert.same({ one, two }, { read.rules[1].layers[1].path, read.rules[1].layers[2].path })
    assert.same({ one, two }, read.paths)
  end)

  it("may stand in a folder: its Lua files, sorted, without the tests", function()
    shell.run("mkdir " .. shell.quote(folder .. "/p"))
    write("p/b.lua", rule("B1", "b"))
    write("p/a.lua", rule("A1", "a"))
    write("p/a_test.lua", "this is no Lua")
    write("p/notes.txt", "neither is this")
    local read = assert(policy.load { folder .. "/p" })
    assert.same({ "A1", "B1" }, { read.rules[1].id, read.rules[2].id })
    write("p/c.lua", rule("A1", "again"))
    local _, message = policy.load { folder .. "/p" }
    assert.truthy(message:find("p/c.lua:1: the rule A1 is in this policy twice: it stands at ", 1, true))
  end)

  it("of an empty folder are a mistake", function()
    local _, message = policy.load { folder }
    assert.equal(folder .. ": no policy files (*.lua) in this folder", message)
  end)

  it("may extend another file, relative to their own, and not themselves", function()
    local base = write("base.lua", rule("A1", "base"))
    local top = write("top.lua", '\nextends "./base.lua"\nrule { id = "A1", title = "top" }')
    local read = assert(policy.load { top })
    assert.equal("top", read.rules[1].title)
    assert.equal(2, #read.paths)
    assert.equal(top, read.paths[2])
    assert.truthy(base)
  end)

  it("that go in a circle are refused", function()
    write("a.lua", 'extends "./b.lua"')
    local _, message = policy.load { write("b.lua", '\nextends "./a.lua"') }
    assert.truthy(message:find("the policy extends itself", 1, true), message)
    assert.truthy(message:find("^" .. folder:gsub("%p", "%%%0") .. "/b%.lua:2: "), message)
  end)

  it("keep a function's numbers apart", function()
    local one = write("one.lua", rule("A1", "first"))
    local two = write("two.lua", rule("B1", "second"))
    local read = assert(policy.load { one, two })
    assert.not_equal(read.rules[1].check["function"], read.rules[2].check["function"])
  end)
end)

describe("the policy that applies", function()
  local function make(lines)
    local status, _, err = shell.run("set -e; cd " .. shell.quote(folder) .. "\n" .. lines)
    assert.equal(0, status, err)
  end

  it("is the nearest one upwards", function()
    make "mkdir -p a/b/c; touch .issuable.lua a/b/.issuable.lua a/b/c/x.yaml"
    assert.equal(folder .. "/a/b/.issuable.lua", policy.find(folder .. "/a/b/c"))
    assert.equal(folder .. "/a/b/.issuable.lua", policy.find(folder .. "/a/b/c/x.yaml"))
    assert.equal(folder .. "/.issuable.lua", policy.find(folder .. "/a"))
  end)

  it("is not looked for above the folder that holds .git", function()
    make "mkdir -p a/.git a/b; touch .issuable.lua"
    assert.is_nil(policy.find(folder .. "/a/b"))
    make "touch a/.issuable.lua"
    assert.equal(folder .. "/a/.issuable.lua", policy.find(folder .. "/a/b"))
  end)

  it("is a file", function()
    make "mkdir -p a/.issuable.lua a/.git"
    assert.is_nil(policy.find(folder .. "/a"))
  end)

  it("of a path that is not there is none", function()
    assert.is_nil(policy.find(folder .. "/none"))
  end)
end)
