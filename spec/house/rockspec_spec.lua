-- The rockspec lists every source file and nothing that is not there.
-- SPDX-License-Identifier: MIT
-- Source: issuable-scm-1.rockspec; spec/support/rockspec.lua writes the list.

local rockspec = require("spec.support.rockspec")
local shell = require("spec.support.shell")

local function load_rockspec()
  local spec = {}
  local chunk = assert(load(shell.read(shell.root .. "/issuable-scm-1.rockspec"), "=rockspec", "t", spec))
  chunk()
  return spec
end

-- Every path that building and installing takes.
local function listed(spec)
  local paths = {}
  for _, module in pairs(spec.build.modules) do
    for _, path in ipairs(type(module) == "table" and module.sources or { module }) do paths[path] = true end
  end
  for _, path in pairs(spec.build.install.bin) do paths[path] = true end
  return paths
end

describe("the rockspec", function()
  it("is current (else: lua5.4 spec/support/rockspec.lua write)", function()
    local is, should = rockspec.compare(shell.root)
    assert.is_true(is == should) -- not assert.equal: nobody wants to see both
  end)

  it("lists every file under csrc/ and lua/", function()
    local paths = listed(load_rockspec())
    for _, path in ipairs(rockspec.files(shell.root)) do
      assert.is_true(paths[path], path .. " is not listed")
    end
  end)

  it("lists nothing that is not there", function()
    for path in pairs(listed(load_rockspec())) do
      assert.is_string(shell.read(shell.root .. "/" .. path), path .. " is not there")
    end
  end)

  it("names each module after its file", function()
    for name, module in pairs(load_rockspec().build.modules) do
      local short = name:gsub("%.", "/")
      if type(module) == "string" then
        assert.equal("lua/" .. short, (module:gsub("%.lua$", ""):gsub("/init$", "")))
      else
        local border = "csrc/lua/" .. short:gsub("issuable/", "lua_") .. ".c"
        assert.truthy(table.concat(module.sources, "\n"):find(border, 1, true), border)
      end
    end
  end)

  it("declares the real dependencies", function()
    local spec = load_rockspec()
    assert.equal("3.0", spec.rockspec_format)
    assert.same({ "lua >= 5.1, < 5.6", "lua-cjson", "lpeg", "argparse", "luafilesystem" }, spec.dependencies)
    assert.equal("ldns", spec.external_dependencies.LDNS.library)
    assert.equal("yaml", spec.external_dependencies.YAML.library)
    assert.equal("crypto", spec.external_dependencies.CRYPTO.library)
    assert.equal("idn2", spec.external_dependencies.IDN2.library)
    assert.equal("MIT", spec.description.license)
    assert.same({ type = "command", command = "sh spec/run" }, spec.test)
  end)
end)
