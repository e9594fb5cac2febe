-- busted helper: the collector never rests, so that a C module that forgets to anchor something is found out.
-- SPDX-License-Identifier: MIT
-- Source: luv's CI runs its suite with pause 0 as well; ISSUABLE_GC_STRESS=1 of spec/run loads this.

-- Pause 0: the next cycle starts when one ends; the step is the smallest that finishes a suite in minutes.
if _VERSION == "Lua 5.1" then
  collectgarbage("setpause", 0)
  collectgarbage("setstepmul", 1000)
else
  collectgarbage("incremental", 0, 1000, 10)
end
