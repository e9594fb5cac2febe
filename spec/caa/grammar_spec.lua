-- The grammar of issue values against its ABNF: every octet at every place, every short value, many long ones.
-- SPDX-License-Identifier: MIT
-- RFC 8659 section 4.2, written down a second time in LPeg; RFC 8659 section 4.4 for iodef.

local lpeg = require "lpeg"
local caa = require "issuable.caa"
local scale = require "spec.support.scale"
local support = require "spec.caa.support"

-- What comes before and behind the octet, and the class of the octets that fit there.
local PLACES = {
  { "the whole value", "", "", "[A-Za-z0-9; \t]" },
  { "before the issuer", "", "ca.example", "[A-Za-z0-9 \t]" },
  { "inside a label", "c", "a.example", "[A-Za-z0-9.-]" },
  { "at a label's end", "ca", ".example", "[A-Za-z0-9]" },
  { "at a label's start", "ca.", "example", "[A-Za-z0-9]" },
  { "behind the issuer", "ca.example", "", "[A-Za-z0-9; \t]" },
  { "behind the issuer and a blank", "ca.example ", "", "[; \t]" },
  { "behind the issuer's semicolon", "ca.example;", "", "[ \t]" },
  { "before a tag", "ca.example;", "t=v", "[A-Za-z0-9 \t]" },
  { "inside a tag", "ca.example; t", "t=v", "[A-Za-z0-9=-]" },
  { "at a tag's end", "ca.example; t", "=v", "[A-Za-z0-9= \t]" },
  { "instead of the equals sign", "ca.example; t", " v", "[=]" },
  { "behind the equals sign", "ca.example; t=", "v", "[\33-\58\60-\126 \t]" },
  { "inside a value", "ca.example; t=a", "b", "[\33-\58\60-\126]" },
  { "at a value's end", "ca.example; t=a", "", "[\33-\58\60-\126 \t]" },
  { "behind a value and a blank", "ca.example; t=a ", "", "[ \t]" },
  { "between parameters", "ca.example; t=a ", " u=b", "[;]" },
  { "behind the second parameter", "ca.example; t=a; u=b", "", "[\33-\58\60-\126 \t]" },
}

describe("every octet", function()
  for _, place in ipairs(PLACES) do
    local name, before, behind, class = place[1], place[2], place[3], place[4]
    it(("RFC 8659 section 4.2: %s, fits or does not"):format(name), function()
      for octet = 0, 255 do
        local c = string.char(octet)
        local property = caa.property(0, "issue", before .. c .. behind)
        assert.equal(c:find(class) ~= nil, property.malformed == nil, ("octet %d"):format(octet))
      end
    end)
  end

  it("RFC 8659 section 4.1: in a property's tag, fits or does not", function()
    for octet = 0, 255 do
      local c = string.char(octet)
      for _, tag in ipairs { c, c .. "x", "x" .. c, "x" .. c .. "x" } do
        assert.equal(c:find("[A-Za-z0-9]") ~= nil, caa.property(0, tag, "").malformed == nil, ("octet %d"):format(octet))
      end
    end
  end)

  it("RFC 8659 section 4.4: in an iodef URL, fits or does not", function()
    local class = "[]A-Za-z0-9._~:/?#@!$&'()*+,;=[-]" -- RFC 3986 section 2; "%" needs its digits
    for octet = 0, 255 do
      local c = string.char(octet)
      for _, url in ipairs { "mailto:a" .. c, "mailto:" .. c .. "a", "https://example.com/" .. c } do
        assert.equal(c:find(class) ~= nil, caa.property(0, "iodef", url).malformed == nil, ("octet %d"):format(octet))
      end
      local hex = c:find("[0-9A-Fa-f]") ~= nil
      assert.equal(hex, caa.property(0, "iodef", "mailto:%" .. c .. "0").malformed == nil, ("octet %d"):format(octet))
      assert.equal(hex, caa.property(0, "iodef", "mailto:%0" .. c).malformed == nil, ("octet %d"):format(octet))
    end
  end)
end)

-- The ABNF, rule by rule.
local P, R, S, C, Ct, V = lpeg.P, lpeg.R, lpeg.S, lpeg.C, lpeg.Ct, lpeg.V
local alnum = R("AZ", "az", "09")
local WSP = S " \t"
local GRAMMAR = P {
  "issue_value",
  issue_value = Ct(WSP ^ 0 * (V "issuer" * WSP ^ 0 + lpeg.Cc "") * (P ";" * WSP ^ 0 * (V "parameters" * WSP ^ 0) ^ -1) ^ -1) * -1,
  issuer = C(V "label" * (P "." * V "label") ^ 0),
  label = alnum * (P "-" ^ 0 * alnum) ^ 0,
  parameters = V "parameter" * WSP ^ 0 * ";" * WSP ^ 0 * V "parameters" + V "parameter",
  parameter = Ct(C(V "label") * WSP ^ 0 * "=" * WSP ^ 0 * C(V "value")),
  value = R("\33\58", "\60\126") ^ 0,
}

local function flat(issuer, parameters, first)
  local out = { issuer }
  for i = first, #parameters do
    local parameter = parameters[i]
    out[#out + 1] = (parameter[1] or parameter.tag) .. "=" .. (parameter[2] or parameter.value)
  end
  return table.concat(out, "\0")
end

local function compare(value)
  local wanted = GRAMMAR:match(value)
  local property = caa.property(0, "issue", value)
  local same
  if wanted then
    same = not property.malformed and flat(wanted[1], wanted, 2) == flat(property.issuer, property.parameters, 1)
  else
    same = property.malformed ~= nil and property.issuer == nil and #property.parameters == 0
  end
  if not same then
    error(("the ABNF %s %q, the reader says %s"):format(wanted and "accepts" or "refuses", support.readable(value), property.malformed or "no"), 0)
  end
end

describe("the reader of issue values", function()
  it("agrees with the ABNF on every value of up to six characters of the grammar", function()
    local alphabet = { "a", "-", ".", ";", "=", " " }
    local function all(prefix, length)
      compare(prefix)
      if length > 0 then
        for _, c in ipairs(alphabet) do
          all(prefix .. c, length - 1)
        end
      end
    end
    all("", scale(6) > 6 and 7 or 6)
  end)

  it("agrees with the ABNF on long values", function()
    local pieces = {
      "a", "Z", "9", "ca.example", "-", ".", ";", ";", "; ", " ", "\t", "=", "=", "tag", "a-b", "x=1", "; y = 2",
      "accounturi=https://ca.example/1", "_", "\0", "\n", "\127", "\128", "\255", '"', "\\", "!", "~",
    }
    support.for_all(scale(4000), function(random)
      compare(support.string(random, random(14), pieces))
    end)
  end)

  it("agrees with the ABNF on values that are nearly right", function()
    support.for_all(scale(4000), function(random)
      local blank = function()
        return ({ "", "", " ", "\t", " \t " })[random(5)]
      end
      local parts = { blank() .. (random(5) > 1 and "ca-1.example" or "") .. blank() }
      for i = 1, random(4) - 1 do
        parts[i + 1] = blank() .. ({ "a", "b1", "c-d" })[random(3)] .. blank() .. "=" .. blank() .. ({ "", "x", "y=z" })[random(3)] .. blank()
      end
      local value = table.concat(parts, ";") .. (random(6) == 1 and ";" or "")
      if random(2) == 1 then
        local at = random(#value + 1)
        value = value:sub(1, at - 1) .. string.char(random(256) - 1) .. value:sub(at + random(2) - 1)
      end
      compare(value)
    end)
  end)
end)

describe("the domain that a malformed value visibly names", function()
  it("is always a domain of letters, digits and hyphens that stands in the value", function()
    local pieces = { "ca", ".", ".", "example", "-", "_", ";", "=", " ", "/", ":", "@", '"', "\226\128\156", "\194\160", "\255", "1", "\0" }
    local guesses = 0
    support.for_all(scale(6000), function(random)
      local value = support.string(random, random(12), pieces)
      local property = caa.property(0, "issue", value)
      local guess = property.issuer_guess
      if not property.malformed then
        assert.is_nil(guess)
      elseif guess then
        guesses = guesses + 1
        assert.is_truthy(value:find(guess, 1, true))
        assert.equal(guess, caa.property(0, "issue", guess).issuer)
        assert.is_truthy(guess:find("%.[^.]*[%a-][^.]*$"))
      end
    end)
    assert.is_true(guesses > 0)
  end)
end)
