-- U-labels to A-labels.
-- SPDX-License-Identifier: MIT
-- RFC 5891, UTS #46 non-transitional processing; libidn2 is the implementation, these cases are what issuable relies on.

local idn = require "issuable.idn"

describe("a name in Unicode", function()
  -- name | A-labels, or nothing when it has none
  local CASES = [[
bücher.example       | xn--bcher-kva.example
BÜCHER.example       | xn--bcher-kva.example
straße.example       | xn--strae-oqa.example
例え.テスト          | xn--r8jz45g.xn--zckzah
a。b.example         | a.b.example
пример.example       | xn--e1afmkfd.example
www.example.com      | www.example.com
💩.example           |
\255.example         |
a\0b.example         |
a\226\128\174b.example |
]]
  for line in CASES:gmatch("[^\n]+") do
    local name, expected = line:match("^(.-)%s*|%s*(.-)$")
    name = name:gsub("\\(%d+)", function(code)
      return string.char(tonumber(code))
    end)
    it(("%s is %s"):format(line:match("^(.-)%s*|"), expected == "" and "refused" or expected), function()
      local ascii, message = idn.to_ascii(name)
      assert.equal(expected ~= "" and expected or nil, ascii)
      assert.is_true((ascii == nil) == (message ~= nil))
    end)
  end

  it("tells what is no Punycode from what IDNA only forbids", function()
    for _, label in ipairs { "xn--zzzzzz", "xn--99999", "xn--", "xn--abc-" } do
      assert.equal("punycode", (select(3, idn.to_ascii(label .. ".example"))), label)
    end
    assert.is_nil((select(3, idn.to_ascii("xn--ls8h.example")))) -- an emoji
    assert.equal("xn--bcher-kva.example", (idn.to_ascii("xn--bcher-kva.example")))
  end)

  it("of any length is answered", function()
    assert.is_nil((idn.to_ascii(("ü"):rep(5000))))
    assert.is_nil((idn.to_ascii(("ü"):rep(80) .. ".example")))
  end)

  it("wants a string", function()
    assert.is_false(pcall(idn.to_ascii))
    assert.is_false(pcall(idn.to_ascii, {}))
  end)
end)
