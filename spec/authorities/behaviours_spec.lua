-- The switches of CA implementations and their dates.
-- SPDX-License-Identifier: MIT
-- The table of known implementations; ballot SC-098 (2027-03-15).

local behaviours = require "issuable.authorities.behaviours"
local dates = require "issuable.dates"

describe("a behaviour", function()
  it("is one of three, the strict one first", function()
    assert.are.same({ "strict", "boulder", "mpic" }, behaviours.names())
    assert.is_true(behaviours.exists("boulder"))
    assert.is_false(behaviours.exists("lax"))
    assert.has_error(function()
      behaviours.at("lax", 0)
    end, "no such behaviour: lax (there are strict, boulder, mpic)")
  end)

  it("says where it was read", function()
    for _, name in ipairs(behaviours.names()) do
      local switches = behaviours.at(name, 0)
      assert.are.equal(name, switches.name)
      assert.is_true(#switches.source > 10)
      assert.is_truthy(switches.date:find("^20%d%d%-%d%d"))
    end
  end)

  it("differs from the strict one exactly where the sources say", function()
    local strict, boulder, mpic = behaviours.at("strict", 0), behaviours.at("boulder", 0), behaviours.at("mpic", 0)
    local function differing(other)
      local list = {}
      for _, key in ipairs { "issuer_case", "parameter_tag_case", "parameter_tag_hyphen", "binding" } do
        if strict[key] ~= other[key] then
          list[#list + 1] = key
        end
      end
      return list
    end
    assert.are.same({ "issuer_case", "parameter_tag_case", "parameter_tag_hyphen" }, differing(boulder))
    assert.are.same({ "binding" }, differing(mpic))
    assert.are.same({ { 128 }, { 128, 1 }, { 128 } }, { strict.critical_bits, boulder.critical_bits, mpic.critical_bits })
    for _, tag in ipairs { "issue", "issuewild", "iodef", "issuemail" } do
      assert.is_true(strict.tags[tag] and boulder.tags[tag] and mpic.tags[tag])
    end
    assert.are.same({ true, nil, true }, { strict.tags.contactemail, boulder.tags.contactemail, mpic.tags.contactemail })
    assert.are.same({ true, nil, true }, { strict.tags.contactphone, boulder.tags.contactphone, mpic.tags.contactphone })
    assert.are.same({ true, true, nil }, { strict.tags.issuevmc, boulder.tags.issuevmc, mpic.tags.issuevmc })
  end)

  it("changes on its day", function()
    local day = dates.parse(behaviours.PARAMETERS_BINDING)
    assert.is_false(behaviours.at("mpic", day - 1).binding)
    assert.is_true(behaviours.at("mpic", day).binding)
    assert.is_true(behaviours.at("mpic", nil).binding)
    assert.is_true(behaviours.at("strict", 0).binding)
  end)
end)
