-- Dates: RFC 3339 text to unix time and back, in UTC, whatever the machine's zone is.
-- SPDX-License-Identifier: MIT
-- RFC 3339 section 5.6; unix times computed with GNU date.

local dates = require "issuable.dates"
local scale = require "spec.support.scale"

-- text                       unix          as it is printed
local READ = [[
1970-01-01                    0             1970-01-01T00:00:00Z
2027-03-15                    1805068800    2027-03-15T00:00:00Z
2026-11-23T19:50:19Z          1795463419    2026-11-23T19:50:19Z
2026-11-23t19:50:19z          1795463419    2026-11-23T19:50:19Z
2026-11-23T21:50:19+02:00     1795463419    2026-11-23T19:50:19Z
2026-11-23T14:20:19-05:30     1795463419    2026-11-23T19:50:19Z
2000-02-29                    951782400     2000-02-29T00:00:00Z
2024-02-29T23:59:59Z          1709251199    2024-02-29T23:59:59Z
2024-12-31T23:59:60Z          1735689600    2025-01-01T00:00:00Z
1969-12-31T23:59:59Z          -1            1969-12-31T23:59:59Z
2106-02-07T06:28:15Z          4294967295    2106-02-07T06:28:15Z
9999-12-31T23:59:59Z          253402300799  9999-12-31T23:59:59Z
]]

local REFUSED = {
  "", "now", "2027", "2027-3-15", "2027-00-10", "2027-13-01", "2027-04-00", "2027-04-31", "2027-02-29", "1900-02-29",
  "2027-03-15T", "2027-03-15T12:00", "2027-03-15T12:00:00", "2027-03-15T24:00:00Z", "2027-03-15T12:60:00Z", "2027-03-15T12:00:61Z",
  "2027-03-15T12:00:00+2", "2027-03-15T12:00:00+24:00", "2027-03-15T12:00:00+02:60", "2027-03-15 ", " 2027-03-15", "2027-03-15Z",
  "2027-03-15T12:00:00.5Z", "2027-03-15\0", "２０２７-03-15",
}

describe("dates", function()
  for line in READ:gmatch("[^\n]+") do
    local text, unix, printed = line:match("^(%S+)%s+(%S+)%s+(%S+)$")
    it(("%s is %s"):format(text, unix), function()
      local value = assert(dates.parse(text))
      assert.equal(tonumber(unix), value)
      assert.equal(printed, dates.format(value))
    end)
  end

  for _, text in ipairs(REFUSED) do
    it(("%s is none"):format((text:gsub("%c", "?"))), function()
      local value, message = dates.parse(text)
      assert.is_nil(value)
      assert.truthy(message:find("is no date: write 2027-03-15", 1, true))
    end)
  end

  it("come back as they were, for any second of a thousand years", function()
    local seed = 19700101
    math.randomseed(seed)
    for round = 1, scale(3000) do
      local unix = math.floor(math.random() * 31556952000) - 2208988800
      local text = dates.format(unix)
      local context = ("seed %d round %d: %.0f is %s"):format(seed, round, unix, text)
      assert.equal(unix, dates.parse(text), context)
      local year, month, day = dates.civil(unix)
      assert.equal(text:sub(1, 10), ("%04d-%02d-%02d"):format(year, month, day), context)
    end
  end)
end)
