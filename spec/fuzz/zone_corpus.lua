-- Writes the zone cases as a seed corpus for the fuzz target zone.c.
-- SPDX-License-Identifier: MIT
-- Usage, with the modules of a built tree in LUA_PATH_5_4 and LUA_CPATH_5_4 (see spec/run): lua5.4 spec/fuzz/zone_corpus.lua FOLDER

local support = require "spec.zone.support"
local random_zone = require "spec.zone.random_zone"

local folder = assert(arg[1], "which folder?")
local count = 0

local function write(bytes)
  count = count + 1
  local file = assert(io.open(("%s/%04d"):format(folder, count), "wb"))
  file:write(bytes)
  file:close()
end

for _, name in ipairs(support.files()) do
  for _, case in ipairs(support.cases(name)) do
    local parts = ""
    for path, text in pairs(case.texts) do
      parts = path ~= "zone" and text or parts
    end
    local whole = case.texts.zone .. parts
    -- see the head of zone.c: 0x40 for one part, else where it is cut in two, in 64ths
    local cut = parts == "" and 0x40 or math.min(0x3e, math.ceil(#case.texts.zone * 64 / #whole))
    write(string.char(cut) .. whole)
  end
end
for seed = 1, 50 do
  write("\64" .. random_zone.zone(seed, "example.com", 1))
end
print(("%d files"):format(count))
