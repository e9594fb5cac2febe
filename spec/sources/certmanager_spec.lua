-- Certificates and issuers as subjects: names, spans, references, accounts.
-- SPDX-License-Identifier: MIT
-- cert-manager.io/v1 API reference; cases: a manifest, then what was made of it, one line a fact.

local Files = require "issuable.sources.files"
local authorities = require "issuable.authorities"
local certmanager = require "issuable.sources.certmanager"
local manifests = require "issuable.sources.manifests"

local directory = authorities.new()

local function objects(text, path)
  path = path or "m.yaml"
  return assert(manifests.load(Files.new { overlay = { [path] = text } }, path)).objects
end

--- A Certificate with this spec (indented by two) and metadata.
local function certificate(spec, head)
  local entry = objects(("%s\nspec:\n%s"):format(head or "apiVersion: cert-manager.io/v1\nkind: Certificate\nmetadata: {name: c, namespace: web}", spec))[1]
  assert.is_true(certmanager.is_certificate(entry.object))
  return certmanager.certificate(entry, "")
end

local function issuer(text)
  local entry = objects(text)[1]
  assert.is_true(certmanager.is_issuer(entry.object))
  return certmanager.issuer(entry, "", directory)
end

--- "type text name [*] @line:column" of each identifier.
local function identifiers(request)
  local lines = {}
  for i, identifier in ipairs(request.identifiers) do
    lines[i] = ("%s %s %s%s @%s"):format(
      identifier.type,
      identifier.text,
      identifier.name or "-",
      identifier.wildcard and " *" or "",
      identifier.span and ("%d:%d"):format(identifier.span.line, identifier.span.column) or "?"
    )
  end
  return lines
end

describe("a name as it is written", function()
  -- text               name              wildcard
  local CASES = [[
example.com             example.com       no
Example.COM             example.com       no
example.com.            example.com       no
*.example.com           example.com       yes
*.Example.com           example.com       yes
*.*.example.com         *.example.com     yes
a.*.example.com         a.*.example.com   no
*                       *                 no
xn--bcher-kva.example   xn--bcher-kva.example no
]]
  for line in CASES:gmatch("[^\n]+") do
    local text, name, wildcard = line:match("^(%S+)%s+(%S+)%s+(%S+)$")
    it(line:gsub("%s+", " "), function()
      local identifier = certmanager.dns_identifier(text)
      assert.equal(name, identifier.name)
      assert.equal(wildcard == "yes", identifier.wildcard)
      assert.equal(text, identifier.text)
    end)
  end

  for _, text in ipairs { "", "*.", "a..b", ".example.com", ("a"):rep(64) .. ".com", ("abcdefg."):rep(32) .. "com" } do
    it(("%q has no name, but a problem"):format(text:sub(1, 20)), function()
      local identifier = certmanager.dns_identifier(text)
      assert.is_nil(identifier.name)
      assert.truthy(identifier.problem)
    end)
  end
end)

describe("a Certificate", function()
  it("asks for its names, each with its place", function()
    local request = certificate [[
  dnsNames:
    - example.com
    - "*.Example.com"   # quoted
    - 'www.example.com'
  ipAddresses: [192.0.2.1]
  emailAddresses: [a@example.com]
  uris: ["spiffe://x"]
  secretName: s
  issuerRef: {name: le, kind: ClusterIssuer}
]]
    assert.same({
      "dns example.com example.com @6:7",
      "dns *.Example.com example.com * @7:7",
      "dns www.example.com www.example.com @8:7",
      "ip 192.0.2.1 - @9:17",
      "email a@example.com - @10:20",
      "uri spiffe://x - @11:10",
    }, identifiers(request))
    assert.equal("Certificate/web/c", request.subject)
    assert.equal("web", request.namespace)
    assert.equal("s", request.secret)
    assert.same({ "ClusterIssuer", "le", "cert-manager.io", 13, 21 }, {
      request.issuer_ref.kind, request.issuer_ref.name, request.issuer_ref.group, request.issuer_ref.span.line, request.issuer_ref.span.column,
    })
  end)

  it("has an Issuer of cert-manager where nothing else is said", function()
    local reference = certificate("  issuerRef: {name: x}").issuer_ref
    assert.equal("Issuer", reference.kind)
    assert.equal("cert-manager.io", reference.group)
  end)

  it("keeps names that Kubernetes refuses, as what they are", function()
    local request = certificate "  dnsNames: [83, 1.10, true, ~, [a], {b: c}, 0123, 1_000]"
    local texts, problems = {}, 0
    for i, identifier in ipairs(request.identifiers) do
      texts[i] = identifier.text
      problems = problems + (identifier.problem and 1 or 0)
      assert.is_nil(identifier.name)
    end
    assert.same({ "83", "1.1", "true", "null", "(a list)", "(a mapping)", "83", "1000" }, texts)
    assert.equal(8, problems)
  end)

  it("is told by group and kind", function()
    for _, version in ipairs { "cert-manager.io/v1", "cert-manager.io/v1alpha2", "certmanager.k8s.io/v1alpha1" } do
      assert.is_true(certmanager.is_certificate { apiVersion = version, kind = "Certificate" })
    end
    for _, object in ipairs {
      { apiVersion = "networking.internal.knative.dev/v1alpha1", kind = "Certificate" },
      { apiVersion = "v1", kind = "Certificate" },
      { apiVersion = "cert-manager.io/v1", kind = "CertificateRequest" },
      { kind = "Certificate" },
      { apiVersion = "cert-manager.io/v1" },
      { apiVersion = 1, kind = "Certificate" },
      { apiVersion = { "cert-manager.io/v1" }, kind = "Certificate" },
    } do
      assert.is_false(certmanager.is_certificate(object))
    end
  end)

  it("survives any value where the API has another", function()
    for _, spec in ipairs {
      "  dnsNames: text", "  dnsNames: {a: b}", "  issuerRef: text", "  issuerRef: [a]", "  issuerRef: {name: 7}", "  commonName: [a]",
      "  ipAddresses: {a: b}", "  secretName: 3", "  null", "  - a",
    } do
      local request = certificate(spec)
      assert.is_table(request.identifiers)
    end
    for _, head in ipairs {
      "apiVersion: cert-manager.io/v1\nkind: Certificate", "apiVersion: cert-manager.io/v1\nkind: Certificate\nmetadata: text",
      "apiVersion: cert-manager.io/v1\nkind: Certificate\nmetadata: {name: 7, namespace: [], ownerReferences: {a: b}}",
      "apiVersion: cert-manager.io/v1\nkind: Certificate\nmetadata: {ownerReferences: [text, 7]}",
    } do
      local request = certificate("  dnsNames: [a.example]", head)
      assert.equal("Certificate/(without a name)", request.subject)
      assert.is_table(request.span)
    end
  end)

  -- commonName | dnsNames | ipAddresses | is it stray?
  local COMMON_NAMES = [[
example.com   | example.com, www.example.com |           | no
www.x.com     | example.com                  |           | stray
192.0.2.1     | example.com                  | 192.0.2.1 | no
example.com   |                              |           | stray
              | example.com                  |           | no
]]
  for line in COMMON_NAMES:gmatch("[^\n]+") do
    local common, dns, ips, expected = line:match("^(.-)%s*|%s*(.-)%s*|%s*(.-)%s*|%s*(.-)$")
    it(("with commonName %q and %q is %s"):format(common, dns, expected), function()
      local request = certificate(("  commonName: %q\n  dnsNames: [%s]\n  ipAddresses: [%s]"):format(common, dns, ips))
      assert.equal(expected == "stray" and common or nil, request.stray_common_name and request.stray_common_name.text)
      for _, identifier in ipairs(request.identifiers) do
        assert.is_true(dns:find(identifier.text, 1, true) ~= nil or identifier.type == "ip")
      end
    end)
  end
end)

describe("an issuer", function()
  it("of ACME has its server, CA, solvers and account", function()
    local subject = issuer [[
apiVersion: cert-manager.io/v1
kind: ClusterIssuer
metadata: {name: le, namespace: ignored}
spec:
  acme:
    server: https://acme-v02.api.letsencrypt.org/directory
    solvers: [{http01: {}}]
status:
  acme: {uri: "https://acme-v02.api.letsencrypt.org/acme/acct/1"}
]]
    assert.equal("acme", subject.type)
    assert.equal("letsencrypt", subject.ca.id)
    assert.equal("production", subject.environment)
    assert.is_nil(subject.namespace)
    assert.equal(6, subject.server_span.line)
    assert.same({ "https://acme-v02.api.letsencrypt.org/acme/acct/1" }, subject.accounts)
    assert.equal(1, #subject.solvers)
  end)

  it("has no account when the one it registered is of another server", function()
    local subject = issuer [[
apiVersion: cert-manager.io/v1
kind: Issuer
metadata: {name: le, namespace: web}
spec: {acme: {server: "https://acme-v02.api.letsencrypt.org/directory"}}
status: {acme: {uri: "https://acme-staging-v02.api.letsencrypt.org/acme/acct/1"}}
]]
    assert.is_nil(subject.accounts)
    assert.equal("web", subject.namespace)
  end)

  for spec, expected in pairs {
    ["selfSigned: {}"] = "selfsigned", ["ca: {secretName: s}"] = "ca", ["vault: {server: x}"] = "vault", ["venafi: {zone: z}"] = "venafi",
    ["acme: {}"] = "acme", ["{}"] = "nothing", ["{ca: text}"] = "nothing", ["{venafi: {}, ca: {}, selfSigned: {}}"] = "ca",
  } do
    it(("with %s is %s"):format(spec, expected), function()
      local subject = issuer("apiVersion: cert-manager.io/v1\nkind: Issuer\nmetadata: {name: i}\nspec:\n  " .. spec .. "\n")
      assert.equal(expected, subject.type or "nothing")
      assert.is_nil(subject.ca)
    end)
  end
end)
