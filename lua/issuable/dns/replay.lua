-- Recorded packets: a transcript read back, and a carrier that answers from it instead of asking anybody.
-- SPDX-License-Identifier: MIT
-- Source: csrc/caa/engine.h says how lines are written. Ids and letters' case are the query's own: they are drawn anew each time.

local M = {}

local function octets_of(hex)
  return (hex:gsub("%x%x", function(pair)
    return string.char(tonumber(pair, 16))
  end))
end

--- Where the question of a message ends, or nil.
local function question_end(message)
  local at = 13
  while true do
    local length = message:byte(at)
    if not length or length > 63 then
      return nil
    elseif length == 0 then
      return #message >= at + 4 and at + 4 or nil
    end
    at = at + 1 + length
  end
end

--- What a query asks, whatever its id and letters: the same question by the same way.
local function key_of(way, server, query)
  local last = question_end(query)
  return table.concat({ way, server, query:sub(3, 4), query:sub(11, 12), query:sub(13, last or #query):lower() }, "\0")
end

--- The recorded answer as the answer to this query.
local function as_answer_to(query, answer)
  local last = question_end(query)
  local question = last and query:sub(13, last)
  if question and answer:sub(13, last):lower() == question:lower() then
    return query:sub(1, 2) .. answer:sub(3, 12) .. question .. answer:sub(last + 1)
  end
  return query:sub(1, 2) .. answer:sub(3)
end

---@class issuable.Transcript
---@field servers { address: string, port: integer }[]
local Transcript = {}
Transcript.__index = Transcript

local HEAD = "issuable-transcript 1"

--- What is written before the engine's lines.
---@param servers { address: string, port: integer }[]
---@return string
function M.head(servers)
  local lines = { HEAD }
  for _, server in ipairs(servers) do
    lines[#lines + 1] = ("server %s %d"):format(server.address, server.port)
  end
  return table.concat(lines, "\n") .. "\n"
end

local function add_line(self, open, way, server, id, what, hex)
  local octets = octets_of(hex)
  local sent = way == "udp" and octets or octets:sub(3)
  local place = way .. server .. " " .. id
  if what == ">" then
    local exchange = { way = way, chunks = {}, answers = {} }
    local key = key_of(way, server, sent)
    self.exchanges[key] = self.exchanges[key] or {}
    table.insert(self.exchanges[key], exchange)
    open[way == "udp" and place .. sent:sub(1, 2) or place] = exchange
  elseif way == "udp" then
    local exchange = open[place .. octets:sub(1, 2)]
    if exchange and what == "<" then
      table.insert(exchange.answers, octets)
    elseif exchange then
      exchange.undelivered = true
    end
  elseif open[place] then
    if what == "<" then
      table.insert(open[place].chunks, octets)
    else
      open[place].closed = true
    end
  end
end

---@param path string
---@return issuable.Transcript?
---@return string? message
function M.read(path)
  local file, message = io.open(path, "rb")
  if not file then
    return nil, message
  end
  local self = setmetatable({ servers = {}, exchanges = {} }, Transcript)
  local open, number = {}, 0
  for line in file:lines() do
    number = number + 1
    local address, port = line:match("^server (%S+) (%d+)$")
    local way, server, id, what, hex = line:match("^(%l+) (%d+) (%d+) ([<>!.]) ?(%x*)$")
    if address then
      self.servers[#self.servers + 1] = { address = address, port = tonumber(port) }
    elseif way == "udp" or way == "tcp" then
      add_line(self, open, way, server, id, what, hex)
    elseif not (number == 1 and line == HEAD) then
      file:close()
      return nil, ("%s:%d: this is no transcript of issuable"):format(path, number)
    end
  end
  file:close()
  if #self.servers == 0 then
    return nil, ("%s: this is no transcript of issuable"):format(path)
  end
  return self
end

local Carrier = {}
Carrier.__index = Carrier

--- Carries the packets of a resolver: every query gets what it got when it was recorded, in the order of the recording. What was
--- never asked then is undeliverable. Time does not pass but for what was waited for.
---@param resolver userdata
function Transcript:carrier(resolver)
  return setmetatable({ transcript = self, resolver = resolver, now = 0, at = {} }, Carrier)
end

local function next_exchange(self, way, server, query)
  local key = key_of(way, server, query)
  local list = self.transcript.exchanges[key]
  if not list then
    return nil
  end
  self.at[key] = math.min((self.at[key] or 0) + 1, #list)
  return list[self.at[key]]
end

local function answer_datagram(self, server, port, query)
  local exchange = next_exchange(self, "udp", server, query)
  if not exchange or (exchange.undelivered and #exchange.answers == 0) then
    self.resolver:undelivered(port, server, query, self.now)
  end
  for _, answer in ipairs(exchange and exchange.answers or {}) do
    self.resolver:datagram(port, server, as_answer_to(query, answer), self.now)
  end
end

local function answer_stream(self, server, stream, query)
  local exchange = next_exchange(self, "tcp", server, query:sub(3))
  local text = exchange and table.concat(exchange.chunks) or ""
  if #text > 2 then
    self.resolver:stream(stream, text:sub(1, 2) .. as_answer_to(query:sub(3), text:sub(3)), self.now)
  elseif #text > 0 then
    self.resolver:stream(stream, text, self.now)
  end
  if not exchange or exchange.closed then
    self.resolver:closed(stream, self.now)
  end
end

--- Carries out what is to be done, or lets time pass until something has to be done.
---@return boolean ok
---@return string? message
function Carrier:step()
  local acted = false
  while true do
    local kind, a, b, octets = self.resolver:action(self.now)
    if kind == "udp" then
      answer_datagram(self, a, b, octets)
    elseif kind == "stream" then
      answer_stream(self, a, b, octets)
    elseif kind == "wait" then
      if not acted and a then
        self.now = math.max(self.now, a)
        self.resolver:tick(self.now)
      elseif not acted then
        return false, "the transcript leaves a question open"
      end
      return true
    end
    acted = true
  end
end

return M
