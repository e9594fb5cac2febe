-- The border of issuable.zone: wrong arguments, closed and collected handles, hostile bytes, memory that runs out.
-- SPDX-License-Identifier: MIT
-- Source: the contract at the border; a wrong argument is an error, bad data is told by z:errors(), no memory is nil and a message.

local failing_memory = require "spec.support.failing_memory"
local new_random = require "spec.support.random"
local scale = require "spec.support.scale"
local support = require "spec.zone.support"
local zone = require "issuable.zone"

local SMALL = support.HEAD .. 'www CAA 0 issue "ca.test"\n'

local function refuses(part, fn, ...)
  local ok, message = pcall(fn, ...)
  assert.is_false(ok)
  assert.is_truthy(tostring(message):find(part, 1, true), tostring(message))
end

local METHODS = { "status", "apex", "path", "size", "errors", "lints", "files", "record", "find", "types_at", "types", "owners", "answer" }
local ARGUMENT = { record = 1, find = "www.example.com", types_at = "www.example.com", answer = "www.example.com" }

describe("zone.load", function()
  it("takes a string and a table", function()
    refuses("string expected", zone.load)
    refuses("string expected, got number", zone.load, 1)
    refuses("string expected", zone.load, {})
    refuses("table expected", zone.load, "", "x")
    assert.equal("fragment", zone.load(""):status())
    assert.equal("fragment", zone.load("", nil):status())
  end)

  it("checks its options", function()
    for _, key in ipairs { "max_bytes", "max_entry", "max_records", "max_names", "max_includes", "max_depth", "max_generated", "max_errors" } do
      for _, value in ipairs { 0, -1, 4294967296, 1 / 0, 0 / 0 } do
        refuses(key .. " must be a number from 1 to 4294967295", zone.load, "", { [key] = value })
      end
      refuses(key .. " must be a number", zone.load, "", { [key] = "1" })
      assert.is_truthy(zone.load("", { [key] = 1 }))
    end
    for _, key in ipairs { "path", "origin" } do
      refuses(key .. " must be a string", zone.load, "", { [key] = 1 })
    end
    refuses("option origin: ", zone.load, "", { origin = "a..b" })
    refuses("option origin: ", zone.load, "", { origin = "" })
    refuses("function expected", zone.load, "", { include = "x" })
  end)

  it("knows the root and names with or without a final dot as origins", function()
    for _, origin in ipairs { "example.com", "example.com.", "EXAMPLE.com" } do
      assert.equal("www.example.com", zone.load("www 300 A 192.0.2.1\n", { origin = origin }):record(1).owner)
    end
    assert.equal("www", zone.load("www 300 A 192.0.2.1\n", { origin = "." }):record(1).owner)
  end)
end)

describe("$INCLUDE's function", function()
  local function load(include)
    return zone.load(support.HEAD .. "a A 192.0.2.1\n\n  $X\n$INCLUDE \"x y\" sub\n", { path = "the zone", origin = "example.com", include = include })
  end

  it("gets the name, and the place that asks", function()
    local got
    load(function(...)
      got = { n = select("#", ...), ... }
    end)
    assert.same({ n = 4, "x y", "the zone", 8, 10 }, got)
  end)

  it("gives bytes and a path, or nil and a reason", function()
    local z = load(function()
      return "b CAA 0 issue \"ca.test\"\n", "other path"
    end)
    assert.equal("other path", z:record(4).path)
    assert.equal("b.sub.example.com", z:record(4).owner)
    assert.equal("x y", load(function() return "b A 192.0.2.1\n" end):record(4).path)
    for reason, give in pairs {
      ["because"] = function() return nil, "because" end,
      ["it was not found"] = function() end,
      [""] = function() return 1, "" end,
      ["\\027[2J"] = function() return false, "\27[2J" end,
    } do
      local errors = load(give):errors()
      assert.equal("include-failed", errors[#errors].code)
      assert.is_truthy(errors[#errors].message:find(reason, 1, true), errors[#errors].message)
    end
  end)

  it("may throw, and nothing is lost", function()
    for _ = 1, 50 do
      refuses("thrown", load, function()
        error("thrown")
      end)
    end
    collectgarbage()
    local ok, thrown = pcall(load, function() error({ "a table" }) end)
    assert.is_false(ok)
    assert.same({ "a table" }, thrown)
  end)

  it("may load zones itself", function()
    local z = load(function()
      local inner = zone.load(SMALL)
      collectgarbage()
      return inner:record(3).owner .. ". A 192.0.2.1\n"
    end)
    assert.equal("www.example.com", z:record(4).owner)
  end)

  it("is not there: the directive is an error", function()
    local errors = zone.load("$INCLUDE x\n"):errors()
    assert.equal("include-failed", errors[1].code)
    assert.is_truthy(errors[1].message:find("no way to read", 1, true))
  end)
end)

describe("arguments of methods", function()
  local z = zone.load(SMALL)

  it("are names, types and indexes", function()
    for _, method in ipairs { "find", "types_at", "answer" } do
      refuses("string expected", z[method], z)
      refuses("string expected, got number", z[method], z, 1)
      for _, bad in ipairs { "", "a..b", ("a"):rep(64), "a\\", "\\256" } do
        local value, message = z[method](z, bad)
        assert.is_nil(value)
        assert.is_string(message)
      end
    end
    for _, method in ipairs { "find", "answer" } do
      refuses("a record type expected", z[method], z, "www.example.com", "FOO")
      refuses("string expected", z[method], z, "www.example.com", 1)
    end
    for _, bad in ipairs { -1, 0.5, 1 / 0, 0 / 0, "x" } do
      assert.is_false(pcall(z.record, z, bad))
    end
    for _, none in ipairs { 0, 4, 1e9, 2 ^ 40 } do
      assert.is_nil(z:record(none))
    end
  end)

  it("need a handle of ours", function()
    for _, method in ipairs(METHODS) do
      for _, other in ipairs { {}, "x", 1, io.stdout } do
        refuses("issuable.zone expected", z[method], other, ARGUMENT[method])
      end
      refuses("issuable.zone expected", z[method])
    end
    refuses("issuable.zone expected", z.close, {})
  end)
end)

describe("a zone's handle", function()
  it("says what it is", function()
    local z = zone.load(SMALL, { path = "a.zone" })
    assert.equal("issuable.zone (a.zone, loadable, 3 records)", tostring(z))
    z:close()
    assert.equal("issuable.zone (closed)", tostring(z))
  end)

  it("can be closed more than once; then every method is an error", function()
    local z = zone.load(SMALL)
    local next_owner, next_type = z:owners(), z:types()
    z:close()
    z:close()
    for _, method in ipairs(METHODS) do
      refuses("this zone is closed", z[method], z, ARGUMENT[method])
    end
    refuses("this zone is closed", next_owner)
    assert.equal("NS", (next_type())) -- counted before
    z:close()
  end)

  it("has __close, __gc and __name, and survives their being called by hand", function()
    local z = zone.load(SMALL)
    local meta = getmetatable(z)
    assert.equal("issuable.zone", meta.__name)
    meta.__close(z)
    meta.__close(z)
    meta.__gc(z)
    refuses("this zone is closed", z.status, z)
    local other = zone.load(SMALL)
    meta.__gc(other)
    refuses("this zone is closed", other.status, other)
    refuses("issuable.zone expected", meta.__gc, {})
    refuses("issuable.zone expected", meta.__tostring, {})
  end)

  it("keeps the bytes it reads from, the included ones too", function()
    local zones = {}
    for i = 1, 100 do
      zones[i] = zone.load(support.HEAD .. ("n%d CAA 0 issue \"ca%d.test\"\n$INCLUDE x\n"):format(i, i), {
        include = function() return ("i%d CAA 0 issue \"in%d.test\"\n"):format(i, i) end,
      })
      collectgarbage("step")
    end
    collectgarbage()
    collectgarbage()
    for i, z in ipairs(zones) do
      assert.equal(("ca%d.test"):format(i), z:record(3).value)
      assert.equal(("in%d.test"):format(i), z:record(4).value)
    end
  end)

  it("is collected at any point of its life", function()
    for i = 1, 500 do
      local z = zone.load(SMALL)
      if i % 3 == 0 then
        z:close()
      end
    end
    collectgarbage()
    collectgarbage()
  end)

  it("gives tables that are the caller's own and outlive it", function()
    local z = zone.load(SMALL)
    local record, answer = z:record(3), z:answer("www.example.com")
    record.value, answer.rrset.records[1] = "changed", 99
    assert.equal("ca.test", z:record(3).value)
    assert.equal(3, z:answer("www.example.com").rrset.records[1])
    z:close()
    collectgarbage()
    assert.equal("www.example.com", answer.rrset.owner)
  end)

  it("iterates in C: owners, types", function()
    local z = zone.load(SMALL .. "b.a A 192.0.2.1\nwww TXT x\nwww TXT y\n")
    local owners, types = {}, {}
    for owner in z:owners() do
      owners[#owners + 1] = owner
    end
    for name, count in z:types() do
      types[#types + 1] = ("%s %d"):format(name, count)
    end
    assert.same({ "example.com", "www.example.com", "b.a.example.com" }, owners)
    assert.same({ "A 1", "NS 1", "SOA 1", "TXT 2", "CAA 1" }, types)
    assert.same({ 3, 5, 6 }, z:find("WWW.example.com."))
    assert.same({ 5, 6 }, z:find("www.example.com", "TXT"))
    assert.same({}, z:find("www.example.com", "MX"))
    assert.same({}, z:find("nowhere.example.com"))
    assert.same({ "CAA", "TXT" }, z:types_at("www.example.com"))
    assert.same({}, z:types_at("a.example.com"))
    assert.is_nil(z:types_at("nowhere.example.com"))
  end)

  it("lists the files it was read from", function()
    local z = zone.load("$INCLUDE a\n\n$INCLUDE b\n", { path = "z", include = function(name) return "", name .. ".inc" end })
    assert.same({
      { path = "z" },
      { path = "a.inc", included_from = 1, line = 1, column = 1 },
      { path = "b.inc", included_from = 1, line = 3, column = 1 },
    }, z:files())
  end)
end)

describe("hostile bytes", function()
  -- Everything that can be asked of a handle is asked; the point is that nothing breaks.
  local function ask_all(z)
    for i = 1, z:size() do
      local record = z:record(i)
      assert.is_true(record.first >= 1 and record.last >= record.first - 1)
    end
    for _, problem in ipairs(z:errors()) do
      assert.is_falsy(problem.message:find("[%c\127-\255]"), problem.message)
      assert.is_true(problem.line >= 1 and problem.column >= 1)
    end
    for owner in z:owners() do
      z:types_at(owner)
      z:answer(owner)
    end
    z:close()
  end

  local PIECES = {
    "a", "*", "www", "@", ".", "..", "\\", "\\0", "\\042", "\\999", '"', "(", ")", ";", " ", "  ", "\t", "\n", "\n", "\r\n", "\r", "\0", "\255", "\195\169", "$", "#",
    "$ORIGIN ", "$TTL ", "$INCLUDE ", "$GENERATE ", "1-3 ", "x$ ", "IN ", "CH ", "300 ", "1h ", "CAA ", "A ", "CNAME ", "DNAME ", "NS ", "TXT ", "TYPE257 ", "\\# ", "8 ", "0 ", "issue ",
    '"ca.test" ', "192.0.2.1 ", "www CAA 0 issue \"x\"\n", ("a"):rep(64), ("a."):rep(130),
  }

  it("are read to their end", function()
    for seed = 1, scale(2000) do
      local random = new_random(seed * 7919)
      local parts = { random:chance(50) and support.HEAD or "" }
      for _ = 1, random:below(40) do
        parts[#parts + 1] = random:pick(PIECES)
      end
      local text = table.concat(parts)
      local ok, message = pcall(function()
        ask_all(zone.load(text, { origin = random:chance(50) and "example.com" or nil, include = function(name)
          return random:chance(80) and text:sub(random:below(#text + 1)) or nil, name .. random:below(3)
        end, max_includes = 20 }))
      end)
      assert(ok, ("seed %d: %s"):format(seed, tostring(message)))
    end
  end)

  it("of one kind are no more work than others", function()
    local many = 20000
    for _, text in ipairs {
      ("("):rep(many), (")"):rep(many), ('"'):rep(many), ("\\"):rep(many), (";"):rep(many), ("\r"):rep(many), ("a "):rep(many), ("a."):rep(many), ("$"):rep(many),
      ("a A 192.0.2.1\n"):rep(many / 10), ("$INCLUDE x\n"):rep(many / 10), ("@ 1 TXT ( x\n"):rep(many / 10), ('a 1 TXT "\n'):rep(many / 10),
    } do
      ask_all(zone.load(text, { origin = "example.com" }))
    end
  end)
end)

-- Only where the interpreter has no allocator of the sanitizers.
describe("memory that runs out", function()
  if not failing_memory.possible then
    return
  end

  it("at any allocation is an error, nothing is lost and nothing breaks", function()
    local result = failing_memory.run(([[
      local zone = require "issuable.zone"
      local text = %q
      local function include(name)
        return "a A 192.0.2.1\nlong.name.of.many.labels CAA 0 issue \"ca.test\"\n", name
      end
      return function()
        local z, message = zone.load(text, { path = "zone", include = include })
        if not z then error(message, 0) end
        z:errors() z:lints() z:files() z:record(3) z:record(z:size()) z:find("www.example.com") z:types_at("www.example.com")
        z:answer("www.example.com") z:answer("alias.example.com")
        for owner in z:owners() do local _ = owner end
        for name in z:types() do local _ = name end
        local _ = tostring(z), z:apex(), z:path(), z:status()
        z:close()
      end
    ]]):format(SMALL .. "alias CNAME www\n*.w CAA 0 issue x\nd.w DNAME e\nx FOO\n$INCLUDE part\n$GENERATE 1-3 g$ CAA \"1 issue x\"\n* CAA 0 issue y\n"))
    assert.is_nil(result.leaks, result.output)
    assert.is_true(result.tries > 20)
    for text in pairs(result.ends) do
      assert.is_truthy(text == "survived" or text:find("^not enough memory"), text)
    end
    assert.is_true(result.ends["not enough memory for this zone"])
  end)
end)
