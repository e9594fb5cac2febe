-- What a dump's Secrets hold is never kept and never printed: not in any format, message or value.
-- SPDX-License-Identifier: MIT
-- Design section 1 (bytes are read in windows or on demand, never trusted to stay), issue "a messy estate".

local estate = require "spec.support.estate"
local shell = require "spec.support.shell"

local CLUSTERS = " --cluster prod=clusters/prod --cluster test=clusters/test"

--- Looks through all that a Lua state can reach: tables and their metatables, what functions and userdata hold, every stack.
--- The needles are put together at run time, so that only a string that holds more than a needle tells.
local SEARCH = [[
local needles = {}
for half, other in NEEDLES:gmatch("(%S+):(%S+)") do needles[#needles + 1] = half .. other end
local issuable = require "issuable"
local stdin = arg[1] == "-"
local result = assert(issuable.check { paths = stdin and { "-", "dns" } or { "." }, now = 1795392000 })
require("issuable.reports.text").render(result, {})
require("issuable.reports.json").render(result)
collectgarbage() collectgarbage()
local seen, pending, strings = {}, { result, debug.getregistry(), coroutine.running() }, 0
while #pending > 0 do
  local value = table.remove(pending)
  local kind = type(value)
  if kind == "string" then
    strings = strings + 1
    for _, needle in ipairs(needles) do
      if #value > #needle and value:find(needle, 1, true) then io.stdout:write("kept: ", value:sub(1, 200), "\n") end
    end
  elseif (kind == "table" or kind == "function" or kind == "userdata" or kind == "thread") and not seen[value] then
    seen[value] = true
    local meta = debug.getmetatable(value)
    if meta then pending[#pending + 1] = meta end
    if kind == "table" then
      for key, item in next, value do pending[#pending + 1] = key; pending[#pending + 1] = item end
    elseif kind == "function" then
      for i = 1, 255 do
        local name, held = debug.getupvalue(value, i)
        if not name then break end
        if held ~= nil then pending[#pending + 1] = held end
      end
    elseif kind == "userdata" then
      local get = debug.getuservalue or debug.getfenv
      for i = 1, 8 do
        local held = get(value, i)
        if held == nil then break end
        pending[#pending + 1] = held
      end
    end
  end
end
assert(strings > 1000, "the search goes nowhere")
print(#result.decisions > 0 and "searched")
]]

describe("Secrets of a dump", function()
  local folder
  setup(function()
    folder = shell.folder()
    estate.write(folder)
    shell.run("chmod 644 " .. shell.quote(folder) .. "/more/locked.yaml")
  end)
  teardown(function()
    shell.remove(folder)
  end)

  local function assert_clean(what, text)
    for _, secret in ipairs(estate.SECRETS) do
      assert.is_nil(text:find(secret, 1, true), ("%s shows %s:\n%s"):format(what, secret, text))
    end
  end

  -- the last ones give a dump where something else is expected
  local COMMANDS = {
    "check ." .. CLUSTERS,
    "check . --format json" .. CLUSTERS,
    "check . --color always",
    "check dump.yaml more/torn.yaml dns",
    "check - more/torn.yaml dns <dump.yaml",
    "check - --format json dns <dump.yaml",
    "check - dns <more/torn.yaml",
    "check - <more/torn.yaml --format json",
    "fix ." .. CLUSTERS,
    "fix - dns <dump.yaml",
    "explain shop.pinned.test . --ca letsencrypt.org",
    "dump.example.com dump.yaml more/torn.yaml dns",
    "check --zone dump.yaml clusters/prod",
    "check --zone dump.yaml=example.com clusters/prod",
    "check --zone more/torn.yaml clusters/prod",
    "check clusters/prod --policy dump.yaml",
    "decide -f dump.yaml --ca letsencrypt.org",
    "lookup -f more/torn.yaml",
    "lookup - <dump.yaml",
    "decide www.example.com --ca dump.yaml --zone more/torn.yaml",
  }
  for _, arguments in ipairs(COMMANDS) do
    it("are not shown by `issuable " .. arguments .. "`", function()
      local code, out, err = shell.run(("cd %s && %s %s"):format(shell.quote(folder), shell.quote(shell.command), arguments))
      assert_clean("stdout", out)
      assert_clean("stderr", err)
      assert.is_nil((out .. err):find("fault of issuable", 1, true), err)
      assert.is_true(code <= 3, code)
    end)
  end

  it("are still there for who owns them: the files are not touched", function()
    assert.truthy(assert(shell.read(folder .. "/dump.yaml")):find(estate.SECRETS[1], 1, true))
  end)

  -- every way in which one document can be torn, with a Secret's bytes around
  local TORN = {
    "kind: Secret\nstringData: {p: %s\n",
    "kind: Secret\nstringData:\n  p: *%s\n",
    "kind: Secret\nstringData:\n  p: &%s\n  %s: x\n",
    "kind: Secret\nstringData:\n  p: \"%s\n",
    "kind: Secret\nstringData:\n  p: \"\\%s\"\n",
    "kind: Secret\nstringData:\n  p: !%s!x y\n",
    "kind: Secret\nstringData:\n  %s: x\n  %s: y\n",
    "kind: Secret\n...\n%s: cert-manager.io\n",
    "kind: Secret\nstringData: {p: 1}\n--- %s\n",
    "%%%s 1\nkind: Secret\n",
    "{\"kind\": \"Secret\", \"stringData\": {\"p\": \"%s}}\n",
    "kind: Secret\nstringData:\n  p: {{ %s }}\n",
    "a: b\n...\nkind: Secret\nstringData: {p: %s}\nx: cert-manager.io\n",
    "apiVersion: cert-manager.io/v1\nkind: Secret\nstringData: {p: %s, p: %s}\n",
    "a: &a {p: %s}\nkind: Secret\nstringData: {p: 1, <<: *a, x: *b}\n",
  }
  for i, text in ipairs(TORN) do
    it(("are not shown when they are torn (%d)"):format(i), function()
      local torn = text:gsub("%%s", estate.SECRETS[1]):gsub("%%%%", "%%")
      shell.write(folder .. "/torn-" .. i .. ".yaml", torn)
      for _, arguments in ipairs { "check torn-%d.yaml", "check torn-%d.yaml --format json", "check - <torn-%d.yaml", "fix torn-%d.yaml" } do
        local line = ("cd %s && %s " .. arguments):format(shell.quote(folder), shell.quote(shell.command), i)
        local _, out, err = shell.run(line)
        assert_clean(torn, out .. err)
      end
      os.remove(folder .. "/torn-" .. i .. ".yaml")
    end)
  end

  for _, where in ipairs { "files", "-" } do
    it("are in no value that is left after a check of " .. where, function()
      local halves = {}
      for i, secret in ipairs(estate.SECRETS) do
        halves[i] = secret:sub(1, 4) .. ":" .. secret:sub(5)
      end
      shell.write(folder .. "/search.lua", ("local NEEDLES = %q\n"):format(table.concat(halves, " ")) .. SEARCH)
      local code, out, err = shell.run(("cd %s && %s search.lua %s <dump.yaml"):format(shell.quote(folder), shell.quote(shell.lua), where))
      os.remove(folder .. "/search.lua")
      assert.equal("", err)
      assert.equal("searched\n", out)
      assert.equal(0, code)
    end)
  end
end)
