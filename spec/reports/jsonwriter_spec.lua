-- The JSON writer: order kept, empty lists kept, every byte string made valid; lua-cjson reads it back.
-- SPDX-License-Identifier: MIT
-- RFC 8259; UTF-8 well-formedness: Unicode 15 table 3-7.

local cjson = require "cjson"
local json = require "issuable.reports.jsonwriter"
local scale = require "spec.support.scale"

local FFFD = "\239\191\189"

describe("the JSON writer", function()
  it("keeps the order of keys and writes nil as null, the last one too", function()
    local object = json.object("z", 1, "a", nil, "m", "x", "end", nil)
    json.set(object, "more", false)
    json.set(object, "last", nil)
    assert.equal('{"z":1,"a":null,"m":"x","end":null,"more":false,"last":null}', json.encode(object))
  end)

  it("keeps an empty list apart from an empty object", function()
    assert.equal('{"list":[],"object":{},"none":[]}', json.encode(json.object("list", json.array {}, "object", json.object(), "none", json.array(nil))))
  end)

  it("converts list items with their place", function()
    assert.equal('["a1","b2"]', json.encode(json.array({ "a", "b" }, function(item, i)
      return item .. ("%d"):format(i)
    end)))
  end)

  it("indents", function()
    local value = json.object("a", json.array { 1, json.object("b", json.array {}) })
    assert.equal('{\n  "a": [\n    1,\n    {\n      "b": []\n    }\n  ]\n}', json.encode(value, "  "))
  end)

  for text, value in pairs {
    ["0"] = 0, ["5"] = 10 / 2, ["-1"] = -1, ["4294967295"] = 4294967295, ["9007199254740991"] = 2 ^ 53 - 1, ["0.5"] = 0.5,
    ["null"] = 0 / 0, ["true"] = true,
  } do
    it(("writes %s the same on both engines"):format(text), function()
      assert.equal(text, json.encode(value))
    end)
  end

  it("knows no infinity", function()
    assert.equal("[null,null]", json.encode(json.array { math.huge, -math.huge }))
  end)

  it("refuses a bare table, which is neither list nor object", function()
    assert.has_error(function()
      json.encode {}
    end)
  end)

  -- bytes in, JSON out
  local STRINGS = {
    { 'a"b\\c/', [["a\"b\\c/"]] },
    { "a\n\r\t\b\f", [["a\n\r\t\b\f"]] },
    { "\0\1\27[31m\127", [["\u0000\u0001\u001b[31m\u007f"]] },
    { "ä€😀", '"ä€😀"' },
    { "\128", '"' .. FFFD .. '"' },
    { "a\255b", '"a' .. FFFD .. 'b"' },
    { "\192\175", '"' .. FFFD .. FFFD .. '"', "overlong" },
    { "\237\160\128", '"' .. FFFD:rep(3) .. '"', "a surrogate" },
    { "\244\144\128\128", '"' .. FFFD:rep(4) .. '"', "beyond U+10FFFF" },
    { "\226\130", '"' .. FFFD:rep(2) .. '"', "cut short" },
    { "\194\155" .. "2J", [["\u009b2J"]], "the C1 introducer, which some terminals obey" },
    { "\226\128\174cod", [["\u202ecod"]], "right-to-left override" },
    { "\226\128\168", [["\u2028"]], "line separator" },
    { "\239\187\191", [["\ufeff"]], "byte order mark" },
  }
  for _, case in ipairs(STRINGS) do
    it("writes the string " .. case[2]:gsub("%c", "?") .. (case[3] and ", " .. case[3] or ""), function()
      assert.equal(case[2], json.string(case[1]))
    end)
  end

  it("writes any bytes so that a strict reader takes them, and text unchanged", function()
    local seed = 8259
    math.randomseed(seed)
    for round = 1, scale(2000) do
      local bytes = {}
      for i = 1, math.random(0, 12) do
        bytes[i] = string.char(math.random(0, 3) == 0 and math.random(0, 255) or math.random(32, 126))
      end
      local text = table.concat(bytes)
      local context = ("seed %d round %d: %q"):format(seed, round, text)
      local read = cjson.decode(json.encode(json.array { text }))[1]
      if not text:find("[\128-\255]") then
        assert.equal(text, read, context)
      end
      assert.equal(read, cjson.decode(json.encode(json.array { read }))[1], context)
    end
  end)
end)
