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

  it("may be empty", function()
    assert.same({}, assert(load_text "").issuers)
  end)

  -- what is written, what is said of it
  local MISTAKES = {
    { "\nset { isuers = {} }", '.issuable.lua:2: set does not know "isuers"; it knows accounts, authorities, default_issuer, issuers' },
    { "\nset { [1] = {} }", '.issuable.lua:2: set does not know "1"; it knows accounts, authorities, default_issuer, issuers' },
    { 'set "x"', ".issuable.lua:1: set wants a table" },
    { "set()", ".issuable.lua:1: set wants a table" },
    { "set { issuers = 7 }", '.issuable.lua:1: issuers must be CA by "[NAMESPACE/]Kind/name"' },
    { "set { issuers = { a = 1 } }", '.issuable.lua:1: issuers must be CA by "[NAMESPACE/]Kind/name"' },
    { 'set { issuers = { "x" } }', '.issuable.lua:1: issuers must be CA by "[NAMESPACE/]Kind/name"' },
    { 'set { accounts = { a = "x" } }', '.issuable.lua:1: accounts must be lists of ACME account URIs by "[CLUSTER/]issuer"' },
    { "set { accounts = { a = { 1 } } }", ".issuable.lua:1: an account URI must be a string" },
    { "rule { id = 1 }", '.issuable.lua:1: a policy does not know "rule" (this version reads only set { … } from a policy)' },
    { "\n\nwaive {}", '.issuable.lua:3: a policy does not know "waive" (this version reads only set { … } from a policy)' },
    { 'os.execute("id")', '.issuable.lua:1: a policy does not know "os"' },
    { 'require "x"', '.issuable.lua:1: a policy does not know "require"' },
    { "x = 1", '.issuable.lua:1: a policy sets no globals: "x"' },
    { "pcall(set)", '.issuable.lua:1: a policy does not know "pcall"' },
  }
  for _, case in ipairs(MISTAKES) do
    it("is told where it is wrong: " .. case[1]:gsub("\n", " "), function()
      assert.equal(case[2], refusal(case[1]))
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
      assert.truthy(refusal(text):find("runs for too long", 1, true))
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
