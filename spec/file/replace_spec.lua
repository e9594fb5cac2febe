-- issuable.file.replace: all files or none, and nothing left behind.
-- SPDX-License-Identifier: MIT
-- Source: csrc/file/file.h, file_replace; every failure is a real one.

local file = require("issuable.file")
local shell = require("spec.support.shell")

local q = shell.quote

describe("issuable.file.replace", function()
  local folder

  local function path(name) return folder .. "/" .. name end
  local function sh(line)
    local status, out, err = shell.run(("cd %s && { %s\n}"):format(q(folder), line))
    assert.equal(0, status, err)
    return out
  end
  -- A change of `name` from the bytes `old` to `new`.
  local function change(name, old, new)
    return { path = path(name), digest = file.sha256(old), bytes = new }
  end

  before_each(function()
    folder = shell.folder()
    shell.write(path("a.zone"), "old a")
    shell.write(path("b.zone"), "old b")
  end)
  after_each(function() shell.remove(folder) end)

  -- What a refused changeset must leave: both files as they were and not one name more.
  local function assert_untouched(names)
    assert.equal("old a", shell.read(path("a.zone")))
    assert.same(names or { "a.zone", "b.zone" }, file.list(folder))
  end

  it("writes all files", function()
    local inode = file.stat(path("a.zone")).ino
    assert.is_true(file.replace { change("a.zone", "old a", "new\0a\255"), change("b.zone", "old b", "") })
    assert.equal("new\0a\255", shell.read(path("a.zone")))
    assert.equal("", shell.read(path("b.zone")))
    assert.same({ "a.zone", "b.zone" }, file.list(folder))
    assert.not_equal(inode, file.stat(path("a.zone")).ino) -- replaced, not overwritten
  end)

  it("takes an empty changeset", function()
    assert.is_true(file.replace {})
  end)

  it("writes large bytes whole", function()
    local bytes = ("x"):rep(3000001)
    assert.is_true(file.replace { change("a.zone", "old a", bytes) })
    assert.is_true(bytes == shell.read(path("a.zone")))
  end)

  it("takes paths relative to the current folder", function()
    local out = sh(([[%s -e 'local f = require("issuable.file")
      print(f.replace{ { path = "a.zone", digest = f.sha256("old a"), bytes = "new a" } })']]):format(q(shell.lua)))
    assert.equal("true\n", out)
    assert.equal("new a", shell.read(path("a.zone")))
  end)

  it("keeps the mode, whatever the umask says", function()
    for _, mode in ipairs { "600", "644", "751", "4755", "666" } do
      sh("printf 'old a' >a.zone; chmod " .. mode .. " a.zone")
      assert.is_true(file.replace { change("a.zone", "old a", "new a") })
      assert.equal(mode .. "\n", sh("stat -c %a a.zone"))
    end
  end)

  it("keeps the owner and the group", function()
    -- Only root can give files away; anybody can at least keep his own.
    sh("test $(id -u) != 0 || chown 12345:23456 a.zone; chmod 2755 a.zone")
    local before = sh("stat -c '%u %g %a' a.zone")
    assert.is_true(file.replace { change("a.zone", "old a", "new a") })
    assert.equal(before, sh("stat -c '%u %g %a' a.zone"))
  end)

  it("writes the target of a link, not the link", function()
    sh("mkdir d; mv a.zone d/real; ln -s d/real l1; ln -s l1 a.zone")
    assert.is_true(file.replace { change("a.zone", "old a", "new a") })
    assert.equal("new a", shell.read(path("d/real")))
    assert.equal("l1\nd/real\n", sh("readlink a.zone; readlink l1"))
    assert.same({ "real" }, file.list(path("d")))
  end)

  it("has room for its temporary name beside the longest name", function()
    local name = ("n"):rep(255)
    shell.write(path(name), "old")
    assert.is_true(file.replace { change(name, "old", "new") })
    assert.equal("new", shell.read(path(name)))
    assert.same({ "a.zone", "b.zone", name }, file.list(folder))
  end)

  -- The second file of the changeset cannot be replaced: then the first is not, either.
  for _, case in ipairs {
    { "has other bytes", "printf 'other' >b.zone", "changed-on-disk" },
    { "has a byte more", "printf 'x' >>b.zone", "changed-on-disk" },
    { "is gone", "rm b.zone", "ENOENT" },
    { "is a folder", "rm b.zone; mkdir b.zone", "EISDIR" },
    { "is a FIFO", "rm b.zone; mkfifo b.zone", "not-regular" },
    { "is a device", "rm b.zone; ln -s /dev/null b.zone", "not-regular" },
    { "is a link to nothing", "rm b.zone; ln -s nowhere b.zone", "ENOENT" },
    { "is a loop of links", "rm b.zone; ln -s c b.zone; ln -s b.zone c", "ELOOP" },
    { "has a journal beside it", "touch b.zone.jnl", "journal" },
    { "has a journal that is a link to nothing", "ln -s nowhere b.zone.jnl", "journal" },
    { "is a link to a file with a journal", "mkdir d; mv b.zone d/r; touch d/r.jnl; ln -s d/r b.zone", "journal" },
    { "is a link with a journal beside it", "mkdir d; mv b.zone d/r; touch b.zone.jnl; ln -s d/r b.zone", "journal" },
    { "is the first one by another name", "printf 'old b' >a.zone; ln -sf a.zone b.zone", "duplicate", "old b" },
    { "is a hard link of the first", "printf 'old b' >a.zone; ln -f a.zone b.zone", "duplicate", "old b" },
    { "lies below a file", "rm b.zone; ln -s a.zone/x b.zone", "ENOTDIR" },
  } do
    it("changes nothing when the second " .. case[1], function()
      sh(case[2])
      local names = file.list(folder)
      local first = case[4] or "old a"
      local ok, message, code, at, written = file.replace { change("a.zone", first, "new a"), change("b.zone", "old b", "new b") }
      assert.is_nil(ok)
      assert.equal(case[3], code)
      assert.equal(path("b.zone"), at)
      assert.equal(1, (select(2, message:gsub("^" .. path("b.zone"):gsub("%p", "%%%0") .. ": %l", ""))))
      assert.is_nil(written)
      assert.equal(first, shell.read(path("a.zone")))
      assert.same(names, file.list(folder))
    end)
  end

  -- A child under a limit tries the changeset; the limit is as real as a full disk.
  local function child(prefix, count, size)
    return shell.run(([[
      cd %s && %s %s -e '
        local file = require("issuable.file")
        local changes = {}
        for i = 1, %d do
          local name = i == 1 and "a.zone" or ("d" .. i .. "/b.zone")
          changes[i] = { path = name, digest = file.sha256(i == 1 and "old a" or "old b"), bytes = ("x"):rep(i == 1 and 10 or %d) }
        end
        local ok, message, code, path, written = file.replace(changes)
        print(ok, code, written)']]):format(q(folder), prefix, q(shell.lua), count, size))
  end

  it("changes nothing when a file grows over the limit, and survives the signal", function()
    sh("mkdir d2; mv b.zone d2")
    local status, out, err = child("ulimit -f 20;", 2, 100000)
    assert.equal("", err)
    assert.equal("nil\tEFBIG\tnil\n", out)
    assert.equal(0, status)
    assert_untouched { "a.zone", "d2" }
    assert.same({ "b.zone" }, file.list(path("d2")))
  end)

  it("changes nothing when it runs out of descriptors", function()
    sh("rm b.zone; for i in $(seq 2 100); do mkdir d$i; printf 'old b' >d$i/b.zone; done")
    local status, out, err = child("ulimit -n 40;", 100, 5)
    assert.equal("", err)
    assert.equal("nil\tEMFILE\tnil\n", out)
    assert.equal(0, status)
    assert.equal("old a", shell.read(path("a.zone")))
    assert.equal("100\n", sh("find . -type f | wc -l"))
    assert.equal("99\n", sh("grep -l 'old b' */b.zone | wc -l"))
  end)

  it("needs no descriptor per file", function()
    sh("mkdir d2; mv b.zone d2")
    local changes = {}
    for i = 1, 200 do
      shell.write(path("d2/z" .. i), "old")
      changes[i] = change("d2/z" .. i, "old", "new " .. i)
    end
    shell.write(path("list"), "")
    local lines = {}
    for i, c in ipairs(changes) do lines[i] = ("{path=%q,digest=%q,bytes=%q}"):format(c.path, c.digest, c.bytes) end
    shell.write(path("list"), "return {" .. table.concat(lines, ",") .. "}")
    assert.equal("true\n", sh(("ulimit -n 30; %s -e 'print(require(\"issuable.file\").replace(dofile(\"list\")))'"):format(q(shell.lua))))
    assert.equal("new 200", shell.read(path("d2/z200")))
  end)

  it("does not replace what it may not write", function()
    -- A folder that anybody may write to, and files of another: a rename would do it, the owner would not like it.
    sh("chmod 777 .; chmod 444 b.zone; test $(id -u) != 0 || chown 12345 b.zone")
    local module = ("%s/lib/lua/%s/issuable/file.so"):format(shell.tree, jit and "5.1" or "5.4")
    sh("mkdir -m 755 issuable; cp " .. q(module) .. " issuable/file.so; chmod 755 issuable/file.so; chmod 666 a.zone")
    local become = shell.run("test $(id -u) = 0") == 0 and "setpriv --reuid=65534 --regid=65534 --clear-groups" or ""
    local out = sh(([[LUA_CPATH="$PWD/?.so" LUA_CPATH_5_4="$PWD/?.so" %s %s -e '
      local f = require("issuable.file")
      print(select(3, f.replace{ { path = "b.zone", digest = f.sha256("old b"), bytes = "new b" } }))']]):format(become, q(shell.lua)))
    assert.equal("EACCES\tb.zone\n", out)
    assert.equal("old b", shell.read(path("b.zone")))
    assert_untouched { "a.zone", "b.zone", "issuable" }
  end)

  it("refuses when the owner would be another", function()
    sh("chmod 777 .; chmod 666 a.zone b.zone; test $(id -u) != 0 || chown 12345 a.zone")
    local module = ("%s/lib/lua/%s/issuable/file.so"):format(shell.tree, jit and "5.1" or "5.4")
    sh("mkdir -m 755 issuable; cp " .. q(module) .. " issuable/file.so; chmod 755 issuable/file.so")
    local root = shell.run("test $(id -u) = 0") == 0
    local out = sh(([[LUA_CPATH="$PWD/?.so" LUA_CPATH_5_4="$PWD/?.so" %s %s -e '
      local f = require("issuable.file")
      print(f.replace{ { path = "a.zone", digest = f.sha256("old a"), bytes = "new a" } })']])
      :format(root and "setpriv --reuid=65534 --regid=65534 --clear-groups" or "", q(shell.lua)))
    if root then -- nobody else owns files of others to begin with
      assert.equal("nil\ta.zone: its owner, group or access list cannot be kept\towner\ta.zone\n", out)
      assert_untouched { "a.zone", "b.zone", "issuable" }
    else
      assert.equal("true\n", out)
    end
  end)

  it("refuses a path with a NUL", function()
    local ok, message, code = file.replace { change("a.zone", "old a", "new a"), change("b.zone\0x", "old b", "new b") }
    assert.is_nil(ok)
    assert.equal(path("b.zone\\000x: the path holds a NUL byte"), message)
    assert.equal("EINVAL", code)
    assert_untouched()
  end)

  it("throws on wrong arguments, before anything is done", function()
    local good = change("a.zone", "old a", "new a")
    for _, bad in ipairs {
      { path = path("b.zone"), digest = good.digest },
      { path = path("b.zone"), bytes = "x" },
      { digest = good.digest, bytes = "x" },
      { path = path("b.zone"), digest = "abc", bytes = "x" },
      { path = path("b.zone"), digest = good.digest:upper(), bytes = "x" },
      { path = path("b.zone"), digest = good.digest, bytes = 5 },
      setmetatable({}, { __index = good }),
      "b.zone",
    } do
      assert.has_error(function() file.replace { good, bad } end)
    end
    assert.has_error(function() file.replace() end)
    assert.has_error(function() file.replace("a.zone") end)
    assert_untouched()
  end)
end)
