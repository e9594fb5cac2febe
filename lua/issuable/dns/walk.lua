-- The zone's own servers: found from the given ones, then every one of them asked about every owner.
-- SPDX-License-Identifier: MIT
-- RFC 1034 section 4.3.2 and 5.3.3 (referrals), RFC 2181 section 6 (zone cuts), RFC 9471 (glue).

local caa = require "issuable.caa"
local words = require "issuable.dns.words"

local M = {}

local A, NS, SOA, AAAA, CAA = 1, 2, 6, 28, 257
local MAX_REFERRALS, MAX_ADDRESSES = 20, 32

---@class issuable.Walker
local Walker = {}
Walker.__index = Walker

---@param options { servers: { address: string, port: integer }[], port?: integer, timeout?: integer }
---   servers: where walking starts, resolvers or authorities; port: of the zones' servers (53)
---@return issuable.Walker
function M.new(options)
  return setmetatable({
    start = options.servers,
    port = options.port or 53,
    timeout = options.timeout or 2000,
    zones = {}, -- owner → zone
    by_apex = {},
  }, Walker)
end

local function text_of(server)
  return (server.address:find(":", 1, true) and "[%s]:%d" or "%s:%d"):format(server.address, server.port)
end

--- Asks several servers one question each; messages by index, and causes of those that failed.
---@param servers { address: string, port: integer }[]
---@param name string
---@param qtype integer
---@param rd boolean
---@return table<integer, string> messages octets
---@return table<integer, string> causes
local function ask(self, servers, name, qtype, rd)
  local r = assert(caa.resolver { window = 1, ports = math.min(64, #servers), memo = 64, timeout = self.timeout, recursion = rd })
  local index_of, messages, causes, left = {}, {}, {}, 0
  for i, server in ipairs(servers) do
    local number = r:server(server.address, server.port, false)
    local query = number and r:query(name, qtype, number, { rd = rd })
    if query then
      index_of[query] = i
      left = left + 1
    else
      causes[i] = "unreachable"
    end
  end
  while left > 0 do
    local kind, query = r:event()
    if kind then
      local octets, cause = r:message(query)
      messages[index_of[query]], causes[index_of[query]] = octets, cause
      left = left - 1
    else
      assert(r:step())
    end
  end
  r:close()
  return messages, causes
end

--- The first of the servers that says anything sensible.
local function first_answer(self, servers, name, qtype, rd)
  local messages, causes = ask(self, servers, name, qtype, rd)
  local why
  for i in ipairs(servers) do
    local message = messages[i] and caa.message(messages[i])
    if message and (message.rcode == "NOERROR" or message.rcode == "NXDOMAIN") then
      return message, i
    end
    why = why or ("%s: %s"):format(text_of(servers[i]), message and message.rcode or causes[i] or "no proper answer")
  end
  return nil, nil, why
end

local function of_type(section, qtype, owner)
  local list = {}
  for _, record in ipairs(section) do
    if record.type == qtype and record.class == 1 and (not owner or record.owner == owner) then
      list[#list + 1] = record
    end
  end
  return list
end

--- Addresses of name servers: those in the message, else asked of `via`.
local function addresses_of(self, names, message, via, rd)
  local servers, seen = {}, {}
  local function add(name, record)
    local server = { name = name, address = record.address, port = self.port }
    if record.address and not seen[record.address] and #servers < MAX_ADDRESSES then
      seen[record.address] = true
      servers[#servers + 1] = server
    end
  end
  for _, name in ipairs(names) do
    local before = #servers
    for _, record in ipairs(message and message.additional or {}) do
      if record.owner == name and record.address then
        add(name, record)
      end
    end
    if #servers == before then
      for _, qtype in ipairs { A, AAAA } do
        local answer = first_answer(self, via, name, qtype, rd)
        for _, record in ipairs(answer and of_type(answer.answer, qtype) or {}) do
          add(name, record)
        end
      end
    end
  end
  return servers
end

local function names_of(records)
  local names = {}
  for i, record in ipairs(records) do
    names[i] = record.target
  end
  table.sort(names)
  return names
end

--- The apex above an owner as a resolver sees it.
local function apex_of(message, owner)
  for _, section in ipairs { message.answer, message.authority } do
    for _, record in ipairs(of_type(section, SOA)) do
      if caa.is_below(owner, record.owner) then
        return record.owner
      end
    end
  end
end

--- By a resolver: it knows the cuts.
local function by_resolver(self, owner, message)
  local apex = apex_of(message, owner)
  while not apex do -- an alias: the SOA is that of where it leads, and no alias is an apex
    owner = caa.parent(owner)
    if not owner or owner == "." then
      return nil, "no zone was found"
    end
    local answer, _, why = first_answer(self, self.start, owner, SOA, true)
    if not answer then
      return nil, why
    end
    apex = apex_of(answer, owner)
  end
  if self.by_apex[apex] then
    return self.by_apex[apex]
  end
  local answer, _, why = first_answer(self, self.start, apex, NS, true)
  if not answer then
    return nil, why
  end
  local servers = addresses_of(self, names_of(of_type(answer.answer, NS, apex)), answer, self.start, true)
  return { apex = apex, servers = servers }
end

--- By authorities: from referral to referral.
local function by_referrals(self, owner)
  local servers, cut = self.start, nil
  for _ = 1, MAX_REFERRALS do
    local message, index, why = first_answer(self, servers, owner, SOA, false)
    if not message then
      return nil, why
    end
    local referral = of_type(message.authority, NS)
    if message.aa then
      local apex = apex_of(message, owner) or cut
      if not apex then
        return nil, ("%s does not say which zone holds %s"):format(text_of(servers[index]), owner)
      elseif self.by_apex[apex] then
        return self.by_apex[apex]
      end
      local via = { servers[index] }
      local answer = first_answer(self, via, apex, NS, false)
      local named = answer and names_of(of_type(answer.answer, NS, apex)) or {}
      return { apex = apex, servers = addresses_of(self, named, answer, via, false) }
    elseif #referral == 0 or referral[1].owner == cut or not caa.is_below(owner, referral[1].owner) then
      return nil, ("%s is lame: it neither holds %s nor knows who does"):format(text_of(servers[index]), owner)
    end
    cut = referral[1].owner
    servers = addresses_of(self, names_of(of_type(message.authority, NS, cut)), message, servers, false)
    if #servers == 0 then
      return nil, ("no address is known of any server of %s"):format(cut)
    end
  end
  return nil, "the referrals do not end"
end

--- The zone that holds an owner, with its servers and their addresses.
---@param owner string
---@return { apex: string, servers: { name: string, address: string, port: integer }[] }?
---@return string? why
function Walker:zone_of(owner)
  if self.zones[owner] then
    return self.zones[owner]
  end
  local message, _, why = first_answer(self, self.start, owner, SOA, true)
  if not message then
    return nil, why
  end
  local zone
  if message.ra then
    zone, why = by_resolver(self, owner, message)
  else
    zone, why = by_referrals(self, owner)
  end
  if not zone then
    return nil, why
  elseif #zone.servers == 0 then
    return nil, ("no address is known of any server of %s"):format(zone.apex)
  end
  self.zones[owner], self.by_apex[zone.apex] = zone, zone
  return zone
end

--- What has to be equal for two servers to say the same: all but the TTLs.
local function essence(reply)
  local parts = { reply.kind, reply.cause or "" }
  for _, alias in ipairs(reply.aliases or {}) do
    parts[#parts + 1] = alias.owner .. ">" .. alias.target
  end
  local records = {}
  for i, record in ipairs(reply.records or {}) do
    records[i] = record
  end
  table.sort(records)
  for _, record in ipairs(records) do
    parts[#parts + 1] = ("%d:%s"):format(#record, record)
  end
  return table.concat(parts, "\0")
end

M.essence = essence

--- A message as a reply about an owner's CAA.
---@param octets string?
---@param cause string? why there is no message
---@param server { address: string, port: integer, name?: string }
---@param recursion boolean? it was asked as a resolver
function M.reply_of(owner, octets, cause, server, recursion)
  local match, reply
  if octets then
    match, reply = caa.read("\0\0" .. octets:sub(3), owner, { rd = recursion or false })
    if match == "case" then
      match = "match" -- which letters were sent the resolver knew; the question is the same
    end
  end
  if match ~= "match" and match ~= "bare" then
    reply = { kind = "failed", cause = cause or "malformed-answer", reason = "lookup-failed", aliases = {} }
  end
  reply.source, reply.live, reply.asked, reply.security = text_of(server), true, owner, "unchecked"
  reply.server_name = server.name
  return reply
end

--- Every server's reply about the CAA of an owner.
---@param owner string
---@return { server: table, reply: table }[]? replies in the order of the servers' names
---@return string? why no server could be found
---@return table? zone
function Walker:replies(owner)
  local zone, why = self:zone_of(owner)
  if not zone then
    return nil, why
  end
  local messages, causes = ask(self, zone.servers, owner, CAA, false)
  local list = {}
  for i, server in ipairs(zone.servers) do
    -- an IPv6 address that this machine has no way to says nothing about the zone
    if not (causes[i] == "unreachable" and server.address:find(":", 1, true)) then
      list[#list + 1] = { server = server, reply = M.reply_of(owner, messages[i], causes[i], server) }
    end
  end
  if #list == 0 then
    return nil, ("no server of %s can be reached from here"):format(zone.apex)
  end
  return list, nil, zone
end

--- The serial of a zone on each of its servers, by "name (address)".
---@return table<string, integer>
function Walker:serials(zone)
  local messages = ask(self, zone.servers, zone.apex, SOA, false)
  local serials = {}
  for i, server in ipairs(zone.servers) do
    local message = messages[i] and caa.message(messages[i])
    local soa = message and of_type(message.answer, SOA, zone.apex)[1]
    serials[M.title(server)] = soa and soa.serial or nil
  end
  return serials
end

--- "ns1.example.com (192.0.2.1:53)"
function M.title(server)
  return server.name and ("%s (%s)"):format(server.name, text_of(server)) or text_of(server)
end

--- One reply in a few words, for people.
function M.summary(reply)
  if reply.kind == "rrset" then
    local texts = {}
    for i, record in ipairs(reply.records) do
      texts[i] = caa.format(caa.decode(record))
    end
    table.sort(texts)
    return table.concat(texts, ", ")
  elseif reply.kind == "nodata" then
    return "no CAA"
  elseif reply.kind == "nxdomain" then
    return "no such name"
  elseif reply.kind == "alias" then
    return "an alias of " .. reply.target
  end
  return words.cause(reply)
end

return M
