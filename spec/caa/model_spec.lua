-- The lookup machine against a model of forty lines, over random small worlds of names.
-- SPDX-License-Identifier: MIT
-- RFC 8659 section 3, written down a second time; failures, aliases, TTLs and limits included.

local caa = require "issuable.caa"
local scale = require "spec.support.scale"
local support = require "spec.caa.support"

local MAX_ALIASES = 5

-- luassert would take longer than all the rest.
local function equal(wanted, got, what)
  if wanted ~= got then
    error(("%s: %s wanted, got %s"):format(what, tostring(wanted), tostring(got)), 0)
  end
end

-- Few names, so that aliases meet and loop: up to four labels of a and b below x or y.
local function some_name(random)
  local labels = {}
  for i = 1, random(4) - 1 do
    labels[i] = ({ "a", "b" })[random(2)]
  end
  labels[#labels + 1] = ({ "x", "y" })[random(2)]
  return table.concat(labels, ".")
end

local KINDS = { "nodata", "nodata", "nodata", "nxdomain", "nxdomain", "assumed", "rrset", "alias", "alias", "alias", "failed", "unknown", "loop" }

-- owner → what is there; the same when asked again.
local function new_world(random)
  local world = {}
  return function(owner)
    if not world[owner] then
      local kind = KINDS[random(#KINDS)]
      world[owner] = { kind = kind, ttl = random(9) > 1 and random(1000) - 1 or nil, target = kind == "alias" and some_name(random) or nil }
    end
    return world[owner]
  end
end

-- RFC 8659 section 3, from top to bottom.
local function model(name, world)
  local ttl, aliases = nil, 0
  local function note(there)
    local counts = there.kind == "rrset" or there.kind == "nodata" or there.kind == "nxdomain" or there.kind == "alias"
    if counts and there.ttl and (not ttl or there.ttl < ttl) then
      ttl = there.ttl
    end
  end
  local climb = name
  while climb do
    local at, seen, there = climb, { [climb] = true }, world(climb)
    while there.kind == "alias" do
      note(there)
      if seen[there.target] or aliases == MAX_ALIASES then
        return { status = "failed", at = climb, reason = "alias-loop", ttl = ttl }
      end
      aliases, at = aliases + 1, there.target
      seen[at], there = true, world(at)
    end
    note(there)
    if there.kind == "rrset" then
      return { status = "found", found_at = climb, owner = at, ttl = ttl }
    elseif there.kind == "failed" then
      return { status = "failed", at = climb, reason = "lookup-failed", ttl = ttl }
    elseif there.kind == "loop" then
      return { status = "failed", at = climb, reason = "alias-loop", ttl = ttl }
    elseif there.kind == "unknown" then
      return { status = "unknown", at = climb, reason = "outside-zones", ttl = ttl }
    elseif there.kind == "nxdomain" and at == climb and not climb:find(".", 1, true) then
      return { status = "failed", at = climb, reason = "tld-nxdomain", ttl = ttl }
    end
    climb = climb:match("%.(.+)$")
  end
  return { status = "none", ttl = ttl }
end

-- One answer about an owner: as much of the chain as this server happens to know.
local function answer(owner, world, random)
  local aliases, at, there = {}, owner, world(owner)
  while there.kind == "alias" do
    aliases[#aliases + 1] = { owner = at, target = there.target, type = "CNAME", ttl = there.ttl }
    at, there = there.target, world(there.target)
    if random(3) == 1 or #aliases > 2 * MAX_ALIASES then
      return { kind = "alias", aliases = aliases, target = random(2) == 1 and at or nil }
    end
  end
  if #aliases > 0 and there.kind ~= "rrset" and there.kind ~= "nodata" and there.kind ~= "nxdomain" then
    return { kind = "alias", aliases = aliases, target = at } -- the rest fails at the next question
  end
  local reply = { kind = there.kind, aliases = aliases, owner = random(2) == 1 and at or nil, name = random(2) == 1 and owner or nil }
  reply[there.kind == "rrset" and "ttl" or "negative_ttl"] = there.ttl
  reply.reason = there.kind == "unknown" and "outside-zones" or nil
  return reply
end

-- What must hold whatever the world: nothing is none unless every label was answered as empty.
local function check_trace(name, result)
  local last = {}
  for _, entry in ipairs(result.trace) do
    last[entry.name] = entry.kind
  end
  local climb = name
  while climb and climb ~= result.found_at and climb ~= result.at do
    local kind = last[climb]
    equal(true, kind == "nodata" or kind == "nxdomain" or kind == "assumed", climb)
    climb = climb:match("%.(.+)$")
  end
  equal(result.status == "none", climb == nil, "climbed to the top")
  equal(result.status == "found", result.trace[#result.trace].kind == "rrset" and result.reason == nil, "ended at an rrset")
end

local function run(random)
  local world, name = new_world(random), some_name(random)
  local wanted = model(name, world)
  local m = caa.lookup(name, { max_aliases = MAX_ALIASES })
  local steps = 0
  while m:want() do
    steps = steps + 1
    equal(true, steps <= 127 + MAX_ALIASES, "steps are bounded")
    m:feed(answer(m:want(), world, random))
  end
  local result = m:result()
  for _, key in ipairs { "status", "found_at", "owner", "at", "reason", "ttl" } do
    equal(wanted[key], result[key], ("%s of %s"):format(key, name))
  end
  check_trace(name, result)
  return result
end

describe("the lookup machine in random worlds", function()
  it("agrees with the model", function()
    local seen = {}
    support.for_all(scale(6000), function(random)
      local result = run(random)
      seen[result.reason or result.status] = true
    end)
    if scale(6000) >= 600 then
      assert.same({
        found = true, none = true, ["alias-loop"] = true, ["lookup-failed"] = true, ["outside-zones"] = true, ["tld-nxdomain"] = true,
      }, seen)
    end
  end)

  it("wants nothing that a wrong driver could use to end it early", function()
    local kinds = { "rrset", "nodata", "nxdomain", "assumed", "alias", "failed", "unknown", "loop", "referral", "nonsense" }
    support.for_all(scale(3000), function(random)
      local m = caa.lookup("a.b.x", { max_aliases = MAX_ALIASES })
      local fed = {}
      for _ = 1, 12 do
        local before, climb = m:want()
        local reply = {
          kind = kinds[random(#kinds)],
          name = random(3) == 1 and some_name(random) or nil,
          owner = random(3) == 1 and some_name(random) or nil,
          target = random(3) == 1 and some_name(random) or nil,
          rcode = ({ "NOERROR", "NXDOMAIN", "SERVFAIL" })[random(9)],
          reason = random(2) == 1 and "outside-zones" or nil,
          aliases = random(3) == 1 and { { owner = some_name(random), target = some_name(random) } } or nil,
        }
        if pcall(m.feed, m, reply) then
          fed[#fed + 1] = { climb = climb, owner = before, kind = reply.kind }
          equal("string", type(before), "fed before the end")
        else
          equal(before, (m:want()), "wanted after an error")
        end
      end
      if not m:want() then
        local result = m:result()
        equal(#fed, #result.trace, "length of the trace")
        for i, entry in ipairs(result.trace) do
          equal(fed[i].climb, entry.name, "climb")
          equal(fed[i].owner, entry.asked, "asked")
          equal(fed[i].kind, entry.kind, "kind")
        end
        check_trace("a.b.x", result)
      end
    end)
  end)
end)
