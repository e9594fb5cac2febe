-- The build trees: the command runs from anywhere, modules show one symbol, nothing built lies in the checkout.
-- SPDX-License-Identifier: MIT
-- Source: design section 2 and 3; spec/build.mk.

local shell = require("spec.support.shell")

local q = shell.quote

-- Modules that have a border file; what is half-built shows up as a missing module.
local function modules()
  local _, out = shell.run("cd " .. q(shell.root) .. " && ls csrc/lua")
  local list = {}
  for name in out:gmatch("lua_(%l+)%.c\n") do list[#list + 1] = name end
  return list
end

local function object(name)
  return ("%s/lib/lua/%s/issuable/%s.so"):format(shell.tree, jit and "5.1" or "5.4", name)
end

describe("the build tree", function()
  it("has every module, each with its one exported symbol", function()
    local list = modules()
    assert.is_true(#list > 0)
    for _, name in ipairs(list) do
      local status, out = shell.run("nm -D --defined-only " .. q(object(name)))
      assert.equal(0, status, name)
      local symbols = {}
      for symbol in out:gmatch("%x+ %a ([%w_]+)\n") do
        -- The sanitizers add their own to the variant tree.
        if not symbol:find("^__?[au]san") and not symbol:find("^__odr_asan") then symbols[#symbols + 1] = symbol end
      end
      assert.same({ "luaopen_issuable_" .. name }, symbols)
    end
  end)

  it("has modules that this engine loads", function()
    for _, name in ipairs(modules()) do
      assert.is_table(require("issuable." .. name))
    end
  end)

  it("leaves no object file outside .build", function()
    local _, out = shell.run("cd " .. q(shell.root) .. [[ &&
      find . -path ./.build -prune -o -path ./.git -prune -o \( -name '*.so' -o -name '*.o' \) -print]])
    assert.equal("", out)
  end)
end)

describe("bin/issuable", function()
  local folder

  before_each(function() folder = shell.folder() end)
  after_each(function() shell.remove(folder) end)

  local function version_from(where, command)
    return shell.run(("unset LUA_PATH LUA_CPATH LUA_PATH_5_4 LUA_CPATH_5_4; cd %s && %s --version"):format(q(where), command))
  end

  it("runs from any folder", function()
    local status, out, err = version_from(folder, q(shell.command))
    assert.equal("", err)
    assert.equal(0, status)
    assert.truthy(out:find("^issuable %d"))
  end)

  it("runs through a link", function()
    shell.run(("ln -s %s %s/link"):format(q(shell.command), q(folder)))
    local status, out, err = version_from("/", q(folder .. "/link"))
    assert.equal("", err)
    assert.equal(0, status)
    assert.truthy(out:find("^issuable %d"))
  end)

  it("never loads what lies in the current folder", function()
    shell.run(("cd %s && mkdir issuable && echo 'error(\"picked up\")' | tee issuable.lua cjson.lua lfs.lua lpeg.lua issuable/cli.lua"
      .. " issuable/zone.lua && echo broken >issuable/zone.so && cp issuable/zone.so cjson.so"):format(q(folder)))
    local status, _, err = version_from(folder, q(shell.command))
    assert.equal("", err)
    assert.equal(0, status)
  end)

  it("does not mind module paths that are meant for the other engine", function()
    local status, _, err = shell.run(("cd %s && LUA_PATH='./?.lua;/nowhere/?.lua;;' LUA_CPATH='./?.so;/nowhere/?.so;;' %s --version")
      :format(q(folder), q(shell.command)))
    assert.equal("", err)
    assert.equal(0, status)
  end)
end)
