-- issuable.file: reading, digests, status, names.
-- SPDX-License-Identifier: MIT
-- Source: plan of csrc/file/file.h; everything against the real file system.

local file = require("issuable.file")
local shell = require("spec.support.shell")

local q = shell.quote

describe("issuable.file", function()
  local folder

  local function path(name) return folder .. "/" .. name end

  before_each(function() folder = shell.folder() end)
  after_each(function() shell.remove(folder) end)

  describe("read", function()
    for _, case in ipairs {
      { "nothing", "" },
      { "one byte", "x" },
      { "a NUL and bytes that are not UTF-8", "a\0b\255\r\n" },
      { "more than one block", ("0123456789abcdef"):rep(10000) },
    } do
      it("gives " .. case[1], function()
        shell.write(path("f"), case[2])
        assert.is_true(case[2] == file.read(path("f")))
      end)
    end

    it("reads files that do not tell their size", function()
      assert.truthy(file.read("/proc/self/status"):find("^Name:"))
    end)

    it("takes exactly max_bytes, not one more", function()
      shell.write(path("f"), "12345")
      assert.equal("12345", file.read(path("f"), 5))
      local bytes, message, code = file.read(path("f"), 4)
      assert.is_nil(bytes)
      assert.equal(path("f") .. ": larger than allowed", message)
      assert.equal("too-large", code)
      assert.equal("too-large", select(3, file.read("/proc/self/status", 3)))
      shell.write(path("empty"), "")
      assert.equal("", file.read(path("empty"), 0))
    end)

    it("follows links", function()
      shell.write(path("f"), "bytes")
      shell.run("ln -s f " .. q(path("link")))
      assert.equal("bytes", file.read(path("link")))
    end)

    for _, case in ipairs {
      { "a missing file", "true", "ENOENT", "no such file or directory" },
      { "a folder", "mkdir x", "EISDIR", "is a directory" },
      { "a link to nothing", "ln -s nowhere x", "ENOENT", "no such file or directory" },
      { "a loop of links", "ln -s x y; ln -s y x", "ELOOP", "too many symbolic links" },
      { "a FIFO, without waiting for a writer", "mkfifo x", "not-regular", "not a regular file" },
      { "a link to a FIFO", "mkfifo y; ln -s y x", "not-regular", "not a regular file" },
      { "a device", "ln -s /dev/zero x", "not-regular", "not a regular file" },
    } do
      it("refuses " .. case[1], function()
        assert.equal(0, (shell.run(("cd %s && %s"):format(q(folder), case[2]))))
        local bytes, message, code = file.read(path("x"))
        assert.is_nil(bytes)
        assert.equal(path("x") .. ": " .. case[4], message)
        assert.equal(case[3], code)
      end)
    end

    it("says that it may not", function()
      -- As root nothing is forbidden: a child without rights tries. It gets its own copy of the module.
      shell.write(path("f"), "secret")
      local module = ("%s/lib/lua/%s/issuable/file.so"):format(shell.tree, jit and "5.1" or "5.4")
      local become = shell.run("test $(id -u) = 0") == 0 and "setpriv --reuid=65534 --regid=65534 --clear-groups" or ""
      local status, out, err = shell.run(([[
        cd %s && chmod 755 . && chmod 0 f && mkdir -m 755 issuable && cp %s issuable/file.so && chmod 755 issuable/file.so
        LUA_CPATH="$PWD/?.so" LUA_CPATH_5_4="$PWD/?.so" %s %s -e 'print(require("issuable.file").read("f"))']])
        :format(q(folder), q(module), become, q(shell.lua)))
      assert.equal("", err)
      assert.equal("nil\tf: permission denied\tEACCES\n", out)
      assert.equal(0, status)
    end)

    it("refuses a path with a NUL instead of cutting it", function()
      shell.write(path("f"), "bytes")
      local bytes, message, code = file.read(path("f") .. "\0.zone")
      assert.is_nil(bytes)
      assert.equal(path("f") .. "\\000.zone: the path holds a NUL byte", message)
      assert.equal("EINVAL", code)
    end)

    it("escapes control characters of a path, C1 too", function()
      local _, message = file.read(path("a\27[31m\127\194\155b\195\164"))
      assert.equal(path("a\\027[31m\\127\\194\155b\195\164") .. ": no such file or directory", message)
    end)

    it("throws on wrong arguments", function()
      assert.has_error(function() file.read() end)
      assert.has_error(function() file.read({}) end)
      assert.has_error(function() file.read("f", -1) end)
      assert.has_error(function() file.read("f", 1.5) end)
      assert.has_error(function() file.read("f", 0 / 0) end)
      assert.has_error(function() file.read("f", 2 ^ 60) end)
    end)
  end)

  describe("sha256", function()
    -- FIPS 180-4 / NIST examples.
    for bytes, digest in pairs {
      [""] = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
      ["abc"] = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad",
      [("a"):rep(1000000)] = "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0",
    } do
      it(("agrees with the standard on %d bytes"):format(#bytes), function()
        assert.equal(digest, file.sha256(bytes))
      end)
    end

    it("agrees with sha256sum around the block size", function()
      for size = 50, 70 do
        local bytes = ("\0\255x"):rep(30):sub(1, size)
        local _, out = shell.run("sha256sum", bytes)
        assert.equal(out:match("^%x+"), file.sha256(bytes))
      end
    end)
  end)

  describe("realpath", function()
    it("resolves links, dots and double slashes", function()
      assert.equal(0, (shell.run(("cd %s && mkdir -p a/b && touch a/b/f && ln -s a/b l && ln -s l m"):format(q(folder)))))
      assert.equal(path("a/b/f"), file.realpath(folder .. "/./m//../b/f"))
      assert.equal("/", file.realpath("/.."))
    end)

    it("says what is wrong", function()
      assert.equal(0, (shell.run(("cd %s && ln -s x y; ln -s y x; touch f"):format(q(folder)))))
      assert.equal("ELOOP", select(3, file.realpath(path("x"))))
      assert.equal("ENOENT", select(3, file.realpath(path("nothing"))))
      assert.equal("ENOTDIR", select(3, file.realpath(path("f/g"))))
      assert.equal("ENAMETOOLONG", select(3, file.realpath(path(("n"):rep(300)))))
      assert.equal("ENOENT", select(3, file.realpath("")))
    end)
  end)

  describe("stat", function()
    it("tells what the path means, lstat what the link is", function()
      shell.write(path("f"), "12345")
      assert.equal(0, (shell.run(("cd %s && chmod 640 f && touch -d @1700000000 f && ln -s f l"):format(q(folder)))))
      local st = file.stat(path("l"))
      assert.same({ "file", 5, 416, 1700000000 }, { st.type, st.size, st.mode, st.mtime })
      local _, out = shell.run("stat -c '%u %g %d %i' " .. q(path("f")))
      assert.equal(out, ("%d %d %s %s\n"):format(st.uid, st.gid, st.dev, st.ino))
      assert.equal("link", file.lstat(path("l")).type)
      assert.not_equal(st.ino, file.lstat(path("l")).ino)
    end)

    it("knows the types", function()
      assert.equal(0, (shell.run(("cd %s && mkfifo p"):format(q(folder)))))
      assert.equal("fifo", file.stat(path("p")).type)
      assert.equal("directory", file.stat(folder).type)
      assert.equal("char", file.stat("/dev/null").type)
      assert.equal("ENOENT", select(3, file.stat(path("nothing"))))
    end)
  end)

  describe("list", function()
    it("sorts by bytes and leaves out the dots", function()
      assert.same({}, file.list(folder))
      shell.run(("cd %s && touch b B a .h é 10 9 && mkdir d"):format(q(folder)))
      assert.same({ ".h", "10", "9", "B", "a", "b", "d", "é" }, file.list(folder))
    end)

    it("gives thousands of names", function()
      shell.run(("cd %s && seq -f name-%%05g 3000 | xargs touch"):format(q(folder)))
      local names = file.list(folder)
      assert.equal(3000, #names)
      assert.equal("name-00001", names[1])
      assert.equal("name-03000", names[3000])
    end)

    it("says what is wrong", function()
      shell.run(("cd %s && touch f && mkfifo p"):format(q(folder)))
      assert.equal("ENOTDIR", select(3, file.list(path("f"))))
      assert.equal("ENOTDIR", select(3, file.list(path("p"))))
      assert.equal("ENOENT", select(3, file.list(path("nothing"))))
    end)
  end)
end)
