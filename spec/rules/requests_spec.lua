-- Rules about requests, seen through a whole check: what is found, where, and in which words.
-- SPDX-License-Identifier: MIT
-- Source: lua/issuable/rules/no_solver.lua, u_label.lua, denied.lua, undecided.lua; cert-manager's solver picking.

local Files = require "issuable.sources.files"
local check = require "issuable.check"

local function findings(text, options)
  options = options or {}
  options.paths, options.find_policy, options.now = { "-" }, false, 1795500000
  options.files = Files.new {
    stdin = function()
      return text
    end,
  }
  local lines = {}
  local result = assert(check.run(options))
  for i, finding in ipairs(result.findings) do
    local span = finding.span
    lines[i] = ("%s %s %s: %s"):format(finding.rule, finding.severity, span and ("%d:%d"):format(span.line, span.column) or "-", finding.message)
    for _, note in ipairs(finding.notes) do
      if note:find("rendered", 1, true) then
        lines[i] = lines[i] .. " | " .. note
      end
    end
  end
  return lines, result
end

local ISSUER = [[
---
apiVersion: cert-manager.io/v1
kind: ClusterIssuer
metadata: {name: le}
spec: {acme: {server: "https://acme-v02.api.letsencrypt.org/directory", solvers: [%s]}}
]]

local function certificate(names, solvers, head)
  return (head or "")
    .. "apiVersion: cert-manager.io/v1\nkind: Certificate\nmetadata: {name: c}\n"
    .. ("spec: {issuerRef: {name: le, kind: ClusterIssuer}, dnsNames: [%s]}\n"):format(names)
    .. ISSUER:format(solvers)
end

local function has(lines, wanted)
  for _, line in ipairs(lines) do
    if line:find(wanted, 1, true) then
      return true
    end
  end
  return false, table.concat(lines, "\n")
end

describe("a request", function()
  it("for a wildcard, when the issuer has only HTTP-01", function()
    assert(has(
      findings(certificate('"*.example.com"', "{http01: {}}")),
      'no-solver error 4:63: ClusterIssuer/le cannot order *.example.com: a wildcard needs a dns01 solver, and it has only http01'
    ))
  end)

  it("for a name that no selector is for", function()
    local lines = findings(certificate("example.org", "{dns01: {a: {}}, selector: {dnsZones: [example.com]}}"))
    assert(has(lines, "no-solver error 4:63: ClusterIssuer/le cannot order example.org: none of its solvers is for this name"))
  end)

  it("for names that have a solver is not told", function()
    assert.is_false(has(findings(certificate('example.com, "*.example.com"', "{dns01: {a: {}}}")), "no-solver"))
    assert.is_false(has(findings(certificate("example.com", "")), "no-solver"))
  end)

  it("for a name in Unicode", function()
    local lines, result = findings(certificate('"*.bücher.example"', "{dns01: {a: {}}}"))
    assert(has(lines, "u-label error 4:63: *.bücher.example is not ASCII: cert-manager cannot put it into a request"))
    assert.equal("xn--bcher-kva.example", result.decisions[1].name)
  end)

  -- name | rule and what is said
  local CASES = [[
"{{ .Values.host }}"        | caa-undecided warning
"${HOST}.example.com"       | caa-undecided warning
"$(HOST).example.com"       | caa-undecided warning
"$HOST.example.com"         | caa-undecided warning
x.svc.cluster.local         | caa-denied error
web                         | caa-denied error
a.*.b.example               | caa-denied error
"*.com"                     | caa-denied error
]]
  for line in CASES:gmatch("[^\n]+") do
    local name, expected = line:match("^(.-)%s*|%s*(.-)$")
    it(("for %s: %s"):format(name, expected), function()
      assert(has(findings(certificate(name, "{dns01: {a: {}}}"), { assume_empty = {} }), expected .. " 4:63"))
    end)
  end

  it("that was rendered names its template", function()
    local lines = findings(certificate("web", "{dns01: {a: {}}}", "# Source: chart/templates/certificate.yaml\n"))
    assert(has(lines, "| Certificate/c is rendered from chart/templates/certificate.yaml"))
  end)

  it("of tls-acme goes to the default issuer", function()
    local text = 'apiVersion: networking.k8s.io/v1\nkind: Ingress\nmetadata: {name: i, annotations: {kubernetes.io/tls-acme: "true"}}\n'
      .. "spec: {tls: [{hosts: [a.example.com], secretName: s}]}\n" .. ISSUER:format("{http01: {}}")
    local _, result = findings(text, { default_issuer = "ClusterIssuer/le" })
    assert.equal("letsencrypt", result.decisions[1].ca)
    _, result = findings(text)
    assert.equal("issuer-missing", result.decisions[1].reason)
  end)

  it("has no default issuer of a strange kind", function()
    local result, message = check.run { paths = { "-" }, find_policy = false, default_issuer = "Foo/bar" }
    assert.is_nil(result)
    assert.truthy(message:find("ClusterIssuer/NAME", 1, true))
  end)
end)
