-- Scans: they find what the loader keeps, in bytes and in files of any size, and stop at nothing.
-- SPDX-License-Identifier: MIT
-- Source: csrc/zone/hits.h; the loader, which named-checkzone holds to account, is the oracle.

local failing_memory = require "spec.support.failing_memory"
local new_random = require "spec.support.random"
local scale = require "spec.support.scale"
local scan = require "spec.zone.scan_support"
local shell = require "spec.support.shell"
local support = require "spec.zone.support"
local zone = require "issuable.zone"

local SEED = 20261124

--- A scan keeps no names, so it does not know what is out of zone: wrong data that a $GENERATE makes there is an error to it.
local NOT_ALIKE = { ["wrong data at a name out of zone is not looked at, as in BIND"] = true }

local function all_cases()
  local list = {}
  for _, file in ipairs(support.files()) do
    for _, case in ipairs(support.cases(file)) do
      list[#list + 1] = not NOT_ALIKE[case.title] and case or nil
    end
  end
  return list
end

describe("a scan", function()
  it("finds what the loader keeps, in every case", function()
    local complaints = {}
    for _, case in ipairs(all_cases()) do
      for _, text in ipairs(scan.compare(case.texts, case.options)) do
        complaints[#complaints + 1] = ("%s:%d: %s: %s"):format(case.file, case.line, case.title, text)
      end
    end
    assert.equal("", table.concat(complaints, "\n"))
  end)

  -- Bytes that mean something to a scanner, and some that do not.
  local BYTES = {
    " ", "\t", "\n", "\r", "\r\n", '"', ";", "(", ")", "\\", "\\0", "$", "@", ".", "..", "0", "9", "a", "IN ", "CAA ", "NS ", "3600 ",
    "1h", "\\#", "*", "\n ", "\n;", " ; ", "CH ", "TYPE257 ", "example.com.", ("x"):rep(64), "4294967296 ", "\0", "\239\187\191", "\255",
  }

  local function mutate(random, text)
    for _ = 1, random:below(4) do
      local at = random:below(#text + 1)
      local kind = random:below(3)
      local cut = kind == 1 and 0 or random:below(3)
      text = text:sub(1, at - 1) .. (kind == 3 and "" or random:pick(BYTES)) .. text:sub(at + cut)
    end
    return text
  end

  it("finds what the loader keeps, whatever is done to the bytes", function()
    local cases = all_cases()
    local random = new_random(SEED)
    for i = 1, scale(1200) do
      local case = random:pick(cases)
      local texts = {}
      for name, text in pairs(case.texts) do
        texts[name] = #text < 20000 and text or text:sub(1, 20000)
      end
      texts.zone = mutate(random, texts.zone)
      local complaints = scan.compare(texts, case.options)
      if #complaints > 0 then
        error(("seed %d, round %d, %s:%d\n%s\n%s"):format(SEED, i, case.file, case.line, support.escape(texts.zone), complaints[1]))
      end
    end
  end)

  it("finds what the loader keeps wherever a stride ends", function()
    local tail = 'www.x\t300 IN CAA 0 issue "ca.test; a=\\"b\\""\r\n  NS (\n a ; (\n ) ; x\n$ORIGIN sub\n\\119w CNAME www\n  CAA 128 issue ca.test;\n'
      .. "; comment\n\n \n$TTL 5\n@ TXT \"a ; (\" b\n@ DNAME t.example.\r\nlast CAA \\# 8 00 05 6973737565 41\n"
    for padding = 32768 - #tail - 3, 32768 + 3 do
      local text = support.HEAD .. "; " .. ("-"):rep(padding - #support.HEAD - 3) .. "\n" .. tail
      local complaints = scan.compare({ zone = text })
      assert.equal("", table.concat(complaints, "\n"), padding)
    end
  end)

  it("asks for any types", function()
    local text = support.HEAD .. "a A 192.0.2.1\n  TXT x\nb TYPE65280 \\# 0\n"
    local function found(types)
      local list = {}
      for _, kind, ttl in zone.scan(text, { types = types }):each() do
        list[#list + 1] = kind .. " " .. ("%d"):format(ttl)
      end
      return table.concat(list, ", ")
    end
    assert.equal("SOA 300, NS 300", found(nil))
    assert.equal("", found {})
    assert.equal("A 300", found { "a" })
    assert.equal("TXT 300, TYPE65280 300", found { "TYPE65280", "TXT" })
    assert.equal("SOA 300, NS 300, A 300, TXT 300, TYPE65280 300", found { "ANY" })
  end)

  it("takes the SOA's minimum as TTL, asked for or not", function()
    local s = zone.scan('@ SOA a b 1 2 3 4 77\n  CAA 0 issue "x"\n', { origin = "example.com", types = { "CAA" } })
    assert.equal(1, s:size())
    assert.equal(77, s:ttl(1))
    assert.equal("ttl-from-soa", s:errors()[1].code)
    assert.is_nil(zone.scan("a.b. CAA 0 issue x\n"):ttl(1))
  end)

  it("looks only at the head of a record that nobody asked for", function()
    local s = zone.scan(support.HEAD .. "a A not-an-address\nb TXT \"open\nc TXT (\n)) x\nd CAA 0 issue \"x\"\n", { origin = "example.com" })
    assert.equal(3, s:size())
    local codes = {}
    for i, problem in ipairs(s:errors()) do
      codes[i] = problem.code
    end
    assert.same({ "unclosed-quote", "unopened-parenthesis" }, codes)
    assert.is_false(s:complete())
    assert.equal("d.example.com", s:owner(3))
  end)

  it("finds by owner and type, on this side of the border", function()
    local s = zone.scan(support.HEAD .. 'a CAA 0 issue "x"\n  CAA 0 issue "y"\nA.example.com. NS b\n')
    assert.same({ 3, 4, 5 }, s:find("a.example.com"))
    assert.same({ 3, 4 }, s:find("A.example.com.", "CAA"))
    assert.same({}, s:find("b.example.com"))
    local list, message = s:find("a..b")
    assert.is_nil(list)
    assert.is_string(message)
    assert.same({ CAA = 2, NS = 2, SOA = 1 }, s:types())
  end)
end)

describe("a scan of a file", function()
  local folder

  before_each(function()
    folder = shell.folder()
  end)
  after_each(function()
    shell.remove(folder)
  end)

  local function write(name, text)
    shell.write(folder .. "/" .. name, text)
    return folder .. "/" .. name
  end

  -- Many entries of all lengths, some longer than a window.
  local function large(random, bytes)
    local parts, size = { support.HEAD }, 0
    while size < bytes do
      local text
      local kind = random:below(12)
      if kind == 1 then
        text = ("w%d TXT ( %s\n)\n"):format(#parts, ('"' .. ("x"):rep(200) .. '"\n '):rep(random:below(20) == 1 and 900 or random:below(300)))
      elseif kind == 2 then
        text = "; " .. ("c"):rep(random:below(20) == 1 and 200000 or random:below(2000)) .. "\n"
      elseif kind == 3 then
        text = ("$ORIGIN o%d.example.com.\r\n"):format(random:below(9))
      else
        text = ("h%d CAA 0 issue \"ca%d.test\"%s; %s\n\tCAA (\n 128 issuewild ;\n \"x\" )\n"):format(#parts, #parts, (" "):rep(random:below(40)), ("k"):rep(random:below(60)))
      end
      parts[#parts + 1], size = text, size + #text
    end
    return table.concat(parts)
  end

  it("is that of its bytes, window by window", function()
    local random = new_random(SEED)
    for _ = 1, scale(3) do
      local text = large(random, 700000)
      local path = write("large.zone", text)
      local loaded = zone.load(text, { path = path })
      local wanted = {}
      for i = 1, loaded:size() do
        local record = loaded:record(i)
        if scan.USUAL[record.type] then
          wanted[#wanted + 1] = scan.line(record)
        end
      end
      for _, classifier in ipairs(scan.classifiers) do
        local s = assert(zone.scan_file(path, { classifier = classifier }))
        assert.same({}, s:errors())
        assert.equal(#wanted, s:size())
        for i = 1, #wanted do
          assert.equal(wanted[i], scan.line(s:record(i)), ("seed %d"):format(SEED))
        end
      end
    end
  end)

  it("reads includes in windows, as bytes or not at all", function()
    local part = write("part", support.HEAD:gsub("@ SOA.-\n", "") .. 'in CAA 0 issue "ca.test"\n')
    local path = write("zone", support.HEAD .. "a NS b\n$INCLUDE part sub\n\tCAA 0 issue \"outside\"\n$INCLUDE bytes\n$INCLUDE gone\n$INCLUDE none\n\tNS last\n")
    local asked = {}
    local s = assert(zone.scan_file(path, {
      include = function(name, from, line, column)
        asked[#asked + 1] = ("%s %s:%d:%d"):format(name, from == path and "zone" or from, line, column)
        if name == "part" then
          return true, part
        elseif name == "bytes" then
          return "x CNAME y\n", "given"
        elseif name == "gone" then
          return true, folder .. "/gone"
        end
        return nil, "it is not for you"
      end,
    }))
    assert.same({ "part zone:6:10", "bytes zone:8:10", "gone zone:9:10", "none zone:10:10" }, asked)
    local lines = {}
    for i, kind in s:each() do
      local record = s:record(i)
      lines[#lines + 1] = ("%s %s %d:%d"):format(record.owner, kind, record.file, record.line)
    end
    assert.same({
      "example.com SOA 1:3", "example.com NS 1:4", "a.example.com NS 1:5", "example.com NS 2:3", "in.example.com CAA 2:4",
      "a.example.com CAA 1:7", "x.example.com CNAME 3:1", "a.example.com NS 1:11",
    }, lines)
    assert.equal("no such file or directory", s:errors()[1].message:match("no such.*"))
    assert.equal("it is not for you", s:errors()[2].message:match("it is.*"))
    assert.equal(9, s:errors()[1].line)
    assert.equal(part, s:files()[2].path)
    assert.equal(part, s:record(5).path)
  end)

  it("takes nothing from a file that holds a NUL, however late", function()
    local text = support.HEAD .. ('a CAA 0 issue "x"\n'):rep(30000)
    local s = zone.scan_file(write("zone", text .. "b CAA \0 0 issue x\n"))
    assert.equal(0, s:size())
    assert.equal("nul-byte", s:errors()[1].code)
    assert.equal(#text + 7, s:errors()[1].first)
    s = zone.scan(support.HEAD .. "a NS b\n$INCLUDE x\n  NS c\n", { include = function() return text .. "\0", "x" end })
    assert.equal(4, s:size())
    assert.equal("a.example.com", s:owner(4))
  end)

  it("bounds an entry, and goes on behind it", function()
    local head = support.HEAD .. "a NS b\n"
    for _, entry in ipairs { 'long CAA 0 issue "' .. ("x"):rep(1300000) .. '"', "long TXT (\n" .. ("x\n"):rep(700000) .. ")", "long TXT " .. ("x \\; "):rep(300000) } do
      local text = head .. entry .. '\n\tCAA 0 issue "whose?"\nc CAA 0 issue "x"\n'
      for _, s in ipairs { zone.scan_file(write("zone", text)), zone.scan(text) } do
        assert.equal(4, s:size())
        assert.equal("c.example.com", s:owner(4))
        local problem = s:errors()[1]
        assert.equal("entry-too-long", problem.code)
        assert.equal(#head + 1, problem.first)
        assert.equal(6, problem.line)
        assert.is_nil(s:errors()[2])
      end
    end
    -- Comments and blank lines may be as long as they like.
    for _, filler in ipairs { "; " .. ("x"):rep(3000000), "d CAA 0 issue \"x\" ; " .. ("("):rep(3000000), (" "):rep(3000000), (" "):rep(3000000) .. ";" } do
      local s = zone.scan_file(write("zone", head .. filler .. "\n\tCAA 0 issue \"x\"\n"))
      assert.same({}, s:errors())
      assert.equal(filler:find("^d") and "d.example.com" or "a.example.com", s:owner(s:size()))
      assert.is_table(s:record(s:size()))
    end
    local s = zone.scan_file(write("zone", head .. "x TXT (" .. ("( "):rep(800000)))
    assert.equal("entry-too-long", s:errors()[1].code)
    assert.equal("unclosed-parenthesis", s:errors()[2].code)
    assert.equal(3, s:size())
  end)

  it("notices that a file was changed or is none", function()
    local text = support.HEAD .. ('a CAA 0 issue "x"\n'):rep(20000)
    local path = write("zone", text)
    local s = assert(zone.scan_file(path))
    assert.equal("a.example.com", s:owner(20002))
    write("zone", text .. "\n")
    local record, message, code = s:record(10)
    assert.is_nil(record)
    assert.is_truthy(message:find("changed"))
    assert.equal("changed-on-disk", code)
    assert.equal("changed-on-disk", select(3, s:find("a.example.com")))
    assert.equal(300, s:ttl(10))
    s = assert(zone.scan_file(path))
    os.remove(path)
    assert.equal("ENOENT", select(3, s:owner(10)))
    assert.equal("ENOENT", select(3, zone.scan_file(path)))
    assert.equal("EISDIR", select(3, zone.scan_file(folder)))
    assert.equal("EINVAL", select(3, zone.scan_file("a\0b")))
    shell.run("mkfifo " .. shell.quote(path))
    assert.equal("not-regular", select(3, zone.scan_file(path)))
  end)

  it("is small however large the file is", function()
    local text = support.HEAD .. ("host-name\t3600\tIN\tA\t192.0.2.1\n"):rep(200000)
    local path = write("zone", text)
    local child = ("local zone = require 'issuable.zone' local s = zone.scan_file(%q) assert(s:size() == 2) for line in io.lines('/proc/self/status') do "
      .. "local kb = line:match('VmHWM:%%s*(%%d+)') if kb then print(kb) end end"):format(path)
    local function peak(source)
      local _, out, err = shell.run(("%s -e %s"):format(shell.quote(shell.lua), shell.quote(source)))
      return tonumber(out:match("%d+")) or error(err)
    end
    if failing_memory.possible then -- the sanitizers have their own measure
      local without = peak("require 'issuable.zone' for line in io.lines('/proc/self/status') do local kb = line:match('VmHWM:%s*(%d+)') if kb then print(kb) end end")
      assert.is_true(peak(child) - without < 1500, ("%d KB more"):format(peak(child) - without))
    end
  end)
end)

describe("the border of scans", function()
  local function refuses(part, fn, ...)
    local ok, message = pcall(fn, ...)
    assert.is_false(ok)
    assert.is_truthy(tostring(message):find(part, 1, true), tostring(message))
  end

  it("checks its arguments", function()
    for _, fn in ipairs { zone.scan, zone.scan_file } do
      refuses("string expected", fn)
      refuses("string expected", fn, 1)
      refuses("table expected", fn, "", "x")
      refuses("must be a list", fn, "", { types = "CAA" })
      refuses("a record type expected", fn, "", { types = { "FOO" } })
      refuses("a record type expected", fn, "", { types = { 1 } })
      refuses("option classifier", fn, "", { classifier = "mmx" })
      refuses("option classifier must be a string", fn, "", { classifier = 1 })
      refuses("option origin", fn, "", { origin = "a..b" })
      refuses("max_errors", fn, "", { max_errors = 0 })
      refuses("function expected", fn, "", { include = "x" })
    end
  end)

  it("has handles that close, and say so", function()
    local s = zone.scan(support.HEAD)
    assert.equal("issuable.zone.scan (2 records)", tostring(s))
    local each = s:each()
    s:close()
    s:close()
    assert.equal("issuable.zone.scan (closed)", tostring(s))
    for _, name in ipairs { "size", "each", "types", "errors", "files", "complete" } do
      refuses("this scan is closed", s[name], s)
    end
    for _, name in ipairs { "type", "ttl", "owner", "record", "find" } do
      refuses("this scan is closed", s[name], s, 1)
      refuses("issuable.zone.scan expected", s[name], zone.load(""), 1)
    end
    refuses("this scan is closed", each)
  end)

  it("gives nil for records that are not there", function()
    local s = zone.scan(support.HEAD)
    for _, index in ipairs { 0, 3, 2 ^ 53 } do
      assert.is_nil(s:record(index))
      assert.is_nil(s:owner(index))
      assert.is_nil(s:type(index))
      assert.is_nil(s:ttl(index))
    end
    refuses("whole number", s.record, s, 1.5)
    refuses("number expected", s.record, s, "x")
  end)

  it("lets errors of the include function through", function()
    refuses("no!", zone.scan, "$INCLUDE x\n", { include = function() error("no!") end })
  end)

  it("keeps the limits", function()
    local s = zone.scan(support.HEAD .. ('a CAA 0 issue "x"\n'):rep(10), { max_records = 5 })
    assert.equal(5, s:size())
    assert.equal("too-many-records", s:errors()[1].code)
    s = zone.scan(support.HEAD, { max_bytes = 20 })
    assert.equal(0, s:size())
    assert.equal("file-too-large", s:errors()[1].code)
    s = zone.scan(("x FOO\n"):rep(100), { max_errors = 10, origin = "a" })
    assert.equal(11, #s:errors())
  end)

  it("survives any allocation that fails", function()
    if not failing_memory.possible then
      return
    end
    local result = failing_memory.run(([[
      local zone = require "issuable.zone"
      local text = %q
      local path = os.tmpname()
      local file = io.open(path, "w") file:write(text) file:close()
      local function include(name)
        if name == "disk" then return true, path .. "-none" end
        return "a A 192.0.2.1\nlong.name.of.many.labels CAA 0 issue \"ca.test\"\n", name
      end
      return function()
        for _, of in ipairs { "scan", "scan_file" } do
          local s, message = zone[of](of == "scan" and text or path, { include = include, types = { "ANY" } })
          if not s then error(message, 0) end
          s:errors() s:files() s:record(3) s:owner(2) s:find("www.example.com") s:types()
          for i in s:each("CAA") do s:record(i) end
          s:close()
        end
      end
    ]]):format(support.HEAD .. 'www CAA 0 issue "ca.test"\n*.w CAA ( 0 issue x )\nx FOO\n$INCLUDE part\n$INCLUDE disk\n'))
    assert.is_nil(result.leaks, result.output)
    assert.is_true(result.tries > 40)
    for text in pairs(result.ends) do
      assert.is_truthy(text == "survived" or text:find("^not enough memory"), text)
    end
  end)
end)
