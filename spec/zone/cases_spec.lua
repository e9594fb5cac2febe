-- The cases: zone files, their records, spans, problems and answers; named-checkzone is the oracle of every one.
-- SPDX-License-Identifier: MIT
-- Source: spec/zone/cases/*.txt (format: README.txt there).

local support = require "spec.zone.support"

for _, file in ipairs(support.files()) do
  describe("zone cases, " .. file, function()
    local cases = support.cases(file)
    for _, case in ipairs(cases) do
      it(("%d %s"):format(case.line, case.title), function()
        local complaints = support.check(case, support.load(case))
        assert.equal("", table.concat(complaints, "\n"))
      end)
    end

    it("loads what BIND loads", function()
      local asked = {}
      for _, case in ipairs(cases) do
        if case.bind ~= "silent" then
          asked[#asked + 1] = case
        end
      end
      local loads, messages = support.checkzone(asked)
      local complaints = {}
      for i, case in ipairs(asked) do
        local ours = support.load(case):status() == "loadable"
        if (ours == loads[i]) == (case.bind == "differs") then
          complaints[#complaints + 1] = ("%s:%d: %s: BIND %s\n%s"):format(file, case.line, case.title, loads[i] and "loads it" or "refuses it", messages[i])
        end
      end
      assert.equal("", table.concat(complaints, "\n"))
    end)
  end)
end
