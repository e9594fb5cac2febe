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

  -- One child tries again and again, each time with trouble one call later, until there was none. One record a try.
  local function try_every_call(environment)
    fresh()
    sh(("${CC:-cc} -D_GNU_SOURCE -shared -fPIC -o failing.so %s -ldl"):format(q(shell.root .. "/spec/support/failing_calls.c")), 0)
    shell.write(path("child.lua"), CHILD .. [[
      io.stdout:setvbuf("no")
      local function put(path, bytes)
        local f = io.open(path, "wb")
        f:write(bytes)
        f:close()
      end
      local function state(path)
        local bytes = file.read(path)
        return bytes == OLD and "old" or bytes == NEW and "new" or bytes == OLD .. "!" and "edited" or "broken"
      end
      local names = #file.list(".") + #file.list("d")
      for _ = 1, 200 do
        put("a.zone", OLD)
        put("d/real", OLD)
        local ok, message, code, path, written = swap(old, NEW)
        local left = #file.list(".") + #file.list("d") - names
        print(table.concat({ tostring(ok), state("a.zone"), state("b.zone"), code or "-", written and table.concat(written, " ") or "none",
          message or "-", file.lstat("b.zone").type, left }, "\t"))
      end
    ]])
    local out = sh(("%s LD_PRELOAD=$PWD/failing.so %s child.lua"):format(environment, q(shell.lua)), 0)
    local tries = {}
    for line in out:gmatch("[^\n]+") do
      local call, rest = line:match("^@(%w+)\t(.*)$")
      local ok, a, b, code, written, message, link, left = (rest or line):match(
        "^(%l+)\t(%l+)\t(%l+)\t(%S+)\t([^\t]*)\t([^\t]*)\t(%l+)\t(%d+)$")
      assert.truthy(ok, line)
      assert.same({ "link", "0" }, { link, left }, line)
      if not call then return tries end
      tries[#tries + 1] = { call = call, ok = ok, a = a, b = b, code = code, written = written, message = message, line = line }
    end
    error("it never came to an end")
  end

  it("replaces all or none and tells the truth, whichever call fails", function()
    local seen = {}
    for _, try in ipairs(try_every_call("")) do
      seen[try.call] = (seen[try.call] or 0) + 1
      if try.ok == "true" then
        assert.same({ "new", "new" }, { try.a, try.b }, try.line)
      elseif try.written == "none" then
        assert.same({ "old", "old" }, { try.a, try.b }, try.line)
      elseif try.written == "a.zone" then -- after the first rename: exactly what it says
        assert.same({ "new", "old" }, { try.a, try.b }, try.line)
        assert.truthy(try.message:find("(written: a.zone; not written: b.zone)", 1, true), try.line)
      else
        assert.same({ "new", "new", "a.zone b.zone" }, { try.a, try.b, try.written }, try.line)
        assert.truthy(try.message:find("(all files are written, but a power cut could undo it)", 1, true), try.line)
      end
      assert.not_equal("EUNKNOWN", try.code, try.line)
    end
    -- fsync: two temporary files and two folders.
    for name, least in pairs { openat = 2, read = 2, write = 2, fchmod = 2, fsync = 4, close = 2, renameat = 2, fstat = 2, getrandom = 2 } do
      assert.is_true((seen[name] or 0) >= least, name .. " did not fail often enough")
    end
  end)

  it("does not write over what somebody edits meanwhile, whenever that is", function()
    local renames = 0
    for _, try in ipairs(try_every_call("EDIT_FILE=b.zone")) do
      if try.call == "renameat" then renames = renames + 1 end
      if renames == 2 then break end -- after the last look at it: the edit is lost, or is one of the new file
      assert.same({ "nil", "edited", "changed-on-disk" }, { try.ok, try.b, try.code }, try.line)
      if renames == 0 then
        assert.same({ "none", "old" }, { try.written, try.a }, try.line)
      else
        assert.same({ "a.zone", "new" }, { try.written, try.a }, try.line)
      end
    end
    assert.equal(2, renames)
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
