-- Runs a piece of Lua again and again, each time another allocation fails, it alone or it and all later ones: no crash, no leak, a clear error.
-- SPDX-License-Identifier: MIT
-- Source: failing_memory.c, preloaded into a child. On 5.4 Lua's own allocations fail too; LuaJIT keeps its own allocator.

local shell = require "spec.support.shell"

local M = {}

local CHILD = [[
if jit then jit.off() end -- libgcc does not survive that it cannot remember the frames of compiled code
local memory = require "failing_memory"
local prepare = assert(load(%q, "=prepare"))
local run = prepare()
assert(pcall(run)) -- whatever is made once is made now
collectgarbage() collectgarbage()
memory.arm(0)
local _, before = memory.disarm()
local ends, tries = {}, 0
for _, go_on in ipairs { false, true } do
local n = 0
repeat
  n, tries = n + 1, tries + 1
  memory.arm(n, go_on)
  local ok, message = pcall(run)
  local calls = memory.disarm()
  collectgarbage() collectgarbage()
  local _, held = memory.disarm()
  if held ~= before then
    print(("leak: %%d blocks when allocation %%d fails (%%s)"):format(held - before, n, tostring(message)))
  end
  ends[ok and "survived" or tostring(message):gsub("^[^ ]*:%%d+: ", "")] = true
until calls < n or n > 20000
end
local list = {}
for text in pairs(ends) do list[#list + 1] = text end
table.sort(list)
print(("tries: %%d"):format(tries))
for _, text in ipairs(list) do print("end: " .. text) end
]]

--- True where an allocator can be put under the interpreter: not under the sanitizers, which have their own.
M.possible = not shell.tree:find("/asan-", 1, true)

--- Runs `source`, a chunk that returns the function to try, with every single allocation failing once.
---@param source string
---@return { tries: number, ends: table<string, boolean>, output: string } ends: how runs ended: "survived" or the error
function M.run(source)
  local folder = shell.folder()
  local quoted = shell.quote(folder)
  local include = jit and "/usr/include/luajit-2.1 -I/usr/local/include/luajit-2.1" or "/usr/include/lua5.4 -I/usr/include/lua54 -I/usr/local/include"
  local status, _, err = shell.run(("${CC:-cc} -D_GNU_SOURCE -O1 -shared -fPIC -Wl,-z,lazy -I%s -o %s/failing_memory.so %s -ldl"):format(
    include, quoted, shell.quote(shell.root .. "/spec/support/failing_memory.c")))
  assert(status == 0, err)
  shell.write(folder .. "/child.lua", CHILD:format(source))
  local path = jit and "LUA_CPATH" or "LUA_CPATH_5_4"
  local out
  status, out, err = shell.run(("%s=%s/?.so\\;\"$%s\" LD_PRELOAD=%s/failing_memory.so timeout 300 %s %s/child.lua"):format(
    path, quoted, path, quoted, shell.quote(shell.lua), quoted))
  shell.remove(folder)
  assert(status == 0, ("the child ended with %d: %s%s"):format(status, out, err))
  local result = { tries = tonumber(out:match("tries: (%d+)")), ends = {}, leaks = out:match("leak: [^\n]*"), output = out }
  for text in out:gmatch("end: ([^\n]*)") do
    result.ends[text] = true
  end
  return result
end

return M
