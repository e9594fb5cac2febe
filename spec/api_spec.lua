-- `require "issuable"`: what embedders call. Results as the command's, errors as nil and a message, nothing of the caller's changed.
-- SPDX-License-Identifier: MIT
-- Design sections 1 and 3; lua/issuable/init.lua.

local file = require "issuable.file"
local issuable = require "issuable"
local estate = require "spec.support.estate"
local shell = require "spec.support.shell"

local ZONE = '$ORIGIN %s.\n$TTL 300\n@ SOA ns.dns.test. h.dns.test. 2026010101 7200 900 1209600 300\n@ NS ns.dns.test.\n@ CAA 0 issue "%s"\n'
local ISSUER = [[
apiVersion: cert-manager.io/v1
kind: ClusterIssuer
metadata: {name: le}
spec: {acme: {server: "https://acme-v02.api.letsencrypt.org/directory", solvers: [{dns01: {}}]}}
]]
local CERTIFICATE = [[
---
apiVersion: cert-manager.io/v1
kind: Certificate
metadata: {name: c, namespace: web}
spec: {secretName: s, issuerRef: {kind: ClusterIssuer, name: le}, dnsNames: [%s]}
]]
local NOW = 1795392000 -- 2026-11-23

describe("the library", function()
  local folder
  before_each(function()
    folder = shell.folder()
    shell.write(folder .. "/all.yaml", ISSUER .. CERTIFICATE:format("www.example.com, www.other.test"))
    shell.write(folder .. "/example.com.zone", ZONE:format("example.com", "letsencrypt.org"))
    shell.write(folder .. "/other.test.zone", ZONE:format("other.test", "digicert.com"))
  end)
  after_each(function()
    shell.remove(folder)
  end)

  it("has a version", function()
    assert.truthy(issuable.version:find("^%d+%.%d+%.%d+"))
  end)

  describe("check", function()
    it("gives decisions, findings, fixes and a summary", function()
      local result = assert(issuable.check { paths = { folder }, now = NOW })
      local lines = {}
      for i, decision in ipairs(result.decisions) do
        lines[i] = ("%s %s %s"):format(decision.name, decision.verdict, decision.reason)
      end
      assert.same({ "www.example.com allowed issuer-match", "www.other.test denied issuer-mismatch" }, lines)
      assert.same({ 2, 1, 1, 0, 0 }, {
        result.summary.names, result.summary.allowed, result.summary.denied, result.summary.undecided, result.summary.exempt,
      })
      assert.equal(1, #result.findings)
      assert.equal("caa-denied", result.findings[1].rule)
      assert.equal(folder .. "/all.yaml", result.findings[1].span.path)
      assert.equal(1, #result.fixes)
      assert.equal("2026-11-23T00:00:00Z", result.at)
      -- every shape of the design knows its spans
      local span = result.decisions[1].requests[1].identifier.span
      assert.equal("www.example.com", assert(shell.read(span.path)):sub(span.first, span.last))
    end)

    it("changes nothing of the caller's options: each call has its own clock", function()
      local options = { paths = { folder }, assume_empty = { ["Foo."] = true } }
      assert(issuable.check(options))
      assert.same({ paths = { folder }, assume_empty = { ["Foo."] = true } }, options)
      options.names, options.ca = { "www.example.com" }, "letsencrypt.org"
      assert(issuable.decide(options))
      assert.is_nil(options.now)
    end)

    it("takes names of --assume-empty in any case", function()
      shell.write(folder .. "/sub.zone", ZONE:format("a.co.test", "x"):gsub("@ CAA[^\n]*\n", ""))
      local decide = { zones = { { path = folder .. "/sub.zone" } }, names = { "a.co.test" }, ca = "letsencrypt.org", now = NOW }
      assert.equal("undecided", assert(issuable.decide(decide))[1].verdict)
      decide.assume_empty = { ["CO.Test."] = true }
      assert.equal("allowed", assert(issuable.decide(decide))[1].verdict)
    end)

    it("tells what it could not read in the result: the rest is served", function()
      local result = assert(issuable.check { paths = { folder, folder .. "/none.yaml" } })
      assert.equal(2, #result.decisions)
      assert.is_true(result.summary.failed_input)
      assert.equal("unreadable", result.findings[1].rule)
    end)

    it("plans no fixes where none are wanted", function()
      assert.same({}, assert(issuable.check { paths = { folder }, fixes = false }).fixes)
    end)

    it("comes to the verdicts of the messy estate, as the command does", function()
      local there = shell.folder()
      estate.write(there)
      shell.run("chmod 644 " .. there .. "/more/locked.yaml")
      local result = assert(issuable.check {
        paths = { there },
        clusters = { { name = "prod", path = there .. "/clusters/prod" }, { name = "test", path = there .. "/clusters/test" } },
      })
      assert.same({ 1, 5, 6 }, { result.summary.denied, result.summary.undecided, result.summary.allowed })
      assert.equal(4, result.summary.skipped)
      assert.is_false(result.summary.failed_input)
      shell.remove(there)
    end)
  end)

  describe("fix", function()
    it("without write shows files before and after, and leaves the disk alone", function()
      local before = shell.read(folder .. "/other.test.zone")
      local result = assert(issuable.fix { paths = { folder }, now = NOW })
      local target = result.fixes[1].files[1]
      assert.equal(folder .. "/other.test.zone", target.path)
      assert.equal(before, target.before)
      assert.equal(file.sha256(before), target.digest)
      assert.truthy(target.after:find('@ CAA 0 issue "letsencrypt.org"', 1, true))
      assert.truthy(target.diff:find('\n+@ CAA 0 issue "letsencrypt.org"', 1, true))
      assert.equal(before, shell.read(folder .. "/other.test.zone"))
    end)

    it("with write writes exactly that", function()
      local wanted = assert(issuable.fix { paths = { folder }, now = NOW }).fixes[1].files[1].after
      assert(issuable.fix { paths = { folder }, now = NOW, write = true })
      assert.equal(wanted, shell.read(folder .. "/other.test.zone"))
      local again = assert(issuable.fix { paths = { folder }, now = NOW, write = true })
      assert.same({}, again.fixes)
      assert.equal(0, again.summary.denied)
    end)

    it("writes nothing, and says why, when a file changed since it was read", function()
      local replace = file.replace
      file.replace = function(list) -- somebody else saves the file at the worst moment
        shell.write(folder .. "/other.test.zone", "changed")
        return replace(list)
      end
      local result, message, code = issuable.fix { paths = { folder }, write = true }
      file.replace = replace
      assert.is_nil(result)
      assert.truthy(message:find("other.test.zone: changed on disk since it was read", 1, true), message)
      assert.equal("changed-on-disk", code)
      assert.equal("changed", shell.read(folder .. "/other.test.zone"))
    end)
  end)

  describe("decide", function()
    it("decides names in their order", function()
      local decisions = assert(issuable.decide {
        zones = { { path = folder .. "/example.com.zone" } },
        names = { "www.example.com", "*.example.com", "example.net", "a_b.example.com" },
        ca = "letsencrypt.org",
      })
      local lines = {}
      for i, decision in ipairs(decisions) do
        lines[i] = ("%s%s %s"):format(decision.wildcard and "*." or "", decision.name, decision.reason)
      end
      assert.same({ "www.example.com issuer-match", "*.example.com issuer-match", "example.net outside-zones", "a_b.example.com name-not-issuable" }, lines)
      assert.same({}, decisions.problems)
    end)

    it("takes a zone's origin, accounts and methods", function()
      shell.write(folder .. "/z", "@ SOA ns.dns.test. h.dns.test. 1 7200 900 1209600 300\n@ NS ns.dns.test.\n"
        .. '@ CAA 0 issue "letsencrypt.org; accounturi=https://acme-v02.api.letsencrypt.org/acme/acct/1; validationmethods=dns-01"\n')
      local function reason(accounts, methods)
        return assert(issuable.decide {
          zones = { { path = folder .. "/z", origin = "pin.test" } }, names = { "pin.test" }, ca = "letsencrypt.org", accounts = accounts, methods = methods,
        })[1].reason
      end
      assert.equal("account-unknown", reason())
      assert.equal("method-unknown", reason { "https://acme-v02.api.letsencrypt.org/acme/acct/1" })
      assert.equal("issuer-match", reason({ "https://acme-v02.api.letsencrypt.org/acme/acct/1" }, { "dns-01" }))
      assert.equal("account-mismatch", reason({ "https://acme-v02.api.letsencrypt.org/acme/acct/2" }, { "dns-01" }))
    end)

    it("tells which zones could not be read", function()
      local decisions = assert(issuable.decide { zones = { { path = folder .. "/none" } }, names = { "example.com" }, ca = "letsencrypt.org" })
      assert.equal("undecided", decisions[1].verdict)
      assert.same({ folder .. "/none: no such file or directory" }, decisions.problems)
    end)
  end)

  -- function | options | what the message says
  local WRONG = {
    { "check", "text", "options: a table is wanted, not string" },
    { "check", nil, "options: a table is wanted, not nil" },
    { "check", { paths = "deploy" }, "options: paths must be a list of paths" },
    { "check", { paths = { 7 } }, "options: paths must be a list of paths" },
    { "check", { paths = { a = "b" } }, "options: paths must be a list of paths" },
    { "check", { path = { "deploy" } }, "options: path is none" },
    { "check", { zones = { "a.zone" } }, "options: zones must be a list of" },
    { "check", { zones = { { origin = "a" } } }, "options: zones must be a list of" },
    { "check", { clusters = { prod = "clusters/prod" } }, "options: clusters must be a list of" },
    { "check", { behaviour = "lax" }, "options: behaviour must be one of strict, boulder, mpic" },
    { "check", { now = "2026-11-23" }, "options: now must be a unix time" },
    { "check", { now = 1 / 0 }, "options: now must be a unix time" },
    { "check", { now = 0.5 }, "options: now must be a unix time" },
    { "check", { ca = "not a ca" }, "not a ca" },
    { "check", { issuers = { ["ClusterIssuer/x"] = "not a ca" } }, "ClusterIssuer/x: " },
    { "check", { issuers = { "letsencrypt.org" } }, "options: issuers must be a table of CAs" },
    { "check", { assume_empty = { "com" } }, "options: assume_empty must be" },
    { "check", { policy = "no such policy.lua" }, "no such policy.lua" },
    { "fix", { write = "yes" }, "options: write must be true or false" },
    { "decide", { ca = "letsencrypt.org" }, "decide wants names" },
    { "decide", { names = { "example.com" } }, "decide wants a CA" },
    { "decide", { names = { {} }, ca = "letsencrypt.org" }, "options: names must be a list of names" },
    { "decide", { names = "example.com", ca = "letsencrypt.org" }, "options: names must be a list of names" },
    { "decide", { names = { "example.com" }, ca = "letsencrypt.org", accounts = "x" }, "options: accounts must be" },
  }
  for i, case in ipairs(WRONG) do
    it(("says what is wrong with options (%d): %s"):format(i, case[3]), function()
      local result, message = issuable[case[1]](case[2])
      assert.is_nil(result)
      assert.truthy(type(message) == "string" and message:find(case[3], 1, true), tostring(message))
    end)
  end

  it("runs in coroutines, several at once, and lets their errors through", function()
    local function job(names)
      return coroutine.wrap(function()
        local result = assert(issuable.check { paths = { folder }, now = NOW })
        for _, name in ipairs(names) do
          local decisions = assert(issuable.decide { zones = { { path = folder .. "/example.com.zone" } }, names = { name }, ca = "letsencrypt.org" })
          coroutine.yield(("%s %s %d"):format(name, decisions[1].reason, result.summary.denied))
        end
        assert(issuable.check { behaviour = "lax" })
      end)
    end
    local one, two = job { "www.example.com", "x.example.com" }, job { "example.net", "example.com" }
    assert.equal("www.example.com issuer-match 1", one())
    assert.equal("example.net outside-zones 1", two())
    assert.equal("x.example.com issuer-match 1", one())
    assert.equal("example.com issuer-match 1", two())
    local fine, problem = pcall(one)
    assert.is_false(fine)
    assert.truthy(tostring(problem):find("options: behaviour must be", 1, true))
  end)

  it("can read through a layer of files that yields while it reads", function()
    local Files = require "issuable.sources.files"
    local files = Files.new { stdin = function()
      return coroutine.yield("wants input")
    end }
    local run = coroutine.create(function()
      return issuable.check { paths = { "-", folder .. "/example.com.zone" }, files = files, now = NOW }
    end)
    local fine, asked = coroutine.resume(run)
    assert.is_true(fine)
    assert.equal("wants input", asked)
    local ended, result = coroutine.resume(run, ISSUER .. CERTIFICATE:format("www.example.com"))
    assert.is_true(ended, tostring(result))
    assert.equal(1, result.summary.allowed)
  end)

  it("leaves no globals behind", function()
    local known = {}
    for name in pairs(_G) do
      known[name] = true
    end
    assert(issuable.fix { paths = { folder } })
    for name in pairs(_G) do
      assert.is_true(known[name], name)
    end
  end)
end)
