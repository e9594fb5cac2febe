-- Reading files: disk, standard input, and layers of other bytes over the same paths.
-- SPDX-License-Identifier: MIT
-- Design: "mend" tries edits in memory; digests are SHA-256 of what was read.

local Files = require "issuable.sources.files"
local shell = require "spec.support.shell"

local ABC = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad" -- FIPS 180-2, "abc"

describe("files", function()
  local folder
  before_each(function()
    folder = shell.folder()
  end)
  after_each(function()
    shell.remove(folder)
  end)

  it("are read from the disk, with the digest of what was read", function()
    shell.write(folder .. "/a", "abc")
    local files = Files.new()
    assert.is_nil(files:digest(folder .. "/a"))
    assert.equal("abc", files:read(folder .. "/a"))
    assert.equal(ABC, files:digest(folder .. "/a"))
    shell.write(folder .. "/a", "changed since")
    assert.equal(ABC, files:digest(folder .. "/a"))
  end)

  it("that cannot be read say why", function()
    local files = Files.new()
    local bytes, message, code = files:read(folder .. "/none")
    assert.is_nil(bytes)
    assert.equal("no such file or directory", message)
    assert.equal("ENOENT", code)
    assert.equal("EISDIR", (select(3, files:read(folder))))
    shell.write(folder .. "/big", ("x"):rep(11))
    assert.equal("too-large", (select(3, Files.new({ max_bytes = 10 }):read(folder .. "/big"))))
  end)

  it("never wait for a FIFO", function()
    shell.run("mkfifo " .. folder .. "/fifo")
    assert.equal("not-regular", (select(3, Files.new():read(folder .. "/fifo"))))
  end)

  it("read standard input once and give it again", function()
    local asked = 0
    local files = Files.new { stdin = function()
      asked = asked + 1
      return "abc"
    end }
    assert.equal("abc", files:read("-"))
    assert.equal("abc", files:read("-"))
    assert.equal(1, asked)
    assert.equal(ABC, files:digest("-"))
    assert.equal("", Files.new({ stdin = function() end }):read("-"))
  end)

  it("take other bytes on top, and leave the rest as it is", function()
    shell.write(folder .. "/a", "abc")
    shell.write(folder .. "/b", "B")
    local disk = Files.new()
    disk:read(folder .. "/a")
    local layer = disk:with { [folder .. "/b"] = "abc", [folder .. "/new"] = "N" }
    assert.equal("abc", layer:read(folder .. "/a"))
    assert.equal("abc", layer:read(folder .. "/b"))
    assert.equal(ABC, layer:digest(folder .. "/b"))
    assert.equal(ABC, layer:digest(folder .. "/a"))
    assert.equal("N", layer:read(folder .. "/new"))
    assert.equal("B", disk:read(folder .. "/b"))
    assert.is_nil((disk:read(folder .. "/new")))
    assert.equal("top", layer:with({ [folder .. "/b"] = "top" }):read(folder .. "/b"))
    assert.equal("B", shell.read(folder .. "/b"))
  end)
end)

describe("standard input that may hold Secrets", function()
  local function kept(text, spans)
    local files = Files.new { stdin = function()
      return text
    end }
    files:read("-")
    files:keep_only("-", spans)
    return files:read("-")
  end

  it("is kept in part; the rest becomes blanks of the same length", function()
    assert.equal("  b  \n\r\n  f", kept("a b c\n\r\nd f", { { first = 3, last = 3 }, { first = 11, last = 11 } }))
    assert.equal("     \n   ", kept("a b c\nd f", {}))
    assert.equal("a b c\nd f", kept("a b c\nd f", { { first = 1, last = 9 } }))
  end)

  it("may be given parts that overlap, in any order, and empty ones", function()
    assert.equal(" bcde ", kept("abcdef", { { first = 3, last = 5 }, { first = 2, last = 4 }, { first = 4, last = 3 } }))
  end)

  it("is kept by whole lines where that is said", function()
    assert.equal(" \ndef\n ", kept("a\ndef\ng", { { first = 4, last = 4, whole_line = true } }))
    assert.equal("abc", kept("abc", { { first = 1, last = 1, whole_line = true } }))
    assert.equal("abc\n ", kept("abc\nd", { { first = 4, last = 4, whole_line = true } }))
  end)

  it("leaves files on disk and layers alone", function()
    local files = Files.new { overlay = { a = "abc" } }
    files:keep_only("a", {})
    files:keep_only("-", {})
    assert.equal("abc", files:read("a"))
  end)
end)
