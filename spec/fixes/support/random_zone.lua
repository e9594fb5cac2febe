-- Random small zones in many hands' styles, and random asks, for property tests.
-- SPDX-License-Identifier: MIT
-- RFC 1035 section 5.1; the same seed gives the same zone on both engines.

local M = {}

local Random = {}
Random.__index = Random

--- Park and Miller's generator: whole numbers below 2^53 throughout, so both engines agree.
function M.random(seed)
  local random = setmetatable({ state = seed % 2147483646 + 1 }, Random)
  for _ = 1, 4 do
    random:upto(2) -- the first numbers of neighbouring seeds are neighbours
  end
  return random
end

--- A whole number from 1 to n.
function Random:upto(n)
  self.state = self.state * 16807 % 2147483647
  return math.floor(self.state / 2147483647 * n) + 1
end

function Random:pick(list)
  return list[self:upto(#list)]
end

--- True once in n times.
function Random:one_in(n)
  return self:upto(n) == 1
end

local ACCOUNT = "https://acme-v02.api.letsencrypt.org/acme/acct/"

local CAA = {
  { "issue", "digicert.com" },
  { "issue", "digicert.com; cansignhttpexchanges=yes" },
  { "issue", "sectigo.com" },
  { "issue", "pki.goog" },
  { "issue", "letsencrypt.org" },
  { "issue", "letsencrypt.org; accounturi=" .. ACCOUNT .. "1" },
  { "issue", "letsencrypt.org;validationmethods=http-01" },
  { "issue", "letsencrypt.org; accounturi=" .. ACCOUNT .. "1 ; validationmethods=dns-01" },
  { "issue", "letsencrypt.org; validationmethods=dns-01;" },
  { "issue", "https://letsencrypt.org" },
  { "issue", "LetsEncrypt.org" },
  { "issue", ";" },
  { "issue", "pki.goog ;a=b" },
  { "issuewild", "digicert.com" },
  { "issuewild", "sectigo.com; a-b=c" },
  { "issuewild", "letsencrypt.org; accounturi=" .. ACCOUNT .. "2" },
  { "issuewild", ";" },
  { "iodef", "mailto:security@example.com" },
  { "iodef", "https://example.com/a;b" },
  { "contactemail", "a@example.com" },
  { "issuemail", "digicert.com" },
}

local NAMES = { "example.com", "www.example.com", "api.example.com", "a.b.example.com", "*.w.example.com", "deep.api.example.com" }

local ASKED = {
  "example.com", "*.example.com", "www.example.com", "*.www.example.com", "x.w.example.com", "*.y.w.example.com",
  "api.example.com", "*.api.example.com", "deep.api.example.com", "a.b.example.com", "nowhere.example.com", "alias.example.com",
  "*.alias.example.com", "n.b.example.com",
}

local function style_of(random)
  return {
    line_end = random:one_in(4) and "\r\n" or "\n",
    gap = random:pick { " ", "\t", "  ", "\t\t", "        " },
    leading = random:pick { "\t", "\t\t", "                ", " ", "  \t" },
    class = random:pick { "always", "never", "random" },
    ttl = random:pick { "never", "random", "random", "always" },
    class_first = random:one_in(3),
    owner = random:pick { "relative", "absolute", "random" },
    blank = random:pick { "always", "never", "random" },
    lower = random:one_in(4),
    quotes = random:pick { "always", "always", "random" },
    value_gap = random:pick { " ", " ", "\t", "    " },
    parens = random:one_in(3),
    comments = random:one_in(2),
    aligned = random:one_in(3),
  }
end

local Writer = {}
Writer.__index = Writer

function Writer:line(text)
  self.lines[#self.lines + 1] = text
end

function Writer:gap()
  return self.random:one_in(6) and " " or self.style.gap
end

function Writer:owner_text(owner)
  local random, style = self.random, self.style
  local blank = style.blank == "always" or style.blank == "random" and random:one_in(2)
  if owner == self.last_owner and blank then
    return style.leading, true
  end
  self.last_owner = owner
  local absolute = style.owner == "absolute" or style.owner == "random" and random:one_in(2)
  if not absolute and owner == self.origin then
    return "@"
  elseif not absolute and owner:sub(-#self.origin - 1) == "." .. self.origin then
    return owner:sub(1, -#self.origin - 2)
  end
  return (random:one_in(5) and owner:upper() or owner) .. "."
end

--- TTL and class; the TTL of a set is the same in all its records, so it is shown in all or taken from $TTL in all.
function Writer:head(owner, ttl, type_name)
  local random, style = self.random, self.style
  local owner_text, blank = self:owner_text(owner)
  local words = {}
  if ttl then
    words[1] = random:one_in(4) and ttl % 60 == 0 and ("%dm"):format(ttl / 60) or ("%d"):format(ttl)
  end
  if style.class == "always" or style.class == "random" and random:one_in(2) then
    table.insert(words, style.class_first and 1 or #words + 1, style.lower and "in" or "IN")
  end
  words[#words + 1] = style.lower and type_name:lower() or type_name
  local parts = { owner_text, blank and "" or self:gap() }
  for i, word in ipairs(words) do
    parts[#parts + 1] = word
    parts[#parts + 1] = i < #words and self:gap() or ""
  end
  return table.concat(parts)
end

function Writer:comment()
  if self.style.comments and self.random:one_in(3) then
    return self.random:pick { " ; ours", "\t; see ticket 4711 (old)", "    ;\"quoted", " ;" }
  end
  return ""
end

--- A record, sometimes over several lines.
function Writer:record(owner, ttl, type_name, ...)
  local words = { ... }
  local head = self:head(owner, ttl, type_name)
  local before = self:gap()
  if self.style.parens and self.random:one_in(4) then
    local inside = self.style.line_end .. self.style.leading
    local text = { head, before, "(", self.random:one_in(2) and inside or " " }
    for i, word in ipairs(words) do
      text[#text + 1] = word
      text[#text + 1] = i < #words and (self.random:one_in(3) and " ; part" .. inside or " ") or ""
    end
    text[#text + 1] = self.random:one_in(2) and self.style.line_end .. " )" or " )"
    self:line(table.concat(text) .. self:comment())
    return
  end
  self:line(head .. before .. table.concat(words, " ") .. self:comment())
end

local function hexadecimal(text)
  return (text:gsub(".", function(character)
    return ("%02X"):format(character:byte())
  end))
end

function Writer:caa(owner, ttl, flags, tag, value)
  local random, style = self.random, self.style
  if random:one_in(15) then
    local rdata = string.char(flags, #tag) .. tag .. value
    self:record(owner, ttl, random:one_in(2) and "TYPE257" or "CAA", "\\#", ("%d"):format(#rdata), hexadecimal(rdata))
    return
  end
  local quoted = style.quotes == "always" or not value:find("^[%w%.%-:/@]+$") or random:one_in(2)
  local text = quoted and '"' .. value .. '"' or value
  if quoted and random:one_in(8) then
    text = text:gsub("t", "\\116", 1) -- an escape where none is needed
  end
  local gap = style.aligned and (" "):rep(13 - #tag) or style.value_gap
  self:record(owner, ttl, "CAA", ("%d"):format(flags), (random:one_in(10) and tag:upper() or tag) .. gap .. text)
end

function Writer:other(owner, ttl)
  local random = self.random
  local kind = random:upto(4)
  if kind == 1 then
    self:record(owner, ttl, "A", ("192.0.2.%d"):format(random:upto(250)))
  elseif kind == 2 then
    self:record(owner, ttl, "TXT", ('"t %d; \\" ( x"'):format(random:upto(1000)), random:one_in(2) and "plain" or '""')
  elseif kind == 3 then
    self:record(owner, ttl, "MX", ("%d"):format(random:upto(50)), "ns.example.com.")
  else
    self:record(owner, ttl, "AAAA", ("2001:db8::%d"):format(random:upto(9999)))
  end
end

function Writer:interlude()
  local random = self.random
  local kind = random:upto(8)
  if kind == 1 then
    self:line("; " .. random:pick { "------", "the office", 'IN CAA 0 issue "x"', "(" })
  elseif kind == 2 then
    self:line(random:pick { "", "   ", "\t" })
  elseif kind == 3 then
    self.origin = random:pick { "example.com", "com", "b.example.com", "example.com" }
    self:line("$ORIGIN " .. self.origin .. ".")
  elseif kind == 4 and self.default_ttl then
    self.default_ttl = random:pick { 300, 3600, 86400 }
    self:line(("$TTL %d"):format(self.default_ttl))
  end
end

function Writer:head_of_zone()
  local random = self.random
  if random:one_in(2) then
    self:line("$ORIGIN example.com.")
  end
  local ttl
  if random:one_in(4) then
    ttl = 7200 -- no $TTL: the last one stated is inherited
  else
    self.default_ttl = random:pick { 300, 3600, 86400 }
    self:line(("$TTL %d%s"):format(self.default_ttl, self:comment()))
  end
  local serial = random:pick { "1", "0", "2026110901", "2026112399", "4294967295", "1795450000", "0007" }
  if random:one_in(2) then
    self:line(("%s SOA ns hostmaster %s 7200 900 1209600 300"):format("@" .. (ttl and " 7200" or ""), serial))
  else
    local line_end = self.style.line_end
    self:line(("%s IN SOA ns.example.com. hostmaster.example.com. (%s\t%s ; serial%s\t7200 900%s\t1209600 300 ) ; minimum"):format(
      "example.com." .. (ttl and " 7200" or ""), line_end, serial, line_end, line_end))
  end
  self.last_owner = "example.com"
  self:record("example.com", ttl, "NS", "ns.example.com.")
  self:record("ns.example.com", ttl, "A", "192.0.2.53")
end

--- The CAA records of one owner and what else stands there, in some order.
function Writer:owner(owner)
  local random = self.random
  local shown = self.style.ttl == "always" or self.style.ttl == "random" and random:one_in(2)
  local ttl = shown and random:pick { 60, 300, 3600, 86400 } or nil
  local list, seen = {}, {}
  for _ = 1, random:upto(4) do
    local property = random:pick(CAA)
    if not seen[property] then
      seen[property] = true
      list[#list + 1] = property
    end
  end
  local default = self.default_ttl
  for i, property in ipairs(list) do
    -- between two records that take their TTL from $TTL it does not change, or they would differ
    if random:one_in(4) and (i == 1 or ttl) then
      self:interlude()
      default = self.default_ttl
    end
    if random:one_in(4) then
      self:other(owner, ttl or default or 7200)
    end
    self:caa(owner, ttl or (not self.default_ttl and 7200) or nil, random:one_in(12) and 128 or 0, property[1], property[2])
  end
  if random:one_in(2) then
    self:other(owner, ttl or 7200)
  end
end

local function text_of(writer)
  local text = table.concat(writer.lines, writer.style.line_end)
  local directive = writer.lines[#writer.lines]:sub(1, 1) == "$"
  if directive or not writer.random:one_in(5) then -- BIND refuses a file that ends in a directive without a newline
    text = text .. writer.style.line_end
  end
  return text
end

--- A zone for example.com: path → bytes, the zone in "example.com.zone", sometimes with a part in "part.inc".
---@param seed integer
---@return table<string, string> texts
---@return table random the generator, for what comes next
function M.zone(seed)
  local random = M.random(seed)
  local writer = setmetatable({ random = random, style = style_of(random), lines = {}, origin = "example.com" }, Writer)
  local texts = {}
  writer:head_of_zone()
  local names = {}
  for _, name in ipairs(NAMES) do
    if not random:one_in(3) then
      names[#names + 1] = name
    end
  end
  if random:one_in(3) then
    writer:record("alias.example.com", 3600, "CNAME", random:pick { "www.example.com.", "z.w.example.com.", "deep.api.example.com." })
  end
  local included = random:one_in(4) and random:upto(#names) or 0
  for i, name in ipairs(names) do
    if i == included then
      local part = setmetatable({ random = random, style = style_of(random), lines = {}, origin = "example.com", default_ttl = writer.default_ttl }, Writer)
      part:owner(name)
      texts["part.inc"] = text_of(part)
      writer:line("$INCLUDE part.inc example.com." .. writer:comment())
      if part.default_ttl ~= writer.default_ttl then
        writer.default_ttl = random:pick { 300, 3600 }
        writer:line(("$TTL %d"):format(writer.default_ttl))
      end
    else
      writer:owner(name)
    end
    if random:one_in(2) then
      writer:interlude()
    end
  end
  texts["example.com.zone"] = text_of(writer)
  return texts, random
end

--- Asks as text (see support/sets.lua).
function M.asks(random)
  local list = {}
  for i = 1, random:upto(5) do
    local ask = random:pick(ASKED) .. " " .. random:pick { "letsencrypt", "letsencrypt", "letsencrypt", "google", "sectigo", "ssl.com" }
    if random:one_in(2) then
      ask = ask .. " account=" .. ACCOUNT .. random:pick { "1", "2", "3" }
    end
    if random:one_in(2) then
      ask = ask .. " method=" .. random:pick { "dns-01", "http-01" }
    end
    list[i] = ask
  end
  return list
end

return M
