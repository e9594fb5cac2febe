-- Regions, positions and GitHub's fingerprints of lines.
-- SPDX-License-Identifier: MIT
-- Fingerprints: as github/codeql-action computes and publishes them; spec/reports/readers_spec.lua has a rolling twin.

local lines = require "issuable.reports.lines"

local function of(text)
  return lines.new { read = function()
    return text
  end }
end

describe("the fingerprint of a line", function()
  local CASES = {
    { "an empty file", "", "c129715d7a2bc9a3:1" },
    { "blanks do not count", " a\nb\n  \t\tc\n d", "271789c17abda88f:1 54703d4cd895b18:1 180aee12dab6264:1 a23a3dc5e078b07b:1" },
    { "no line break at the end", " hello; \t\nworld!!!\n\n\n  \t\tGreetings\n End",
      "8b7cf3e952e7aeb2:1 b1ae1287ec4718d9:1 bff680108adb0fcc:1 c6805c5e1288b612:1 b86d3392aea1be30:1 e6ceba753e1a442:1" },
    { "every kind of line break", " hello; \t\nworld!!!\r\n\n\r  \t\tGreetings\r End\r\n",
      "e9496ae3ebfced30:1 fb7c023a8b9ccb3f:1 ce8ba1a563dcdaca:1 e20e36e16fcb0cc8:1 b3edc88f2938467e:1 c8e28b0b4002a3a0:1 c129715d7a2bc9a3:1" },
    { "equal lines are counted", ("Lorem ipsum dolor sit amet.\n"):rep(10),
      "a7f2ff13bc495cf2:1 a7f2ff13bc495cf2:2 a7f2ff13bc495cf2:3 a7f2ff13bc495cf2:4 a7f2ff13bc495cf2:5 a7f2ff13bc495cf2:6 "
      .. "a7f2ff1481e87703:1 a9cf91f7bbf1862b:1 55ec222b86bcae53:1 cc97dc7b1d7d8f7b:1 c129715d7a2bc9a3:1" },
  }
  for _, case in ipairs(CASES) do
    it("is GitHub's: " .. case[1], function()
      local index, found = of(case[2]), {}
      while index:fingerprint("x", #found + 1) do
        found[#found + 1] = index:fingerprint("x", #found + 1)
      end
      assert.equal(case[3], table.concat(found, " "))
    end)
  end

  it("survives lines that come before it", function()
    local line = "    - www.example.com\n"
    local rest = ("    more text\n"):rep(20)
    assert.equal(of(line .. rest):fingerprint("x", 1), of("one\ntwo\n" .. line .. rest):fingerprint("x", 3))
  end)

  it("is nil where there is no file or line", function()
    assert.is_nil(of(nil):fingerprint("x", 1))
    assert.is_nil(of("a\nb"):fingerprint("x", 3))
  end)
end)

describe("the region of a span", function()
  -- text, first, last, column  →  column, end column
  local CASES = {
    { "  - www.example.com\n", 5, 19, 5, 5, 20, "one line" },
    { "ab\ncd\n", 1, 5, 1, 1, 3, "a span over lines ends with its first" },
    { "äöü x\n", 1, 6, 1, 1, 4, "code points" },
    { "\255\254 x\n", 1, 2, 1, 1, 3, "an invalid byte is one" },
    { "abc\n", 2, 1, 2, 2, 3, "an empty span has a width" },
    { "abc", 9, 9, 9, 9, 10, "beyond the end" },
  }
  for _, case in ipairs(CASES) do
    it(case[7], function()
      local region = of(case[1]):region { path = "x", line = 1, first = case[2], last = case[3], column = case[4] }
      assert.same({ line = 1, column = case[5], end_line = 1, end_column = case[6] }, region)
    end)
  end
end)

describe("the position of a byte", function()
  -- text, byte  →  line, column
  local CASES = {
    { "abc\ndef\n", 1, 1, 1 },
    { "abc\ndef\n", 4, 1, 4 },
    { "abc\ndef\n", 5, 2, 1 },
    { "abc\ndef\n", 9, 3, 1, "the end" },
    { "abc\r\ndef", 6, 2, 1 },
    { "äb\n", 3, 1, 2 },
    { "", 1, 1, 1 },
  }
  for _, case in ipairs(CASES) do
    it(("%q, %d"):format(case[1], case[2]):gsub("\n", "n"), function()
      assert.same({ case[3], case[4] }, { of(case[1]):position("x", case[2]) })
    end)
  end

  it("is nil outside", function()
    assert.is_nil((of("abc"):position("x", 5)))
    assert.is_nil((of("abc"):position("x", 0)))
  end)
end)
