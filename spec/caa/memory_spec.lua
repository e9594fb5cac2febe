-- The resolver at the border when memory runs out: every allocation fails once, C's and, on 5.4, Lua's own.
-- SPDX-License-Identifier: MIT
-- Source: the contract at the border; spec/support/failing_memory.lua. A lookup without memory fails, it never finds "no CAA".

local failing_memory = require "spec.support.failing_memory"

local RUN = [[
  local caa = require "issuable.caa"
  local fake = require "spec.support.fake_net"
  local big = {}
  for i = 1, 12 do big[i] = '@12 CAA 300 caa 0 issue "a-rather-long-name-of-an-authority.example.net; accounturi=https://x/' .. i .. '"' end
  local function server(query, how)
    if query.name == "www.example.com" then
      return { { octets = fake.reply(query, "8180", { "@12 CNAME 30 name b.example.net" }) } }
    elseif query.name == "b.example.net" and how == "udp" then
      return { { octets = fake.reply(query, "8380") } }
    elseif query.name == "b.example.net" then
      local octets = fake.reply(query, "8180", big)
      octets = string.char(math.floor(#octets / 256), #octets % 256) .. octets
      return { { chunk = octets:sub(1, 9) }, { chunk = octets:sub(10), after = 2 } }
    end
    return { { octets = fake.reply(query, "8180", { authority = { ". SOA 300 soa ns.example.com 60" } }) } }
  end
  return function()
    local r, message = caa.resolver { window = 2, ports = 2, memo = 64, entropy = ("issuable"):rep(4) }
    if not r then error(message, 0) end
    local net = fake.new(r, { server })
    local first, second = net:lookup("www.example.com", "x.y.example.org")
    local wrong
    for _, result in ipairs { first, second } do
      if result.status == "failed" then
        wrong = result.trace[#result.trace].cause
      end
    end
    if wrong then error("a lookup failed: " .. wrong, 0) end
    if first.status ~= "found" or #first.trace[2].records ~= 12 or second.status ~= "none" then
      error("the answer is wrong", 0)
    end
    local query = r:query("example.com", 6, 0, { now = net.now })
    if not query then error("not enough memory for a query", 0) end
    while not r:event() do net:step() end
    local octets = r:message(query)
    if octets and not caa.message(octets) then error("no message", 0) end
    r:close()
  end
]]

-- Only where the interpreter has no allocator of the sanitizers.
describe("memory that runs out under a resolver", function()
  if not failing_memory.possible then
    return
  end

  it("is an error or a failed lookup, nothing is lost and nothing breaks", function()
    local result = failing_memory.run(RUN)
    assert.is_nil(result.leaks, result.output)
    assert.is_true(result.tries > 20)
    for text in pairs(result.ends) do
      local known = text == "survived" or text:find("^not enough memory") or text == "a lookup failed: no-memory"
        or text == "a lookup failed: tcp-broken"
      assert.is_truthy(known, text)
    end
  end)
end)
