-- CAA records as text: what is printed, what is read, and where a wrong text is wrong.
-- SPDX-License-Identifier: MIT
-- RFC 8659 section 4.1.1; RFC 1035 section 5.1 (quotes and escapes).

local caa = require "issuable.caa"
local scale = require "spec.support.scale"
local support = require "spec.caa.support"

-- flags tag "value" (escapes of the cases) ⇒ text
local FORMAT = [[
# RFC 8659 section 4.1.1
0 issue "letsencrypt.org"            ⇒ 0 issue "letsencrypt.org"
128 issue "letsencrypt.org"          ⇒ 128 issue "letsencrypt.org"
255 tbs "x"                          ⇒ 255 tbs "x"
9 a "x"                              ⇒ 9 a "x"
10 a "x"                             ⇒ 10 a "x"
99 a "x"                             ⇒ 99 a "x"
100 a "x"                            ⇒ 100 a "x"
0 issue ""                           ⇒ 0 issue ""
0 issue ";"                          ⇒ 0 issue ";"
0 ISSUE "CA.example"                 ⇒ 0 ISSUE "CA.example"
0 issue " a  b "                     ⇒ 0 issue " a  b "
# RFC 1035 section 5.1
0 issue "a\"b"                       ⇒ 0 issue "a\"b"
0 issue "a\\b"                       ⇒ 0 issue "a\\b"
0 issue "\000\031\032~\127\128\255"  ⇒ 0 issue "\000\031 ~\127\128\255"
0 issue "a\tb\nc"                    ⇒ 0 issue "a\009b\010c"
# A tag that is none is printed so that nothing is hidden
0 is\000sue "x"                      ⇒ 0 is\000sue "x"
0 a-b "x"                            ⇒ 0 a\045b "x"
0 a\032b "x"                         ⇒ 0 a\032b "x"
]]

describe("printing a CAA record", function()
  for _, case in ipairs(support.lines(FORMAT)) do
    local flags, tag, value, text = case.text:match('^(%d+) (%S+) "(.*)"%s+⇒ (.*)$')
    it(("%s: %s"):format(case.section, case.text), function()
      local t, v = support.octets(tag), support.octets(value)
      assert.equal(text, caa.format(tonumber(flags), t, v))
      assert.equal(text, caa.property(tonumber(flags), t, v).text)
    end)
  end

  it("shows an empty tag as a pair of quotes", function()
    assert.equal('0 "" "x"', caa.format(0, "", "x"))
  end)

  it("leaves nothing in the text that could steer a terminal", function()
    for octet = 0, 255 do
      local c = string.char(octet)
      assert.is_nil(caa.format(0, "a" .. c, c):find("[%c\127-\255]"))
    end
  end)
end)

-- text ⇒ flags tag "value" (escapes of the cases)
local PARSE = [[
# RFC 8659 section 4.1.1
0 issue "letsencrypt.org"            ⇒ 0 issue "letsencrypt.org"
0 issue letsencrypt.org              ⇒ 0 issue "letsencrypt.org"
128 iodef "mailto:a@example.com"     ⇒ 128 iodef "mailto:a@example.com"
255 TBS x                            ⇒ 255 TBS "x"
0 issue ""                           ⇒ 0 issue ""
0 issue ";"                          ⇒ 0 issue ";"
0 issue "ca.example; a=1"            ⇒ 0 issue "ca.example; a=1"
  0   issue   "x"                    ⇒ 0 issue "x"
000 issue x                          ⇒ 0 issue "x"
0128 issue x                         ⇒ 128 issue "x"
0 1 x                                ⇒ 0 1 "x"
# RFC 1035 section 5.1: quotes
0 issue " a  b "                     ⇒ 0 issue " a  b "
0 issue "a;(b)c"                     ⇒ 0 issue "a;(b)c"
0 issue "@"                          ⇒ 0 issue "@"
# RFC 1035 section 5.1: escapes, inside quotes and outside
0 issue "a\"b"                       ⇒ 0 issue "a\"b"
0 issue "a\\b"                       ⇒ 0 issue "a\\b"
0 issue "a\059b\000\255"             ⇒ 0 issue "a;b\000\255"
0 issue a\059b                       ⇒ 0 issue "a;b"
0 issue a\;b                         ⇒ 0 issue "a;b"
0 issue \"a                          ⇒ 0 issue "\"a"
0 issue a\ b                         ⇒ 0 issue "a b"
0 issue "\a\b\x"                     ⇒ 0 issue "abx"
0 issue "\0341"                      ⇒ 0 issue "\"1"
0 issue é                            ⇒ 0 issue "\195\169"
]]

describe("reading a CAA record", function()
  for _, case in ipairs(support.lines(PARSE)) do
    local text, flags, tag, value = case.text:match('^(.-)%s+⇒ (%d+) (%S+) "(.*)"$')
    it(("%s: %s"):format(case.section, case.text), function()
      assert.same({ tonumber(flags), tag, support.octets(value) }, { caa.parse(text) })
    end)
  end

  it("takes blanks and tabs around everything", function()
    assert.same({ 0, "issue", "x" }, { caa.parse('\t 0\t issue \t"x" \t') })
    assert.same({ 0, "issue", "x" }, { caa.parse("\t0\tissue\tx\t") })
  end)
end)

-- text (escapes of the cases) ⇒ line:column byte, a part of the message
local WRONG = [[
# RFC 8659 section 4.1.1: flags 0 to 255
""                        ⇒ 1:1 1 flags
"  "                      ⇒ 1:3 3 flags
"issue ca.example"        ⇒ 1:1 1 flags
"256 issue x"             ⇒ 1:1 1 flags
"99999999999999999999 issue x" ⇒ 1:1 1 flags
"4294967296 issue x"      ⇒ 1:1 1 flags
"-1 issue x"              ⇒ 1:1 1 flags
"+1 issue x"              ⇒ 1:1 1 flags
"0x0 issue x"             ⇒ 1:2 2 flags
"1.0 issue x"             ⇒ 1:2 2 flags
"0"                       ⇒ 1:2 2 tag
# RFC 8659 section 4.1: the tag
"0 "                      ⇒ 1:3 3 tag
"0 is-sue x"              ⇒ 1:5 5 tag
"0 \"issue\" x"           ⇒ 1:3 3 tag
"0 \\105ssue x"           ⇒ 1:3 3 tag
"0 issue;x y"             ⇒ 1:8 8 tag
"0 \195\169 x"            ⇒ 1:3 3 tag
"0 issue\000 x"           ⇒ 1:8 8 tag
"0 issue\n x"             ⇒ 1:8 8 tag
# RFC 1035 section 5.1
"0 issue"                 ⇒ 1:8 8 missing
"0 issue "                ⇒ 1:9 9 missing
"0 issue \""              ⇒ 1:9 9 never closed
"0 issue \"x"             ⇒ 1:9 9 never closed
"0 issue \"x\\\""         ⇒ 1:9 9 never closed
"0 issue \"x\\"           ⇒ 1:11 11 escape
"0 issue \"\\25\""        ⇒ 1:10 10 escape
"0 issue \"\\256\""       ⇒ 1:10 10 escape
"0 issue \"\\2a0\""       ⇒ 1:10 10 escape
"0 issue x\\"             ⇒ 1:10 10 escape
"0 issue x\\1"            ⇒ 1:10 10 escape
"0 issue x;y"             ⇒ 1:10 10 quotes
"0 issue ;"               ⇒ 1:9 9 quotes
"0 issue (x)"             ⇒ 1:9 9 quotes
"0 issue x)"              ⇒ 1:10 10 quotes
"0 issue x\"y\""          ⇒ 1:10 10 quotes
"0 issue x y"             ⇒ 1:11 11 quotes
"0 issue \"x\" y"         ⇒ 1:13 13 closing quote
"0 issue \"x\"y"          ⇒ 1:12 12 closing quote
"0 issue \"x\" ; comment" ⇒ 1:13 13 closing quote
"0 issue \"x\ny\""        ⇒ 1:11 11 line
"0 issue \"x\\\ny\""      ⇒ 1:12 12 line
"0 issue x\ny"            ⇒ 1:10 10 line
"0 issue x\r\n"           ⇒ 1:10 10 line
"0 issue \"x\"\n"         ⇒ 1:12 12 closing quote
# Columns count code points, and an octet that is no UTF-8 is one
"0 issue \"\195\169\" y"         ⇒ 1:13 14 closing quote
"0 issue \"\226\130\172\" y"     ⇒ 1:13 15 closing quote
"0 issue \"\240\159\148\146\" y" ⇒ 1:13 16 closing quote
"0 issue \"\255\255\" y"         ⇒ 1:14 14 closing quote
"0 issue \"\195\" y"             ⇒ 1:13 13 closing quote
"0 issue \"\192\128\" y"         ⇒ 1:14 14 closing quote
"0 issue \"\224\128\128\" y"     ⇒ 1:15 15 closing quote
"0 issue \"\237\160\128\" y"     ⇒ 1:15 15 closing quote
"0 issue \"\244\144\128\128\" y" ⇒ 1:16 16 closing quote
]]

describe("reading a wrong CAA record", function()
  for _, case in ipairs(support.lines(WRONG)) do
    local text, line, column, byte, part = case.text:match('^"(.*)"%s+⇒ (%d+):(%d+) (%d+) (.*)$')
    it(("%s: %s"):format(case.section, case.text), function()
      local result = { caa.parse(support.octets(text)) }
      assert.is_nil(result[1])
      assert.is_truthy(result[2]:find(part, 1, true), result[2])
      assert.same({ tonumber(line), tonumber(column), tonumber(byte) }, { result[3], result[4], result[5] })
    end)
  end

  it("RFC 8659 section 4.1: a tag of more than 255 octets, or data of more than 65535", function()
    assert.is_nil((caa.parse("0 " .. ("a"):rep(256) .. " x")))
    assert.equal(0, (caa.parse("0 " .. ("a"):rep(255) .. " x")))
    local largest = ("x"):rep(65535 - 2 - 5)
    assert.equal(largest, select(3, caa.parse('0 issue "' .. largest .. '"')))
    local _, message, line, column, byte = caa.parse('0 issue "' .. largest .. 'x"')
    assert.is_truthy(message:find("65535"))
    assert.same({ 1, 9, 9 }, { line, column, byte })
  end)
end)

describe("presentation form, at random", function()
  local TAG = { "a", "b", "Z", "0", "9", "issue" }

  it("what was printed is read again as it was", function()
    support.for_all(scale(2000), function(random)
      local flags = random(256) - 1
      local tag = support.string(random, random(8), TAG)
      local value = support.string(random, random(random(2) == 1 and 8 or 600) - 1)
      local text = caa.format(flags, tag, value)
      assert.same({ flags, tag, value }, { caa.parse(text) })
      assert.same({ flags, tag, value }, { caa.parse(" \t" .. text:gsub(" ", "\t ", 2) .. " ") })
    end)
  end)

  it("any text is read or refused, and what was read is printed to be read the same", function()
    local pieces = { "0", "128", "300", " ", " ", "\t", "issue", "a", '"', '"', "\\", "\\\"", "\\065", "\\9", ";", "(", "\n", "\0", "\255", "é" }
    local read = 0
    support.for_all(scale(4000), function(random)
      local text = (random(2) == 1 and "0 issue " or "") .. support.string(random, random(12) - 1, pieces)
      local flags, tag, value, column, byte = caa.parse(text)
      if flags then
        read = read + 1
        assert.same({ flags, tag, value }, { caa.parse(caa.format(flags, tag, value)) })
      else
        assert.is_string(tag)
        assert.is_true(byte >= 1 and byte <= #text + 1)
        assert.is_true(column >= 1 and column <= byte)
        assert.equal(1, value)
      end
    end)
    assert.is_true(read > 0)
  end)
end)
