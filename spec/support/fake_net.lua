-- A network of the tests' own: servers are functions, time is a number, and a driver in plain Lua carries the packets.
-- SPDX-License-Identifier: MIT
-- Source: csrc/caa/resolver.h. The driver is what one over nginx cosockets has to be: actions out, octets in, nothing else.

local wire = require "spec.support.wire"

local M = {}

--- The parts of a query that servers of tests look at.
function M.parse(octets)
  local labels, at = {}, 13
  while octets:byte(at) ~= 0 do
    labels[#labels + 1] = octets:sub(at + 1, at + octets:byte(at))
    at = at + 1 + octets:byte(at)
  end
  return {
    octets = octets,
    id = octets:sub(1, 2),
    question = octets:sub(13, at + 4),
    name = table.concat(labels, "."):lower(),
    type = octets:byte(at + 1) * 256 + octets:byte(at + 2),
    cd = math.floor(octets:byte(4) / 16) % 2 == 1,
    rd = octets:byte(3) % 2 == 1,
    edns = #octets > at + 4,
  }
end

--- An answer to a query: flags as in "8180", then records as in spec/support/wire.lua, by section.
---@param sections? { answer?: string[], authority?: string[], additional?: string[] } or a list: the answer section
function M.reply(query, flags, sections)
  sections = sections or {}
  if sections[1] then
    sections = { answer = sections }
  end
  local counts, records = {}, {}
  for i, name in ipairs { "answer", "authority", "additional" } do
    local list = sections[name] or {}
    counts[i] = wire.u16(#list)
    for _, text in ipairs(list) do
      records[#records + 1] = wire.record(text)
    end
  end
  return query.id .. wire.hex(flags) .. "\0\1" .. table.concat(counts) .. query.question .. table.concat(records)
end

--- The octets with another value at 1-based `at`.
function M.patch(octets, at, with)
  return octets:sub(1, at - 1) .. with .. octets:sub(at + #with)
end

local Net = {}
Net.__index = Net

---@param resolver userdata of caa.resolver; its servers are added here
---@param servers function[] server(query, how, net, action) → list of { after = ms, octets | chunk | closed = true | undelivered = true, server =, port = }
function M.new(resolver, servers)
  for i in ipairs(servers) do
    assert(resolver:server("192.0.2." .. i))
  end
  return setmetatable({ resolver = resolver, servers = servers, now = 1000, pending = {}, order = 0, log = {} }, Net)
end

function Net:later(happening, after)
  self.order = self.order + 1
  happening.at, happening.order = self.now + (after or 1), self.order
  table.insert(self.pending, happening)
end

function Net:act()
  while true do
    local kind, a, b, octets = self.resolver:action(self.now)
    if kind == "wait" then
      return a
    elseif kind == "udp" or kind == "stream" then
      local query = M.parse(kind == "udp" and octets or octets:sub(3))
      query.how, query.server, query.port = kind, a, b
      table.insert(self.log, query)
      for _, happening in ipairs(self.servers[a + 1](query, kind == "udp" and "udp" or "tcp", self) or {}) do
        happening.server = happening.server == nil and a or happening.server
        happening.way, happening.port = happening.way or kind, happening.port or b
        happening.query = octets
        self:later(happening, happening.after)
      end
    end
  end
end

local function feed(resolver, happening, now)
  if happening.way == "udp" then
    if happening.undelivered then
      resolver:undelivered(happening.port, happening.server, happening.query, now)
    else
      resolver:datagram(happening.port, happening.server or nil, happening.octets, now)
    end
  elseif happening.closed then
    resolver:closed(happening.port, now)
  else
    resolver:stream(happening.port, happening.chunk, now)
  end
end

--- Goes on to the next moment at which something happens. False: nothing will.
function Net:step()
  local wake = self:act()
  local first
  for i, happening in ipairs(self.pending) do
    local earliest = first and self.pending[first]
    if not first or happening.at < earliest.at or (happening.at == earliest.at and happening.order < earliest.order) then
      first = i
    end
  end
  local at = first and self.pending[first].at
  if not at and not wake then
    return false
  end
  if at and (not wake or at <= wake) then
    self.now = math.max(self.now, at)
    feed(self.resolver, table.remove(self.pending, first), self.now)
  else
    self.now = math.max(self.now, wake)
    self.resolver:tick(self.now)
  end
  return true
end

--- Looks names up, all at once, and gives their results in the same order.
function Net:lookup(...)
  local names, results, of = { ... }, {}, {}
  for i, name in ipairs(names) do
    of[assert(self.resolver:start(name, false, self.now), "the window is full")] = i
  end
  local left = #names
  while left > 0 do
    local kind, number = self.resolver:event()
    if kind == "decided" then
      results[of[number]] = self.resolver:result(number)
      self.resolver:release(number)
      left = left - 1
    elseif not kind and not self:step() then
      error("nothing is under way, and " .. left .. " names are not decided")
    end
  end
  return (unpack or table.unpack)(results)
end

return M
