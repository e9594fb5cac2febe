-- How long each report takes for ten thousand findings, in CPU seconds, and how large it is.
-- SPDX-License-Identifier: MIT
-- Usage, from the root of the checkout: lua5.4 spec/bench/reports.lua [COUNT]   or: luajit spec/bench/reports.lua [COUNT]

local tree = os.getenv("ISSUABLE_TREE") or (jit and ".build/jit" or ".build/5.4")
package.path = "lua/?.lua;lua/?/init.lua;?.lua;" .. package.path
package.cpath = ("%s/lib/lua/%s/?.so;"):format(tree, jit and "5.1" or "5.4") .. package.cpath

local estate = require "spec.reports.support.estate"
local reports = require "issuable.reports"
local shell = require "spec.support.shell"

local count = tonumber(arg[1]) or 10000
local folder = shell.folder()
local started = os.clock()
local result = estate.wide(folder, count)
print(("%s: %d findings, read and decided in %.2f s of CPU (making the estate is part of that)"):format(
  jit and jit.version or _VERSION,
  #result.findings,
  os.clock() - started
))
for _, format in ipairs(reports.FORMATS) do
  local best, bytes = math.huge, 0
  for _ = 1, 3 do
    collectgarbage()
    started = os.clock()
    bytes = #reports.render(format, result, estate.options { root = folder })
    best = math.min(best, os.clock() - started)
  end
  print(("%-10s %6.3f s  %8.2f MB"):format(format, best, bytes / 1e6))
end
shell.remove(folder)
