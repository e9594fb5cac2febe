-- Whether a zone loads, for thousands of zones that are put together from the cases and damaged: BIND loads exactly what we load.
-- SPDX-License-Identifier: MIT
-- One named with a zone for each file (check-integrity no, as `named-checkzone -i none`); it serves what it could load.

local dns_servers = require "spec.support.dns_servers"
local new_random = require "spec.support.random"
local scale = require "spec.support.scale"
local support = require "spec.zone.support"
local zone = require "issuable.zone"

--- Lines of all cases that BIND decides as we do, without those that need other files or a time of their own.
local function corpus()
  local lines = {}
  for _, file in ipairs(support.files()) do
    for _, case in ipairs(support.cases(file)) do
      if not case.bind and not case.raw then
        local text = case.texts.zone:sub(#support.HEAD + 1)
        for line in text:gmatch("[^\n]+") do
          if not line:upper():find("$INCLUDE", 1, true) and not line:upper():find("$DATE", 1, true) and not line:find("%d%d%d%d%d%d%-") and #line < 300 then
            lines[#lines + 1] = line
          end
        end
      end
    end
  end
  return lines
end

local PIECES = { " ", "\t", "\n", "\n ", "\r", "\r\n", '"', "(", ")", ";", "\\", "\\0", "@", ".", "$", "0", "1", "h", "IN ", "300 ", "*", "\\# ", "\195\169", "#", "-", "CAA ", "$TTL 5\n", "$ORIGIN x\n" }

local function damage(random, text)
  for _ = 1, random:below(2) do
    local at = random:below(#text + 1)
    local kind = random:below(4)
    if kind == 1 then
      text = text:sub(1, at - 1) .. text:sub(at + random:below(3))
    elseif kind == 2 then
      text = text:sub(1, at - 1) .. random:pick(PIECES) .. text:sub(at)
    elseif kind == 3 then
      local from = random:below(#text + 1)
      text = text:sub(1, at - 1) .. text:sub(from, from + random:below(12)) .. text:sub(at)
    else
      text = text:sub(1, at)
    end
  end
  return text
end

describe("loading", function()
  it("every type's data as BIND reads it: cases/types.lines", function()
    local entries = {}
    for line in io.lines(support.folder .. "/types.lines") do
      local verdict, record = line:match("^(%l%l) (.*)$")
      if verdict then
        local apex = ("t%d.test"):format(#entries + 1)
        local text = (support.HEAD .. "a " .. record .. "\n"):gsub("example%.com", apex)
        local handle = zone.load(text, { origin = apex })
        assert.equal(verdict == "ok", handle:status() == "loadable", record .. ": " .. (handle:errors()[1] and handle:errors()[1].message or "no error"))
        entries[#entries + 1] = { name = apex, text = text, loads = verdict == "ok", record = record }
      end
    end
    local servers = dns_servers.start(entries, { "bind" })
    servers:stop()
    for _, entry in ipairs(entries) do
      assert.equal(entry.loads, servers.serving.bind[entry.name] or false, entry.record)
    end
  end)

  it("BIND loads exactly what we load", function()
    local lines = corpus()
    assert.is_true(#lines > 500)
    local entries, counts = {}, { [true] = 0, [false] = 0 }
    for seed = 1, scale(1500) do
      local random = new_random(seed * 7919)
      random:below(2)
      local apex = ("m%d.test"):format(seed)
      local body = {}
      for i = 1, random:below(4) do
        body[i] = random:pick(lines)
      end
      local text = table.concat(body, "\n") .. "\n"
      if random:chance(60) then
        text = damage(random, text)
      end
      text = (support.HEAD .. text):gsub("example%.com", apex)
      local handle = zone.load(text, { origin = apex })
      entries[seed] = { name = apex, text = text, handle = handle, loads = handle:status() == "loadable" }
      counts[entries[seed].loads] = counts[entries[seed].loads] + 1
    end
    local servers = dns_servers.start(entries, { "bind" })
    local log = servers:log("bind")
    servers:stop()
    local complaints = {}
    for seed, entry in ipairs(entries) do
      if entry.loads ~= (servers.serving.bind[entry.name] or false) then
        local said = {}
        for line in log:gmatch("[^\n]*[ /]" .. seed .. "%.zone[^\n]*") do
          said[#said + 1] = line:sub(26)
        end
        local first = entry.handle:errors()[1]
        complaints[#complaints + 1] = ("seed %d: BIND %s it, we say %s\n%s\n%s"):format(seed, entry.loads and "refuses" or "loads",
          first and first.severity .. " " .. first.message or "nothing", table.concat(said, "\n"), support.escape(entry.text):gsub("\\n", "\n"))
      end
    end
    assert.equal("", table.concat(complaints, "\n\n", 1, math.min(8, #complaints)))
    assert.is_true(counts[true] >= #entries / 10 and counts[false] >= #entries / 10, "both ends happen")
  end)
end)
