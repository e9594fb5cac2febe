-- issuable.file.replace when the machine itself fails: every call and allocation once, and kills at random moments.
-- SPDX-License-Identifier: MIT
-- Source: csrc/file/file.h, file_replace; the failures come from spec/support/failing_calls.c.

local file = require("issuable.file")
local scale = require("spec.support.scale")
local shell = require("spec.support.shell")

local q = shell.quote

local OLD, NEW = ("old\n"):rep(20000), ("new and longer\n"):rep(20000)

describe("issuable.file.replace, interrupted,", function()
  local folder

  local function path(name) return folder .. "/" .. name end
  local function sh(line, expected)
    local status, out, err = shell.run(("cd %s && { %s\n}"):format(q(folder), line))
    if expected then assert.equal(expected, status, err) end
    return out, err, status
  end

  before_each(function() folder = shell.folder() end)
  after_each(function() shell.remove(folder) end)

  -- Which of the two texts a file holds; anything else is a half-written file.
  local function state(name)
    local bytes = shell.read(path(name))
    return bytes == OLD and "old" or bytes == NEW and "new" or "broken"
  end

  local function temporaries()
    local found = {}
    for _, where in ipairs { "", "d" } do
      for _, name in ipairs(file.list(path(where))) do
        if name:find("^%.") then found[#found + 1] = name end
      end
    end
    return found
  end

  -- Two files in two folders, the second behind a link.
  local function fresh()
    sh("rm -rf d; mkdir d; ln -sf d/real b.zone", 0)
    shell.write(path("a.zone"), OLD)
    shell.write(path("d/real"), OLD)
    shell.write(path("old"), OLD)
    shell.write(path("new"), NEW)
  end

  local CHILD = [[
    local file = require("issuable.file")
    local OLD, NEW = file.read("old"), file.read("new")
    local old, new = file.sha256(OLD), file.sha256(NEW)
    local function swap(from, bytes)
      return file.replace { { path = "a.zone", digest = from, bytes = bytes }, { path = "b.zone", digest = from, bytes = bytes } }
    end
  ]]

  it("replaces all or none and tells the truth, whichever call fails", function()
    sh(("${CC:-cc} -D_GNU_SOURCE -shared -fPIC -o failing.so %s -ldl"):format(q(shell.root .. "/spec/support/failing_calls.c")), 0)
    shell.write(path("child.lua"), CHILD .. [[
      local ok, message, code, path, written = swap(old, NEW)
      print(ok, code, path, written and table.concat(written, " ") or "none", message)
    ]])
    local seen, finished = {}, false
    for at = 1, 400 do
      fresh()
      local out, err = sh(("FAIL_AT=%d LD_PRELOAD=$PWD/failing.so %s child.lua"):format(at, q(shell.lua)), 0)
      local failed = err:match("failed: (%w+)")
      local where = ("call %d (%s): %s"):format(at, tostring(failed), out)
      local ok, code, _, written, message = out:match("^(%S+)\t(%S+)\t(%S+)\t(.-)\t(.*)\n$")
      local a, b = state("a.zone"), state("b.zone")
      if ok == "true" then
        assert.same({ "new", "new" }, { a, b }, where)
      elseif written == "none" then
        assert.same({ "old", "old" }, { a, b }, where)
      else -- after the first rename: exactly what it says
        assert.equal(a == "new" and b == "new" and "a.zone b.zone" or "a.zone", written, where)
        assert.equal("new", a, where)
        if b == "old" then
          assert.truthy(message:find("(written: a.zone; not written: b.zone)", 1, true), where)
        else
          assert.equal("new", b, where)
          assert.truthy(message:find("(all files are written, but a power cut could undo it)", 1, true), where)
        end
      end
      assert.same({}, temporaries(), where)
      assert.not_equal("EUNKNOWN", code, where)
      assert.equal("../d/real", "../" .. sh("readlink b.zone"):gsub("\n", ""), where)
      if not failed then
        finished = true
        break
      end
      seen[failed] = (seen[failed] or 0) + 1
    end
    assert.is_true(finished)
    for _, name in ipairs { "openat", "read", "write", "fchmod", "fsync", "close", "renameat", "fstat", "getrandom" } do
      assert.is_true((seen[name] or 0) >= 2, name .. " never failed")
    end
  end)

  it("leaves old or new files when it is killed at any moment", function()
    -- The child swaps the files to and fro for ever; SIGKILL comes when it comes.
    shell.write(path("child.lua"), CHILD .. [[
      while true do
        assert(swap(old, NEW))
        assert(swap(new, OLD))
      end
    ]])
    for round = 1, scale(12) do
      fresh()
      sh(("%s child.lua & child=$!; sleep 0.0%d; kill -9 $child; wait $child"):format(q(shell.lua), 30 + (round * 37) % 60), 137)
      assert.not_equal("broken", state("a.zone"))
      assert.not_equal("broken", state("b.zone"))
      for _, name in ipairs(temporaries()) do -- may be left, but only under a name that nobody takes for a zone
        assert.truthy(name:find("^%.[%w.]+%.issuable%-[a-z2-7]+$"), name)
      end
      sh("rm -f .a.zone.issuable-*", 0)
    end
  end)

  it("leaves no temporary file when it is asked to stop", function()
    shell.write(path("child.lua"), CHILD .. [[
      while true do
        assert(swap(old, NEW))
        assert(swap(new, OLD))
      end
    ]])
    for round = 1, scale(6) do
      local signal = ({ "TERM", "HUP" })[round % 2 + 1]
      fresh()
      local _, err, status = sh(("%s child.lua & child=$!; sleep 0.0%d; kill -%s $child; wait $child")
        :format(q(shell.lua), 40 + (round * 37) % 50, signal))
      assert.is_true(status == 143 or status == 129, err)
      assert.same({}, temporaries())
      assert.equal(state("a.zone"), state("b.zone"))
    end
  end)
end)
