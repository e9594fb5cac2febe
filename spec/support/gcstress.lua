-- busted helper: the collector never rests, so that a C module that forgets to anchor something is found out.
-- SPDX-License-Identifier: MIT
-- Source: luv's CI runs its suite with pause 0 as well; ISSUABLE_GC_STRESS=1 of spec/run loads this.

-- Inside of our C functions every single allocation runs a full cycle: a cycle takes milliseconds, so each function does so
-- at its first calls and then now and then, for short arguments and for a while in all. What is not anchored is found with
-- little as well. Lua code in between runs with the collector as it always is: it can forget nothing.
local FIRST, EACH, LONGEST, SECONDS = 6, 200, 2000, 0.4

local function calm()
  collectgarbage("setpause", 200)
  collectgarbage("setstepmul", jit and 200 or 100)
  if not jit then collectgarbage("incremental", 200, 100, 13) end
end

local function stress()
  collectgarbage("setpause", 0)
  if jit then
    collectgarbage("setstepmul", 0) -- no bound: a whole cycle a step
  else
    collectgarbage("incremental", 0, 1000, 30) -- a step of 2^30 bytes: the same
  end
  collectgarbage() -- the pause counts from the end of a cycle
end

local spent = {} -- CPU seconds by name

local function finish(name, start, ok, ...)
  calm()
  spent[name] = (spent[name] or 0) + os.clock() - start
  if ok then return ... end
  error((...), 0)
end

local calls = {} -- by name: a module loaded again goes on counting

local function is_long(...)
  for i = 1, select("#", ...) do
    local argument = select(i, ...)
    if type(argument) == "string" and #argument > LONGEST then return true end
  end
  return false
end

local function wrap(name, f)
  return function(...)
    local n = (calls[name] or 0) + 1
    calls[name] = n
    if (n > FIRST and n % EACH ~= 0) or (spent[name] or 0) > SECONDS or is_long(...) then return f(...) end
    local start = os.clock()
    stress()
    return finish(name, start, pcall(f, ...))
  end
end

local function wrap_all(name, t)
  for key, value in pairs(t) do
    if type(value) == "function" then t[key] = wrap(name .. "." .. tostring(key), value) end
  end
end

-- The functions and methods of a C module that was just opened.
local function wrap_module(name, module)
  wrap_all(name, module)
  for key, meta in pairs(debug.getregistry()) do
    if type(key) == "string" and (key == name or key:sub(1, #name + 1) == name .. ".") and type(meta) == "table" then
      if type(meta.__index) == "table" then wrap_all(key, meta.__index) end
    end
  end
  return module
end

-- busted loads modules anew for each file, so it is the loaders that are watched. The third one loads C modules.
local loaders = package.searchers or package.loaders -- luacheck: ignore
local load_c = loaders[3]
loaders[3] = function(name)
  local opener, extra = load_c(name)
  if type(opener) ~= "function" or not name:find("^issuable%.") then return opener, extra end
  return function(...) return wrap_module(name, opener(...)) end, extra
end

calm()
