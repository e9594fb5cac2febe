-- Byte edits: application, order, overlap, merging, inverse.
-- SPDX-License-Identifier: MIT
-- Design section 1: edits are 1-based inclusive bytes, not overlapping.

local edits = require "issuable.fixes.edits"
local scale = require "spec.support.scale"

local function edit(first, last, text)
  return { path = "f", digest = "d", first = first, last = last, text = text }
end

describe("edits", function()
  it("replace, insert and delete by bytes of the text before", function()
    assert.equal("aXcYYde", edits.apply("abcde", { edit(4, 3, "YY"), edit(2, 2, "X") }))
    assert.equal("ace", edits.apply("abcde", { edit(2, 2, ""), edit(4, 4, "") }))
    assert.equal("0abcde9", edits.apply("abcde", { edit(6, 5, "9"), edit(1, 0, "0") }))
    assert.equal("x", edits.apply("", { edit(1, 0, "x") }))
  end)

  it("put an insertion before a replacement at the same byte, and keep the order of insertions", function()
    assert.equal("a12Xc", edits.apply("abc", { edit(2, 2, "X"), edit(2, 1, "1"), edit(2, 1, "2") }))
  end)

  it("are refused when they overlap or lie outside", function()
    assert.is_nil(edits.apply("abcde", { edit(1, 3, "x"), edit(3, 4, "y") }))
    assert.is_nil(edits.apply("abcde", { edit(1, 3, "x"), edit(2, 1, "y") }))
    assert.is_nil(edits.apply("abc", { edit(1, 4, "x") }))
    assert.is_nil(edits.apply("abc", { edit(5, 4, "x") }))
    assert.is_nil(edits.apply("abc", { edit(0, 0, "x") }))
    assert.is_nil(edits.apply("abc", { edit(3, 1, "x") }))
  end)

  it("asked for twice are made once, insertions excepted", function()
    assert.equal("aXc", edits.apply("abc", { edit(2, 2, "X"), edit(2, 2, "X") }))
    assert.equal("aXXbc", edits.apply("abc", { edit(2, 1, "X"), edit(2, 1, "X") }))
  end)

  it("of several changes come by file, sorted", function()
    local files = edits.by_file {
      { { path = "b", digest = "2", first = 5, last = 4, text = "x" } },
      { { path = "a", digest = "1", first = 1, last = 1, text = "y" }, { path = "b", digest = "2", first = 1, last = 2, text = "z" } },
    }
    assert.equal(2, #files)
    assert.equal("a", files[1].path)
    assert.equal("b", files[2].path)
    assert.same({ 1, 5 }, { files[2].edits[1].first, files[2].edits[2].first })
    assert.is_nil(edits.by_file { { edit(1, 1, "x") }, { { path = "f", digest = "other", first = 3, last = 3, text = "" } } })
    assert.is_nil(edits.by_file { { edit(1, 3, "x") }, { edit(2, 4, "y") } })
  end)

  it("and their inverse give the same bytes back", function()
    local seed = 4711
    math.randomseed(seed)
    for round = 1, scale(500) do
      local letters = {}
      for i = 1, math.random(0, 40) do
        letters[i] = string.char(math.random(97, 122))
      end
      local bytes, list, at = table.concat(letters), {}, 1
      while at <= #bytes + 1 and math.random(5) > 1 do
        local first = math.random(at, #bytes + 1)
        local last = math.random(first - 1, math.min(#bytes, first + 5))
        list[#list + 1] = edit(first, last, ("XYZ"):sub(1, math.random(0, 3)))
        at = last + 2
      end
      local after = assert(edits.apply(bytes, list))
      assert.equal(bytes, edits.apply(after, edits.invert(bytes, list)), ("seed %d round %d"):format(seed, round))
    end
  end)
end)
