-- Zone edits that no plan makes alone: records taken away, included files, and what must not be edited.
-- SPDX-License-Identifier: MIT
-- RFC 1035 section 5.1; design section 6. A blank-owner line never changes its owner.

local edits = require "issuable.fixes.edits"
local zones = require "spec.fixes.support.zones"
local zonefile = require "issuable.fixes.zonefile"

local SOA = "$TTL 3600\n@ SOA ns hm 7 1 1 1 1\n@ NS ns\nns A 192.0.2.1\n"

--- Indexes of the CAA records in file order.
local function caa_records(subject)
  local list = {}
  for index = 1, subject.handle:size() do
    if subject.handle:record(index).type == "CAA" then
      list[#list + 1] = index
    end
  end
  return list
end

--- Takes the n-th CAA records away.
local function without(text, ...)
  local texts = { ["example.com.zone"] = SOA .. text }
  local subject = zones.load(texts)
  assert.equal("loadable", subject.status)
  local indexes, remove = caa_records(subject), {}
  for i, n in ipairs { ... } do
    remove[i] = indexes[n]
  end
  local owner = subject.handle:record(remove[1]).owner
  local files, problem = zones.edit(subject, { { owner = owner, ttl = 3600, add = {}, change = {}, remove = remove } }, { serial = false })
  if not files then
    return nil, problem.refused
  end
  return edits.apply(texts["example.com.zone"], files[1].edits):sub(#SOA + 1)
end

describe("taking a record away", function()
  it("takes its line, with its comment", function()
    assert.equal('@ MX 1 ns\n@ CAA 0 issue "b"\n', without('@ MX 1 ns\n@ CAA 0 issue "a" ; old\n@ CAA 0 issue "b"\n', 1))
  end)

  it("hands its owner to the line below", function()
    assert.equal('www A 192.0.2.2\n', without('www CAA 0 issue "a"\n    A 192.0.2.2\n', 1))
    assert.equal('www\tA 192.0.2.2\n    TXT "x"\n', without('www\tCAA 0 issue "a"\n\tA 192.0.2.2\n    TXT "x"\n', 1))
    assert.equal('www             IN  A 192.0.2.2\n', without('www             IN  CAA 0 issue "a"\n                IN  A 192.0.2.2\n', 1))
  end)

  it("hands it past lines that go too", function()
    assert.equal('www A 192.0.2.2\n', without('www CAA 0 issue "a"\n    CAA 0 issue "b"\n    A 192.0.2.2\n', 1, 2))
  end)

  it("hands nothing to a line that has its own", function()
    assert.equal('@ A 192.0.2.2\n  TXT "x"\n', without('www CAA 0 issue "a"\n@ A 192.0.2.2\n  TXT "x"\n', 1))
    assert.equal('b A 192.0.2.2\n', without('www CAA 0 issue "a"\nb A 192.0.2.2\n', 1))
  end)

  it("keeps the end of the file as it is", function()
    assert.equal('@ MX 1 ns\r\n', without('@ MX 1 ns\r\n@ CAA 0 issue "a"\r\n', 1))
    assert.equal('@ MX 1 ns', without('@ MX 1 ns\r\n@ CAA 0 issue "a"', 1))
    assert.equal('@ MX 1 ns', without('@ MX 1 ns\n@ CAA ( 0\n issue "a" )', 1))
  end)
end)

describe("included files", function()
  it("are edited where the record stands, the serial where the SOA stands", function()
    local fixed = zones.fix({
      ["example.com.zone"] = "$TTL 3600\n$INCLUDE soa.inc\n@ NS ns\n$INCLUDE caa.inc\nns A 192.0.2.1\n",
      ["soa.inc"] = "@ SOA ns hm 2026112207 ; serial\n",
      ["caa.inc"] = '@\tCAA\t0 issue "digicert.com"\n\tCAA\t0 iodef "mailto:a@example.com"\n',
    }, { "example.com letsencrypt", "*.example.com letsencrypt" })
    -- an SOA that is cut short would not load: this one is whole
    assert.equal("broken", fixed.subject.status)
    fixed = zones.fix({
      ["example.com.zone"] = "$TTL 3600\n$INCLUDE soa.inc\n@ NS ns\n$INCLUDE caa.inc\nns A 192.0.2.1\n",
      ["soa.inc"] = "@ SOA ns hm ( 2026112207 ; serial\n 1 1 1 1 )\n",
      ["caa.inc"] = '@\tCAA\t0 issue "digicert.com"\n\tCAA\t0 iodef "mailto:a@example.com"\n',
    }, { "example.com letsencrypt", "*.example.com letsencrypt" })
    assert.same({}, fixed.refused)
    assert.equal("$TTL 3600\n$INCLUDE soa.inc\n@ NS ns\n$INCLUDE caa.inc\nns A 192.0.2.1\n", fixed.texts["example.com.zone"])
    assert.equal("@ SOA ns hm ( 2026112300 ; serial\n 1 1 1 1 )\n", fixed.texts["soa.inc"])
    assert.equal('@\tCAA\t0 issue "digicert.com"\n\tCAA\t0 issue "letsencrypt.org"\n\tCAA\t0 iodef "mailto:a@example.com"\n', fixed.texts["caa.inc"])
  end)

  it("that are read twice are refused", function()
    local fixed = zones.fix({
      ["example.com.zone"] = SOA .. "$INCLUDE caa.inc\n$INCLUDE caa.inc www.example.com.\n",
      ["caa.inc"] = '@ CAA 0 issue "digicert.com"\n',
    }, { "example.com letsencrypt", "*.example.com letsencrypt" })
    assert.same({ "included-twice" }, fixed.refused)
    assert.truthy(fixed.why:find("caa.inc is read 2 times", 1, true))
  end)

  it("that another zone is read from too are refused", function()
    local fixed = zones.fix({
      ["example.com.zone"] = SOA .. "$INCLUDE caa.inc\n",
      ["caa.inc"] = '@ CAA 0 issue "digicert.com"\n',
    }, { "example.com letsencrypt" }, { shared = { ["caa.inc"] = "caa.inc belongs to two zones" } })
    assert.same({ "shared-file" }, fixed.refused)
    assert.equal("caa.inc belongs to two zones", fixed.why)
  end)
end)

describe("a zone that must not be edited", function()
  local SET = '@ CAA 0 issue "digicert.com"\n'
  local ASK = { "example.com letsencrypt" }

  it("is signed", function()
    for name, record in pairs {
      RRSIG = "@ RRSIG A 13 2 3600 20261224000000 20261123000000 1 example.com. " .. ("A"):rep(86) .. "==",
      NSEC = "@ NSEC ns.example.com. A",
      NSEC3PARAM = "@ NSEC3PARAM 1 0 0 -",
    } do
      local subject = zones.load { ["example.com.zone"] = SOA .. SET .. record .. "\n" }
      if subject.status == "loadable" then
        local editor, problem = zonefile.open(subject)
        assert.is_nil(editor)
        assert.equal("zone-signed", problem.refused)
        assert.truthy(problem.why:find(name .. " records", 1, true))
        assert.truthy(problem.why:find("re-sign", 1, true))
      else
        assert.equal("zone-broken", select(2, zonefile.open(subject)).refused)
      end
    end
  end)

  it("is broken or a fragment", function()
    assert.equal("zone-broken", select(2, zonefile.open(zones.load { ["example.com.zone"] = SOA .. "x NOSUCHTYPE y\n" })).refused)
    assert.equal("zone-fragment", select(2, zonefile.open(zones.load { ["example.com.zone"] = "$TTL 1\n" .. SET })).refused)
  end)

  it("came from standard input", function()
    assert.equal("standard-input", select(2, zonefile.open(zones.load({ ["-"] = SOA .. SET }, "-"))).refused)
  end)

  it("changed since it was read", function()
    local texts = { ["example.com.zone"] = SOA .. SET }
    local subject = zones.load(texts)
    local plan = require "issuable.fixes.plan"
    local changes = plan.changes(zones.decisions({ subject }, ASK), { now = zones.NOW })
    texts["example.com.zone"] = "; new first line\n" .. texts["example.com.zone"]
    assert.equal("changed-on-disk", select(2, zones.edit(subject, changes)).refused)
  end)

  it("has an SOA in the \\# form", function()
    local rdata = "00" .. "00" .. "0000000700000001000000010000000100000001"
    local text = "$TTL 3600\n@ TYPE6 \\# 22 " .. rdata .. "\n@ NS ns\nns A 192.0.2.1\n" .. SET
    local fixed = zones.fix({ ["example.com.zone"] = text }, ASK)
    if fixed.subject.status == "loadable" then
      assert.same({ "soa-unreadable" }, fixed.refused)
    end
  end)
end)
