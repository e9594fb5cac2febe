-- `issuable pin` and what rules want: the tightest set that keeps everybody in the input, who loses, and the edits.
-- SPDX-License-Identifier: MIT
-- RFC 8657; every result is decided again by the real pipeline before it is compared.

local check = require "issuable.check"
local dates = require "issuable.dates"
local shell = require "spec.support.shell"

local folder
before_each(function()
  folder = shell.folder()
end)
after_each(function()
  shell.remove(folder)
end)

local HEAD = "$ORIGIN example.com.\n$TTL 300\n@ SOA ns1 hostmaster 1 7200 900 1209600 300\n@ NS ns1\nns1 A 192.0.2.1\n"
local A1, A2 = "https://acme-v02.api.letsencrypt.org/acme/acct/1", "https://acme-v02.api.letsencrypt.org/acme/acct/2"

local SERVERS = {
  le = "https://acme-v02.api.letsencrypt.org/directory",
  le2 = "https://acme-v02.api.letsencrypt.org/directory",
  google = "https://dv.acme-v02.api.pki.goog/directory",
}

--- An issuer: "le:dns-01@1" is Let's Encrypt by DNS-01 with account 1.
local function issuer(text)
  local name, method, account = text:match("^(%w+):([%w-]+)@?(%d*)$")
  local solver = method == "dns-01" and "{ dns01: { webhook: {} } }" or "{ http01: { ingress: {} } }"
  local status = account ~= "" and ('\nstatus: { acme: { uri: "https://acme-v02.api.letsencrypt.org/acme/acct/%s" } }'):format(account) or ""
  return ([[
apiVersion: cert-manager.io/v1
kind: ClusterIssuer
metadata: { name: %s }
spec: { acme: { server: "%s", solvers: [ %s ] } }%s
]]):format(name, SERVERS[name], solver, status)
end

local function certificate(number, text)
  local name, names = text:match("^(%w+) (.*)$")
  return ([[
apiVersion: cert-manager.io/v1
kind: Certificate
metadata: { name: c%d, namespace: web }
spec: { secretName: c%d, issuerRef: { kind: ClusterIssuer, name: %s }, dnsNames: [ %s ] }
]]):format(number, number, name, names)
end

local function world(case)
  shell.write(folder .. "/example.com.zone", HEAD .. case.zone)
  local documents = {}
  for _, text in ipairs(case.issuers) do
    documents[#documents + 1] = issuer(text)
  end
  for i, text in ipairs(case.asks) do
    documents[#documents + 1] = certificate(i, text)
  end
  shell.write(folder .. "/all.yaml", table.concat(documents, "---\n"))
  return { paths = { folder .. "/all.yaml", folder .. "/example.com.zone" }, find_policy = false, now = assert(dates.parse("2026-11-23")) }
end

local CASES = {
  {
    "binds issuer, account and method",
    zone = '@ CAA 0 issue "letsencrypt.org"\n@ CAA 0 issue "digicert.com"\n@ CAA 0 iodef "mailto:a@example.com"\n',
    issuers = { "le:dns-01@1" },
    asks = { 'le www.example.com, "*.example.com"' },
    result = { ('0 issue "letsencrypt.org; accounturi=%s; validationmethods=dns-01"'):format(A1), '0 iodef "mailto:a@example.com"' },
    loses = { "DigiCert (digicert.com) may issue no more names at example.com", "only with accounturi" },
  },
  {
    "one property an account",
    zone = '@ CAA 0 issue "letsencrypt.org"\n',
    issuers = { "le:dns-01@1", "le2:dns-01@2" },
    asks = { 'le "*.example.com", example.com', 'le2 "*.example.com", example.com' },
    result = {
      ('0 issue "letsencrypt.org; accounturi=%s; validationmethods=dns-01"'):format(A1),
      ('0 issue "letsencrypt.org; accounturi=%s; validationmethods=dns-01"'):format(A2),
    },
  },
  {
    "forbids wildcards that nobody asks for",
    zone = '@ CAA 0 issue "letsencrypt.org"\n',
    issuers = { "le:http-01@1" },
    asks = { "le www.example.com" },
    result = { ('0 issue "letsencrypt.org; accounturi=%s; validationmethods=http-01"'):format(A1), '0 issuewild ";"' },
    loses = { "may issue no more wildcards" },
  },
  {
    "forbids names that nobody asks for",
    zone = '@ CAA 0 issue "letsencrypt.org"\n',
    issuers = { "le:dns-01@1" },
    asks = { 'le "*.example.com"' },
    result = { '0 issue ";"', ('0 issuewild "letsencrypt.org; accounturi=%s; validationmethods=dns-01"'):format(A1) },
  },
  {
    "never guesses an account",
    zone = '@ CAA 0 issue "letsencrypt.org"\n',
    issuers = { "le:dns-01" },
    asks = { 'le "*.example.com", example.com' },
    result = { '0 issue "letsencrypt.org; validationmethods=dns-01"' },
    notes = { "is not known, so it is not bound" },
  },
  {
    "keeps several CAs apart, for names and for wildcards",
    zone = '@ CAA 0 issue "letsencrypt.org"\n@ CAA 0 issue "pki.goog"\n',
    issuers = { "le:http-01@1", "google:dns-01" },
    asks = { "le www.example.com", 'google "*.example.com"' },
    result = {
      ('0 issue "letsencrypt.org; accounturi=%s; validationmethods=http-01"'):format(A1),
      '0 issuewild "pki.goog; validationmethods=dns-01"',
    },
  },
  {
    "leaves what is tight already",
    zone = ('@ CAA 0 issue "letsencrypt.org; accounturi=%s; validationmethods=http-01"\n@ CAA 0 issuewild ";"\n'):format(A1),
    issuers = { "le:http-01@1" },
    asks = { "le www.example.com" },
  },
  {
    "says what is denied, and does not grant it",
    zone = '@ CAA 0 issue "letsencrypt.org"\n',
    issuers = { "le:http-01@1", "google:http-01" },
    asks = { "le www.example.com", "google api.example.com" },
    result = { ('0 issue "letsencrypt.org; accounturi=%s; validationmethods=http-01"'):format(A1), '0 issuewild ";"' },
    notes = { "api.example.com is denied today" },
  },
  {
    "treats every RRset for itself",
    zone = '@ CAA 0 issue "letsencrypt.org"\napi CAA 0 issue "pki.goog"\n',
    issuers = { "google:http-01" },
    asks = { "google api.example.com" },
    result = { '0 issue "pki.goog; validationmethods=http-01"', '0 issuewild ";"' },
  },
}

describe("pin", function()
  for _, case in ipairs(CASES) do
    it(case[1], function()
      local result = assert(check.pin(world(case)))
      local change = result.fixes[1] and result.fixes[1].changes[1]
      if not case.result then
        assert.equal(0, #result.fixes)
        return
      end
      assert.is_nil(change.refused, change.why)
      assert.same(case.result, change.result)
      local before = {}
      for i, decision in ipairs(result.decisions) do
        before[i] = decision.verdict
      end
      for _, target in ipairs(result.fixes[1].files) do
        shell.write(target.path, target.after)
      end
      local again = assert(check.pin { paths = { folder }, find_policy = false, now = result.now })
      assert.equal(0, #again.fixes, "pinning twice changes something")
      for i, decision in ipairs(again.decisions) do
        assert.equal(before[i], decision.verdict)
      end
      for _, field in ipairs { "loses", "notes" } do
        for _, text in ipairs(case[field] or {}) do
          assert.truthy(table.concat(change[field], "\n"):find(text, 1, true), table.concat(change[field], "\n"))
        end
      end
    end)
  end

  it("proposes records for a zone that has none", function()
    local result = assert(check.pin(world { zone = "www A 192.0.2.2\n", issuers = { "le:http-01@1" }, asks = { "le www.example.com" } }))
    local change = result.fixes[1].changes[1]
    assert.equal("example.com", change.owner)
    assert.same({ ('0 issue "letsencrypt.org; accounturi=%s; validationmethods=http-01"'):format(A1), '0 issuewild ";"' }, change.result)
    assert.truthy(change.loses[1]:find("(any CA) may issue no more names at example.com", 1, true))
  end)

  it("prints who loses first, then a diff that git takes", function()
    world(CASES[1])
    shell.run("cd " .. shell.quote(folder) .. " && git init -q .")
    local command = ("cd %s && %s pin all.yaml example.com.zone --now 2026-11-23"):format(shell.quote(folder), shell.quote(shell.command))
    local code, out = shell.run(command)
    assert.equal(1, code)
    assert.truthy(out:find("^# loses: DigiCert"), out)
    shell.write(folder .. "/pin.diff", out)
    assert.equal(0, (shell.run(("cd %s && git apply --check pin.diff && patch -s -p1 <pin.diff"):format(shell.quote(folder)))))
    local again, _, err = shell.run(command)
    assert.equal(0, again)
    assert.equal("issuable: nothing to pin\n", err)
  end)
end)

describe("what a rule wants", function()
  local function fixed(case, policy)
    shell.write(folder .. "/p.lua", policy)
    local options = world(case)
    options.policy = folder .. "/p.lua"
    local result = assert(check.run(options))
    local wanted = {}
    for _, fix in ipairs(result.fixes) do
      for _, change in ipairs(fix.changes) do
        wanted[#wanted + 1] = change
      end
    end
    return wanted, result
  end
  local function want(text)
    return ('rule { id = "A1", title = "t", severity = "error", on = "decision", check = function(decision, report) report("x"):want { %s } end }'):format(text)
  end
  local BOTH = { zone = '@ CAA 0 issue "letsencrypt.org"\n', issuers = { "le:dns-01@1", "le2:dns-01@2" }, asks = { "le www.example.com", "le2 api.example.com" } }

  it("of several scopes is merged: one property an account", function()
    local changes, result = fixed(BOTH, want "accounturi = decision.account")
    assert.equal(1, #changes)
    assert.is_nil(changes[1].refused, changes[1].why)
    assert.same({ ('0 issue "letsencrypt.org; accounturi=%s"'):format(A1), ('0 issue "letsencrypt.org; accounturi=%s"'):format(A2) }, changes[1].result)
    local own = 0
    for _, finding in ipairs(result.findings) do
      if finding.rule == "A1" then
        own = own + 1
        assert.equal(changes[1], finding.change)
      end
    end
    assert.equal(2, own)
  end)

  it("includes the accounts of those whom the rule does not speak of", function()
    local changes = fixed(BOTH, (want("accounturi = decision.account"):gsub('on = "decision"', 'on = "decision", when = { issuer = "le" }')))
    assert.equal(2, #changes[1].result)
  end)

  it("locks out nobody whose account is not known", function()
    local case = { zone = BOTH.zone, issuers = { "le:dns-01@1", "le2:dns-01" }, asks = BOTH.asks }
    local changes = fixed(case, (want("accounturi = decision.account"):gsub('on = "decision"', 'on = "decision", when = { issuer = "le" }')))
    assert.equal("account-unknown", changes[1].refused)
  end)

  it("may be methods and iodef", function()
    local changes = fixed(BOTH, want 'validationmethods = decision.methods, iodef = "mailto:s@example.com"')
    assert.same({ '0 issue "letsencrypt.org; validationmethods=dns-01"', '0 iodef "mailto:s@example.com"' }, changes[1].result)
  end)

  it("waits for what lets a denied name be issued", function()
    local case = { zone = BOTH.zone, issuers = { "le:dns-01@1", "google:dns-01" }, asks = { "le www.example.com", "google api.example.com" } }
    local changes = fixed(case, (want("accounturi = decision.account"):gsub('on = "decision"', 'on = "decision", when = { issuer = "le" }')))
    assert.equal(2, #changes)
    assert.equal("other-change-first", changes[2].refused)
  end)

  it("that nobody knows is refused in words", function()
    local changes = fixed(BOTH, want "pin = true")
    assert.equal("unknown-want", changes[1].refused)
    assert.truthy(changes[1].why:find("it may want accounturi, iodef, validationmethods", 1, true))
    changes = fixed(BOTH, want "accounturi = 7")
    assert.equal("unknown-want", changes[1].refused)
  end)
end)
