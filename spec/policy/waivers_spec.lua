-- Waivers, comments that waive in place, and baselines: what they take out of a report, and what they leave in.
-- SPDX-License-Identifier: MIT
-- Design section 5; a waiver never turns a refusal into a permission.

local baseline = require "issuable.policy.baseline"
local check = require "issuable.check"
local comments = require "issuable.policy.comments"
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
local ZONE = HEAD .. '@ CAA 0 issue "digicert.com"\n'
local MANIFEST = [[
apiVersion: cert-manager.io/v1
kind: ClusterIssuer
metadata: { name: le }
spec: { acme: { server: "https://acme-v02.api.letsencrypt.org/directory" } }
---
apiVersion: cert-manager.io/v1
kind: Certificate
metadata: { name: front, namespace: web }
spec:
  secretName: front
  issuerRef: { kind: ClusterIssuer, name: le }
  dnsNames:
    - www.example.com
    - api.example.com
]]

local function run(options)
  shell.write(folder .. "/example.com.zone", options.zone or ZONE)
  shell.write(folder .. "/all.yaml", options.manifest or MANIFEST)
  shell.write(folder .. "/policy.lua", options.policy or "")
  local result = assert(check.run {
    paths = { folder .. "/all.yaml", folder .. "/example.com.zone" },
    policy = folder .. "/policy.lua",
    baseline = options.baseline,
    now = assert(dates.parse(options.now or "2026-11-23")),
  })
  local list = {}
  for _, finding in ipairs(result.findings) do
    local name = finding.decision and finding.decision.name
    if not finding.waived then
      list[#list + 1] = finding.rule .. (name and " " .. name or "") .. (finding.span and ":" .. finding.span.line or "")
    end
  end
  return table.concat(list, ", "), check.exit_code(result, {}), result
end

local function waive(fields)
  return ('waive { rule = "caa-denied", owner = "team-web", because = "moves", expires = "2027-01-31", %s }'):format(fields)
end

describe("a waiver", function()
  -- its fields, the findings that are left, the exit code
  local CASES = {
    { 'name = "www.example.com"', "caa-denied api.example.com:14", 1 },
    { 'name = "*.example.com"', "", 0 },
    { 'name = { "www.example.com", "api.*" }', "", 0 },
    { "", "", 0 },
    { 'namespace = "web"', "", 0 },
    { 'namespace = "web", name = "api.example.com"', "caa-denied www.example.com:13", 1 },
    { 'namespace = "other"', "caa-denied www.example.com:13, caa-denied api.example.com:14, waiver-unused:1", 1 },
    { 'path = "*/all.yaml"', "", 0 },
    { 'path = "*.zone"', "caa-denied www.example.com:13, caa-denied api.example.com:14, waiver-unused:1", 1 },
    { 'name = "gone.example.com"', "caa-denied www.example.com:13, caa-denied api.example.com:14, waiver-unused:1", 1 },
  }
  for _, case in ipairs(CASES) do
    it("of " .. (case[1] == "" and "everything" or case[1]), function()
      local found, code = run { policy = waive(case[1]) }
      assert.equal(case[2], found)
      assert.equal(case[3], code)
    end)
  end

  it("ends with its day, and is then a finding beside what it waived", function()
    local last, code = run { policy = waive 'name = "*"', now = "2027-01-31T23:59:59Z" }
    assert.equal("", last)
    assert.equal(0, code)
    local found, result
    found, code, result = run { policy = waive 'name = "*"', now = "2027-02-01" }
    assert.equal("caa-denied www.example.com:13, caa-denied api.example.com:14, waiver-ended:1", found)
    assert.equal(1, code)
    assert.truthy(result.findings[3].message:find("what it waived is still there", 1, true))
    result = select(3, run { policy = waive 'name = "gone"', now = "2027-02-01" })
    assert.truthy(result.findings[3].message:find("nothing needs it any more", 1, true))
  end)

  it("that nothing needs may be as severe as the policy says", function()
    local waiver = waive 'name = "gone"'
    local function severity(change)
      local _, _, result = run { policy = waiver .. change, zone = HEAD .. '@ CAA 0 issue "letsencrypt.org"\n' }
      return result.findings[1] and result.findings[1].severity
    end
    assert.equal("warning", severity "")
    assert.equal("error", severity ' rule { id = "waiver-unused", severity = "error" }')
    assert.is_nil(severity ' rule { id = "waiver-unused", severity = "off" }')
  end)

  it("leaves the decision what it is, and plans no edit for it", function()
    local _, _, result = run { policy = waive "" }
    assert.equal(2, result.summary.denied)
    assert.equal(0, #result.fixes)
    assert.equal(2, result.summary.waived)
    assert.equal("team-web", result.findings[1].waived.owner)
  end)

  it("of one name does not stand in the way of the other's fix", function()
    local _, _, result = run { policy = waive 'name = "www.example.com"' }
    assert.equal(1, #result.fixes)
    assert.is_nil(result.fixes[1].changes[1].refused)
  end)

  it("by namespace counts only when everybody who asks is in it", function()
    local both = MANIFEST .. MANIFEST:match("(%-%-%-.*)"):gsub("namespace: web", "namespace: api")
    assert.equal("caa-denied www.example.com:13, caa-denied api.example.com:14, waiver-unused:1", (run { policy = waive 'namespace = "web"', manifest = both }))
  end)

  it("of an undecided name takes its exit code away too", function()
    local policy = waive(""):gsub("caa%-denied", "caa-undecided")
    local manifest = MANIFEST:gsub("example.com", "example.org")
    local _, code = run { manifest = manifest }
    assert.equal(3, code)
    _, code = run { manifest = manifest, policy = policy }
    assert.equal(0, code)
  end)

  it("does not cover a rule of the policy that failed", function()
    local _, code = run {
      policy = 'rule { id = "A1", title = "t", severity = "error", on = "zone", check = function() error("x") end }\n'
        .. waive(""):gsub("caa%-denied", "policy-error") .. "\n" .. waive "",
    }
    assert.equal(2, code)
  end)
end)

describe("a comment", function()
  local function manifest(comment)
    return (MANIFEST:gsub("    %- www.example.com\n", (comment:gsub("%%", "%%%%"))))
  end
  local GOOD = "issuable:ignore caa-denied until 2027-01-31 because it moves"

  it("behind a line, or above it, waives in place", function()
    assert.equal("caa-denied api.example.com:14", (run { manifest = manifest("    - www.example.com # " .. GOOD .. "\n") }))
    assert.equal("caa-denied api.example.com:15", (run { manifest = manifest("    # " .. GOOD .. "\n    - www.example.com\n") }))
    assert.equal("caa-denied api.example.com:17", (run { manifest = manifest("    # " .. GOOD .. "\n    # more words\n\n    - www.example.com\n") }))
  end)

  it("in a zone file does the same", function()
    local zone = HEAD .. '@ CAA 0 issue "letsencrypt.org"\n; issuable:ignore caa-critical-unknown until 2027-01-31 because a test\nx CAA 128 tbs "y"\n'
    assert.equal("", (run { zone = zone }))
    zone = HEAD .. '@ CAA 0 issue "letsencrypt.org"\nx CAA 128 tbs "y" ; issuable:ignore caa-critical-unknown until 2027-01-31 because a test\n'
    assert.equal("", (run { zone = zone }))
  end)

  it("that has ended, is not needed, or is not understood, is a finding", function()
    local text = manifest("    - www.example.com # " .. GOOD .. "\n")
    assert.equal("caa-denied www.example.com:13, waiver-ended:13, caa-denied api.example.com:14", (run { manifest = text, now = "2027-02-01" }))
    assert.equal("waiver-unused:13", (run { manifest = text, zone = HEAD .. '@ CAA 0 issue "letsencrypt.org"\n' }))
    for wrong, message in pairs {
      ["issuable:ignore"] = "which rule?",
      ["issuable:ignore caa-denied"] = "until when?",
      ["issuable:ignore caa-denied until tomorrow because x"] = '"tomorrow" is no date',
      ["issuable:ignore caa-denied until 2027-01-31"] = "why?",
      ["issuable:ignore caa-denied until 2027-01-31 because"] = "why?",
    } do
      local found, code, result = run { manifest = manifest("    - www.example.com # " .. wrong .. "\n") }
      assert.equal("caa-denied www.example.com:13, waiver-malformed:13, caa-denied api.example.com:14", found)
      assert.equal(1, code)
      assert.truthy(result.findings[2].message:find(message, 1, true))
    end
  end)

  -- text, the lines that are covered ("-": none)
  local SCANS = {
    { "a\n# MARK\nb\n", "3" },
    { "a # MARK\nb\n", "1" },
    { "a // MARK\n", "1" },
    { "resource {\n  # MARK\n  x = 1 # MARK\n}\n", "3 3" },
    { "// MARK\n\n\nx\n", "4" },
    { "; MARK\n@ CAA 0 issue \"x\" ; MARK\n", "2 2" },
    { "value: http://MARK\n", "-" },
    { "value: a#MARK\n", "-" },
    { "MARK\n", "-" },
    { "# MARK", "none" },
    { "a\r\n# MARK\r\nb\r\n", "3" },
  }
  for _, case in ipairs(SCANS) do
    it("is found in " .. case[1]:gsub("%c", " "), function()
      local covered = {}
      for i, ignore in ipairs(comments.scan(case[1]:gsub("MARK", "issuable:ignore r until 2027-01-31 because x"), "f") or {}) do
        covered[i] = ignore.covers and ("%d"):format(ignore.covers) or "none"
        assert.is_nil(ignore.problem)
      end
      assert.equal(case[2], #covered > 0 and table.concat(covered, " ") or "-")
    end)
  end

  it("is looked for in linear time", function()
    local started = os.clock()
    comments.scan(("# issuable:ignore r until 2027-01-31 because x\n"):rep(20000), "f")
    comments.scan(("#"):rep(1000000) .. "issuable:ignore", "f")
    comments.scan((" "):rep(200000) .. "issuable:ignore" .. (" "):rep(200000), "f")
    assert.is_true(os.clock() - started < 5)
  end)
end)

describe("a baseline", function()
  local function write(result)
    shell.write(folder .. "/baseline.json", baseline.write(result.findings))
    return folder .. "/baseline.json"
  end

  it("lets only what is new fail", function()
    local _, code, result = run {}
    assert.equal(1, code)
    local path = write(result)
    local found
    found, code, result = run { baseline = path }
    assert.equal("", found)
    assert.equal(0, code)
    assert.equal(2, result.summary.waived)
    found, code = run { baseline = path, manifest = MANIFEST .. "    - new.example.com\n" }
    assert.equal("caa-denied new.example.com:15", found)
    assert.equal(1, code)
  end)

  it("survives moved lines", function()
    local _, _, result = run { zone = HEAD .. '@ CAA 0 issue ";"\n@ CAA 0 issue "digicert.com"\n' }
    local path = write(result)
    local moved = HEAD .. '; one\n; two\n@ CAA 0 issue ";"\n@ CAA 0 issue "digicert.com"\n'
    local found = run { baseline = path, zone = moved, manifest = "# a comment\n\n" .. MANIFEST }
    assert.equal("", found)
  end)

  it("counts: the second of two equal findings is new", function()
    local once = MANIFEST:gsub("    %- api.example.com\n", "")
    local lines = HEAD .. '@ CAA 0 issue "letsencrypt.org"\na CAA 1 issue "x.example"\n'
    local _, _, result = run { zone = lines, manifest = once }
    local path = write(result)
    local found = run { zone = lines .. 'a CAA 1 issue "y.example"\n', manifest = once, baseline = path }
    assert.truthy(found:find("caa-flags", 1, true), found)
    assert.equal("", (run { zone = lines, manifest = once, baseline = path }))
  end)

  it("is the same file for the same findings", function()
    local _, _, one = run {}
    local _, _, two = run {}
    assert.equal(baseline.write(one.findings), baseline.write(two.findings))
  end)

  it("that is none is a usage error", function()
    for _, text in ipairs { "", "[]", '{"schema":2}', "not json" } do
      shell.write(folder .. "/b.json", text)
      local result, message = check.run { paths = { folder }, find_policy = false, baseline = folder .. "/b.json", now = 1 }
      assert.is_nil(result)
      assert.truthy(message:find("not a baseline of this version", 1, true))
    end
    local result, message = check.run { paths = { folder }, find_policy = false, baseline = folder .. "/none.json", now = 1 }
    assert.is_nil(result)
    assert.truthy(message:find("no such file", 1, true))
  end)

  it("is written and read by the command", function()
    run {}
    local base = ("cd %s && %s check all.yaml example.com.zone --now 2026-11-23 "):format(shell.quote(folder), shell.quote(shell.command))
    local code, out, err = shell.run(base .. "--write-baseline base.json")
    assert.same({ 0, "" }, { code, out })
    assert.equal("issuable: 2 findings are in base.json; check with --baseline base.json\n", err)
    code, out = shell.run(base .. "--baseline base.json")
    assert.equal(0, code)
    assert.truthy(out:find("waived[caa-denied]", 1, true), out)
    assert.truthy(out:find("known to the baseline", 1, true))
    local refused
    code, refused, err = shell.run(base .. "--write-baseline none/base.json")
    assert.equal("", refused)
    assert.equal(2, code)
    assert.truthy(err:find("cannot write the baseline", 1, true))
  end)
end)
