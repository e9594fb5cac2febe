-- Edits of manifests by splicing: cases in every style, then a thousand made-up files and edits.
-- SPDX-License-Identifier: MIT
-- Source: issue "edit one line"; cases: a manifest, `edit` and the whole result, or `refused` and the code.

local edits = require "issuable.fixes.edits"
local manifest = require "issuable.manifest"
local random = require "spec.support.random"
local scale = require "spec.support.scale"
local splice = require "issuable.fixes.splice"
local support = require "spec.manifest.support"

local function keys_of(path)
  local keys = {}
  for step in path:gmatch("[^/]+") do
    keys[#keys + 1] = tonumber(step) or step
  end
  return keys
end

local VERBS = {
  replace = function(s, path, text)
    return s:replace(1, keys_of(path), text)
  end,
  insert = function(s, path, text, position)
    return s:insert_item(1, keys_of(path), text, tonumber(position))
  end,
  remove = function(s, path)
    return s:remove_item(1, keys_of(path))
  end,
  add = function(s, path, sibling, key, text)
    return s:add_key(1, keys_of(path), sibling, key, text)
  end,
}

local function run(text, command)
  local words = {}
  for word in command:gmatch("%S+") do
    words[#words + 1] = word
  end
  local s = assert(splice.open(text, "m.yaml"))
  local verb = table.remove(words, 1)
  local edit, problem = VERBS[verb](s, words[1] == "." and "" or words[1], words[2], words[3], words[4])
  s:close()
  if not edit then
    return "refused " .. problem.refused .. "\n", problem.why
  end
  return assert(edits.apply(text, { edit }))
end

describe("an edit of a manifest", function()
  -- before | command | after; \n is a line end, \r too
  local CASES = [[
a: b | replace a c | a: c
a: b # why\n | replace a c | a: c # why\n
a: "b" # why\n | replace a c"d | a: "c\\"d" # why\n
a: 'b'\n | replace a it's | a: 'it''s'\n
a: b\n | replace a *.example.com | a: "*.example.com"\n
a: b\n | replace a yes | a: "yes"\n
a: b\n | replace a 1.5 | a: "1.5"\n
a: 5\n | replace a x | a: x\n
a:\nb: c\n | replace a x | a: x\nb: c\n
a: |\n  b\nc: d\n | replace a x | refused layout\n
a: {b: c, d: e}\n | replace a/b x | a: {b: x, d: e}\n
{"a": "b"}\n | replace a x | {"a": "x"}\n
a: &x b\nc: *x\n | replace a z | refused shared-value\n
a: &x b\nc: *x\n | replace c z | refused shared-value\n
a: &x {b: c}\nd: {<<: *x}\n | replace a/b z | refused shared-value\n
a: &x {b: c}\nd: {<<: *x}\n | replace d/b z | refused shared-value\n
a: &x b\nc: d\n | replace a z | a: &x z\nc: d\n
a: !!str 5 # n\n | replace a x | a: !!str x # n\n
\xEF\xBB\xBFa: ü\r\nb: c\r\n | replace b d | \xEF\xBB\xBFa: ü\r\nb: d\r\n
a: b\n | replace c d | refused no-such-place\n
a: [b]\n | replace a d | refused not-a-scalar\n
a:\n  - b # 1\n  - c # 2\nd: e\n | insert a x | a:\n  - b # 1\n  - c # 2\n  - x\nd: e\n
a:\n  - b # 1\n  - c # 2\n | insert a x 2 | a:\n  - b # 1\n  - x\n  - c # 2\n
a:\n- b\n- c | insert a x | a:\n- b\n- c\n- x
a:\n- b\n- c | insert a x 1 | a:\n- x\n- b\n- c
a:\r\n-   'b'\r\n | insert a x | a:\r\n-   'b'\r\n-   'x'\r\n
a: [b, c] # n\n | insert a x | a: [b, c, x] # n\n
a: [b, c]\n | insert a x 1 | a: [x, b, c]\n
a: []\n | insert a x | a: [x]\n
a: [\n  b, # 1\n  c # 2\n]\n | insert a x | a: [\n  b, # 1\n  c,\n  x # 2\n]\n
{"a": ["b"]}\n | insert a x | {"a": ["b", "x"]}\n
- - a\n  - b\n | insert 1 x | - - a\n  - b\n  - x\n
a:\n  - {n: 1}\n | insert a x | a:\n  - {n: 1}\n  - x\n
a:\n  - n: 1\n    m: 2\nb: c\n | insert a x | a:\n  - n: 1\n    m: 2\n  - x\nb: c\n
a: b\n | insert a x | refused not-a-list\n
a:\n  - b\n  - c # n\n  - d\n | remove a/2 | a:\n  - b\n  - d\n
a:\n  - b\n  - c | remove a/2 | a:\n  - b
a:\n  - b\n  - n: 1\n    m: 2\nd: e\n | remove a/2 | a:\n  - b\nd: e\n
a:\n  - b\n | remove a/1 | refused layout\n
a: [b, c, d]\n | remove a/2 | a: [b, d]\n
a: [b, c, d]\n | remove a/1 | a: [c, d]\n
a: [b, c, d]\n | remove a/3 | a: [b, c]\n
a: [b]\n | remove a/1 | a: []\n
a: [b, # 1\n  c]\n | remove a/2 | refused layout\n
a: &l [b, c]\nd: *l\n | remove a/1 | refused shared-value\n
spec:\n  a: b # n\n  c: d\n | add spec a k v | spec:\n  a: b # n\n  k: v\n  c: d\n
spec:\n  a:\n    - b\n  c: d\n | add spec a k v | spec:\n  a:\n    - b\n  k: v\n  c: d\n
- a: b\n  c: d\n | add 1 a k v | - a: b\n  k: v\n  c: d\n
spec: {a: b, c: d}\n | add spec a k v | spec: {a: b, k: v, c: d}\n
{"a": "b"} | add . a k v | {"a": "b", "k": "v"}
a: b | add . a k v | a: b\nk: v
a:\nc: d\n | add . a k v | a:\nk: v\nc: d\n
a: b\nk: c\n | add . a k v | refused no-such-place\n
kind: Secret\ntype: b\ndata: {p: hunter2}\n | replace type v | refused secret\n
]]
  for line in CASES:gmatch("[^\n]+") do
    local before, command, after = line:match("^(.-) | (.-) | (.*)$")
    it(("%s: %s"):format(command, before), function()
      assert.equal(support.unescape(after), (run(support.unescape(before), command)))
    end)
  end

  it("finds a scalar by its bytes", function()
    local s = assert(splice.open("a: b\n---\nc: [d, {e: 'f'}]\n", "m.yaml"))
    local document, keys = s:find(21, 23)
    assert.equal(2, document)
    assert.same({ "c", 2, "e" }, keys)
    assert.is_nil((s:find(20, 23)))
    s:close()
  end)
end)

-- ---- made-up files ----

local NAMES = { "www.example.com", "*.example.com", "api.example.org", "xn--bcher-kva.example", "a-b.example", "shop.example.net" }

local function styled(r, text)
  local plain = text:find("^[%w-]") ~= nil
  local style = r:below(3)
  return style == 1 and plain and text or style == 2 and "'" .. text .. "'" or '"' .. text .. '"'
end

local function comment(r)
  return r:pick { "", "", "  # keep", " # ünï — code", "\t# tab" }
end

--- A Certificate with a random layout; no two names are the same.
local function certificate(r, eol)
  local lines = {}
  local function put(text)
    lines[#lines + 1] = text
  end
  local indent = (" "):rep(r:pick { 2, 4, 3 })
  put("apiVersion: cert-manager.io/v1" .. comment(r))
  put("kind: Certificate")
  if r:chance(30) then
    put("")
    put("# about the names: " .. r:pick { "a", "ß", "日本" })
  end
  put("metadata: {name: " .. styled(r, "c" .. r:below(9)) .. ", labels: {a: b}}")
  put("spec:" .. comment(r))
  put(indent .. "secretName: " .. styled(r, "tls") .. comment(r))
  local count = r:below(4) + 1
  if r:chance(50) then
    local inner = r:chance(50) and indent or indent .. (" "):rep(r:below(3))
    put(indent .. "dnsNames:" .. comment(r))
    for i = 1, count do
      if r:chance(15) then
        put(inner .. "# next")
      end
      put(inner .. "-" .. (" "):rep(r:below(3)) .. styled(r, NAMES[i]) .. comment(r))
    end
  else
    local items = {}
    for i = 1, count do
      items[i] = styled(r, NAMES[i])
    end
    put(indent .. "dnsNames: [" .. table.concat(items, r:pick { ", ", ",", " , " }) .. "]" .. comment(r))
  end
  put(indent .. "issuerRef: {name: le, kind: ClusterIssuer}" .. comment(r))
  return table.concat(lines, eol), count
end

local function file(r)
  local eol = r:pick { "\n", "\n", "\r\n" }
  local parts, counts = {}, {}
  for i = 1, r:below(3) do
    parts[i], counts[i] = certificate(r, eol)
  end
  local text = (r:chance(10) and "\239\187\191" or "") .. table.concat(parts, eol .. "---" .. eol)
  return text .. (r:chance(80) and eol or ""), counts
end

--- Lines that only one of two texts has, counted from both ends.
local function changed_lines(before, after)
  local function split(text)
    local lines = {}
    for line in (text .. "\n"):gmatch("([^\n]*)\n") do
      lines[#lines + 1] = line
    end
    return lines
  end
  local a, b = split(before), split(after)
  local head = 0
  while head < #a and head < #b and a[head + 1] == b[head + 1] do
    head = head + 1
  end
  local tail = 0
  while tail < #a - head and tail < #b - head and a[#a - tail] == b[#b - tail] do
    tail = tail + 1
  end
  return #a - head - tail, #b - head - tail
end

--- One random edit: how it is made, what it makes of the value, and how many lines go and come.
local function random_edit(r, document, count)
  local new = r:pick { "new.example.com", "*.new.example.com", "n-1.example.org" }
  local kind = r:below(4)
  if kind == 1 then
    local i = r:below(count)
    return function(s)
      return s:replace(document, { "spec", "dnsNames", i }, new)
    end, function(value)
      value.spec.dnsNames[i] = new
    end, 1, 1
  elseif kind == 2 then
    local i = r:below(count + 1)
    return function(s)
      return s:insert_item(document, { "spec", "dnsNames" }, new, i)
    end, function(value)
      table.insert(value.spec.dnsNames, i, new)
    end, nil, nil
  elseif kind == 3 and count > 1 then
    local i = r:below(count)
    return function(s)
      return s:remove_item(document, { "spec", "dnsNames", i })
    end, function(value)
      table.remove(value.spec.dnsNames, i)
    end, nil, nil
  end
  return function(s)
    return s:add_key(document, { "spec" }, r:pick { "secretName", "dnsNames", "issuerRef" }, "commonName", new)
  end, function(value)
    value.spec.commonName = new
  end, nil, nil
end

describe("a thousand edits", function()
  local SEED = 20261124
  it("change one line each, and nothing else", function()
    local r = random(SEED)
    for n = 1, scale(1000) do
      local text, counts = file(r)
      local document = r:below(#counts)
      local make, change, removed, added = random_edit(r, document, counts[document])
      local where = ("seed %d, edit %d of\n%s"):format(SEED, n, text)
      local s = assert(splice.open(text, "m.yaml"))
      local edit, problem = make(s)
      s:close()
      assert(edit, problem and problem.why .. "\n" .. where)
      local after = assert(edits.apply(text, { edit }))

      local gone, come = changed_lines(text, after)
      local without_end = text:sub(-1) ~= "\n" -- a last line without an end gets one, or loses it
      assert.is_true(gone <= 1 and come <= 1 or (without_end and gone + come <= 3), ("%d lines gone, %d come\n%s\n%s"):format(gone, come, where, after))
      if removed then
        assert.equal(removed .. "," .. added, gone .. "," .. come, where)
      end
      assert.equal(text:sub(1, edit.first - 1), after:sub(1, edit.first - 1))
      assert.equal(text:sub(edit.last + 1), after:sub(edit.first + #edit.text))

      local old, new = assert(manifest.read(text)), assert(manifest.read(after))
      assert.equal(#old.documents, #new.documents, where)
      for i, entry in ipairs(old.documents) do
        if i == document then
          change(entry.value)
        end
        assert.is_true(support.same(entry.value, new.documents[i].value), where .. "\n" .. after)
      end
      old:close()
      new:close()
    end
  end)

  it("to what is there already change nothing", function()
    local r = random(SEED + 1)
    for _ = 1, scale(200) do
      local text, counts = file(r)
      local document = r:below(#counts)
      local s = assert(splice.open(text, "m.yaml"))
      local names = s.stream.documents[document].value.spec.dnsNames
      local i = r:below(#names)
      local edit = assert(s:replace(document, { "spec", "dnsNames", i }, names[i]))
      s:close()
      assert.equal(text, edits.apply(text, { edit }))
    end
  end)
end)
