-- DNS messages written as text, octet by octet where it matters: for cases, and for servers of the tests.
-- SPDX-License-Identifier: MIT
-- RFC 1035 section 4. Nothing of csrc/ is used: the codec under test shall not test itself.

local M = {}

M.TYPES = { A = 1, NS = 2, CNAME = 5, SOA = 6, AAAA = 28, DNAME = 39, OPT = 41, RRSIG = 46, CAA = 257 }

function M.u16(n)
  return string.char(math.floor(n / 256) % 256, n % 256)
end

function M.u32(n)
  return M.u16(math.floor(n / 65536)) .. M.u16(n % 65536)
end

--- A name in wire form; `\DDD` stands for any octet; a trailing "@12" is a compression pointer.
function M.name(text)
  local out = {}
  local rest, pointer = text:match("^(.-)%.?@(%d+)$")
  text = rest or text
  for label in text:gmatch("[^.]+") do
    label = label:gsub("\\(%d%d%d)", function(n)
      return string.char(tonumber(n))
    end)
    out[#out + 1] = string.char(#label) .. label
  end
  out[#out + 1] = pointer and M.u16(0xc000 + tonumber(pointer)) or "\0"
  return table.concat(out)
end

function M.hex(text)
  return (text:gsub("%s", ""):gsub("%x%x", function(pair)
    return string.char(tonumber(pair, 16))
  end))
end

--- Data of a record: words `name X` or `@N`, hex octets, "text", `caa FLAGS TAG VALUE`, `soa MNAME MINIMUM`.
function M.data(text)
  local out = {}
  local at = 1
  while at <= #text do
    local word, next_at = text:match('^%s*"([^"]*)"()', at)
    if word then
      out[#out + 1] = word
    else
      word, next_at = text:match("^%s*(%S+)()", at)
      if not word then
        break
      end
      if word == "caa" then
        local flags, tag, value, after = text:match('^%s+(%d+)%s+(%S+)%s+"(.-)"()', next_at)
        value = value:gsub("\\(%d%d%d)", function(n)
          return string.char(tonumber(n))
        end)
        out[#out + 1] = string.char(tonumber(flags), #tag) .. tag .. value
        next_at = after
      elseif word == "soa" then
        local mname, minimum, after = text:match("^%s+(%S+)%s+(%d+)()", next_at)
        out[#out + 1] = M.name(mname) .. M.name("hostmaster." .. mname) .. M.u32(1) .. M.u32(7200) .. M.u32(900) .. M.u32(86400) .. M.u32(tonumber(minimum))
        next_at = after
      elseif word == "name" then
        local name, after = text:match("^%s+(%S+)()", next_at)
        out[#out + 1] = M.name(name)
        next_at = after
      elseif word:sub(1, 1) == "@" then
        out[#out + 1] = M.name(word)
      else
        out[#out + 1] = M.hex(word)
      end
    end
    at = next_at
  end
  return table.concat(out)
end

--- A record: OWNER TYPE TTL [class=N] [rdlength=N] DATA…
function M.record(text)
  local owner, type_text, ttl, rest = text:match("^%s*(%S+)%s+(%S+)%s+(%S+)%s*(.*)$")
  local class, rdlength = 1, nil
  while true do
    local key, value, after = rest:match("^(%a+)=(%d+)%s*()")
    if not key then
      break
    end
    if key == "class" then
      class = tonumber(value)
    else
      rdlength = tonumber(value)
    end
    rest = rest:sub(after)
  end
  local data = M.data(rest)
  return M.name(owner == "." and "" or owner) .. M.u16(M.TYPES[type_text] or tonumber(type_text)) .. M.u16(class)
    .. M.u32(tonumber(ttl)) .. M.u16(rdlength or #data) .. data
end

--- A message: lines `head FLAGS QD AN NS AR` (flags in hex; id 0), `q NAME [TYPE [CLASS]]`, `rr …`, `x HEX`.
function M.message(lines)
  local out = {}
  for _, line in ipairs(lines) do
    local word, rest = line:match("^%s*(%S+)%s*(.-)%s*$")
    if word == "head" then
      local flags, counts = rest:match("^(%x+)%s*(.*)$")
      out[#out + 1] = "\0\0" .. M.u16(tonumber(flags, 16))
      for count in counts:gmatch("%d+") do
        out[#out + 1] = M.u16(tonumber(count))
      end
    elseif word == "q" then
      local name, type_text, class = rest:match("^(%S+)%s*(%S*)%s*(%S*)$")
      out[#out + 1] = M.name(name) .. M.u16(M.TYPES[type_text] or tonumber(type_text) or 257) .. M.u16(tonumber(class) or 1)
    elseif word == "rr" then
      out[#out + 1] = M.record(rest)
    elseif word == "x" then
      out[#out + 1] = M.hex(rest)
    else
      error("not understood: " .. line)
    end
  end
  return table.concat(out)
end

return M
