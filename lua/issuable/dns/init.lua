-- Live DNS: servers from the options or from resolv.conf, and the resolver of issuable.caa that asks them.
-- SPDX-License-Identifier: MIT
-- RFC 8659 section 3; whom to trust about DNSSEC: resolv.conf(5), `options trust-ad`.

local caa = require "issuable.caa"
local resolv_conf = require "issuable.dns.resolv_conf"
local words = require "issuable.dns.words"

local M = {}

---@class issuable.Dns
local Dns = {}
Dns.__index = Dns

local QUICK = 2 -- seconds; glibc's 5 are for people who wait anyway

--- `ADDRESS` or `ADDRESS@PORT`, IPv4 or IPv6.
---@param text string
---@return { address: string, port: integer }?
---@return string? message
function M.server(text)
  local address, port = text:match("^(.-)@(%d+)$")
  port = tonumber(port or 53)
  address = (address or text):match("^%[?([%x:.]+)%]?$")
  if not address or port < 1 or port > 65535 or not (address:find(":", 1, true) or address:find("^%d+%.%d+%.%d+%.%d+$")) then
    return nil, ("%q is no ADDRESS[@port] of a name server"):format(text)
  end
  return { address = address, port = port }
end

--- Addresses that only a private network answers; what their resolvers say may be a private view (split DNS).
---@param address string
---@return boolean
function M.is_private(address)
  local a, b = address:match("^(%d+)%.(%d+)%.")
  a, b = tonumber(a), tonumber(b)
  if a then
    return a == 10 or a == 127 or (a == 172 and b >= 16 and b <= 31) or (a == 192 and b == 168) or (a == 100 and b >= 64 and b <= 127)
  end
  local lower = address:lower()
  return lower:find("^f[cd]") ~= nil or lower:find("^fe[89ab]") ~= nil or lower == "::1"
end

local function servers_of(list)
  local servers = {}
  for i, text in ipairs(list) do
    local server, message = M.server(text)
    if not server then
      return nil, message
    end
    servers[i] = server
  end
  return servers
end

---@class issuable.DnsOptions
---@field servers string[]? ADDRESS[@port]; nil: those of resolv.conf
---@field resolv_conf string? path
---@field trust_ad boolean? the servers' AD bit counts; nil: as resolv.conf says about its own
---@field window integer? names at once
---@field timeout integer? milliseconds
---@field attempts integer?
---@field record string? path: a transcript of all packets is written there
---@field replay string? path: answers come from that transcript, nobody is asked
---@field recursion boolean? false: the servers are authorities
---@field authoritative boolean? the servers are where walking to the zones' own servers starts, and every one of these is asked
---@field authority_port integer? port of the zones' own servers (53)
---@field entropy string? 32 octets, for tests

---@param options issuable.DnsOptions
---@return issuable.Dns? its field `watch` may be set: fun(): boolean, true ends Dns:event early
---@return string? message
function M.open(options)
  local conf = { trust_ad = false, rotate = false }
  local servers, message
  local transcript
  if options.replay then
    transcript, message = require("issuable.dns.replay").read(options.replay)
    servers = transcript and transcript.servers
  elseif options.servers and #options.servers > 0 then
    servers, message = servers_of(options.servers)
  else
    conf = resolv_conf.read(options.resolv_conf)
    servers = conf.servers
  end
  if not servers then
    return nil, message
  end
  local trust_ad = options.trust_ad
  if trust_ad == nil then
    trust_ad = conf.trust_ad
  end
  local resolver, why = caa.resolver {
    window = options.window or 256,
    timeout = options.timeout or (conf.timeout or QUICK) * 1000,
    attempts = options.attempts or conf.attempts or 2,
    rotate = conf.rotate,
    trust_ad = trust_ad,
    recursion = options.recursion ~= false,
    entropy = options.entropy,
  }
  if not resolver then
    return nil, why
  end
  local walker = options.authoritative and require("issuable.dns.walk").new {
    servers = servers,
    port = options.authority_port,
    timeout = options.timeout,
  } or nil
  local self = setmetatable({ walker = walker, resolver = resolver, servers = servers, trust_ad = trust_ad, private = {}, window = options.window or 256 }, Dns)
  for _, server in ipairs(servers) do
    local number, problem = resolver:server(server.address, server.port)
    if not number then
      return nil, problem
    end
    server.text = (server.address:find(":", 1, true) and "[%s]:%d" or "%s:%d"):format(server.address, server.port)
    self.private[server.text] = M.is_private(server.address)
  end
  if transcript then
    self.carrier = transcript:carrier(resolver)
  elseif options.record then
    local ok, problem = resolver:record(options.record, require("issuable.dns.replay").head(servers))
    if not ok then
      return nil, ("%s: %s"):format(options.record, problem)
    end
  end
  return self
end

--- What all servers are called, for reports: "192.0.2.1:53, 192.0.2.2:53".
---@return string
function Dns:title()
  local list = {}
  for i, server in ipairs(self.servers) do
    list[i] = server.text
  end
  return table.concat(list, ", ")
end

--- Starts a lookup; its number, or nil while the window is full.
---@param name string
---@param ask_caller boolean every owner is offered to the caller first (event "want")
---@return integer?
function Dns:start(name, ask_caller)
  return self.resolver:start(name, ask_caller, self.carrier and self.carrier.now)
end

--- The next event, waiting for it; nil when nothing is under way, or when `watch` (asked several times a second) says so.
---@return "want"|"decided"|nil kind
---@return integer number
---@return string? owner
---@return string? climb
function Dns:event()
  while true do
    local kind, number, owner, climb = self.resolver:event()
    if kind then
      return kind, number, owner, climb
    elseif self.resolver:counts().active == 0 then
      return nil
    end
    if self.watch and self.watch() then
      return nil
    end
    local ok, message
    if self.carrier then
      ok, message = self.carrier:step()
    else
      ok, message = self.resolver:step(self.watch and 200 or nil)
    end
    if not ok then
      error("issuable.dns: " .. tostring(message))
    end
  end
end

function Dns:tell(number, reply)
  self.resolver:tell(number, reply, self.carrier and self.carrier.now)
end

function Dns:ask(number)
  self.resolver:ask(number, self.carrier and self.carrier.now)
end

--- The result of a decided lookup, whose place is free then: as m:result of caa.lookup, failures in words.
---@param number integer
---@param name string
---@return table answer
function Dns:take(number, name)
  local answer = self.resolver:result(number)
  self.resolver:release(number)
  answer.name = name
  local last = answer.trace[#answer.trace]
  if answer.status == "failed" and last and (last.live or not last.source) and last.cause then
    answer.cause = last.cause
    answer.detail = words.failure(answer)
    last.detail = answer.detail
  end
  if answer.status == "failed" and answer.reason ~= "dnssec-bogus" and last and self.private[last.source] then
    answer.detail = ("%s (%s has a private address: maybe a private view)"):format(answer.detail or answer.reason, last.source)
  end
  return answer
end

--- Gives up a lookup that is not decided.
function Dns:give_up(number)
  self.resolver:release(number)
end

function Dns:close()
  self.resolver:close()
end

return M
