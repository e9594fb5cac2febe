-- A zone file as pieces: nothing is lost whatever the bytes are, and the pieces are the entries that the loader reads.
-- SPDX-License-Identifier: MIT
-- RFC 1035 section 5.1. Random bytes have a fixed seed, which is in the message of a failure.

local new_random = require "spec.support.random"
local random_zone = require "spec.fixes.support.random_zone"
local scale = require "spec.support.scale"
local shell = require "spec.support.shell"
local zone = require "issuable.zone"

--- Pieces as { kind, first, last }.
local function pieces_of(bytes)
  local list = {}
  for kind, first, last in zone.layout(bytes) do
    list[#list + 1] = { kind = kind, first = first, last = last }
  end
  return list
end

local function print_back(bytes, pieces)
  local parts = {}
  for i, piece in ipairs(pieces) do
    parts[i] = bytes:sub(piece.first, piece.last)
  end
  return table.concat(parts)
end

--- Without a hole, without an overlap, none of them empty; put together they are the file.
local function check_lossless(bytes, context)
  local pieces, at = pieces_of(bytes), 1
  for _, piece in ipairs(pieces) do
    assert.equal(at, piece.first, context)
    assert.is_true(piece.last >= piece.first, context)
    at = piece.last + 1
  end
  assert.equal(#bytes + 1, at, context)
  assert.is_true(bytes == print_back(bytes, pieces), context)
  return pieces
end

--- The loader's records are the pieces that are records, and its errors stand in pieces that are no gaps.
local function check_same_entries(bytes, pieces, context)
  local handle = zone.load(bytes, { path = "z", origin = "example.com" })
  local starts = {}
  for _, piece in ipairs(pieces) do
    starts[piece.first] = piece
  end
  for index = 1, handle:size() do
    local record = handle:record(index)
    local piece = starts[record.line_first or record.first]
    assert(piece and piece.kind == "record", context)
    assert.equal(record.line_last + #record.eol, piece.last, context)
  end
  for _, problem in ipairs(handle:errors()) do
    if problem.severity == "error" and problem.last >= problem.first then
      local at = 1
      while pieces[at + 1] and pieces[at].last < problem.first do
        at = at + 1
      end
      assert.not_equal("gap", pieces[at].kind, context .. "\n" .. problem.message)
    end
  end
end

local ALPHABET = {
  "\n", "\n", "\n", "\r\n", "\r", " ", "\t", "  ", ";", "(", ")", "\"", "\\", "@", "$TTL 5", "$ORIGIN b.", "$INCLUDE x", "$X", "IN", "CAA", "A",
  "0", "issue", "\"ca.test\"", "192.0.2.1", "www", "300", "\0", "\239\187\191", "\255", "TXT", "\\#", "\\010", "; note", "\v",
}

local function random_bytes(random)
  local parts = {}
  for i = 1, random:below(40) do
    parts[i] = random:chance(92) and random:pick(ALPHABET) or string.char(random:below(256) - 1)
  end
  if not random:chance(30) then
    for i = 1, #parts do
      parts[i] = parts[i] ~= "\0" and parts[i] or " "
    end
  end
  return table.concat(parts)
end

describe("the layout of a zone file", function()
  it("names gaps, records, directives and errors", function()
    local bytes = "; head\n\n$TTL 60\n@ SOA ( ns ; x\n hm 1 1 1 1 1 ) ; y\n\t\n; z\n  A 1\nx y z\n$FOO\n) b"
    local list = {}
    for i, piece in ipairs(pieces_of(bytes)) do
      list[i] = piece.kind .. ": " .. bytes:sub(piece.first, piece.last)
    end
    assert.same({
      "gap: ; head\n\n",
      "directive: $TTL 60\n",
      "record: @ SOA ( ns ; x\n hm 1 1 1 1 1 ) ; y\n",
      "gap: \t\n; z\n",
      "record:   A 1\n", -- its data is wrong, its place is known
      "error: x y z\n",
      "directive: $FOO\n",
      "error: ) b",
    }, list)
  end)

  it("has no piece for an empty file, and one for a file that is none", function()
    assert.same({}, pieces_of(""))
    assert.same({ { kind = "gap", first = 1, last = 1 } }, pieces_of("\n"))
    assert.same({ { kind = "error", first = 1, last = 8 } }, pieces_of("@ A\0\n; x"))
    assert.same({ { kind = "error", first = 1, last = 3 }, { kind = "gap", first = 4, last = 6 } }, pieces_of("\239\187\191; x"))
    assert.same({ { kind = "record", first = 1, last = 9 }, { kind = "error", first = 10, last = 20 } }, pieces_of("@ A 1.2.\n@ ( A 1\nx \n"))
  end)

  it("takes strings only, and outlives its string", function()
    assert.has_error(function() zone.layout(nil) end)
    assert.has_error(function() zone.layout(12) end)
    local step = zone.layout(("; x\n"):rep(3) .. "@ A 192.0.2.1\n")
    collectgarbage()
    collectgarbage()
    assert.same({ "gap", 1, 12 }, { step() })
    assert.same({ "record", 13, 26 }, { step() })
    assert.is_nil(step())
    assert.is_nil(step())
  end)

  it("loses no byte of anything", function()
    local random = new_random(20261124)
    for number = 1, scale(4000) do
      local bytes = random_bytes(random)
      local context = ("number %d: %q"):format(number, bytes)
      check_same_entries(bytes, check_lossless(bytes, context), context)
    end
  end)

  it("loses no byte of zones, and of zones that a mutation hit", function()
    local random = new_random(7)
    for seed = 1, scale(300) do
      for path, bytes in pairs(random_zone.zone(seed)) do
        local context = ("seed %d, %s"):format(seed, path)
        check_same_entries(bytes, check_lossless(bytes, context), context)
        for _ = 1, 3 do
          local at = random:below(#bytes)
          bytes = bytes:sub(1, at - 1) .. random:pick(ALPHABET) .. bytes:sub(at + random:below(3) - 1)
        end
        context = ("%s\n%s"):format(context, bytes)
        check_same_entries(bytes, check_lossless(bytes, context), context)
      end
    end
  end)

  it("loses no byte of any file of this checkout", function()
    local status, list = shell.run(("cd %s && git ls-files -z 2>/dev/null || find . -type f -not -path './.*' -print0"):format(shell.quote(shell.root)))
    assert.equal(0, status)
    local count, wanted = 0, scale(100) -- at scale 1 all of them
    for path in list:gmatch("[^%z]+") do
      count = count + 1
      local bytes = count % 100 < wanted and shell.read(shell.root .. "/" .. path)
      if bytes then
        local at = 1 -- no list: some files are large
        for _, first, last in zone.layout(bytes) do
          assert.is_true(first == at and last >= first, path)
          at = last + 1
        end
        assert.equal(#bytes + 1, at, path)
      end
    end
    assert.is_true(count > 100)
  end)
end)
