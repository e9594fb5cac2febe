-- Answers held against NSD, Knot and BIND, which serve the same files: the answer cases, and random zones.
-- SPDX-License-Identifier: MIT
-- RFC 1034 section 4.3.2. Where the three differ BIND judges. At scale 1: 10,000 pairs of zone and name on each engine.

local dns_servers = require "spec.support.dns_servers"
local new_zone = require("spec.zone.random_zone").zone
local scale = require "spec.support.scale"
local support = require "spec.zone.support"
local zone = require "issuable.zone"

local CAA, CNAME, NS = 257, 5, 2
local RCODES = { NOERROR = 0, SERVFAIL = 2, NXDOMAIN = 3, REFUSED = 5, YXDOMAIN = 6 }
local PER_ZONE = 50

local function hexadecimal(text)
  return (text:gsub(".", function(c)
    return ("%02x"):format(c:byte())
  end))
end

--- CAA data as on the wire, from the fields of a record.
local function rdata(record)
  return ("%02x%02x"):format(record.flags, #record.tag) .. hexadecimal(record.tag) .. hexadecimal(record.value)
end

local function join(list)
  table.sort(list)
  return table.concat(list, " ")
end

--- Our answer and a server's, each as one line of text that must be equal, and our TTL.
local function ours(handle, name)
  local answer = handle:answer(name)
  local set, chain, one_ttl = {}, {}, true
  for i, index in ipairs(answer.rrset and answer.rrset.records or {}) do
    local record = handle:record(index)
    set[i] = rdata(record)
  end
  for _, index in ipairs(answer.rrset and handle:find(answer.rrset.owner, "CAA") or {}) do -- repeated records too
    one_ttl = one_ttl and handle:record(index).ttl == answer.ttl
  end
  for i, alias in ipairs(answer.aliases) do
    chain[i] = dns_servers.wire(alias.owner) .. ">" .. dns_servers.wire(alias.target)
  end
  local text = ("rcode %d, CAA {%s}"):format(RCODES[answer.rcode], join(set))
  if answer.kind == "referral" then
    text = text .. ", cut " .. dns_servers.wire(answer.cut)
  end
  if answer.kind ~= "loop" and answer.kind ~= "yxdomain" then
    text = text .. ", chain " .. table.concat(chain, " ")
  end
  return text, answer, one_ttl
end

local function theirs(reply, answer)
  local set, chain = {}, {}
  for _, record in ipairs(reply.records) do
    if record.type == CAA then
      set[#set + 1] = record.data
    elseif record.type == CNAME then
      chain[#chain + 1] = record.owner .. ">" .. record.data
    end
  end
  local text = ("rcode %s, CAA {%s}"):format(reply.rcode or reply.text, join(set))
  if answer.kind == "referral" then
    local cut = "none"
    for _, record in ipairs(reply.authority) do
      cut = record.type == NS and record.owner or cut
    end
    text = text .. ", cut " .. cut
  end
  if answer.kind ~= "loop" and answer.kind ~= "yxdomain" then
    text = text .. ", chain " .. table.concat(chain, " ")
  end
  return text
end

--- Where a server is known to do otherwise than BIND, with BIND's backing (the reference's three differences, and what was found).
local function known_difference(server, answer)
  return server ~= "bind" and answer.kind == "loop"
end

--- Asks the servers what zones were asked; complains of every difference. Also returns how many questions the server got that got the
--- fewest, and which zones are not served by whom.
---@param entries { name: string, text: string, handle: userdata, asks: string[], label: string }[]
local function compare(entries)
  local servers = dns_servers.start(entries)
  local complaints, pairs_asked, unserved = {}, math.huge, {}
  local ok, message = pcall(function()
    for _, server in ipairs(servers.names) do
      local questions, of = {}, {}
      for _, entry in ipairs(entries) do
        if servers.serving[server][entry.name] then
          for _, name in ipairs(entry.asks) do
            questions[#questions + 1] = { name = name, type = CAA }
            of[#questions] = entry
          end
        else
          unserved[#unserved + 1] = { server = server, entry = entry }
        end
      end
      for i, reply in ipairs(servers:ask(server, questions)) do
        local entry, name = of[i], questions[i].name
        local wanted, answer, one_ttl = ours(entry.handle, name)
        local found = theirs(reply, answer)
        local function complain(what)
          complaints[#complaints + 1] = ("%s, %s asked for %s\n  we:   %s (%s)\n  %s: %s (%s)\n%s"):format(
            what, entry.label, name, wanted, answer.kind, server, found, reply.text:sub(1, 300), entry.text)
        end
        if known_difference(server, answer) then -- luacheck: ignore
          -- NSD and Knot answer NOERROR with what they followed, cut off when it is long
        elseif reply.tc then
          complain("truncated")
        elseif wanted ~= found then
          complain("not the same")
        elseif answer.kind == "rrset" then
          for _, record in ipairs(reply.records) do
            if record.type == CAA and (record.ttl < answer.ttl or one_ttl and record.ttl ~= answer.ttl) then
              complain(("TTL %d, not %d"):format(record.ttl, answer.ttl))
              break
            end
          end
        elseif answer.kind == "referral" and #answer.aliases == 0 and reply.aa then
          complain("a referral with authority")
        end
      end
      pairs_asked = math.min(pairs_asked, #questions)
    end
  end)
  servers:stop()
  assert(ok, message)
  return complaints, pairs_asked, unserved
end

local function first_few(complaints)
  return ("%d differences\n\n%s"):format(#complaints, table.concat(complaints, "\n", 1, math.min(3, #complaints)))
end

describe("answers, as NSD, Knot and BIND give them,", function()
  it("of the cases", function()
    local entries = {}
    for i, case in ipairs(support.cases("20-answers.txt")) do
      local handle = support.load(case)
      if handle:status() == "loadable" then
        local apex = ("c%d.test"):format(i)
        local text = case.texts.zone:gsub("example%.com", apex)
        if case.raw then
          text = ("$ORIGIN %s.\n"):format(apex) .. text
        end
        local entry = { name = apex, text = text, handle = zone.load(text, { origin = apex }), asks = {}, label = ("%s:%d"):format(case.file, case.line) }
        for _, expected in ipairs(case.expect) do
          local name, wanted = expected.rest:match("^(%S+) = (.*)$")
          if (expected.verb == "ask" or expected.verb == "rcode") and name and not wanted:find("^outside") and wanted ~= "REFUSED" then
            table.insert(entry.asks, (support.absolute(name):gsub("example%.com$", apex)))
          end
        end
        entries[#entries + 1] = entry
      end
    end
    local complaints, asked, unserved = compare(entries)
    assert.equal("0 differences\n\n", first_few(complaints))
    assert.is_true(asked > 80, ("only %d pairs"):format(asked))
    for _, item in ipairs(unserved) do
      assert.are_not.equal("bind", item.server, item.entry.label)
    end
  end)

  it("of the differential table: who loads what", function()
    local entries = {}
    for i, case in ipairs(support.cases("10-differential.txt")) do
      if not case.texts["part.inc"] then
        local apex = ("d%d.test"):format(i)
        local text = case.texts.zone:gsub("example%.com", apex)
        entries[#entries + 1] = { name = apex, text = text, case = case, loads = zone.load(text, { origin = apex }):status() == "loadable" }
      end
    end
    local servers = dns_servers.start(entries)
    servers:stop()
    local complaints = {}
    for _, server in ipairs(servers.names) do
      for _, entry in ipairs(entries) do
        local wanted = entry.case[server] and server ~= "bind" and entry.case[server] == "loads"
        if server == "bind" or not entry.case[server] then
          wanted = entry.loads
        end
        if wanted ~= (servers.serving[server][entry.name] or false) then
          complaints[#complaints + 1] = ("%s:%d: %s: %s %s it"):format(entry.case.file, entry.case.line, entry.case.title, server, wanted and "refuses" or "loads")
        end
      end
    end
    assert.equal("", table.concat(complaints, "\n"))
  end)

  it("of random zones", function()
    local entries, loadable = {}, 0
    local wanted = math.max(4, math.floor(scale(10000 * 1.1) / PER_ZONE)) -- a tenth more: NSD and Knot refuse some zones that BIND loads
    local seed = 0
    while loadable < wanted do
      seed = seed + 1
      local apex = ("z%d.test"):format(seed)
      local text, asks = new_zone(seed, apex, PER_ZONE)
      local handle = zone.load(text, { origin = apex })
      local loads = handle:status() == "loadable"
      loadable = loadable + (loads and 1 or 0)
      entries[seed] = { name = apex, text = text, handle = handle, asks = loads and asks or {}, loads = loads, label = ("seed %d"):format(seed) }
    end
    local complaints, asked, unserved = compare(entries)
    assert.equal("0 differences\n\n", first_few(complaints))
    assert.is_true(asked >= wanted / 1.1 * PER_ZONE - PER_ZONE, ("only %d pairs"):format(asked))
    local refused = {}
    for _, item in ipairs(unserved) do
      refused[item.entry] = refused[item.entry] or item.server == "bind"
    end
    for _, entry in ipairs(entries) do
      assert(entry.loads == not refused[entry], ("%s: BIND %s it\n%s"):format(entry.label, refused[entry] and "refuses" or "loads", entry.text))
    end
  end)
end)
