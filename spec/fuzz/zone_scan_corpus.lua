-- Writes a seed corpus for the fuzzers of zone files: every case of spec/zone/cases and every zone of the decide cases.
-- SPDX-License-Identifier: MIT
-- Usage: lua5.4 spec/fuzz/zone_scan_corpus.lua FOLDER (from the root; the modules are found as spec/run sets them)

local lfs = require "lfs"
local support = require "spec.zone.support"

local folder = assert(arg[1], "which folder?")
lfs.mkdir(folder)

local count = 0
local function seed(text)
  for _, options in ipairs { 0, 2, 4 + 0, 8 + 1, 12, 20 + 1 } do
    count = count + 1
    local file = assert(io.open(("%s/seed-%05d"):format(folder, count), "wb"))
    file:write(string.char(options), (text:gsub("%$INCLUDE%s+%S+", count % 2 == 0 and "$INCLUDE p" or "$INCLUDE b sub")))
    file:close()
  end
end

for _, name in ipairs(support.files()) do
  for _, case in ipairs(support.cases(name)) do
    for _, text in pairs(case.texts) do
      if #text < 4096 then
        seed(text)
      end
    end
  end
end
print(("%d seeds in %s"):format(count, folder))
