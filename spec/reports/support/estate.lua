-- The estates that the reports are tried on: the fixture, an empty one, a wide one, and a hostile one.
-- SPDX-License-Identifier: MIT
-- Paths are relative to the checkout, where spec/run stands.

local check = require "issuable.check"
local dates = require "issuable.dates"
local shell = require "spec.support.shell"

local M = {}

M.FOLDER = "spec/fixtures/reports/estate"
M.NOW = assert(dates.parse("2026-11-23"))

--- What a report is told about its place.
function M.options(more)
  local options = { root = shell.root }
  for key, value in pairs(more or {}) do
    options[key] = value
  end
  return options
end

--- Three clusters, five zones, twenty certificates: allowed, denied, undecided, exempt, and one that is waived.
function M.fixture()
  local clusters = {}
  for i, name in ipairs { "prod", "staging", "edge" } do
    clusters[i] = { name = name, path = M.FOLDER .. "/clusters/" .. name }
  end
  local result = assert(check.run { paths = { M.FOLDER .. "/dns" }, clusters = clusters, now = M.NOW, find_policy = false })
  for _, finding in ipairs(result.findings) do
    if finding.decision and finding.decision.name == "legacy.example.net" then
      finding.waived = { owner = "team-web", because = "moves to another zone in January", expires = "2027-01-31" }
    end
  end
  return result
end

--- Nothing asks for anything: a zone and a manifest of something else.
---@param folder string a temporary one
function M.empty(folder)
  shell.write(folder .. "/example.com.zone", "$TTL 300\n@ SOA ns hostmaster 1 7200 900 1209600 300\n@ NS ns\nns A 192.0.2.1\n")
  shell.write(folder .. "/config.yaml", "apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: nothing\n")
  return assert(check.run { paths = { folder }, now = M.NOW, find_policy = false })
end

--- All is well: one name, allowed.
function M.good(folder)
  shell.write(folder .. "/example.com.zone", '$TTL 300\n@ SOA ns hostmaster 1 7200 900 1209600 300\n@ NS ns\n@ CAA 0 issue "letsencrypt.org"\n')
  shell.write(folder .. "/all.yaml", M.issuer("le") .. "---\n" .. M.certificate("web", "www", { "www.example.com" }, "le"))
  return assert(check.run { paths = { folder }, now = M.NOW, find_policy = false })
end

function M.issuer(name)
  return ("apiVersion: cert-manager.io/v1\nkind: ClusterIssuer\nmetadata:\n  name: %s\nspec:\n  acme:\n    server: %s\n    solvers:\n      - dns01: {rfc2136: {nameserver: 192.0.2.53}}\n"):format(
    name,
    "https://acme-v02.api.letsencrypt.org/directory"
  )
end

function M.certificate(namespace, name, names, issuer)
  local lines = {}
  for i, text in ipairs(names) do
    lines[i] = ("    - %q\n"):format(text)
  end
  return ("apiVersion: cert-manager.io/v1\nkind: Certificate\nmetadata:\n  name: %s\n  namespace: %s\nspec:\n  secretName: %s-tls\n  dnsNames:\n%s  issuerRef:\n    name: %s\n    kind: ClusterIssuer\n"):format(
    name,
    namespace,
    name,
    table.concat(lines),
    issuer
  )
end

--- `count` findings: names that are denied, in ten zones and three clusters, a hundred certificates a file.
---@param folder string a temporary one
---@param count integer
function M.wide(folder, count)
  local clusters, files = {}, {}
  for i = 1, 3 do
    local path = ("%s/cluster%d"):format(folder, i)
    shell.run("mkdir -p " .. shell.quote(path) .. " " .. shell.quote(folder .. "/dns"))
    clusters[i] = { name = ("cluster%d"):format(i), path = path }
    shell.write(path .. "/issuer.yaml", M.issuer("le"))
  end
  for zone = 1, 10 do
    local lines = { "$TTL 300\n@ SOA ns hostmaster 1 7200 900 1209600 300\n@ NS ns\nns A 192.0.2.1\n@ CAA 0 issue \"digicert.com\"\n" }
    for host = 1, math.ceil(count / 10) do
      lines[#lines + 1] = ("host%d A 192.0.2.2\n"):format(host)
    end
    shell.write(("%s/dns/example%d.test.zone"):format(folder, zone), table.concat(lines))
  end
  for i = 1, count do
    local file = math.floor((i - 1) / 100)
    files[file] = files[file] or {}
    local name = ("host%d.example%d.test"):format(math.ceil(i / 10), i % 10 + 1)
    table.insert(files[file], M.certificate(("team%d"):format(i % 7), ("cert%d"):format(i), { name }, "le"))
  end
  for file, documents in pairs(files) do
    shell.write(("%s/cluster%d/certificates%d.yaml"):format(folder, file % 3 + 1, file), table.concat(documents, "---\n"))
  end
  return assert(check.run { paths = { folder .. "/dns" }, clusters = clusters, now = M.NOW, find_policy = false })
end

return M
