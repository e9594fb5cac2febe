-- Ingress objects as requests: what ingress-shim would make of them.
-- SPDX-License-Identifier: MIT
-- cert-manager docs/usage/ingress; cases: annotations, tls blocks, then the requests.

local Files = require "issuable.sources.files"
local ingress = require "issuable.sources.ingress"
local manifests = require "issuable.sources.manifests"

--- The requests of an Ingress with these annotations and this spec, each as text.
local function requests(annotations, spec, version)
  local text = ("apiVersion: %s\nkind: Ingress\nmetadata:\n  name: shop\n  namespace: web\n  annotations: {%s}\nspec: {%s}\n"):format(
    version or "networking.k8s.io/v1",
    annotations,
    spec
  )
  local entry = assert(manifests.load(Files.new { overlay = { ["i.yaml"] = text } }, "i.yaml")).objects[1]
  assert.is_true(ingress.is_ingress(entry.object))
  local made, lines = ingress.requests(entry, "prod"), {}
  for i, request in ipairs(made) do
    local names = {}
    for j, identifier in ipairs(request.identifiers) do
      names[j] = identifier.type == "dns" and identifier.text or identifier.type .. ":" .. identifier.text
      assert.equal(7 - (identifier.span.line == 6 and 1 or 0), identifier.span.line)
    end
    local reference = request.issuer_ref
    lines[i] = ("%s %s/%s %s -> %s"):format(request.subject, reference.kind, reference.name or "?", request.secret, table.concat(names, " "))
    assert.equal("prod|Ingress/web/shop|" .. request.secret, request.id)
  end
  return lines, made
end

local ONE = "tls: [{hosts: [a.example.com], secretName: s}]"
local CLUSTER = "cert-manager.io/cluster-issuer: le"

describe("an Ingress", function()
  -- annotations | spec | requests, separated by " ; "
  local CASES = [[
cert-manager.io/cluster-issuer: le | tls: [{hosts: [a.example.com, "*.b.example.com"], secretName: s}] | Ingress/web/shop ClusterIssuer/le s -> a.example.com *.b.example.com
cert-manager.io/issuer: le | tls: [{hosts: [a.example.com], secretName: s}] | Ingress/web/shop Issuer/le s -> a.example.com
cert-manager.io/issuer: le, cert-manager.io/issuer-kind: Foo, cert-manager.io/issuer-group: foo.example | tls: [{hosts: [a.example.com], secretName: s}] | Ingress/web/shop Foo/le s -> a.example.com
certmanager.k8s.io/cluster-issuer: le | tls: [{hosts: [a.example.com], secretName: s}] | Ingress/web/shop ClusterIssuer/le s -> a.example.com
cert-manager.io/cluster-issuer: le | tls: [{hosts: [a.example.com], secretName: s}, {hosts: [b.example.com], secretName: t}] | Ingress/web/shop ClusterIssuer/le s -> a.example.com ; Ingress/web/shop ClusterIssuer/le t -> b.example.com
kubernetes.io/tls-acme: "true" | tls: [{hosts: [a.example.com], secretName: s}] | Ingress/web/shop Issuer/? s -> a.example.com
kubernetes.io/tls-acme: "false" | tls: [{hosts: [a.example.com], secretName: s}] |
kubernetes.io/tls-acme: "true", cert-manager.io/issuer: le | tls: [{hosts: [a.example.com], secretName: s}] | Ingress/web/shop Issuer/le s -> a.example.com
nginx.ingress.kubernetes.io/x: y | tls: [{hosts: [a.example.com], secretName: s}] |
cert-manager.io/cluster-issuer: "" | tls: [{hosts: [a.example.com], secretName: s}] |
cert-manager.io/cluster-issuer: le | rules: [{host: a.example.com}] |
cert-manager.io/cluster-issuer: le | tls: [{hosts: [], secretName: s}] |
cert-manager.io/cluster-issuer: le | tls: [{hosts: [a.example.com]}] |
cert-manager.io/cluster-issuer: le | tls: [{hosts: [a.example.com], secretName: ""}] |
cert-manager.io/cluster-issuer: le | tls: [{hosts: [a.example.com], secretName: s}, {hosts: [b.example.com], secretName: s}] |
cert-manager.io/cluster-issuer: le | tls: [{hosts: ["192.0.2.1", "2001:db8::1", a.example.com], secretName: s}] | Ingress/web/shop ClusterIssuer/le s -> ip:192.0.2.1 ip:2001:db8::1 a.example.com
cert-manager.io/cluster-issuer: le, cert-manager.io/alt-names: "b.example.com,c.example.com" | tls: [{hosts: [a.example.com], secretName: s}] | Ingress/web/shop ClusterIssuer/le s -> a.example.com b.example.com c.example.com
cert-manager.io/cluster-issuer: le | tls: text |
cert-manager.io/cluster-issuer: le | tls: [text, 7, {hosts: text, secretName: s}, {hosts: {a: b}, secretName: [t]}] |
cert-manager.io/cluster-issuer: [le] | tls: [{hosts: [a.example.com], secretName: s}] |
]]
  for line in CASES:gmatch("[^\n]+") do
    local annotations, spec, expected = line:match("^(.-) | (.-) |%s*(.-)$")
    it(("with %s, %s asks for %s"):format(annotations, spec, expected == "" and "nothing" or expected), function()
      assert.equal(expected, table.concat(requests(annotations, spec), " ; "))
    end)
  end

  it("of the old API group counts too, others do not", function()
    assert.equal(1, #requests(CLUSTER, ONE, "extensions/v1beta1"))
    assert.is_false(ingress.is_ingress { apiVersion = "v1", kind = "Ingress" })
    assert.is_false(ingress.is_ingress { apiVersion = "networking.k8s.io/v1", kind = "IngressClass" })
  end)

  it("points at the annotation that names the issuer", function()
    local _, made = requests(CLUSTER, ONE)
    assert.equal(6, made[1].issuer_ref.span.line)
  end)

  it("keeps spaces of alt-names, which cert-manager does not trim either", function()
    local _, made = requests(CLUSTER .. ', cert-manager.io/alt-names: "b.example.com, c.example.com"', ONE)
    assert.equal(" c.example.com", made[1].identifiers[3].text)
  end)
end)
