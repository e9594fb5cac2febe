-- Keeps the list of modules in the rockspec equal to what is there.
-- SPDX-License-Identifier: MIT
-- Usage: lua5.4 spec/support/rockspec.lua [write]   (without `write`: exit 1 when the list is not current)

local M = {}

local MAIN = "lua/issuable/cli/main.lua" -- installed as the command, not as a module

-- The same tables as spec/build.mk, which is where they are read from.
local function tables(makefile)
  local dirs, libs = {}, {}
  for module, list in makefile:gmatch("\ndirs_(%l+) *:= *([^\n]*)") do
    dirs[module] = {}
    for dir in list:gmatch("%S+") do table.insert(dirs[module], dir) end
  end
  for module, list in makefile:gmatch("\nlibs_(%l+) *:= *([^\n]*)") do
    libs[module] = {}
    for lib in list:gmatch("%-l(%S+)") do table.insert(libs[module], lib) end
  end
  return dirs, libs
end

local function quoted(list, form)
  local out = {}
  for i, item in ipairs(list) do out[i] = (form or "%q"):format(item) end
  return table.concat(out, ", ")
end

local function c_module(name, files, dirs, libs)
  local wanted = { ["csrc/lua/lua_" .. name .. ".c"] = true }
  local sources = {}
  for _, path in ipairs(files) do
    local folder, file = path:match("^csrc/(%l+)/([^/]+%.c)$")
    local mine = wanted[path] or folder == name
      or (folder == "lua" and (file:find("^compat") or file:find("^lua_" .. name .. "_")))
    for _, dir in ipairs(dirs[name] or {}) do mine = mine or folder == dir end
    if mine then sources[#sources + 1] = path end
  end
  local out = { ("    [%q] = {"):format("issuable." .. name), "      sources = {" }
  for _, path in ipairs(sources) do out[#out + 1] = ("        %q,"):format(path) end
  out[#out + 1] = "      },"
  local inc = { "csrc" }
  local libdirs = {}
  for _, lib in ipairs(libs[name] or {}) do
    inc[#inc + 1] = "$(" .. lib:upper() .. "_INCDIR)"
    libdirs[#libdirs + 1] = "$(" .. lib:upper() .. "_LIBDIR)"
  end
  out[#out + 1] = '      defines = { "_GNU_SOURCE" },'
  out[#out + 1] = "      incdirs = { " .. quoted(inc) .. " },"
  if libdirs[1] then
    out[#out + 1] = "      libdirs = { " .. quoted(libdirs) .. " },"
    out[#out + 1] = "      libraries = { " .. quoted(libs[name]) .. " },"
  end
  out[#out + 1] = "    },"
  return table.concat(out, "\n")
end

--- The inside of `modules = { … }`.
---@param files string[] every *.c and *.lua below csrc/ and lua/, sorted by bytes
---@param makefile string the text of spec/build.mk
---@return string
function M.modules(files, makefile)
  local dirs, libs = tables(makefile)
  local out = {}
  for _, path in ipairs(files) do
    local module = path:match("^csrc/lua/lua_(%l+)%.c$")
    if module then out[#out + 1] = c_module(module, files, dirs, libs) end
  end
  for _, path in ipairs(files) do
    local module = path:match("^lua/(.+)%.lua$")
    if module and path ~= MAIN then
      module = module:gsub("/init$", ""):gsub("/", ".")
      out[#out + 1] = ("    [%q] = %q,"):format(module, path)
    end
  end
  return table.concat(out, "\n")
end

--- The rockspec with its list made current.
---@param text string
---@param files string[]
---@param makefile string
---@return string
function M.refresh(text, files, makefile)
  local head, tail = text:match("^(.*\n  modules = {\n).-(  },\n  install = {.*)$")
  return head .. M.modules(files, makefile) .. "\n" .. tail
end

local function read(path)
  local file = assert(io.open(path, "rb"))
  local text = file:read("*a")
  file:close()
  return text
end

--- Every source file below a root, sorted by bytes.
---@param root string
---@return string[]
function M.files(root)
  local pipe = assert(io.popen(("cd '%s' && find csrc lua -name '*.c' -o -name '*.lua' | LC_ALL=C sort"):format(root)))
  local files = {}
  for path in pipe:lines() do files[#files + 1] = path end
  pipe:close()
  return files
end

--- The rockspec as it is and as it should be.
---@param root string
---@return string is, string should
function M.compare(root)
  local is = read(root .. "/issuable-scm-1.rockspec")
  return is, M.refresh(is, M.files(root), read(root .. "/spec/build.mk"))
end

if arg and arg[0] and arg[0]:find("rockspec%.lua$") then
  local root = arg[0]:match("^(.*)/spec/support/[^/]+$") or "."
  local is, should = M.compare(root)
  if is ~= should and arg[1] == "write" then
    local file = assert(io.open(root .. "/issuable-scm-1.rockspec", "wb"))
    assert(file:write(should))
    assert(file:close())
  elseif is ~= should then
    io.stderr:write("issuable-scm-1.rockspec is not current: lua5.4 spec/support/rockspec.lua write\n")
    os.exit(1)
  end
end

return M
