-- SOA serials: style of the old value, next value, width of the digits.
-- SPDX-License-Identifier: MIT
-- RFC 1982, RFC 2136 section 7.11; cases: old serial, clock (UTC), new serial, style.

local dates = require "issuable.dates"
local scale = require "spec.support.scale"
local serial = require "issuable.fixes.serial"

-- old          clock                    new          style     what it shows
local CASES = [[
2026110901      2026-11-23T00:00:00Z     2026112300   date      a date in the past takes today
2026110999      2026-11-23T12:00:00Z     2026112300   date      however far that day had counted
2026112300      2026-11-23T23:59:59Z     2026112301   date      the same day counts on
2026112201      2026-11-23T00:00:00Z     2026112300   date      the day is UTC's
2026112399      2026-11-23T12:00:00Z     2026112400   date      the hundredth change runs into tomorrow, no digit is added
2026112400      2026-11-23T12:00:00Z     2026112401   date      and counts on from there
2026113099      2026-11-30T12:00:00Z     2026113100   date      even over the end of a month
2026113100      2026-11-30T12:00:00Z     2026113101   date      which stays a date serial
2026113101      2026-12-01T12:00:00Z     2026120100   date      and finds the calendar again
2027010100      2026-11-23T12:00:00Z     2027010101   date      a date ahead of the clock only counts on
2027123199      2026-11-23T12:00:00Z     2027123200   date      next year's last
1990010100      2026-11-23T12:00:00Z     2026112300   date      the oldest date there is
1989123199      2026-11-23T12:00:00Z     1989123200   unix      before 1990 it is no date
2028010100      2026-11-23T12:00:00Z     2028010101   unix      two years ahead it is no date
2026133101      2026-11-23T12:00:00Z     2026133102   unix      month 13
2026003101      2026-11-23T12:00:00Z     2026003102   unix      month 0
2026110001      2026-11-23T12:00:00Z     2026110002   unix      day 0
2026113201      2026-11-23T12:00:00Z     2026113202   unix      day 32 of November
2024022999      2024-02-29T12:00:00Z     2024023000   date      leap day
2024022901      2026-11-23T12:00:00Z     2026112300   date      leap day, later
1795459452      2026-11-23T18:44:13Z     1795459453   unix      a unix time takes the clock
1795459452      2026-11-23T18:50:19Z     1795459819   unix      wherever it stands now
1795459452      2026-11-23T18:44:12Z     1795459453   unix      within the same second it counts
1795459452      2026-11-23T10:00:00Z     1795459453   unix      a clock that went back does not
1500000000      2026-11-23T18:44:13Z     1795459453   unix      nine years old
1400000000      2026-11-23T18:44:13Z     1400000001   counter   twelve years old is a counter
1               2026-11-23T12:00:00Z     2            counter
9               2026-11-23T12:00:00Z     10           counter
999             2026-11-23T12:00:00Z     1000         counter   a counter may grow
0               2026-11-23T12:00:00Z     1            counter   0 counts like any other
00000007        2026-11-23T12:00:00Z     00000008     counter   zeros in front stay
0099            2026-11-23T12:00:00Z     0100         counter
4294967294      2026-11-23T12:00:00Z     4294967295   counter
4294967295      2026-11-23T12:00:00Z     1            counter   the wrap skips 0
2147483647      2026-11-23T12:00:00Z     2147483648   counter   half way round
20261109        2026-11-23T12:00:00Z     20261110     counter   a date without nn is a counter
2611230100      2026-11-23T12:00:00Z     2611230101   counter   YYMMDDHHMM is a counter
2026112301      1990-01-01T00:00:00Z     2026112302   counter   a clock before the date
4102444799      2106-02-07T06:28:15Z     4294967295   unix      the last second of 32 bits
4294967295      2106-02-07T06:28:15Z     1            unix      and after it
4294967290      2106-02-07T06:28:26Z     10           unix      unix time wraps with the serial
]]

describe("the next serial", function()
  for line in CASES:gmatch("[^\n]+") do
    local old, clock, new, style, what = line:match("^(%d+)%s+(%S+)%s+(%d+)%s+(%a+)%s*(.*)$")
    it(("%s at %s is %s (%s) %s"):format(old, clock, new, style, what), function()
      local value, found = serial.bump(tonumber(old), dates.parse(clock))
      assert.equal(new, serial.text(old, value))
      assert.equal(style, found)
    end)
  end

  it("is newer than the old one, 32 bits wide and never 0, for any serial and clock", function()
    local seed = 20261123
    math.randomseed(seed)
    for round = 1, scale(5000) do
      local old = math.floor(math.random() * 4294967296)
      local now = math.floor(math.random() * 4294967296)
      if round % 3 == 0 then
        old = 2000010100 + math.random(0, 27000000)
      end
      local new = serial.bump(old, now)
      local context = ("seed %d round %d: %.0f at %.0f gave %.0f"):format(seed, round, old, now, new)
      assert.is_true(serial.newer(new, old), context)
      assert.is_true(new >= 1 and new <= 4294967295, context)
      assert.is_truthy(serial.text("1", new):match("^%d+$"), context)
    end
  end)

  it("compares as RFC 1982 says", function()
    assert.is_true(serial.newer(1, 0))
    assert.is_true(serial.newer(0, 4294967295))
    assert.is_true(serial.newer(2147483647, 0))
    assert.is_false(serial.newer(2147483648, 0))
    assert.is_false(serial.newer(0, 1))
    assert.is_false(serial.newer(7, 7))
  end)
end)
