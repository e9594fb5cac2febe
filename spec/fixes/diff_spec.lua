-- Unified diffs from edits: the exact text, and what git and patch make of it.
-- SPDX-License-Identifier: MIT
-- Format: POSIX diff -u; judged by `git apply` and `patch -p1` on folders of their own.

local diff = require "issuable.fixes.diff"
local edits = require "issuable.fixes.edits"
local scale = require "spec.support.scale"

local function replace(bytes, old, new)
  local first, last = bytes:find(old, 1, true)
  return { first = first, last = last, text = new }
end

local function numbered(n)
  local lines = {}
  for i = 1, n do
    lines[i] = ("line %d\n"):format(i)
  end
  return table.concat(lines)
end

describe("a unified diff", function()
  it("shows an insertion with three lines around it", function()
    local bytes = numbered(9)
    local at = bytes:find("line 6", 1, true)
    assert.equal(
      [[
--- a/z.zone
+++ b/z.zone
@@ -3,6 +3,7 @@
 line 3
 line 4
 line 5
+new
 line 6
 line 7
 line 8
]],
      diff.unified("z.zone", bytes, { { first = at, last = at - 1, text = "new\n" } })
    )
  end)

  it("joins changes that are near and parts those that are not", function()
    local bytes = numbered(20)
    assert.equal(
      [[
--- a/z
+++ b/z
@@ -1,8 +1,8 @@
-line 1
+LINE 1
 line 2
 line 3
 line 4
-line 5
+LINE 5
 line 6
 line 7
 line 8
@@ -15,6 +15,5 @@
 line 15
 line 16
 line 17
-line 18
 line 19
 line 20
]],
      diff.unified("z", bytes, { replace(bytes, "line 1", "LINE 1"), replace(bytes, "line 18\n", ""), replace(bytes, "line 5", "LINE 5") })
    )
  end)

  it("counts the lines that came before in the second hunk", function()
    local bytes = numbered(30)
    local at = bytes:find("line 5\n", 1, true)
    local text = diff.unified("z", bytes, { { first = at, last = at - 1, text = "one\ntwo\n" }, replace(bytes, "line 20", "x") })
    assert.truthy(text:find("@@ -2,6 +2,8 @@\n", 1, true))
    assert.truthy(text:find("@@ -17,7 +19,7 @@\n", 1, true))
  end)

  it("marks a last line without a newline", function()
    assert.equal("--- a/z\n+++ b/z\n@@ -1,2 +1,3 @@\n a\n-b\n\\ No newline at end of file\n+b\n+c\n\\ No newline at end of file\n",
      diff.unified("z", "a\nb", { { first = 4, last = 3, text = "\nc" } }))
  end)

  it("keeps CRLF, counts an empty file, and is empty without a change", function()
    assert.equal("--- a/z\n+++ b/z\n@@ -1,2 +1,3 @@\n a\r\n+b\r\n c\r\n", diff.unified("z", "a\r\nc\r\n", { { first = 4, last = 3, text = "b\r\n" } }))
    assert.equal("--- a/z\n+++ b/z\n@@ -0,0 +1 @@\n+x\n", diff.unified("z", "", { { first = 1, last = 0, text = "x\n" } }))
    assert.equal("--- a/z\n+++ b/z\n@@ -1 +0,0 @@\n-x\n", diff.unified("z", "x\n", { { first = 1, last = 2, text = "" } }))
    assert.equal("", diff.unified("z", "a\n", {}))
    assert.equal("", diff.unified("z", "a\n", { { first = 1, last = 1, text = "a" } }))
  end)

  it("quotes names as git does", function()
    local function header(path)
      return diff.unified(path, "a", { { first = 1, last = 1, text = "b" } }):match("^([^\n]*)\n")
    end
    assert.equal("--- a/x/y.zone", header("./x/y.zone"))
    assert.equal("--- a/tmp/y.zone", header("/tmp/y.zone"))
    assert.equal("--- a/with blank\t", header("with blank"))
    assert.equal([[--- "a/tab\there"]], header("tab\there"))
    assert.equal([[--- "a/\303\274ber.zone"]], header("\195\188ber.zone"))
    assert.equal([[--- "a/q\"uote\\ and blank"]], header([[q"uote\ and blank]]))
    assert.equal([[--- "a/n\newline\001\177"]], header("n\newline\1\127"))
  end)
end)

describe("the places of edits", function()
  it("are lines without their ends", function()
    local bytes = "a\r\nb 1\r\nc\r\n"
    assert.same({
      { path = "z", line = 2, removed = { "b 1" }, added = { "b 2" } },
      { path = "z", line = 3, removed = {}, added = { "new" } },
    }, diff.places("z", bytes, { { first = 6, last = 6, text = "2" }, { first = 9, last = 8, text = "new\r\n" } }))
  end)
end)

--- A folder that goes away again.
local function with_folder(work)
  local folder = os.tmpname()
  os.remove(folder)
  assert(os.execute("mkdir '" .. folder .. "'"))
  local ok, message = pcall(work, folder)
  os.execute("rm -rf '" .. folder .. "'")
  assert(ok, message)
end

local function write(path, bytes)
  local handle = assert(io.open(path, "wb"))
  handle:write(bytes)
  handle:close()
end

local function read(path)
  local handle = assert(io.open(path, "rb"))
  local bytes = handle:read("*a")
  handle:close()
  return bytes
end

local function succeeds(command)
  local result = os.execute(command)
  return result == true or result == 0
end

local function installed(program)
  return succeeds("command -v " .. program .. " >/dev/null 2>&1")
end

local function random_case(random)
  local ends = random(3) == 1 and "\r\n" or "\n"
  local lines = {}
  for i = 1, random(0, 30) do
    lines[i] = ("x"):rep(random(0, 4)) .. random(1, 3)
  end
  local bytes = table.concat(lines, ends)
  if #lines > 0 and random(4) > 1 then
    bytes = bytes .. ends
  end
  local list, at = {}, 1
  while at <= #bytes + 1 and random(6) > 1 do
    local first = random(at, math.min(#bytes + 1, at + 60))
    local last = random(3) == 1 and first - 1 or math.min(#bytes, first + random(0, 8))
    local texts = { "", "y", "y" .. ends, ends .. "y", "p" .. ends .. "q" .. ends, ends }
    list[#list + 1] = { path = "f", first = first, last = last, text = texts[random(#texts)] }
    at = last + 2
  end
  return bytes, list
end

describe("git and patch", function()
  local names = { "plain.zone", "with blank.zone", "tab\there.zone", "\195\188ber.zone", 'quo"te.zone', "sub/dir.zone" }

  for _, tool in ipairs {
    { name = "git", check = "git apply --check", apply = "git apply" },
    { name = "patch", check = "patch -s -f -p1 --dry-run", apply = "patch -s -f -p1 --no-backup-if-mismatch" },
  } do
    it(tool.name .. " take them: one file each, names and ends of every kind", function()
      if not installed(tool.name) then
        pending(tool.name .. " is not installed")
        return
      end
      with_folder(function(folder)
        local seed = 77
        math.randomseed(seed)
        local rounds = scale(12)
        local input, script = {}, { "cd '" .. folder .. "' || exit 1" }
        for round = 1, rounds do
          -- one folder a round holds a file of every name, all in one diff
          local root = ("%s/%d"):format(folder, round)
          assert(succeeds(("mkdir -p '%s/sub'"):format(root)))
          local text = {}
          input[round] = {}
          for i, name in ipairs(names) do
            local bytes, list = random_case(math.random)
            local after = assert(edits.apply(bytes, list))
            if bytes == "" or after == "" then
              bytes, list = "one\n", { { first = 1, last = 3, text = "two" } } -- patch takes an empty side for a file that comes or goes
              after = "two\n"
            end
            write(root .. "/" .. name, bytes)
            input[round][i] = after
            text[#text + 1] = diff.unified(name, bytes, list)
          end
          write(root .. ".diff", table.concat(text))
          if #table.concat(text) > 0 then
            script[#script + 1] = ("(cd %d && %s <../%d.diff && %s <../%d.diff) || exit 1"):format(round, tool.check, round, tool.apply, round)
          end
        end
        write(folder .. "/script", table.concat(script, "\n"))
        assert(succeeds(("GIT_CEILING_DIRECTORIES='%s' sh '%s/script' >'%s/log' 2>&1"):format(folder, folder, folder)),
          "seed " .. seed .. ": " .. read(folder .. "/log"))
        for round = 1, rounds do
          for i, name in ipairs(names) do
            assert.equal(input[round][i], read(("%s/%d/%s"):format(folder, round, name)), ("seed %d round %d %s"):format(seed, round, name))
          end
        end
      end)
    end)
  end
end)
