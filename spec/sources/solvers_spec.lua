-- The solver picker: which challenge method cert-manager would use for a name.
-- SPDX-License-Identifier: MIT
-- cert-manager pkg/controller/acmeorders/selectors and docs/configuration/acme/#adding-multiple-solver-types.

local solvers = require "issuable.sources.solvers"

--- One line a solver: METHOD [names=a,b] [zones=a,b] [labels=k:v,…]; "-" offers nothing.
local function solver_list(text)
  local list = {}
  for line in text:gmatch("[^;]+") do
    local solver = {}
    local method = line:match("^%s*(%S+)")
    if method == "dns" then
      solver.dns01 = {}
    elseif method == "http" then
      solver.http01 = {}
    end
    local selector = {}
    for key, value in line:gmatch("(%a+)=(%S+)") do
      solver.selector = selector
      if key == "labels" then
        selector.matchLabels = {}
        for name, wanted in value:gmatch("([^:,]+):([^,]+)") do
          selector.matchLabels[name] = wanted
        end
      else
        local items = {}
        for item in value:gmatch("[^,]+") do
          items[#items + 1] = item
        end
        selector[key == "names" and "dnsNames" or "dnsZones"] = items
      end
    end
    list[#list + 1] = solver
  end
  return list
end

-- solvers | name | labels of the Certificate | method and place of the solver, "none" when nothing fits
local CASES = [[
http                                             | www.example.com   |         | http-01 1
dns                                              | www.example.com   |         | dns-01 1
http ; dns                                       | www.example.com   |         | http-01 1
http ; dns                                       | *.example.com     |         | dns-01 2
http                                             | *.example.com     |         | none
-                                                | www.example.com   |         | none
http ; dns zones=example.com                     | www.example.com   |         | dns-01 2
http ; dns zones=example.com                     | example.com       |         | dns-01 2
http ; dns zones=example.com                     | notexample.com    |         | http-01 1
http ; dns zones=example.com                     | *.example.com     |         | dns-01 2
http zones=example.com ; dns zones=a.example.com | x.a.example.com   |         | dns-01 2
dns zones=example.com ; http zones=example.com   | x.example.com     |         | dns-01 1
dns zones=a.example.com ; http names=x.a.example.com | x.a.example.com |       | http-01 2
dns zones=com ; http names=other.com,x.com       | x.com             |         | http-01 2
http names=*.example.com ; dns                   | *.example.com     |         | dns-01 2
dns names=*.example.com ; http                   | www.example.com   |         | http-01 2
http ; dns labels=use:dns                        | www.example.com   |         | http-01 1
http ; dns labels=use:dns                        | www.example.com   | use:dns | dns-01 2
http ; dns labels=use:dns                        | www.example.com   | use:no  | http-01 1
dns labels=a:1 ; http labels=a:1,b:2             | www.example.com   | a:1,b:2 | http-01 2
dns labels=a:1 zones=example.com ; http labels=a:1,b:2 | www.example.com | a:1,b:2 | dns-01 1
dns zones=example.org                            | www.example.com   |         | none
dns zones=example.com labels=a:1                 | www.example.com   |         | none
]]

describe("the solver for a name", function()
  for line in CASES:gmatch("[^\n]+") do
    local list, name, label_text, expected = line:match("^(.-)%s*|%s*(.-)%s*|%s*(.-)%s*|%s*(.-)%s*$")
    it(("%s, %s [%s]: %s"):format(list, name, label_text, expected), function()
      local labels = {}
      for key, value in label_text:gmatch("([^:,]+):([^,]+)") do
        labels[key] = value
      end
      local methods, index = solvers.pick(solver_list(list), name, labels)
      assert.equal(expected, methods[1] and ("%s %d"):format(methods[1], index) or "none")
    end)
  end

  it("is not known without solvers", function()
    assert.is_nil((solvers.pick(nil, "www.example.com")))
    assert.is_nil((solvers.pick({}, "www.example.com")))
    assert.is_nil((solvers.pick("text", "www.example.com")))
  end)

  it("survives values of any kind where the API has none", function()
    local methods = solvers.pick({
      "text", 7, { selector = "x", http01 = true }, { selector = { dnsNames = "a", dnsZones = 3, matchLabels = "b" }, dns01 = {} },
      { selector = { dnsZones = { 1, {}, false } }, dns01 = {} },
    }, "www.example.com", "labels")
    assert.same({ "dns-01" }, methods)
  end)
end)
