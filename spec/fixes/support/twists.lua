-- Turns a random zone into one of the kind that people really keep: no $TTL, owners left out, parts in files of their own.
-- SPDX-License-Identifier: MIT
-- RFC 1035 section 5.1. A twist may break the zone: an editor has to live with that too.

local M = {}

local function lines_of(text)
  local lines = {}
  for line in text:gmatch("[^\n]*\n?") do
    if line ~= "" then
      lines[#lines + 1] = line
    end
  end
  return lines
end

local function is_record(line)
  return line:find("^[^%s;$()]+[ \t]") ~= nil
end

--- Each takes the lines of the zone, the other files and the generator, and changes the lines.
local TWISTS = {
  no_default_ttl = function(lines)
    for i = #lines, 1, -1 do
      if lines[i]:find("^%$TTL") then
        table.remove(lines, i)
      end
    end
    for i, line in ipairs(lines) do
      if line:find("SOA", 1, true) then
        lines[i] = line:gsub("^(%S+)", "%1 3600", 1)
        return
      end
    end
  end,
  blank_owner = function(lines, _, random)
    local i = random:upto(#lines)
    if is_record(lines[i]) and not lines[i]:find("SOA", 1, true) then
      lines[i] = lines[i]:gsub("^%S+", random:pick { "", "  ", "\t" }, 1)
    end
  end,
  origin_between = function(lines, _, random)
    table.insert(lines, random:upto(#lines), random:pick { "$ORIGIN example.com.\n", "$ORIGIN b.example.com.\n", "$ORIGIN com.\n", "$ORIGIN .\n" })
  end,
  ttl_between = function(lines, _, random)
    table.insert(lines, random:upto(#lines), random:pick { "$TTL 300\n", "$TTL 1h\n" })
  end,
  own_ttl = function(lines, _, random)
    local i = random:upto(#lines)
    if is_record(lines[i]) then
      lines[i] = lines[i]:gsub("^(%S+)", "%1 " .. random:pick { "60", "300", "2h" }, 1)
    end
  end,
  parenthesis = function(lines, _, random)
    local i = random:upto(#lines)
    local head, rest = lines[i]:match("^(%S*[ \t]+)([^;()]*)\r?\n$")
    if head and not head:find("[;\"$(]") and rest ~= "" then
      lines[i] = head .. random:pick { "( ", "( ; opened\n  ", "(" } .. rest .. random:pick { " )\n", "\n\t) ; closed\n", " ) ; x\n" }
    end
  end,
  part = function(lines, texts, random)
    local first = random:upto(#lines)
    local last = math.min(#lines, first + random:upto(5) - 1)
    if first < 8 or texts["moved.inc"] then
      return
    end
    local moved = {}
    for _ = first, last do
      moved[#moved + 1] = table.remove(lines, first)
    end
    texts["moved.inc"] = table.concat(moved)
    table.insert(lines, first, "$INCLUDE moved.inc\n")
    if random:one_in(6) then
      table.insert(lines, first, "$INCLUDE moved.inc sub.example.com.\n")
    end
  end,
  double = function(lines, _, random)
    local i = random:upto(#lines)
    if is_record(lines[i]) and not lines[i]:find("[()]") and not lines[i]:find("SOA", 1, true) then
      table.insert(lines, i, lines[i])
    end
  end,
  special = function(lines, _, random)
    table.insert(lines, random:upto(#lines), random:pick {
      "cut.example.com. 300 NS ns.example.com.\n", "d.example.com. 300 DNAME elsewhere.test.\n", "*.v.example.com. 300 A 192.0.2.3\n",
      "c.example.com. 300 CNAME www.example.com.\n", "out.example.net. 300 A 192.0.2.3\n", "  TXT \"who\"\n", "$GENERATE 1-3 g$ A 192.0.2.$\n", "$GENERATE 1-2 h$ 300 TXT x$\n", "a.*.m.example.com. 300 A 192.0.2.3\n",
    })
  end,
  open_end = function(lines)
    lines[#lines] = lines[#lines]:gsub("\r?\n$", "")
  end,
  line_end = function(lines, _, random)
    local i = random:upto(#lines)
    lines[i] = lines[i]:gsub("\r?\n$", random:pick { "\n", "\r\n" })
  end,
}

local NAMES = {}
for name in pairs(TWISTS) do
  NAMES[#NAMES + 1] = name
end
table.sort(NAMES)

--- Twists the zone in "example.com.zone", some times.
---@param texts table<string, string> changed
---@param random table of random_zone
function M.apply(texts, random)
  local lines = lines_of(texts["example.com.zone"])
  for _ = 1, random:upto(6) do
    TWISTS[random:pick(NAMES)](lines, texts, random)
  end
  texts["example.com.zone"] = table.concat(lines)
end

local PIECES = {
  "\n", "\r\n", " ", "\t", "(", ")", ";", "\"", "\\", "@", "$ORIGIN b\n", "$TTL 9\n", "IN", "CAA", "TYPE257", "\\# 0", "0", "255", "issue", "www", ".",
  "*", "\0", "\255", "$INCLUDE part.inc\n", "\n\n", "\n  ", "\n@ ", "\r", "1h", "$GENERATE 1-3 g$ A 192.0.2.$\n", "SOA",
}

--- Takes bytes out and puts others in, at random places.
---@param bytes string
---@param random table
---@return string
function M.mutate(bytes, random)
  for _ = 1, random:upto(4) do
    local at = random:upto(#bytes + 1)
    local kind = random:upto(4)
    if kind == 1 then
      bytes = bytes:sub(1, at - 1) .. bytes:sub(at + random:upto(3))
    elseif kind == 2 then
      bytes = bytes:sub(1, at - 1) .. random:pick(PIECES) .. bytes:sub(at)
    elseif kind == 3 then
      local from = random:upto(#bytes + 1)
      bytes = bytes:sub(1, at - 1) .. bytes:sub(from, from + random:upto(40)) .. bytes:sub(at)
    else
      bytes = bytes:sub(1, at - 1) .. string.char(random:upto(256) - 1) .. bytes:sub(at + 1)
    end
  end
  return bytes
end

return M
