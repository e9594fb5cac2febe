-- The wire form of CAA data: known octets, wrong ones, and there and back at random.
-- SPDX-License-Identifier: MIT
-- RFC 8659 section 4.1.

local caa = require "issuable.caa"
local scale = require "spec.support.scale"
local support = require "spec.caa.support"

local function hex(octets)
  return (octets:gsub(".", function(c)
    return ("%02x"):format(c:byte())
  end))
end

local function unhex(text)
  return (text:gsub("%s", ""):gsub("%x%x", function(pair)
    return string.char(tonumber(pair, 16))
  end))
end

-- octets in hex ⇒ flags tag "value"
local WIRE = [[
# RFC 8659 section 4.1: flags, tag length, tag, value
00 05 6973737565 63612e6578616d706c65   ⇒ 0 issue "ca.example"
80 05 696f646566 6d61696c746f3a61       ⇒ 128 iodef "mailto:a"
00 05 6973737565                        ⇒ 0 issue ""
00 05 6973737565 3b                     ⇒ 0 issue ";"
ff 01 61 00                             ⇒ 255 a "\000"
00 05 4953737565 41                     ⇒ 0 ISsue "A"
# NULs and other octets are kept, in the tag too (a reader of C strings would see "is")
00 06 697300737565 78                   ⇒ 0 is\000sue "x"
00 01 00                                ⇒ 0 \000 ""
00 02 fffe fdfc                         ⇒ 0 \255\254 "\253\252"
]]

describe("CAA data on the wire", function()
  for _, case in ipairs(support.lines(WIRE)) do
    local octets, flags, tag, value = case.text:match('^([%x ]-)%s+⇒ (%d+) (%S+) "(.*)"$')
    it(("%s: %s"):format(case.section, case.text), function()
      local f, t, v = tonumber(flags), support.octets(tag), support.octets(value)
      assert.same({ f, t, v }, { caa.decode(unhex(octets)) })
      assert.equal(hex(unhex(octets)), hex(caa.encode(f, t, v)))
    end)
  end
end)

-- octets in hex ⇒ byte, a part of the message
local WRONG = [[
# RFC 8659 section 4.1: the tag length is at least 1 and fits the data
(none)         ⇒ 1 ends before
00             ⇒ 2 ends before
00 00          ⇒ 2 at least one
00 00 61       ⇒ 2 at least one
00 01          ⇒ 2 past the end
00 02 61       ⇒ 2 past the end
00 ff 6973     ⇒ 2 past the end
]]

describe("wrong CAA data on the wire", function()
  for _, case in ipairs(support.lines(WRONG)) do
    local octets, byte, part = case.text:match("^([%x ]-)%s+⇒ (%d+) (.*)$")
    octets = octets or ""
    if not byte then
      byte, part = case.text:match("⇒ (%d+) (.*)$")
    end
    it(("%s: %s"):format(case.section, case.text), function()
      local result = { caa.decode(unhex(octets)) }
      assert.is_nil(result[1])
      assert.is_truthy(result[2]:find(part, 1, true), result[2])
      assert.equal(tonumber(byte), result[5])
    end)
  end

  it("RFC 8659 section 4.1: what no record can hold is not encoded", function()
    local data, message = caa.encode(0, "", "x")
    assert.is_nil(data)
    assert.equal("a CAA tag has at least one octet", message)
    assert.is_nil((caa.encode(0, ("a"):rep(256), "x")))
    assert.is_nil((caa.encode(0, "issue", ("x"):rep(65535 - 6))))
    assert.equal(65535, #caa.encode(0, "issue", ("x"):rep(65535 - 7)))
    assert.equal(257, #caa.encode(0, ("a"):rep(255), ""))
  end)
end)

describe("CAA data, at random", function()
  it("is decoded as it was encoded, whatever the octets", function()
    support.for_all(scale(3000), function(random)
      local flags, tag = random(256) - 1, support.string(random, random(random(2) == 1 and 6 or 255))
      local value = support.string(random, random(random(2) == 1 and 8 or 400) - 1)
      assert.same({ flags, tag, value }, { caa.decode(caa.encode(flags, tag, value)) })
    end)
  end)

  it("is encoded as it was decoded, or refused", function()
    local decoded = 0
    support.for_all(scale(3000), function(random)
      local octets = support.string(random, random(3) == 1 and random(4) - 1 or random(40))
      if random(2) == 1 and #octets > 2 then
        octets = octets:sub(1, 1) .. string.char(random(8) - 1) .. octets:sub(3)
      end
      local flags, tag, value = caa.decode(octets)
      if flags then
        decoded = decoded + 1
        assert.equal(hex(octets), hex(caa.encode(flags, tag, value)))
      else
        local length = octets:byte(2)
        assert.is_true(#octets < 2 or length == 0 or length > #octets - 2)
      end
    end)
    assert.is_true(decoded > 0)
  end)
end)
