-- Scripts that want to run for ever, to eat all memory or to get out: each ends soon, as an error with its line.
-- SPDX-License-Identifier: MIT
-- The list is issue "Policies that teams write in Lua", Sandbox, and what its attacks turn into on each engine.

local support = require "spec.sandbox.support"

local MOST_SECONDS = 0.1 -- of processor time: what others do on this machine does not count
local MOST_BYTES = 64 * 1024 * 1024

local IS_JIT = rawget(_G, "jit") ~= nil
local SLOW = ((os.getenv("ISSUABLE_TREE") or ""):find("asan") or os.getenv("ISSUABLE_GC_STRESS")) ~= nil

-- what it is, the script, how it ends: a budget (steps, memory, time), "error: part of the message", "any budget", "no success", "fine"
local BOMBS = {
  { "an endless loop", "while true do end", "steps" },
  { "an endless numeric loop", "for i = 1, 1e15 do end", "steps" },
  { "an endless goto", "::again:: goto again", "steps" },
  { "a loop under pcall", "while true do pcall(function() while true do end end) end", "steps" },
  { "a pcall in each pcall", "local function f() pcall(f) while true do end end f()", "any budget" },
  { "pcall of pcall", "local function f() return pcall(pcall, f) end while true do f() end", "any budget" },
  { "a loop in a coroutine", "coroutine.wrap(function() while true do end end)()", "error: coroutine" },
  { "a loop behind xpcall's handler", "xpcall(function() while true do end end, function() while true do end end)", "error: xpcall" },
  { "a backtracking pattern", "local p = ('a?'):rep(28) .. ('a'):rep(28) return (('a'):rep(28)):find(p)", "any budget" },
  { "many lazy items", "return (('a'):rep(30000)):match(('.-'):rep(100) .. 'b')", "any budget" },
  { "a pattern from every start", "return (('a'):rep(100000)):find('a-b')", "steps" },
  { "a balance that never closes", "return (('('):rep(100000)):find('%b()')", "steps" },
  { "nested captures", "return ('x'):find(('('):rep(40) .. 'x')", "error: too many captures" },
  { "a deep pattern", "return (('x'):rep(1000)):find(('x?'):rep(1000) .. 'y')", "error: too complex" },
  { "a plain search that is quadratic when naive", "local s = ('a'):rep(300000) return (s .. s):find(s .. 'b', 1, true)", "fine" },
  { "gsub that grows", "local s = ('a'):rep(1000000) return s:gsub('a', ('b'):rep(1000))", "any budget" },
  { "gsub with a loop inside", "return (('a'):rep(9)):gsub('', function() while true do end end)", "steps" },
  { "gmatch without an end", "for _ in (('a'):rep(100000)):gmatch('') do for _ in ('aaaa'):gmatch('') do end end", "any budget" },
  { "a rep bomb", "local s = ('x'):rep(3e8) return 1", "error: longer than a policy may hold" },
  { "a rep bomb with a separator", "local s = (''):rep(1e15, 'x') return 1", "error: longer than a policy may hold" },
  { "nothing, often", "return (''):rep(9007199254740991)", "fine" },
  { "concatenation that doubles", "local s = 'x' while true do s = s .. s end", "memory" },
  { "large copies for few instructions", "local s = ('x'):rep(1000000) while true do local t = s .. 'x' end", "any budget" },
  { "large copies under pcall", "local s = ('x'):rep(1000000) while true do pcall(function() local t = s .. 'x' end) end", "any budget" },
  { "large comparisons", "local a, b = ('x'):rep(4e6), 'x' .. ('x'):rep(4e6 - 1) while true do local _ = a == b, a < b end", "any budget" },
  { "upper-casing for ever", "local s = ('x'):rep(1000000) while true do s:upper() end", "any budget" },
  { "reading numbers for ever", "local s = ('1'):rep(1000000) while true do tonumber(s) end", "any budget" },
  { "formats under pcall", "local s = ('%'):rep(1000000) while true do pcall(string.format, s) end", "any budget" },
  { "a table bomb", "local t = {} while true do t[#t + 1] = {} end", "any budget" },
  { "a table bomb under pcall", "local t = {} while true do pcall(function() while true do t[#t + 1] = { 1, 2, 3, 4 } end end) end", "any budget" },
  { "an array bomb", "local t = {} for i = 1, 1e9 do t[i] = i end", "any budget" },
  { "a key bomb", "local t = {} for i = 1, 1e9 do t['k' .. i] = i end", "any budget" },
  { "concat of a bomb", "local t = {} for i = 1, 200 do t[i] = ('x'):rep(4e4) end while true do table.concat(t) end", "any budget" },
  { "concat of what is not there", "table.concat(setmetatable({}, { __index = type }), '', 1, 2 ^ 53)", "steps" },
  { "table.move without an end", "table.move({}, 1, 2 ^ 53 - 1, 2)", "steps" },
  { "unpack of everything", "table.unpack({}, 1, 1e7)", "any budget" },
  { "unpack for ever", "while true do select('#', table.unpack({}, 1, 7000)) end", "any budget" },
  { "bytes of everything", "string.byte(('x'):rep(1e6), 1, -1)", "no success" },
  { "sorting for ever", "local t = {} for i = 1, 20000 do t[i] = i % 2 == 0 and 'x' .. i or 'y' end while true do table.sort(t) end", "any budget" },
  { "a comparator that lies", "local t = {} for i = 1, 2000 do t[i] = i end table.sort(t, function() return true end)", "fine" },
  { "a comparator that loops", "table.sort({ 1, 2 }, function() while true do end end)", "steps" },
  { "walking an emptied table", "local t = {} for i = 1, 5e4 do t[i] = i end for i = 1, 5e4 do t[i] = nil end while true do next(t) end", "any budget" },
  { "deep recursion", "local function f(n) return 1 + f(n + 1) end return f(1)", "no success" },
  { "recursion through __index", "return setmetatable({}, { __index = function(t, k) return t[k + 1] end })[1]", "no success" },
  { "recursion through tostring", "local m = {} m.__tostring = function(t) return tostring(t) end return tostring(setmetatable({}, m))", "no success" },
  { "a finaliser", "setmetatable({}, { __gc = function() while true do end end })", "error: no finalisers (__gc)" },
  { "a finaliser that comes later", [[
      local m = {} do local o = setmetatable({}, m) m.__gc = function() while true do end end end
      for i = 1, 20000 do local x = {} end]], "fine" },
  { "newproxy", "newproxy(true)", "error: newproxy" },
  { "a loop in __eq", "local m = { __eq = function() while true do end end } return setmetatable({}, m) == setmetatable({}, m)", "steps" },
  { "a loop in __tostring", "return tostring(setmetatable({}, { __tostring = function() while true do end end }))", "steps" },
  { "a loop in __concat", "return setmetatable({}, { __concat = function() while true do end end }) .. ''", "steps" },
  { "a loop in __lt while sorting", "local m = { __lt = function() while true do end end } table.sort { setmetatable({}, m), setmetatable({}, m) }", "steps" },
  { "the metatable of strings", "getmetatable('').__index = nil", "error: " },
  { "input and output", "io.write('x')", "error: io" },
  { "the system", "os.exit(0)", "error: os" },
  { "debug", "debug.getregistry()", "error: debug" },
  { "load", "load('x = 1')", "error: load" },
  { "require", "require 'ffi'", "error: require" },
  { "the prelude's own words", "native.load('', '', {})", "error: native" },
  { "the environment of a caller", "getfenv(2)", "error: getfenv" },
  { "an error that is a table", "error({})", "error: an error without a text" },
  { "an error that is nothing", "error()", "error: an error without a text" },
  { "a result that holds itself", "local t = {} t.t = t return t", "error: it nests too deeply" },
  { "a result that is code", "return { function() end }", "error: it holds a function" },
  { "a key that is a table", "return { [{}] = 1 }", "error: it holds a table as a key" },
  { "one text many times", "local s = ('x'):rep(1e6) local t = {} for i = 1, 100 do t[i] = s end return t", "error: it holds too much text" },
}

-- 5.4 alone has variables that close
BOMBS[#BOMBS + 1] = {
  "a loop when a variable closes",
  "do local x <close> = setmetatable({}, { __close = function() while true do end end }) while true do end end",
  IS_JIT and "error: unexpected symbol" or "steps",
}

local BUDGETS = { steps = true, memory = true, time = true }

local function ends_as(want, ok, message, kind)
  if want == "fine" then
    return ok == true
  elseif ok then
    return false
  elseif want == "any budget" then
    return BUDGETS[kind] == true
  elseif want == "no success" then
    return kind == "error" or BUDGETS[kind] == true
  elseif BUDGETS[want] then
    return kind == want
  end
  return kind == "error" and message:find(want:match("^error: (.*)$"), 1, true) ~= nil
end

--- A collection of the host's own may fall into a measurement: the best of three counts.
local function measure(text)
  local best, peak, results = math.huge, 0, nil
  for _ = 1, 3 do
    local box = support.box()
    local start = os.clock()
    results = { box:call("run", text) }
    best = math.min(best, os.clock() - start)
    peak = math.max(peak, box:usage().peak)
    local alive, answer = box:call("echo", "still here")
    assert.is_true(alive)
    assert.equal("still here", answer)
    box:close()
    if best <= MOST_SECONDS then
      break
    end
  end
  return best, peak, results
end

describe("a script that is", function()
  for _, bomb in ipairs(BOMBS) do
    it(bomb[1], function()
      local rep, upper, concat, move = string.rep, string.upper, table.concat, rawget(table, "move")
      local seconds, peak, results = measure(bomb[2])
      assert.is_true(
        ends_as(bomb[3], results[1], results[2], results[3]),
        ("ended as %s %s: %s"):format(tostring(results[1]), tostring(results[3]), tostring(results[2]):sub(1, 200))
      )
      if BUDGETS[results[3]] and results[4] then
        assert.equal(1, results[4]) -- the line
        assert.equal("policy", results[5])
      end
      assert.is_true(SLOW or seconds <= MOST_SECONDS, ("took %.3f s"):format(seconds))
      assert.is_true(peak <= MOST_BYTES, ("held %d bytes"):format(peak))
      assert.is_true(rep == string.rep and upper == string.upper and concat == table.concat and move == rawget(table, "move"))
      assert.equal("xx", ("x"):rep(2))
    end)
  end
end)

describe("a budget that ran out", function()
  it("is told with the line, in whatever function it happened", function()
    local box = support.box()
    local _, _, kind, line = box:call("run", "local function f()\n  while true do\n  end\nend\nlocal x = 1\nf()\n")
    assert.equal("steps", kind)
    assert.is_true(line == 2 or line == 3)
    _, _, kind, line = box:call("run", "local s = 'x'\n\nwhile true do\n  s = s .. s\nend\n")
    assert.equal("memory", kind)
    assert.equal(4, line)
  end)

  it("is there again for the next call", function()
    local box = support.box()
    for _ = 1, 3 do
      assert.is_nil((box:call("run", "while true do end")))
      assert.same({ true, 500500 }, { box:call("run", "local n = 0 for i = 1, 1000 do n = n + i end return n") })
    end
  end)
end)
