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
  shell.write(folder .. "/example.com.zone", '$TTL 300\n@ SOA ns hostmaster 1 7200 900 1209600 300\n@ NS ns\nns A 192.0.2.1\n@ CAA 0 issue "letsencrypt.org"\n')
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

--- What must stay harmless in every format.
M.HOSTILE = {
  "<script>alert(1)</script>",
  "]]>",
  "</testcase><!--",
  "::error file=x::y",
  "%0A::error::z",
  "##[error]v",
  "\n::warning::next line",
  "\r\n# HELP issuable_x",
  '"quoted" \'single\' \\ back',
  "\27[31mred\27[0m\27]0;title\7",
  "\255\254 \192\155 \237\160\128",
  "\239\191\190\239\191\191",
  "\226\128\174rtl \194\155[2J",
  "a # TODO b \\# SKIP c",
  "...",
  "---",
  "``` `` ` ~~~",
  "[click](javascript:alert(1)) ![x](//host/x) @team #1",
  "| a | b |",
  "* + - = 1. 1)",
  "&lt;&amp;&#x41;",
  "{{ x }} ${y} %s %d %5",
  "\0nul",
  "",
  " ",
  "\240\159\152\128 äöü",
}

--- Real files with hostile names and contents.
---@param folder string a temporary one
function M.hostile(folder)
  local dir = folder .. "/<script>]]>\n::error::\27[31m\255'\""
  assert((shell.run("mkdir -p " .. shell.quote(dir))) == 0)
  shell.write(dir .. "/example.com.zone", table.concat({
    "$TTL 300\n@ SOA ns hostmaster 1 7200 900 1209600 300\n@ NS ns\nns A 192.0.2.1\n",
    '@ CAA 0 issue "<script>alert(1)</script>]]>"\n',
    '@ CAA 0 issue "\\027[31m\\255::error"\n',
    '@ CAA 0 iodef "mailto:\\034quoted\\034&amp;"\n',
    "www CNAME \\<script\\>.example.com.\n",
  }))
  local names = { "www.example.com", "<script>alert(1)</script>.example.com", "a]]>.example.com", "::error::.example.com", "x.example.com" }
  shell.write(dir .. "/all.yaml", M.issuer("le") .. "---\n" .. M.certificate("web", "www", names, "le"))
  shell.write(dir .. "/bad\n.yaml", "kind: [\27\n")
  return assert(check.run { paths = {}, clusters = { { name = '"><b>\n::error::', path = dir } }, now = M.NOW, find_policy = false })
end

--- A result in which whatever came from outside is replaced by hostile text.
---@param result table is changed
---@param random table of spec.support.random
function M.poison(result, random)
  local function text()
    local parts = {}
    for i = 1, random:below(3) do
      parts[i] = random:pick(M.HOSTILE)
    end
    if random:chance(30) then
      parts[#parts + 1] = string.char(random:below(256) - 1, random:below(256) - 1)
    end
    return table.concat(parts)
  end
  for _, finding in ipairs(result.findings) do
    finding.message = text()
    finding.notes, finding.help = { text(), "climb: " .. text() .. " -> " .. text() }, { text() }
    if random:chance(20) then
      finding.waived = { owner = text(), because = text(), expires = text() }
    end
    for _, label in ipairs(finding.labels) do
      label.text = text()
      if label.span and random:chance(50) then
        label.span.path = text()
      end
    end
    if random:chance(20) then
      finding.rule = text()
    end
    local change = finding.change
    if change then
      change.result, change.owner = { text(), text() }, text()
      change.places = { { path = text(), line = 1, added = { text() }, removed = { text() } } }
      if random:chance(30) then
        change.refused, change.why = text(), text()
      end
    end
  end
  for _, decision in ipairs(result.decisions) do
    decision.name, decision.detail = text(), text()
    decision.text = random:chance(30) and text() or nil
    decision.ca = random:chance(80) and text() or nil
    local rrset = decision.answer and decision.answer.rrset
    for _, property in ipairs(rrset and rrset.properties or {}) do
      property.text, property.issuer = text(), text()
    end
    for _, use in ipairs(decision.requests) do
      use.request.scope, use.request.subject, use.request.path = text(), text(), text()
      use.identifier.text = text()
    end
  end
  for _, document in ipairs(result.input.documents) do
    document.path, document.scope = text(), text()
  end
  for _, zone in ipairs(result.input.zones) do
    zone.path, zone.apex = text(), text()
  end
  result.input.skipped = { { path = text(), why = text() } }
  result.summary.skipped = 1
  result.summary.assumed_names = { text() }
end

return M
