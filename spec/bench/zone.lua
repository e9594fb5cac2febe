-- Zone files: scanning beside BIND's and ldns's readers and beside memchr, small zones, many of them, hostile ones.
-- SPDX-License-Identifier: MIT
-- Source: spec/bench/zone_files.c makes the files; named-checkzone asks live DNS without `-i none`.

local bench = require "spec.bench.support.children"
local zone = require "issuable.zone"

local SCAN = bench.root .. "/spec/bench/support/zone_scan.lua"

local function generate(kind, scale)
  local path = bench.work .. "/" .. kind .. ".zone"
  bench.run(("%s/zone_files %s %g >%s"):format(bench.quote(bench.tools), kind, (scale or 1) * bench.scale, bench.quote(path)))
  local file = assert(io.open(path, "rb"))
  local size = file:seek("end")
  file:close()
  return path, size
end

local function hits_of(path)
  local s = assert(zone.scan_file(path, { origin = "example.com" }))
  local size = s:size()
  s:close()
  return size
end

-- ---- the three large files ----

local FILES = {
  { kind = "delegation", origin = "test", floor = 0.2 },
  { kind = "signed", origin = "test", floor = 0.3 },
  { kind = "organisation", origin = "example.com", floor = 0.3 },
}

local function large(file)
  local path, size = generate(file.kind)
  local hits = hits_of(path)
  print(("%s: %.1f MB, %d records of the types"):format(file.kind, size / 1e6, hits))
  -- The peers take seconds: fewer rounds of them, always between two of ours.
  local commands = {
    { name = "best", bench.lua, SCAN, path, "best" },
    { name = "sse2", bench.lua, SCAN, path, "sse2" },
    { name = "portable", bench.lua, SCAN, path, "portable" },
    { name = "memchr", bench.tools .. "/newlines", path },
  }
  local fast = bench.measure(commands)
  commands[5] = { name = "checkzone", "named-checkzone", "-i", "none", file.origin, path }
  commands[6] = { name = "ldns", "ldns-read-zone", path }
  local slow = bench.measure(commands, math.min(3, bench.rounds))
  for _, name in ipairs { "memchr", "best", "sse2", "portable" } do
    local r = fast[name]
    assert(r.status == 0, name .. " failed")
    print(("  %-16s %7.4f s %7.0f MB/s  %6.1f MB resident"):format(name, r.seconds, size / 1e6 / r.seconds, r.kilobytes / 1024))
  end
  for _, name in ipairs { "checkzone", "ldns" } do
    local r = slow[name]
    print(("  %-16s %7.4f s %7.0f MB/s  %6.1f MB resident%s"):format(name, r.seconds, size / 1e6 / r.seconds, r.kilobytes / 1024,
      r.status == 0 and "" or (" (exit %d)"):format(r.status)))
  end
  bench.promise("times named-checkzone -i none", slow.checkzone.seconds / slow.best.seconds, 45, true)
  bench.promise("times ldns-read-zone", slow.ldns.seconds / slow.best.seconds, 60, true)
  bench.promise("of memchr", fast.memchr.seconds / fast.best.seconds, file.floor, true)
  bench.promise("of memchr, without SIMD", fast.memchr.seconds / fast.portable.seconds, 0.1, true)
  bench.promise("MB resident (4 MB and 32 bytes a record)", fast.best.kilobytes / 1024, 4 + 32 * hits / 1024 / 1024, false, "MB")
  os.remove(path)
end

-- ---- small ones ----

local function small()
  local path, size = generate("small")
  local file = require "issuable.file"
  local bytes = file.read(path)
  local name = "www.example.com"
  print(("one zone of %d bytes"):format(size))
  local function load(text)
    local z = zone.load(text, { path = path, origin = "example.com" })
    assert(z:answer(name).kind == "nodata")
    z:close()
  end
  bench.promise("open to answer: read, load, answer, close", bench.micros(20000, function()
    load(file.read(path))
  end), 20, false, "us")
  print(("  %-52s %9.2f us"):format("the same from memory", bench.micros(20000, function()
    load(bytes)
  end)))
  print(("  %-52s %9.2f us"):format("zone.scan_file", bench.micros(20000, function()
    zone.scan_file(path, { origin = "example.com" }):close()
  end)))
end

local function many()
  local path = generate("small")
  local bytes = assert(io.open(path, "rb")):read("*a")
  local seconds = {}
  for _, count in ipairs { 1000, 10000 } do
    for _, how in ipairs { "named", "looked into" } do
      local folder = ("%s/many-%d-%s"):format(bench.work, count, how:sub(1, 5))
      bench.run("mkdir " .. bench.quote(folder))
      for i = 1, count do
        local origin = ("z%d.example.com"):format(i)
        if how == "named" then
          bench.write(("%s/%s.zone"):format(folder, origin), bytes)
        else
          bench.write(("%s/zone-%d"):format(folder, i), ("$ORIGIN %s.\n%s"):format(origin, bytes))
        end
      end
      local r = bench.measure({ { name = "check", bench.tree .. "/bin/issuable", "check", folder } }, math.min(3, bench.rounds)).check
      seconds[count .. how] = r.seconds
    end
  end
  print("a folder of 10,000 zones of 2 KB, `issuable check`")
  bench.promise("CPU seconds, named *.zone", seconds["10000named"], 1, false, "s")
  bench.promise("CPU seconds, each looked into for an SOA", seconds["10000looked into"], 1, false, "s")
  bench.promise("times 1,000 zones (linear: 10)", seconds["10000named"] / seconds["1000named"], 12, false)
end

-- ---- hostile ones ----

local HOSTILE = {
  "quotes", "quote-line", "parentheses", "parenthesis", "one-line", "one-word", "comment", "blanks", "escapes", "almost", "includes",
}

local function per_byte(fn, size)
  local best
  for _ = 1, 3 do
    collectgarbage()
    local start = os.clock()
    fn()
    local took = os.clock() - start
    best = best and math.min(best, took) or took
  end
  return best / size * 1e9
end

local function hostile()
  local path, size = generate("plain")
  local function scan(at)
    zone.scan_file(at, { origin = "example.com" }):close()
  end
  local function load(at)
    local file = assert(io.open(at, "rb"))
    local bytes = file:read("*a")
    file:close()
    return function()
      zone.load(bytes, { origin = "example.com" }):close()
    end
  end
  local plain_scan = per_byte(function() scan(path) end, size)
  local plain_load = per_byte(load(path), size)
  os.remove(path)
  print(("hostile files of 64 MB; a plain one takes %.2f ns a byte to scan, %.2f to load"):format(plain_scan, plain_load))
  for _, kind in ipairs(HOSTILE) do
    path, size = generate(kind)
    bench.promise(kind .. ", scanned: times a plain file", per_byte(function() scan(path) end, size) / plain_scan, 2, false)
    bench.promise(kind .. ", loaded: times a plain file", per_byte(load(path), size) / plain_load, 2, false)
    os.remove(path)
  end
end

for _, file in ipairs(FILES) do
  large(file)
end
small()
many()
hostile()
print(("%d of the promised figures missed"):format(bench.missed()))
