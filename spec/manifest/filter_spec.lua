-- The filter never changes what is found: streams with and without it, and every known way to hide a word from it.
-- SPDX-License-Identifier: MIT
-- Source: csrc/manifest/filter.h; the evasions are those that kubectl 1.32 takes.

local certmanager = require "issuable.sources.certmanager"
local gateway = require "issuable.sources.gateway"
local ingress = require "issuable.sources.ingress"
local manifest = require "issuable.manifest"
local random = require "spec.support.random"
local scale = require "spec.support.scale"
local shim = require "issuable.sources.shim"
local signing = require "issuable.sources.signing"
local support = require "spec.manifest.support"

local SEED = 20261124

--- Does issuable look at this object? Ingress and Gateway only with an annotation that names cert-manager.
local function matters(object)
  local entry = { object = object, stream = { span = function() end, key_span = function() end } }
  local shims = ingress.is_ingress(object) or gateway.is_gateway(object)
  if shims then
    local reference, refusal = shim.issuer_ref(entry, { tls_acme = ingress.is_ingress(object) })
    return reference ~= nil or refusal ~= nil
  end
  return certmanager.is_certificate(object) or certmanager.is_issuer(object) or signing.is_request(object)
end

local function found(bytes, filter)
  local stream = assert(manifest.read(bytes, { filter = filter }))
  local lines = {}
  for _, entry in ipairs(stream:flatten()) do
    if matters(entry.object) then
      lines[#lines + 1] = ("%d %s"):format(entry.document.index, support.show(entry.object))
    end
  end
  local passed = stream.passed_over
  stream:close()
  return table.concat(lines, "\n"), passed
end

describe("the filter", function()
  -- a document that asks for something, in disguise (escaped as in cases/README.txt)
  local EVASIONS = [[
apiVersion: cert-manager.io/v1\nkind: Certificate\n
apiVersion: certmanager.k8s.io/v1alpha1\nkind: Certificate\n
{"apiVersion": "cert-manager.io/v1", "kind": "Certificate"}
{"apiVersion": "c\x5Cu0065rt-manager.io/v1", "kind": "Certificate"}
apiVersion: "cert\x5Cx2dmanager.io/v1"\nkind: Certificate\n
apiVersion: "cert-\x5C\n  manager.io/v1"\nkind: Certificate\n
apiVersion: !!binary Y2VydC1tYW5hZ2VyLmlvL3Yx\nkind: Certificate\n
apiVersion: ! "cert-manager.io/v1"\nkind: !!binary Q2VydGlmaWNhdGU=\n
? !!binary YXBpVmVyc2lvbg==\n: !!binary Y2VydC1tYW5hZ2VyLmlvL3Yx\nkind: Certificate\n
apiVersion: >-\n  cert-manager.io/v1\nkind: Certificate\n
a: &g cert-manager.io/v1\napiVersion: *g\nkind: Certificate\n
x: &m {apiVersion: cert-manager.io/v1}\n<<: *m\nkind: Certificate\n
kind: List\nitems: [{apiVersion: cert-manager.io/v1, kind: Issuer}]\n
apiVersion: acme.cert-manager.io/v1\nkind: Order\n
apiVersion: certificates.k8s.io/v1\nkind: CertificateSigningRequest\n
apiVersion: networking.k8s.io/v1\nkind: Ingress\nmetadata: {annotations: {kubernetes.io/tls-acme: "true"}}\n
apiVersion: networking.k8s.io/v1\nkind: Ingress\nmetadata: {annotations: {cert-manager.io/issuer: x}}\n
apiVersion: networking.k8s.io/v1\nkind: Ingress\nmetadata: {annotations: {certmanager.k8s.io/issuer: x}}\n
apiVersion: gateway.networking.k8s.io/v1\nkind: Gateway\nmetadata: {annotations: {cert-manager.io/cluster-issuer: x}}\n
# c\napiVersion: cert-manager.io/v1 # d\r\nkind: Certificate\r\n
]]
  local OTHERS = { "a: b\n", "kind: ConfigMap\ndata: {x: |\n  y}\n", "", "# only a comment\n", "[1, 2]\n", "kind: Deployment\nspec: {a: 100%}\n", "a: [\n" }

  for line in EVASIONS:gmatch("[^\n]+") do
    local bytes = support.unescape(line)
    it("sees " .. line, function()
      for _, before in ipairs { "", "a: b\n---\n", "# c\n---\na: b\n--- # d\n" } do
        local text = before .. bytes .. "\n---\nb: c\n"
        local with = found(text, true)
        assert.equal(found(text, false), with)
        assert.truthy(with:find("kind", 1, true), "nothing is found at all")
      end
    end)
  end

  it("sees documents behind directives, and in UTF-16", function()
    for _, text in ipairs {
      "%YAML 1.1\n---\napiVersion: cert-manager.io/v1\nkind: Certificate\n",
      "%TAG !b! tag:yaml.org,2002:\n---\napiVersion: !b!binary Y2VydC1tYW5hZ2VyLmlvL3Yx\nkind: Certificate\n",
      "\255\254" .. ("apiVersion: cert-manager.io/v1\nkind: Certificate\n"):gsub(".", "%0\0"),
      "\254\255" .. ("apiVersion: cert-manager.io/v1\nkind: Certificate\n"):gsub(".", "\0%0"),
    } do
      assert.equal(found(text, false), (found(text, true)))
      assert.truthy(found(text, true):find("cert-manager", 1, true))
    end
  end)

  it("finds the same in random streams, and passes the rest over", function()
    local r, evasions = random(SEED), {}
    for line in EVASIONS:gmatch("[^\n]+") do
      evasions[#evasions + 1] = support.unescape(line)
    end
    local passed = 0
    for n = 1, scale(1500) do
      local parts = {}
      for i = 1, r:below(8) do
        parts[i] = r:chance(25) and r:pick(evasions) or r:pick(OTHERS)
        if r:chance(5) then
          local at = r:below(#parts[i] + 1)
          parts[i] = parts[i]:sub(1, at - 1) .. r:pick { "\\", "!", "%", "\n%", "cert-", "tls-", "\0", "\n---\n", "\n...\n", "---" } .. parts[i]:sub(at)
        end
      end
      local text = table.concat(parts, r:pick { "---\n", "\n---\n", "\n--- # x\n", "\r\n---\r\n" })
      local with, over = found(text, true)
      passed = passed + over
      assert.equal(found(text, false), with, ("seed %d, stream %d:\n%s"):format(SEED, n, text))
    end
    assert.is_true(passed > scale(1500), "it passes nothing over")
  end)

  it("passes over what does not speak of cert-manager, and counts it", function()
    local stream = assert(manifest.read("a: b\n---\napiVersion: cert-manager.io/v1\n---\nc: [\n---\n# nothing\n", { filter = true }))
    assert.equal(1, #stream.documents)
    assert.equal(2, stream.documents[1].index)
    assert.equal(0, #stream.errors)
    assert.equal(2, stream.passed_over)
    stream:close()
  end)
end)
