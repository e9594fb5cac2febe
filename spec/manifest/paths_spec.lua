-- The line reader of plain block style and libyaml read the same: values, places, warnings and errors, of random documents.
-- SPDX-License-Identifier: MIT
-- Source: csrc/manifest/plain_reader.c; spec/fuzz/manifest_paths.c does the same node by node with libFuzzer.

local manifest = require "issuable.manifest"
local random = require "spec.support.random"
local scale = require "spec.support.scale"

local SEED = 20261124

local WORDS = {
  "a", "b", "key", "dnsNames", "x y", "www.example.com", '"*.example.com"', "'q'", '"a: b"', "'a # b'", "''", '""', "-1", "1.10", "0x1F", "yes", "~", "null",
  "a:b", "http://x.example/", "--flag", "-x", "a#b", "a,b", "[]", "{}", "[a, b]", "{a: b}", "*.a", "&x", "*x", "|", ">-", "!!str", "<<", "? a", "a:", "- a",
  "2001-01-01", '"\\n"', "'it''s'", "ü", "a\tb", "%a", "@a", "`a`", "...", "---", "=", ":", ":a", "?a", "-", "on",
}
local SIMPLE = 22 -- of these words, the first ones do not end a document's life on the fast path

local function word(r)
  return WORDS[r:chance(93) and r:below(SIMPLE) or r:below(#WORDS)]
end

local function line(r, indents)
  local indent = r:chance(92) and r:pick(indents) or r:below(7) - 1
  local text = (" "):rep(indent)
  while r:chance(35) do
    text = text .. "-" .. (" "):rep(r:below(2))
  end
  local kind = r:below(10)
  if kind <= 6 then
    text = text .. word(r) .. (r:chance(5) and " " or "") .. ":" .. (r:chance(45) and "" or " " .. word(r))
  elseif kind <= 8 then
    text = text .. word(r)
  end
  if r:chance(15) then
    text = text .. r:pick { " # why", "#", " #", "  ", " # a: b" }
  end
  return text
end

local function document(r)
  local lines = {}
  local indents = r:pick { { 0, 2, 4 }, { 0, 2 }, { 0 }, { 0, 1, 2, 3, 4 }, { 2, 4 } }
  for i = 1, r:below(8) do
    lines[i] = r:chance(4) and "---" or line(r, indents)
  end
  return table.concat(lines, "\n") .. (r:chance(80) and "\n" or "")
end

--- Everything about a stream as one text: values with the places of values and keys.
local function show(bytes, reference)
  local stream = assert(manifest.read(bytes, { reference = reference }))
  local out = {}
  local function place(span)
    return span and ("%d-%d@%d:%d"):format(span.first, span.last, span.line, span.column) or "?"
  end
  local function add(value, container, key)
    local span = container and stream:span(container, key) or type(value) == "table" and stream:span(value) or nil
    out[#out + 1] = place(span)
    if type(value) ~= "table" then
      out[#out + 1] = value == manifest.null and "null" or type(value) .. " " .. tostring(value)
      return
    end
    local keys = {}
    for inner in pairs(value) do
      keys[#keys + 1] = inner
    end
    table.sort(keys, function(a, b)
      return tostring(a) < tostring(b)
    end)
    for _, inner in ipairs(keys) do
      out[#out + 1] = tostring(inner) .. (type(inner) == "string" and place(stream:key_span(value, inner)) or "")
      add(value[inner], value, inner)
    end
    out[#out + 1] = "."
  end
  for _, found in ipairs(stream.documents) do
    out[#out + 1] = ("document %d %d-%d"):format(found.index, found.first, found.last)
    add(found.value)
  end
  for _, problem in ipairs(stream.errors) do
    out[#out + 1] = ("error %d:%d %s"):format(problem.line, problem.column, problem.message)
  end
  for _, warning in ipairs(stream.warnings) do
    out[#out + 1] = ("warning %d:%d %s"):format(warning.line, warning.column, warning.code)
  end
  local count = #stream.documents
  stream:close()
  return table.concat(out, "\n"), count
end

describe("random documents", function()
  it("are read alike by both readers", function()
    local r = random(SEED)
    local readable = 0
    for n = 1, scale(6000) do
      local bytes = document(r)
      local fast, count = show(bytes, false)
      local slow = show(bytes, true)
      readable = readable + count
      if fast ~= slow then
        assert.equal(slow, fast, ("seed %d, document %d:\n%s"):format(SEED, n, bytes))
      end
    end
    assert.is_true(readable > scale(6000) / 5, "too few of them are readable")
  end)
end)
