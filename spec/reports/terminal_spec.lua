-- What reaches a terminal: colours on demand, never a byte that it would obey.
-- SPDX-License-Identifier: MIT
-- Colour precedence: design section 4; C0, C1: ECMA-48; bidirectional controls: Unicode 15, "Trojan Source".

local scale = require "spec.support.scale"
local terminal = require "issuable.reports.terminal"

describe("visible text", function()
  local CASES = {
    { "plain", "plain" },
    { "ä€😀 ñ", "ä€😀 ñ" },
    { "\27[31mred\27[0m", "\\x1b[31mred\\x1b[0m", "escape sequences" },
    { "a\nb\rc\bd\7", "a\\x0ab\\x0dc\\x08d\\x07", "line breaks, carriage return, bell" },
    { "a\tb", "a\\x09b", "a tab" },
    { "\0", "\\x00" },
    { "\127", "\\x7f" },
    { "\194\155[2J", "\\xc2\\x9b[2J", "C1 in UTF-8" },
    { "\155[2J", "\\x9b[2J", "C1 as a byte" },
    { "\226\128\174", "\\xe2\\x80\\xae", "right-to-left override" },
    { "\226\129\166", "\\xe2\\x81\\xa6", "left-to-right isolate" },
    { "\226\128\139", "\\xe2\\x80\\x8b", "zero width space" },
    { "\216\156", "\\xd8\\x9c", "Arabic letter mark" },
    { "\194\173", "\\xc2\\xad", "soft hyphen" },
    { "\243\160\129\129", "\\xf3\\xa0\\x81\\x81", "a tag character" },
    { "\239\187\191", "\\xef\\xbb\\xbf", "byte order mark" },
    { "\192\155", "\\xc0\\x9b", "an overlong escape" },
    { "\237\160\128", "\\xed\\xa0\\x80", "a surrogate" },
    { "\226\130", "\\xe2\\x82", "cut short" },
  }
  for _, case in ipairs(CASES) do
    it(case[2] .. (case[3] and ": " .. case[3] or ""), function()
      assert.equal(case[2], terminal.visible(case[1]))
    end)
  end

  it("keeps tabs where they are asked for", function()
    assert.equal("a\tb\\x0a", terminal.visible("a\tb\n", true))
  end)

  it("holds no byte below space, no C1 and only UTF-8, whatever comes in", function()
    local seed = 1048
    math.randomseed(seed)
    for round = 1, scale(3000) do
      local bytes = {}
      for i = 1, math.random(1, 10) do
        bytes[i] = string.char(math.random(0, 1) == 0 and math.random(0, 255) or math.random(0x80, 0xF4))
      end
      local text = table.concat(bytes)
      local shown = terminal.visible(text)
      local context = ("seed %d round %d: %q"):format(seed, round, text)
      assert.falsy(shown:find("[%c\127]"), context)
      assert.falsy(shown:find("\194[\128-\159]"), context)
      assert.equal(shown, terminal.visible(shown), context) -- twice is once: all that was left is harmless
    end
  end)
end)

describe("the width of a text", function()
  it("is its code points", function()
    assert.equal(0, terminal.width(""))
    assert.equal(3, terminal.width("abc"))
    assert.equal(3, terminal.width("ä€😀"))
  end)
end)

describe("the painter", function()
  it("paints when it may", function()
    assert.equal("\27[31;1mx\27[0m", terminal.painter(true)("red", "x"))
    assert.equal("x", terminal.painter(false)("red", "x"))
    assert.equal("", terminal.painter(true)("red", ""))
  end)
end)

describe("colour", function()
  -- --color   NO_COLOR  CLICOLOR_FORCE  TERM    terminal  →
  local CASES = [[
auto           -         -               xterm   yes       yes
auto           -         -               xterm   no        no
auto           -         -               dumb    yes       no
auto           1         -               xterm   yes       no
auto           empty     -               xterm   yes       yes
auto           -         1               xterm   no        yes
auto           -         0               xterm   no        no
auto           -         empty           xterm   no        no
auto           -         1               dumb    no        yes
auto           1         1               xterm   yes       no
always         1         -               dumb    no        yes
never          -         1               xterm   yes       no
-              -         -               xterm   yes       yes
]]
  for line in CASES:gmatch("[^\n]+") do
    local flag, no_color, force, term, tty, expected = line:match("^(%S+)%s+(%S+)%s+(%S+)%s+(%S+)%s+(%S+)%s+(%S+)$")
    it(line:gsub("%s+", " "), function()
      local function value(text)
        if text == "empty" then
          return ""
        end
        return text ~= "-" and text or nil
      end
      local environment = { NO_COLOR = value(no_color), CLICOLOR_FORCE = value(force), TERM = term }
      local wanted = terminal.wants_colour(value(flag), function(name)
        return environment[name]
      end, tty == "yes")
      assert.equal(expected == "yes", wanted)
    end)
  end
end)
