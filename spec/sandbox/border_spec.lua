-- The border of issuable.sandbox: plain copies in and out, classes, budgets, too little memory at every point.
-- SPDX-License-Identifier: MIT
-- The contract at the border: a wrong argument is an error, a script's trouble is nil, message, kind.

local random = require "spec.support.random"
local sandbox = require "issuable.sandbox"
local scale = require "spec.support.scale"
local support = require "spec.sandbox.support"

local SEED = 20261124

describe("copies", function()
  it("carry nil, booleans, numbers, strings and tables both ways", function()
    local box = support.box()
    local value = { 1, 2.5, "a\0b", true, false, { { {} } }, [10] = "x", key = { ["another key"] = -1 }, [true] = 1 }
    assert.same({ true, value, nil, "z" }, { box:call("echo", value, nil, "z") })
  end)

  it("keep whole numbers whole on 5.4", function()
    local box = support.box()
    local _, text = box:call("run", "return ('%d'):format(...)", 2147483648)
    assert.equal("2147483648", text)
    local _, number = box:call("echo", 3)
    assert.equal(tostring(3), tostring(number))
  end)

  it("are copies: what a script does to its own changes nothing here", function()
    local box = support.box()
    local value = { list = { 1, 2 }, name = "x" }
    assert.is_true((box:call("run", "local v = ... v.list[1] = 9 v.name = nil v.more = {}", value)))
    assert.same({ list = { 1, 2 }, name = "x" }, value)
  end)

  it("of tables with a class have its methods inside, and no metatable outside", function()
    local box = support.box()
    local point = setmetatable({ x = 1, y = 2 }, { __name = "point" })
    assert.same({ true, 3 }, { box:call("run", "return (...):sum()", point) })
    local _, back = box:call("echo", point)
    assert.is_nil(getmetatable(back))
    assert.same({ true, 3 }, { box:call("run", "return (...)[1]:sum()", { point }) })
    local _, cloned = box:call("run", "local p = ... return p.x", { x = setmetatable({}, { __name = "unknown" }) })
    assert.same({}, cloned)
  end)

  it("of what is no data are refused", function()
    local box = support.box()
    for _, value in ipairs { print, coroutine.create(print), io.stdout } do
      local ok, message, kind = box:call("echo", value)
      assert.is_nil(ok)
      assert.equal("error", kind)
      assert.truthy(message:find("cannot enter", 1, true))
    end
    local deep = {}
    for _ = 1, 40 do
      deep = { deep }
    end
    assert.is_nil((box:call("echo", deep)))
    assert.is_nil((box:call("echo", { [{}] = 1 })))
    local loop = {}
    loop.loop = loop
    assert.is_nil((box:call("echo", loop)))
    assert.same({ true, "fine" }, { box:call("echo", "fine") })
  end)

  it("of random data come back as they went", function()
    local r = random(SEED)
    local function value(depth)
      local kind = r:below(depth > 3 and 4 or 6)
      if kind == 1 then
        return r:below(1000) - 500
      elseif kind == 2 then
        return r:below(1000) / 7
      elseif kind == 3 then
        return r:below(2) == 1
      elseif kind == 4 then
        return ("s"):rep(r:below(50)) .. r:below(9)
      end
      local t = {}
      for i = 1, r:below(6) - 1 do
        t[r:below(2) == 1 and i or "k" .. i] = value(depth + 1)
      end
      return t
    end
    local box = support.box()
    for _ = 1, scale(200) do
      local given = value(0)
      local ok, back = box:call("echo", given)
      assert.is_true(ok)
      assert.same(given, back)
      if type(given) == "table" then
        local _, cloned = box:call("clone", given)
        assert.same(given, cloned)
      end
    end
  end)
end)

describe("a box", function()
  it("refuses wrong arguments", function()
    local box = support.box()
    for _, wrong in ipairs {
      function() sandbox.new() end,
      function() sandbox.new("return {}", 7) end,
      function() sandbox.new("return {}", { steps = 0 }) end,
      function() sandbox.new("return {}", { memory = -1 }) end,
      function() box:call() end,
      function() box.call({}, "run") end,
      function() box:call("echo", 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17) end,
    } do
      assert.has_error(wrong)
    end
    assert.same({ nil, "the prelude has no function nothing", "error" }, { box:call("nothing") })
  end)

  it("whose prelude fails is none", function()
    assert.is_nil((sandbox.new("return 1")))
    assert.is_nil((sandbox.new("error('no')")))
    assert.is_nil((sandbox.new("x =")))
  end)

  it("can be closed, twice", function()
    local box = support.box()
    assert.truthy(tostring(box):find("^issuable.sandbox %("))
    box:close()
    box:close()
    assert.equal("issuable.sandbox (closed)", tostring(box))
    assert.has_error(function() box:call("echo") end, nil)
  end)

  it("takes text only, never bytecode", function()
    local box = support.box()
    local ok, message = box:call("run", string.dump(function() return 1 end))
    assert.is_nil(ok)
    assert.truthy(tostring(message):find("attempt to load", 1, true) or tostring(message):find("bytecode", 1, true))
  end)

  it("has no path from its words to the prelude's globals or the registry", function()
    local box = support.box()
    local text = [[
      local seen, names = {}, {}
      local function walk(value, name, depth)
        if type(value) ~= "table" or seen[value] or depth > 6 then return end
        seen[value] = true
        for key, inner in next, value do
          if type(key) == "string" then names[#names + 1] = key end
          walk(inner, name, depth + 1)
        end
        walk(getmetatable(value), name, depth + 1)
      end
      walk(string, "string", 0) walk(table, "table", 0) walk(math, "math", 0) walk(getmetatable(""), "mt", 0)
      table.sort(names)
      return table.concat(names, " ")]]
    local ok, names = box:call("run", text)
    assert.is_true(ok)
    for _, bad in ipairs { "load", "dump", "native", "require", "random", "open", "wrap", "xpcall", "collectgarbage" } do
      assert.falsy((" " .. names .. " "):find(" " .. bad .. " ", 1, true), bad)
    end
  end)

  it("says how much it used", function()
    local box = support.box { steps = 1000000, memory = 1024 * 1024 }
    box:call("run", "for i = 1, 10000 do local x = {} end")
    local usage = box:usage()
    assert.is_true(usage.used > 0 and usage.peak >= usage.used and usage.peak <= 1024 * 1024)
    assert.is_true(usage.steps > 0 and usage.steps < 1000000)
  end)
end)

describe("too little memory", function()
  it("at any point is an answer, not the end", function()
    local step = math.max(64, math.floor(512 / scale(1)))
    local made, refused = 0, 0
    for memory = 1024, 96 * 1024, step do
      local box = sandbox.new(support.PRELUDE, { memory = memory })
      if box then
        made = made + 1
        for _ = 1, 2 do
          local ok, message, kind = box:call("run", "local t = {} for i = 1, 500 do t[i] = { i, tostring(i) } end return t", { a = { b = "c" } })
          assert.is_true(ok == true or kind == "memory" or kind == "error", tostring(message))
        end
        assert.is_true(box:usage().peak <= memory)
        box:close()
      else
        refused = refused + 1
      end
    end
    assert.is_true(made > 0 and refused > 0)
  end)
end)

-- The same on both engines: results written down by hand from the manual (section 6.4.1 and 6.6).
local SAME = {
  { [[return ("key = value"):match("^(%w+)%s*=%s*(%w+)$")]], "key", "value" },
  { [[return ("a.b.c"):find(".", 1, true)]], 2, 2 },
  { [[return ("a.b.c"):find("%.", 3)]], 4, 4 },
  { [[return ("abc"):find("b()")]], 2, 2, 3 },
  { [[return ("abc"):find("", 10)]] },
  { [[return ("abc"):find("", 4)]], 4, 3 },
  { [[return ("abc"):match("c", -1)]], "c" },
  { [[return ("THE (quick) fox"):find("%((%a+)%)")]], 5, 11, "quick" },
  { [[return ("f(a(b)c)d"):match("%b()")]], "(a(b)c)" },
  { [[return ("THE (quick) fox"):gsub("%f[%a]%a+", "%0%0")]], "THETHE (quickquick) foxfox", 3 },
  { [[return ("hello"):gsub("", "-")]], "-h-e-l-l-o-", 6 },
  { [[return ("hello world"):gsub("o", "0", 1)]], "hell0 world", 1 },
  { [[return ("$name is $age"):gsub("%$(%w+)", { name = "x", age = 7 })]], "x is 7", 2 },
  { [[return ("abc"):gsub("%w", function(c) return c == "b" and "B" or nil end)]], "aBc", 3 },
  { [[return ("aaa"):gsub("^a", "b")]], "baa", 1 },
  { [[return ("a,b,,c"):gsub(",", ";")]], "a;b;;c", 3 },
  { [[local t = {} for w in ("one two  three"):gmatch("%a+") do t[#t+1] = w end return table.concat(t, "|")]], "one|two|three" },
  { [[local t = {} for k, v in ("a=1, b=2"):gmatch("(%w+)=(%w+)") do t[#t+1] = k .. v end return table.concat(t, "|")]], "a1|b2" },
  { [=[return ("[x]"):match("[]]")]=], "]" },
  { [[return ("a-b"):match("[a%-]+")]], "a-" },
  { [[return ("abab"):match("(ab)%1")]], "ab" },
  { [[return ("x"):rep(3, ",")]], "x,x,x" },
  { [[return ("x"):rep(-1)]], "" },
  { [[return table.concat({ 1, "b", 3 }, "-", 2)]], "b-3" },
  { [[local t = { 3, 1, 2 } table.sort(t) return table.unpack(t)]], 1, 2, 3 },
  { [[local t = { "b", "a", "c" } table.sort(t, function(x, y) return x > y end) return table.unpack(t)]], "c", "b", "a" },
  { [[local t = { 1, 2 } table.insert(t, 1, 0) table.insert(t, 3) return table.concat(t, " ")]], "0 1 2 3" },
  { [[local t = { 1, 2, 3 } local r = table.remove(t, 1) return r, table.concat(t, " "), table.remove(t), #t]], 1, "2 3", 3, 1 },
  { [[local t = table.move({ 1, 2, 3 }, 1, 3, 2) return table.concat(t, " ")]], "1 1 2 3" },
  { [[return pcall(error, "x")]], false, "x" },
  { [[return select("#", table.unpack({}, 1, 3))]], 3 },
}

describe("the libraries of a policy", function()
  for _, case in ipairs(SAME) do
    it(case[1], function()
      local expected = { true }
      for i = 2, #case do
        expected[i] = case[i]
      end
      assert.same(expected, { support.box():call("run", case[1]) })
    end)
  end

  it("say what is wrong with a pattern", function()
    for text, message in pairs {
      ["%"] = "ends with '%'",
      ["[a"] = "missing ']'",
      ["(%a"] = "unfinished capture",
      ["%a)"] = "invalid pattern capture",
      ["%1"] = "invalid capture index",
      ["%b"] = "missing arguments to '%b'",
      ["%f"] = "missing '[' after '%f'",
    } do
      local ok, problem = support.box():call("run", "return ('a'):find(...)", text)
      assert.is_nil(ok)
      assert.truthy(problem:find(message, 1, true), problem)
    end
  end)

  it("find what this engine's own patterns find", function()
    local r = random(SEED)
    local box = support.box { steps = 1e9 }
    local items = { "a", "b", ".", "%a", "[ab]", "[^a]", "%d", "a*", "b-", ".-", "a+", "b?", "(a)", "(b*)", "()", "%f[a]", "%bab", "$", "[%w]" }
    for _ = 1, scale(2000) do
      local pattern, subject = r:below(6) == 1 and "^" or "", ""
      for _ = 1, r:below(5) do
        pattern = pattern .. r:pick(items)
      end
      for _ = 1, r:below(9) - 1 do
        subject = subject .. ("ab1c"):sub(r:below(4)):sub(1, 1)
      end
      local ours = { box:call("run", "local s, p = ... return s:find(p)", subject, pattern) }
      local theirs = { pcall(string.find, subject, pattern) }
      assert.same(theirs, ours, ("%q in %q, seed %s"):format(pattern, subject, tostring(SEED)))
    end
  end)
end)
