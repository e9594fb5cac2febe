-- Names whose RRset stands in no file that was given, while their own zone does: a closer RRset that carries what was inherited.
-- SPDX-License-Identifier: MIT
-- RFC 8659 section 3, design section 6. The inherited set was found elsewhere (in DNS): at example.com, above the zone sub.example.com.

local authority = require "issuable.authority"
local plan = require "issuable.fixes.plan"
local sets = require "spec.fixes.support.sets"
local zonefile = require "issuable.fixes.zonefile"

local ZONE = [[
$TTL 3600
@       SOA     ns hm 7 1 1 1 1
        NS      ns
ns      A       192.0.2.1
www     A       192.0.2.7
alias   CNAME   www
*.w     A       192.0.2.8
]]

--- Plans for names when these records were found at an owner outside of every file.
local function planned(lines, asks, options)
  options = options or {}
  local zone = zonefile.load("sub.zone", { texts = { ["sub.zone"] = options.text or ZONE }, origin = "sub.example.com" })
  local properties, decisions = sets.properties(lines), {}
  for i, ask in ipairs(asks) do
    decisions[i] = sets.decision(sets.ask(ask), properties, nil, { owner = options.owner })
  end
  return plan.changes(decisions, { now = sets.NOW, zones = options.zones or { zone } }), zone
end

describe("a closer RRset", function()
  it("carries what was inherited, and what was asked", function()
    local changes, zone = planned({ '0 issue "digicert.com"', '128 iodef "mailto:a@example.com"' },
      { "www.sub.example.com letsencrypt", "*.www.sub.example.com letsencrypt" })
    assert.equal(1, #changes)
    assert.is_nil(changes[1].refused, changes[1].why)
    assert.equal("www.sub.example.com", changes[1].owner)
    assert.truthy(changes[1].why:find("carries what it inherits from example.com", 1, true))
    local result = assert(zonefile.edit(zone, changes, { now = sets.NOW }))
    local after = result.files[1].after
    assert.equal((ZONE:gsub("hm 7", "hm 8"):gsub("192.0.2.7\n", "%0" .. [[
www     CAA     0 issue "digicert.com"
www     CAA     0 issue "letsencrypt.org"
www     CAA     128 iodef "mailto:a@example.com"
]])), after)
    -- read and asked again: the closer set answers, and the next plan has nothing to do
    local again = zonefile.load("sub.zone", { texts = { ["sub.zone"] = after }, origin = "sub.example.com" })
    local answer = authority.new({ zones = { again } }):ask("www.sub.example.com")
    assert.equal("www.sub.example.com", answer.found_at)
    local decision = sets.decision(sets.ask "www.sub.example.com letsencrypt", answer.rrset.properties, again, { owner = answer.found_at })
    assert.equal("allowed", decision.verdict)
  end)

  it("lets nobody lose wildcards, and is made for each name apart", function()
    local changes = planned({ '0 issue "digicert.com"' }, { "www.sub.example.com letsencrypt", "*.sub.example.com letsencrypt" })
    assert.equal(2, #changes)
    assert.same({ '0 issue "digicert.com"', '0 issue "letsencrypt.org"', '0 issuewild "digicert.com"' }, changes[1].result)
    assert.equal("sub.example.com", changes[2].owner)
    assert.same({ '0 issue "digicert.com"', '0 issuewild "digicert.com"', '0 issuewild "letsencrypt.org"' }, changes[2].result)
  end)

  it("is never put where it must not stand", function()
    for name, why in pairs {
      ["alias.sub.example.com"] = "no record may stand beside a CNAME",
      ["x.w.sub.example.com"] = "served by the wildcard *.w.sub.example.com",
    } do
      local changes = planned({ '0 issue "digicert.com"' }, { name .. " letsencrypt" })
      assert.equal(1, #changes)
      assert.equal("not-editable", changes[1].refused)
      assert.truthy(changes[1].why:find(why, 1, true), changes[1].why)
      assert.same({ '0 issue "digicert.com"', '0 issue "letsencrypt.org"', '0 issuewild "digicert.com"' }, changes[1].result)
    end
  end)

  it("does not lift what is forbidden above", function()
    local changes = planned({ '0 issue ";"' }, { "www.sub.example.com letsencrypt" })
    assert.equal("issuance-forbidden", changes[1].refused)
  end)

  it("is not made in a file that is not what is served, in a broken one, or in one of two", function()
    local changes = planned({ '0 issue "digicert.com"' }, { "x.www.sub.example.com letsencrypt" }, { owner = "www.sub.example.com" })
    assert.equal("not-editable", changes[1].refused)
    changes = planned({ '0 issue "digicert.com"' }, { "www.sub.example.com letsencrypt" }, { text = ZONE .. "x y z\n" })
    assert.equal("not-editable", changes[1].refused)
    local zone = zonefile.load("sub.zone", { texts = { ["sub.zone"] = ZONE }, origin = "sub.example.com" })
    changes = planned({ '0 issue "digicert.com"' }, { "www.sub.example.com letsencrypt" }, { zones = { zone, zone } })
    assert.equal("not-editable", changes[1].refused)
  end)
end)
