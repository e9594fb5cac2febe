-- What machines read: every JSON line and object has the keys of the design, in its order, with its types.
-- SPDX-License-Identifier: MIT
-- Design section 1 (shapes) and section 4 (`decide`, `lookup`, `check --format json`); read back with lua-cjson.

local cjson = require "cjson"
local shell = require "spec.support.shell"
local support = require "spec.cli.support"

local FILES = [[
file a.zone
  $ORIGIN example.com.
  $TTL 300
  @ SOA ns.dns.test. h.dns.test. 2026010101 7200 900 1209600 60
  @ NS ns.dns.test.
  @ CAA 0 issue "letsencrypt.org"
  @ CAA 0 iodef "mailto:a@example.com"
  other 120 CAA 0 issue "digicert.com"
  alias CNAME target.example.com.
  *.wild TXT "x"
  free.example.com. A 192.0.2.1

file free.zone
  $ORIGIN free.test.
  $TTL 300
  @ SOA ns.dns.test. h.dns.test. 2026010101 7200 900 1209600 60
  @ NS ns.dns.test.

file all.yaml
  apiVersion: cert-manager.io/v1
  kind: ClusterIssuer
  metadata: {name: le}
  spec: {acme: {server: "https://acme-v02.api.letsencrypt.org/directory", solvers: [{dns01: {}}]}}
  ---
  apiVersion: cert-manager.io/v1
  kind: Certificate
  metadata: {name: c, namespace: web}
  spec: {secretName: s, issuerRef: {kind: ClusterIssuer, name: le}, dnsNames: [www.example.com, other.example.com, x.elsewhere.test], ipAddresses: [192.0.2.1]}

=== files
$ true
]]

-- key | types, in the order of the design; "?" may be null
local DECISION = [[
name string
wildcard boolean
ca string?
behaviour string?
verdict string
reason string
found_at string?
matched string?
records list
ttl number?
security string?
source string?
resolver string?
at string
assumed list
trace list]]

local LOOKUP = [[
name string
wildcard boolean
status string
reason string?
found_at string?
authorises object?
records list
ttl number?
security string?
source string?
resolver string?
at string
assumed list
trace list]]

local STEP = [[
name string
asked string
kind string
rcode string?
aliases list
target string?
wildcard string?
cut string?
ttl number?
source string?
detail string?]]

local SPAN = "path string\nline number\ncolumn number\nfirst number\nlast number"

local REPORT = [[
schema number
tool object
at string
summary object
documents list
zones list
skipped list
unread list
decisions list
findings list
fixes list]]

local VERDICTS = {
  allowed = { "no-caa", "no-issue-property", "issuer-match" },
  denied = {
    "critical-unknown-tag", "account-mismatch", "method-mismatch", "malformed-property", "issuance-forbidden", "issuer-mismatch", "name-not-issuable",
    "dnssec-bogus",
  },
  undecided = {
    "lookup-failed", "servers-disagree", "outside-zones", "zone-broken", "zone-ambiguous", "unresolved-name", "issuer-missing", "unknown-ca",
    "account-unknown", "method-unknown", "ca-dependent", "dnssec-unchecked",
  },
  exempt = { "private-issuer", "ip-address", "onion", "not-tls-server" },
}

local function type_of(value, text)
  if value == cjson.null then
    return "null"
  elseif type(value) ~= "table" then
    return type(value)
  elseif next(value) == nil then
    return text and "list" or "empty"
  end
  return value[1] ~= nil and "list" or "object"
end

--- Compares an object with a shape; nothing more, nothing less.
local function assert_shape(shape, object, where)
  local known = {}
  for key, kind in shape:gmatch("(%S+) (%S+)") do
    known[key] = true
    local found = type_of(object[key])
    local plain = kind:gsub("%?$", "")
    assert.is_true(found == plain or found == "null" and plain ~= kind or found == "empty" and (plain == "list" or plain == "object"),
      ("%s.%s is %s, not %s"):format(where, key, found, kind))
  end
  for key in pairs(object) do
    assert.is_true(known[key], ("%s.%s is not in the design"):format(where, key))
  end
end

local function assert_verdict(object)
  local found = false
  for _, reason in ipairs(VERDICTS[object.verdict] or {}) do
    found = found or reason == object.reason
  end
  assert.is_true(found, object.verdict .. " " .. object.reason)
end

--- The keys of the text come in the order of the shape: each is found first behind the one before.
local function assert_order(shape, text, indent)
  local at = 1
  for key in shape:gmatch("(%S+) %S+") do
    local from = text:find(('%s"%s":'):format(indent or "", key), at, true)
    assert.truthy(from, key .. " comes too early or not at all in " .. text:sub(1, 400))
    at = from
  end
end

describe("JSON", function()
  local folder
  setup(function()
    local path = os.tmpname()
    shell.write(path, FILES)
    folder = support.prepare(support.read(path)[1])
    os.remove(path)
  end)
  teardown(function()
    shell.remove(folder)
  end)

  local function lines(command)
    local result = support.run(folder, command)
    local list, texts = {}, {}
    for text in result.out:gmatch("[^\n]+") do
      list[#list + 1], texts[#texts + 1] = cjson.decode(text), text
    end
    return list, texts, result
  end

  local NAMES = "www.example.com other.example.com '*.example.com' alias.example.com x.wild.example.com a_b.example.com x.free.test"
    .. " y.elsewhere.test z.onion '{{ host }}' EXAMPLE.com. ''"

  it("of decide has the fields of the design, for every verdict", function()
    local list, texts = lines("issuable decide " .. NAMES .. " --ca letsencrypt.org --zone a.zone --zone free.zone --now 2026-11-23")
    assert.equal(12, #list)
    local seen = {}
    for i, object in ipairs(list) do
      assert_shape(DECISION, object, "decision")
      assert_order(DECISION, texts[i])
      assert_verdict(object)
      assert.equal("2026-11-23T00:00:00Z", object.at)
      assert.equal(cjson.null, object.resolver)
      for _, step in ipairs(object.trace) do
        assert_shape(STEP, step, "trace")
      end
      -- no RRset, no place and no TTL
      assert.equal(object.found_at == cjson.null, object.ttl == cjson.null)
      assert.equal(object.found_at == cjson.null, #object.records == 0)
      seen[object.verdict .. " " .. object.reason] = true
    end
    for _, key in ipairs {
      "allowed issuer-match", "allowed no-caa", "denied issuer-mismatch", "denied name-not-issuable", "undecided outside-zones", "undecided unresolved-name",
      "exempt onion",
    } do
      assert.is_true(seen[key], key)
    end
  end)

  it("of decide has the values of the zone", function()
    local list = lines("issuable decide www.example.com other.example.com EXAMPLE.com. '*.example.com' x.free.test --ca letsencrypt.org --zone a.zone --zone free.zone")
    local www, other, upper, wild, free = list[1], list[2], list[3], list[4], list[5]
    assert.same({ '0 issue "letsencrypt.org"', '0 iodef "mailto:a@example.com"' }, www.records)
    assert.same({ "www.example.com", "example.com", '0 issue "letsencrypt.org"', 60, "a.zone", "unchecked" },
      { www.name, www.found_at, www.matched, www.ttl, www.source, www.security }) -- 60: the negative answer on the way
    assert.same({ "nxdomain", "rrset" }, { www.trace[1].kind, www.trace[2].kind })
    assert.same({ 120, "other.example.com", cjson.null }, { other.ttl, other.found_at, other.matched })
    assert.same({ "example.com", 300 }, { upper.name, upper.ttl })
    assert.same({ "example.com", true }, { wild.name, wild.wildcard })
    assert.same({ "test" }, free.assumed)
  end)

  it("of lookup has the same fields, and who is authorised in place of a decision", function()
    local list, texts = lines("issuable lookup " .. NAMES .. " --zone a.zone --zone free.zone")
    assert.equal(12, #list)
    for i, object in ipairs(list) do
      assert_shape(LOOKUP, object, "answer")
      assert_order(LOOKUP, texts[i])
      if object.authorises ~= cjson.null then
        assert_shape("issue list?\nissuewild list?", object.authorises, "authorises")
      end
    end
    assert.same({ issue = { "letsencrypt.org" }, issuewild = { "letsencrypt.org" } }, list[1].authorises)
  end)

  it("of check is one object with the fields of the design", function()
    local result = support.run(folder, "issuable check . --format json --now 2026-11-23")
    assert.equal(1, result.code)
    local report = cjson.decode(result.out)
    assert_shape(REPORT, report, "report")
    assert_order(REPORT, result.out, "  ")
    assert.equal(1, report.schema)
    assert_shape("name string\nversion string", report.tool, "tool")
    for _, document in ipairs(report.documents) do
      assert_shape("path string\nkind string\nscope string\ndigest string", document, "document")
      local _, sum = shell.run("sha256sum <" .. shell.quote(folder .. "/" .. document.path))
      assert.equal(sum:match("^%x+"), document.digest)
    end
    assert.equal(3, #report.documents)
    assert.equal(4, #report.decisions)
    for i, decision in ipairs(report.decisions) do
      assert_shape(DECISION .. "\nid string\ndetail string?\nrequests list", decision, "decision")
      assert.equal("D" .. i, decision.id)
      assert_verdict(decision)
      assert.is_true(#decision.requests > 0)
      for _, request in ipairs(decision.requests) do
        assert_shape("scope string\nsubject string\nissuer string?\ntext string\nspan object?", request, "request")
        assert_shape(SPAN, request.span, "span")
        local bytes = assert(shell.read(folder .. "/" .. request.span.path))
        assert.equal(request.text, bytes:sub(request.span.first, request.span.last))
      end
    end
    for i, finding in ipairs(report.findings) do
      assert_shape("id string\nrule string\nseverity string\nmessage string\nlabels list\nnotes list\nhelp list\ndecision string?\nfix string?\nwaived object?", finding, "finding")
      assert.equal("F" .. i, finding.id)
      for _, label in ipairs(finding.labels) do
        assert_shape("span object?\ntext string\nprimary boolean", label, "label")
        assert_shape(SPAN, label.span, "span")
      end
    end
    assert.equal(1, #report.fixes)
    local fix = report.fixes[1]
    assert_shape("id string\nfindings list\nchanges list\nrefused string?\nedits list\neffect list", fix, "fix")
    assert_shape("owner string\nttl number?\nresult list\nwhy string?\nrefused string?", fix.changes[1], "change")
    assert.equal(2, #fix.edits) -- the serial and the records
    for _, edit in ipairs(fix.edits) do
      assert_shape("path string\ndigest string\nfirst number\nlast number\ntext string", edit, "edit")
    end
    for _, line in ipairs(fix.effect) do
      assert_shape("issuer string\nwildcard boolean\nbefore boolean\nafter boolean", line, "effect")
    end
  end)

  it("of check tells an edit that anybody can apply: the bytes of `fix` come out", function()
    local report = cjson.decode(support.run(folder, "issuable check . --format json --now 2026-11-23").out)
    local bytes = assert(shell.read(folder .. "/a.zone"))
    local edits = report.fixes[1].edits
    table.sort(edits, function(a, b)
      return a.first > b.first
    end)
    for _, edit in ipairs(edits) do
      assert.equal("a.zone", edit.path)
      bytes = bytes:sub(1, edit.first - 1) .. edit.text .. bytes:sub(edit.last + 1)
    end
    shell.run(("rm -rf %s/copy; mkdir %s/copy; cp %s/*.zone %s/*.yaml %s/copy"):format(folder, folder, folder, folder, folder))
    support.run(folder .. "/copy", "issuable fix . --write --now 2026-11-23")
    assert.equal(bytes, shell.read(folder .. "/copy/a.zone"))
    shell.run(("rm -rf %s/copy"):format(folder))
  end)

  it("holds each text of the command's own reading: nothing is lost between the formats", function()
    local report = cjson.decode(support.run(folder, "issuable check . --format json").out)
    local text = support.run(folder, "issuable check .").out
    for _, finding in ipairs(report.findings) do
      assert.truthy(text:find(finding.message, 1, true), finding.message)
    end
  end)
end)
