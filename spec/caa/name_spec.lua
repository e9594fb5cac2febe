-- Names as issuable.caa takes and gives them: canonical text, parents, what lies below what.
-- SPDX-License-Identifier: MIT
-- RFC 1035 sections 2.3.4, 3.1 and 5.1; RFC 4343 (case); RFC 8659 section 3 (Parent).

local caa = require "issuable.caa"
local support = require "spec.caa.support"

-- text ⇒ canonical
local CANONICAL = [[
# RFC 4343: case
WWW.Example.COM          ⇒ www.example.com
# RFC 1035 section 5.1: the final dot and escapes
example.com.             ⇒ example.com
.                        ⇒ .
com                      ⇒ com
a\.b.example             ⇒ a\.b.example
\097.example             ⇒ a.example
\065.example             ⇒ a.example
a\000b.example           ⇒ a\000b.example
a\032b.example           ⇒ a\032b.example
*.example.com            ⇒ *.example.com
_acme-challenge.example  ⇒ _acme-challenge.example
xn--bcher-kva.example    ⇒ xn--bcher-kva.example
]]

describe("a canonical name", function()
  for _, case in ipairs(support.lines(CANONICAL)) do
    local text, canonical = case.text:match("^(%S+)%s+⇒ (%S+)$")
    it(("%s: %s"):format(case.section, case.text), function()
      assert.equal(canonical, caa.name(text))
      assert.equal(canonical, caa.name(canonical))
    end)
  end
end)

describe("what is no name", function()
  local long = ("a"):rep(63)
  local cases = {
    { "empty", "", 1, "empty" },
    { "two dots", "a..b", 3, "empty label" },
    { "a dot at the start", ".a", 1, "empty label" },
    { "two final dots", "a..", 3, "empty label" },
    { "a label of 64 octets", long .. "a.example", 64, "63" },
    { "a name of 256 octets", ("%s.%s.%s.%s"):format(long, long, long, long), nil, "255" },
    { "a broken escape", "a\\25", 2, "escape" },
    { "an escape above 255", "a\\256.example", 2, "escape" },
    { "an origin that is not there", "@", 1, "origin" },
  }
  for _, case in ipairs(cases) do
    it("RFC 1035 section 2.3.4 and 5.1: " .. case[1], function()
      local name, message, line, column, byte = caa.name(case[2])
      assert.is_nil(name)
      assert.is_truthy(message:find(case[4], 1, true), message)
      assert.is_nil(line)
      assert.is_nil(column)
      if case[3] then
        assert.equal(case[3], byte)
      end
      assert.is_true(byte >= 1 and byte <= #case[2] + 1)
    end)
  end

  it("a name of 255 octets is one", function()
    local name = ("%s.%s.%s.%s"):format(long, long, long, long:sub(1, 61))
    assert.equal(name, caa.name(name))
    assert.equal(name, caa.name(name .. "."))
  end)
end)

describe("Parent(X)", function()
  it("RFC 8659 section 3: removes the first label until the root", function()
    assert.equal("b.c", caa.parent("a.b.c"))
    assert.equal("b.c", caa.parent("A.B.C."))
    assert.equal("c", caa.parent("b.c"))
    assert.equal(".", caa.parent("c"))
    assert.is_nil(caa.parent("."))
  end)

  it("does not take an escaped dot for the end of a label", function()
    assert.equal("c", caa.parent("a\\.b.c"))
    assert.equal("c", caa.parent("a\\046b.c"))
  end)
end)

describe("being below", function()
  it("is a matter of labels, not of letters", function()
    assert.is_true(caa.is_below("www.example.com", "example.com"))
    assert.is_true(caa.is_below("example.com", "example.com"))
    assert.is_true(caa.is_below("Example.com.", "EXAMPLE.COM"))
    assert.is_true(caa.is_below("a.b", "."))
    assert.is_true(caa.is_below(".", "."))
    assert.is_false(caa.is_below("example.com", "www.example.com"))
    assert.is_false(caa.is_below("badexample.com", "example.com"))
    assert.is_false(caa.is_below("a\\.example.com", "example.com"))
    assert.is_false(caa.is_below(".", "com"))
  end)
end)
