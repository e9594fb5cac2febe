-- An organisation's rules over a real check: what they see, what they report, and what happens when they fail.
-- SPDX-License-Identifier: MIT
-- Design section 5; issue "Policies that teams write in Lua".

local check = require "issuable.check"
local shell = require "spec.support.shell"

local folder
before_each(function()
  folder = shell.folder()
end)
after_each(function()
  shell.remove(folder)
end)

local ZONE = [[
$ORIGIN example.com.
$TTL 3600
@ SOA ns1 hostmaster 1 7200 900 1209600 300
@ NS ns1
ns1 A 192.0.2.1
@ CAA 0 issue "letsencrypt.org"
@ CAA 0 iodef "mailto:security@example.com"
www A 192.0.2.2
]]

local MANIFEST = [[
apiVersion: cert-manager.io/v1
kind: ClusterIssuer
metadata: { name: le }
spec: { acme: { server: "https://acme-v02.api.letsencrypt.org/directory", solvers: [ { dns01: { webhook: {} } } ] } }
---
apiVersion: cert-manager.io/v1
kind: Certificate
metadata: { name: front, namespace: prod-web }
spec:
  secretName: front
  issuerRef: { kind: ClusterIssuer, name: le }
  dnsNames:
    - www.example.com
    - "*.example.com"
---
apiVersion: cert-manager.io/v1
kind: Certificate
metadata: { name: test, namespace: test-web }
spec:
  secretName: test
  issuerRef: { kind: ClusterIssuer, name: le }
  dnsNames: [ www.example.com ]
]]

--- Runs a check with a policy; returns its result and the findings of own rules.
local function judge(policy, options)
  shell.write(folder .. "/example.com.zone", ZONE)
  shell.write(folder .. "/all.yaml", MANIFEST)
  -- the wildcard beside a name that it covers is no matter here
  shell.write(folder .. "/policy.lua", policy .. '\nrule { id = "wildcard-covers", severity = "off" }\n')
  options = options or {}
  options.paths, options.policy, options.now = { folder .. "/all.yaml", folder .. "/example.com.zone" }, folder .. "/policy.lua", 1795000000
  local result = assert(check.run(options))
  local own = {}
  for _, finding in ipairs(result.findings) do
    if finding.rule:find("^A%d$") or finding.rule == "policy-error" then
      own[#own + 1] = finding
    end
  end
  return own, result
end

local function rule(fields, body)
  return ('rule { id = "A1", title = "t", severity = "error", %s, check = function(subject, report, settings) %s end }\n'):format(fields, body)
end

local function messages(findings)
  local list = {}
  for i, finding in ipairs(findings) do
    list[i] = finding.message
  end
  table.sort(list)
  return list
end

describe("a rule on", function()
  it("decisions sees each of them once, with its RRset", function()
    local found = judge(rule('on = "decision"', [[
      local properties = {}
      for i, property in ipairs(subject.rrset.properties) do properties[i] = property.text end
      report("%s %s %s %s %s [%s]", subject.text, subject.verdict, subject.ca, subject.method, subject.namespace, table.concat(properties, ", "))]]))
    assert.same({
      '*.example.com allowed letsencrypt dns-01 prod-web [0 issue "letsencrypt.org", 0 iodef "mailto:security@example.com"]',
      'www.example.com allowed letsencrypt dns-01 prod-web [0 issue "letsencrypt.org", 0 iodef "mailto:security@example.com"]',
    }, messages(found))
    assert.equal(folder .. "/all.yaml", found[1].span.path)
    assert.equal(13, found[1].span.line)
    assert.equal("example.com.zone", found[1].labels[2].span.path:match("[^/]+$"))
  end)

  it("requests, issuers, RRsets and zones", function()
    assert.same(
      { "Certificate/prod-web/front 2 *.example.com le", "Certificate/test-web/test 1 nil le" },
      messages(judge(rule('on = "request"', 'report("%s %d %s %s", subject.subject, #subject.identifiers, subject.identifiers[2] and subject.identifiers[2].text, subject.issuer.name)')))
    )
    assert.same({ "le ClusterIssuer acme letsencrypt production" }, messages(judge(rule('on = "issuer"', 'report("%s %s %s %s %s", subject.name, subject.kind, subject.type, subject.ca, subject.environment)'))))
    local found = judge(rule('on = "rrset"', 'report("%s %d %s %s", subject.owner, subject.ttl, subject:names("letsencrypt.org"), subject:tagged("iodef")[1].value):at(subject.properties[2])'))
    assert.same({ "example.com 3600 true mailto:security@example.com" }, messages(found))
    assert.equal(7, found[1].span.line)
    assert.same({ "example.com loadable false 2" }, messages(judge(rule('on = "zone"', 'report("%s %s %s %d", subject.apex, subject.status, subject.signed, subject.types.CAA)'))))
  end)

  it("a name that has no CAA sees an RRset without properties", function()
    ZONE = ZONE:gsub("@ CAA", "; CAA")
    local found = judge(rule('on = "decision", when = { name = "www.*" }', 'report("%s %d %s", subject.rrset.found, #subject.rrset.properties, subject.rrset:pins("x"))'))
    ZONE = ZONE:gsub("; CAA", "@ CAA")
    assert.same({ "false 0 false" }, messages(found))
  end)
end)

describe("`when`", function()
  -- fields, the names that are reported
  local CASES = {
    { 'namespace = "prod-*"', "*.example.com www.example.com" },
    { 'namespace = "test-web"', "www.example.com" },
    { 'namespace = { "x", "test-*" }', "www.example.com" },
    { 'namespace = "prod"', "" },
    { 'ca = "letsencrypt"', "*.example.com www.example.com" },
    { 'ca = "digicert"', "" },
    { "wildcard = true", "*.example.com" },
    { "wildcard = false", "www.example.com" },
    { 'name = "www.example.com"', "www.example.com" },
    { 'name = "*.EXAMPLE.com"', "*.example.com www.example.com" },
    { 'name = "*.org"', "" },
    { 'verdict = "allowed", reason = "issuer-match"', "*.example.com www.example.com" },
    { 'verdict = "denied"', "" },
    { 'environment = "production", issuer = "le", kind = "Certificate"', "*.example.com www.example.com" },
    { 'environment = "staging"', "" },
    { 'owner = "example.com", zone = "example.com"', "*.example.com www.example.com" },
    { 'owner = "www.example.com"', "" },
    { 'scope = ""', "must be" },
  }
  for _, case in ipairs(CASES) do
    it("of " .. case[1], function()
      local text = rule('on = "decision", when = { ' .. case[1] .. " }", "report(subject.text)")
      if case[2] == "must be" then
        shell.write(folder .. "/policy.lua", text)
        assert.is_nil((check.run { paths = {}, policy = folder .. "/policy.lua", now = 1 }))
        return
      end
      local names = messages(judge(text))
      assert.equal(case[2], table.concat(names, " "))
    end)
  end

  it("globs are bounded however many stars they have", function()
    local when = require "issuable.policy.when"
    local started = os.clock()
    assert.is_false(when.glob(("*a"):rep(40) .. "b", ("a"):rep(200)))
    assert.is_true(when.glob("a*b*c*d*e", "a-b-c-d-e"))
    assert.is_false(when.glob("a*b*c*d*e", "a-b-c-d-e-"))
    assert.is_true(when.glob("*.*.*.*.com", "a.b.c.d.com"))
    assert.is_true(os.clock() - started < 1)
  end)
end)

describe("a report", function()
  it("carries notes, help and a wanted change", function()
    local found = judge(rule('on = "decision", when = { wildcard = true }', 'report("x"):note("n %d", 1):help("h"):want { accounturi = "u" }'))
    assert.same({ "n 1" }, found[1].notes)
    assert.same({ "h" }, found[1].help)
    assert.same({ accounturi = "u" }, found[1].want.fields)
  end)

  it("sees the settings", function()
    local found = judge("set { max_ttl = 60 }\n" .. rule('on = "rrset"', 'if subject.ttl > settings.max_ttl then report("%d > %d", subject.ttl, settings.max_ttl) end'))
    assert.same({ "3600 > 60" }, messages(found))
  end)

  it("points at what it is told to", function()
    local found = judge(rule('on = "request", when = { namespace = "prod-web" }', 'report("x"):at(subject.identifiers[2])'))
    assert.equal(14, found[1].span.line)
  end)
end)

describe("a rule that fails", function()
  -- the body, the line of the error in the rule's text, what is said
  local CASES = {
    { "\nlocal x = subject.nothing.at_all", 2, "attempt to index" },
    { "\n\nwhile true do end", 3, "it takes too many steps (a loop without an end?)" },
    { "\nlocal s = 'x' while true do s = s .. s end", 2, "it uses too much memory" },
    { "\nerror('my own words')", 2, "my own words" },
    { "\nerror({})", 1, "an error that is a table" },
    { "report(7)", 1, "a report wants a text, not a number" },
    { "\nreport('%d', 'x')", 2, "number expected, got string" },
    { "report('x'):want(1)", 1, "want { … } takes a table" },
    { "report('x'):at('y')", 1, "at(…) takes a property or an identifier" },
    { "for i = 1, 2000 do report('x') end", 1, "more than 1000 reports about one subject" },
    { "return coroutine.wrap(function() end)", 1, 'a policy does not know "coroutine"' },
    { "\nreport(('a'):rep(3e8))", 2, "longer than a policy may hold" },
    { "string.format = nil", 1, "a policy cannot change string.format" },
    { "text = 1", 1, 'a policy sets no globals: "text"' },
  }
  for _, case in ipairs(CASES) do
    it("is an error of that rule: " .. case[1]:gsub("\n", " "), function()
      local text = rule('on = "decision"', case[1]):gsub("\n$", "")
      local found, result = judge(text .. '\nrule { id = "A2", title = "t", severity = "info", on = "decision", check = function(subject, report) report("still %s", subject.text) end }')
      local errors, others = {}, {}
      for _, finding in ipairs(found) do
        table.insert(finding.rule == "policy-error" and errors or others, finding)
      end
      assert.equal(1, #errors)
      assert.truthy(errors[1].message:find("the rule A1 of the policy failed: ", 1, true), errors[1].message)
      assert.truthy(errors[1].message:find(case[3], 1, true), errors[1].message)
      assert.equal(folder .. "/policy.lua", errors[1].span.path)
      assert.equal(case[2], errors[1].span.line)
      assert.same({ "still *.example.com", "still www.example.com" }, messages(others))
      assert.equal(2, check.exit_code(result, {}))
    end)
  end

  it("leaves nothing behind: subjects are copies, for every rule", function()
    local found = judge([[
rule { id = "A1", title = "t", severity = "info", on = "decision", check = function(subject)
  subject.text = "changed"
  subject.rrset.properties[1] = nil
  for key in pairs(subject) do subject[key] = nil end
end }
rule { id = "A2", title = "t", severity = "info", on = "decision", check = function(subject, report)
  report("%s %d", subject.text, #subject.rrset.properties)
end }]])
    assert.same({ "*.example.com 2", "www.example.com 2" }, messages(found))
  end)

  it("over many subjects is stopped by its sum of steps", function()
    local engine = require "issuable.policy.engine"
    assert.truthy(engine)
    local names = {}
    for i = 1, 60 do
      names[i] = ("    - n%d.example.com\n"):format(i)
    end
    local before = MANIFEST
    MANIFEST = MANIFEST:gsub("    %- www.example.com\n", table.concat(names))
    local found, result = judge(rule('on = "decision"', "for i = 1, 60000 do local x = i end"))
    MANIFEST = before
    assert.equal(1, #found)
    assert.truthy(found[1].message:find("it takes too many steps over all subjects", 1, true), found[1].message)
    assert.equal(2, check.exit_code(result, {}))
  end)

  it("does not undo a denial: 1 wins over 2", function()
    local before = ZONE
    ZONE = ZONE:gsub("letsencrypt.org", "digicert.com")
    local _, result = judge(rule('on = "decision"', "error('x')"))
    ZONE = before
    assert.equal(1, check.exit_code(result, {}))
  end)
end)

describe("a built-in rule", function()
  it("takes another severity, or none, from a policy", function()
    local before = MANIFEST
    MANIFEST = MANIFEST:gsub("  secretName: front\n", "%0  commonName: other.example.com\n")
    local function severity(policy)
      local _, result = judge(policy)
      for _, finding in ipairs(result.findings) do
        if finding.rule == "common-name" then
          return finding.severity
        end
      end
    end
    local severities = { severity(""), severity('rule { id = "common-name", severity = "info" }'), severity('rule { id = "common-name", severity = "off" }') or "none" }
    MANIFEST = before
    assert.same({ "error", "info", "none" }, severities)
  end)
end)
