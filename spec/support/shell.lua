-- Running commands and keeping temporary folders in tests, the same on both engines.
-- SPDX-License-Identifier: MIT
-- Source: POSIX sh; LuaJIT's io.popen():close() tells no exit code, so the shell prints it.

local M = {}

--- The checkout, this engine's build tree, its command and its interpreter.
M.root = os.getenv("ISSUABLE_ROOT") or "."
M.tree = os.getenv("ISSUABLE_TREE") or M.root .. (jit and "/.build/jit" or "/.build/5.4")
M.command = M.tree .. "/bin/issuable"
M.lua = os.getenv("ISSUABLE_LUA") or (jit and "luajit" or "lua5.4")

---@param text string
---@return string one word for the shell
function M.quote(text)
  return "'" .. text:gsub("'", "'\\''") .. "'"
end

---@param path string
---@return string? bytes
function M.read(path)
  local file = io.open(path, "rb")
  if not file then return nil end
  local bytes = file:read("*a")
  file:close()
  return bytes
end

---@param path string
---@param bytes string
function M.write(path, bytes)
  local file = assert(io.open(path, "wb"))
  assert(file:write(bytes))
  assert(file:close())
end

--- Runs a shell command line to its end.
---@param line string several lines are fine
---@param input string? standard input; default: empty
---@return number status 128 + n when a signal ended it
---@return string out
---@return string err
function M.run(line, input)
  local base = os.tmpname()
  M.write(base .. ".in", input or "")
  M.write(base .. ".sh", line .. "\n")
  local pipe = assert(io.popen(("sh %s.sh <%s.in >%s.out 2>%s.err; echo $?"):format(base, base, base, base)))
  local status = tonumber(pipe:read("*l"))
  pipe:close()
  local out, err = M.read(base .. ".out"), M.read(base .. ".err")
  for _, ending in ipairs { "", ".in", ".sh", ".out", ".err" } do os.remove(base .. ending) end
  return status, out, err
end

--- A new empty folder; tell `M.remove` when done (`after_each`).
---@return string path absolute, without links
function M.folder()
  local status, out = M.run('cd "$(mktemp -d "${TMPDIR:-/tmp}/issuable-spec.XXXXXX")" && pwd -P')
  assert(status == 0, "no temporary folder")
  return (out:gsub("\n$", ""))
end

---@param path string a folder of M.folder
function M.remove(path)
  assert(path:find("/issuable-spec.", 1, true), "not a folder of ours")
  M.run("rm -rf " .. M.quote(path))
end

return M
