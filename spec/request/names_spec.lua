-- Certificate signing requests: which names they ask for, and that nothing in them is believed.
-- SPDX-License-Identifier: MIT
-- RFC 2986, RFC 5280 section 4.2.1.6; cases made with openssl, then damaged byte by byte.

local random = require "spec.support.random"
local request = require "issuable.request"
local requests = require "spec.request.requests"
local scale = require "spec.support.scale"

local function show(list)
  local out = {}
  for i, name in ipairs(list) do
    out[i] = name.type .. "=" .. name.text:gsub("%z", "\\0")
  end
  return table.concat(out, " ") .. (list.is_ca and " CA" or "")
end

describe("a certificate signing request", function()
  -- request | its names
  local CASES = [[
plain | dns=www.example.com dns=*.example.com ip=192.0.2.1 ip=2001:db8::1 email=a@example.com uri=spiffe://x/y other= common_name=www.example.com
bare  |
stray | dns=www.example.com common_name=api.example.com
ca    | dns=ca.example.com common_name=ca.example.com CA
nul   | dns=a.example.com\0.evil.test
]]
  for line in CASES:gmatch("[^\n]+") do
    local name, expected = line:match("^(%S+)%s*|%s*(.-)$")
    it(name .. " asks for " .. (expected == "" and "nothing" or expected), function()
      assert.equal(expected, show(assert(request.names(requests[name]))))
    end)
  end

  -- text | why it is refused
  local REFUSED = [[
@two | holds its names more than once
| is not one PEM block
not base64! | is not base64
bm90aGluZw== | is not one PEM block
LS0tLS1CRUdJTiBDRVJUSUZJQ0FURSBSRVFVRVNULS0tLS0KLS0tLS1FTkQgQ0VSVElGSUNBVEUgUkVRVUVTVC0tLS0tCg== | is not PKCS#10
LS0tLS1CRUdJTiBDRVJUSUZJQ0FURS0tLS0tCkFBQUEKLS0tLS1FTkQgQ0VSVElGSUNBVEUtLS0tLQo= | is not one PEM block
LS0tLS1CRUdJTiBDRVJUSUZJQ0FURSBSRVFVRVNULS0tLS0KQUFBQQo= | is not one PEM block
]]
  for line in REFUSED:gmatch("[^\n]+") do
    local text, expected = line:match("^(.-)%s*|%s*(.-)$")
    it(("%q %s"):format(text:sub(1, 24), expected), function()
      local names, message = request.names(requests[text:match("^@(%l+)$") or ""] or text)
      assert.is_nil(names)
      assert.truthy(message:find(expected, 1, true), message)
    end)
  end

  it("that is too large is not looked at", function()
    local names, message = request.names(("A"):rep(600 * 1024))
    assert.is_nil(names)
    assert.truthy(message:find("too large", 1, true))
  end)

  it("wants a string", function()
    assert.is_false(pcall(request.names))
    assert.is_false(pcall(request.names, {}))
  end)

  it("with any byte changed, cut or added has names or a message, and never both", function()
    local seed = 20261124
    local pick = random(seed)
    for _, name in ipairs { "plain", "bare", "stray", "ca", "two", "nul" } do
      local text = requests[name]
      for _ = 1, scale(400) do
        local at = pick:below(#text)
        local other = text:sub(1, at - 1) .. string.char(pick:below(256) - 1) .. text:sub(at + pick:below(3) - 1)
        local names, message = request.names(other)
        assert.is_true((names == nil) == (message ~= nil), "seed " .. seed)
      end
    end
  end)
end)
