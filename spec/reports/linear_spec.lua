-- Twice the findings, twice the work and twice the memory: counted, not timed.
-- SPDX-License-Identifier: MIT
-- Counted are the interpreter's instructions and the bytes that are allocated while the collector stands still: work inside
-- of string functions shows up in what they allocate. spec/bench/reports.lua has the seconds.

local estate = require "spec.reports.support.estate"
local reports = require "issuable.reports"
local scale = require "spec.support.scale"
local shell = require "spec.support.shell"

local FEW = math.max(100, scale(200))
local STEP = 100 -- instructions between two looks

--- What rendering costs.
---@return number instructions in steps
---@return number kilobytes
local function cost(format, result, folder)
  collectgarbage()
  collectgarbage()
  collectgarbage("stop")
  local steps, before = 0, collectgarbage("count")
  debug.sethook(function()
    steps = steps + 1
  end, "", STEP)
  local text = reports.render(format, result, estate.options { root = folder })
  debug.sethook()
  local used = collectgarbage("count") - before
  collectgarbage("restart")
  assert.is_true(#text > 0)
  return steps, used
end

describe("reports are linear", function()
  local folder, few, many

  setup(function()
    if jit then
      jit.off() -- compiled code counts no instructions
      jit.flush()
    end
    folder = shell.folder()
    few = estate.wide(folder .. "/few", FEW)
    many = estate.wide(folder .. "/many", 2 * FEW)
    assert.equal(2 * #few.findings, #many.findings)
  end)

  teardown(function()
    if jit then
      jit.on()
    end
    shell.remove(folder)
  end)

  for _, format in ipairs(reports.FORMATS) do
    it("in what they do and in what they allocate: " .. format, function()
      cost(format, few, folder) -- whatever is loaded at the first time
      local steps, used = cost(format, few, folder)
      local twice_steps, twice_used = cost(format, many, folder)
      assert.is_true(twice_steps < 2.3 * steps + 200, ("%d findings: %.0f, twice as many: %.0f steps"):format(FEW, steps, twice_steps))
      assert.is_true(twice_used < 2.3 * used + 200, ("%d findings: %.0f, twice as many: %.0f kB"):format(FEW, used, twice_used))
    end)
  end
end)
