-- issuable.file.write: a report's file, whole or not at all, whether it is there or not.
-- SPDX-License-Identifier: MIT
-- Source: csrc/file/file.h, file_store; every failure is a real one.

local file = require("issuable.file")
local shell = require("spec.support.shell")

local q = shell.quote

describe("issuable.file.write", function()
  local folder

  local function path(name) return folder .. "/" .. name end
  local function sh(line)
    local status, out, err = shell.run(("cd %s && { %s\n}"):format(q(folder), line))
    assert.equal(0, status, err)
    return out
  end

  before_each(function() folder = shell.folder() end)
  after_each(function() shell.remove(folder) end)

  it("makes a file with what the umask leaves", function()
    local status, _, err = shell.run(([[cd %s && umask 027 && %s -e 'assert(require("issuable.file").write("new", "a\0b"))']]):format(q(folder), q(shell.lua)))
    assert.equal(0, status, err)
    assert.equal("a\0b", shell.read(path("new")))
    assert.equal("-rw-r-----\n", sh("stat -c %A new"))
    assert.same({ "new" }, file.list(folder))
  end)

  it("replaces a file and keeps its mode", function()
    sh("echo old >a && chmod 600 a")
    local before = file.stat(path("a")).ino
    assert.is_true(file.write(path("a"), "new"))
    assert.equal("new", shell.read(path("a")))
    assert.equal("-rw-------\n", sh("stat -c %A a"))
    assert.not_equal(before, file.stat(path("a")).ino)
    assert.same({ "a" }, file.list(folder))
  end)

  it("writes a link's target", function()
    sh("mkdir sub && echo old >sub/a && ln -s sub/a link")
    assert.is_true(file.write(path("link"), "new"))
    assert.equal("new", shell.read(path("sub/a")))
    assert.equal("lrwxrwxrwx\n", sh("stat -c %A link"))
    assert.same({ "a" }, file.list(path("sub")))
  end)

  it("writes empty and large bytes", function()
    assert.is_true(file.write(path("a"), ""))
    assert.equal("", shell.read(path("a")))
    local bytes = ("x"):rep(3000001)
    assert.is_true(file.write(path("a"), bytes))
    assert.is_true(bytes == shell.read(path("a")))
  end)

  local REFUSED = {
    { "a folder that is not there", "true", "none/a", "ENOENT" },
    { "a folder", "mkdir a", "a", "EISDIR" },
    { "a name that is a folder's", "true", "a/", "ENOENT" },
    { "a FIFO", "mkfifo a", "a", "not-regular" },
    { "a link to nowhere", "ln -s nowhere a", "a", "ENOENT" },
    { "a file as a folder", "echo x >f", "f/a", "ENOTDIR" },
    { "a NUL in the path", "true", "a\0b", "EINVAL" },
  }
  for _, case in ipairs(REFUSED) do
    it("refuses " .. case[1], function()
      sh(case[2])
      local before = file.list(folder)
      local ok, message, code = file.write(path(case[3]), "bytes")
      assert.is_nil(ok)
      assert.equal(case[4], code)
      assert.is_string(message)
      assert.same(before, file.list(folder))
    end)
  end

  it("leaves the old bytes when the disk takes no more", function()
    sh("echo old >a")
    local status, out, err = shell.run(([[cd %s && ulimit -f 1 && %s -e 'print(select(3, require("issuable.file").write("a", ("x"):rep(100000))))']]):format(q(folder), q(shell.lua)))
    assert.equal(0, status, err)
    assert.equal("EFBIG\n", out)
    assert.equal("old\n", shell.read(path("a")))
    assert.same({ "a" }, file.list(folder))
  end)
end)

describe("issuable.file.columns", function()
  it("is nil for what is no terminal", function()
    assert.is_nil((file.columns(0)))
    assert.is_nil((file.columns(987654)))
  end)
end)
