-- Keeps the documentation of the built-in rules equal to the rules: lua/issuable/rules/README.md.
-- SPDX-License-Identifier: MIT
-- Usage: lua5.4 spec/support/pages.lua [write] (from the root, after a build; without `write`: exit 1 when it is not current)

package.path = "./lua/?.lua;./lua/?/init.lua;" .. package.path
package.cpath = (rawget(_G, "jit") and "./.build/jit/lib/lua/5.1/?.so;" or "./.build/5.4/lib/lua/5.4/?.so;") .. package.cpath

local PATH = "lua/issuable/rules/README.md"
local wanted = require("issuable.policy.pages").markdown()
if arg[1] == "write" then
  local file = assert(io.open(PATH, "wb"))
  assert(file:write(wanted))
  assert(file:close())
else
  local file = io.open(PATH, "rb")
  os.exit(file ~= nil and file:read("*a") == wanted)
end
