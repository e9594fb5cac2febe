-- Properties of every edit, over random zones and wishes: refused with a reason, or exactly what was wanted and nothing else.
-- SPDX-License-Identifier: MIT
-- RFC 1035 section 5.1; read again by issuable.zone and by BIND's named-compilezone. The seed is in the message of a failure.
--
-- The full run of more than 10,000 random zones is ISSUABLE_SCALE=20; `named-compilezone` takes a process a zone, so it sees a twelfth.

local caa = require "issuable.caa"
local edits = require "issuable.fixes.edits"
local random_zone = require "spec.fixes.support.random_zone"
local scale = require "spec.support.scale"
local shell = require "spec.support.shell"
local twists = require "spec.fixes.support.twists"
local wishes = require "spec.fixes.support.wishes"
local zonefile = require "issuable.fixes.zonefile"

local NOW = 1795459452
--- Reasons to refuse that a random zone may give. `internal-check` is none: it would be a fault of the editor.
local REASONS = {
  ["zone-broken"] = true, ["zone-fragment"] = true, ["zone-signed"] = true, ["generated"] = true, ["included-twice"] = true, ["owner-carrier"] = true,
  ["ttl-carrier"] = true, ["out-of-zone"] = true, ["below-cut"] = true, ["below-dname"] = true, ["served-by-wildcard"] = true, ["cname-owner"] = true,
  ["new-wildcard"] = true, ["no-record"] = true, ["generic-record"] = true, ["soa-unreadable"] = true, ["no-name"] = true,
}

local function text_of(case)
  local parts = { ("seed %d"):format(case.seed) }
  for _, path in ipairs { "example.com.zone", "part.inc", "moved.inc" } do
    if case.texts[path] then
      parts[#parts + 1] = ("--- %s\n%s"):format(path, case.texts[path])
    end
  end
  parts[#parts + 1] = "--- wishes\n" .. wishes.describe(case.wishes or {})
  for _, target in ipairs(case.result and case.result.files or {}) do
    parts[#parts + 1] = ("--- %s afterwards\n%s"):format(target.path, target.after)
  end
  return table.concat(parts, "\n")
end

local function load(texts)
  return zonefile.load("example.com.zone", { texts = texts, origin = "example.com" })
end

--- Zone, wishes and what the editor makes of them.
local function make(seed, change)
  local texts, random = random_zone.zone(seed)
  change(texts, random)
  local zone = load(texts)
  local case = { seed = seed, texts = texts, zone = zone }
  case.records = zone.status == "loadable" and wishes.records(zone) or {}
  case.wishes = #case.records > 0 and wishes.canonical(zone, wishes.random(case.records, random)) or { { kind = "add", owner = "example.com", property = { flags = 0, tag = "issue", value = "a" } } }
  case.result, case.problem = zonefile.edit(zone, wishes.changes(zone, case.wishes), { now = NOW })
  case.context = text_of(case)
  if case.result then
    case.after_texts = {}
    for path, bytes in pairs(texts) do
      case.after_texts[path] = bytes
    end
    for _, target in ipairs(case.result.files) do
      case.after_texts[target.path] = target.after
    end
  end
  return case
end

--- Put together by hand from the reported spans; and backwards.
local function check_bytes(case)
  for _, target in ipairs(case.result.files) do
    local parts, at = {}, 1
    for _, edit in ipairs(target.edits) do
      assert(edit.first >= at and edit.last >= edit.first - 1 and edit.last <= #target.before, case.context)
      assert(target.before:sub(edit.first, edit.last) ~= edit.text, "an edit changes nothing\n" .. case.context)
      parts[#parts + 1] = target.before:sub(at, edit.first - 1) .. edit.text
      at = edit.last + 1
    end
    assert(table.concat(parts) .. target.before:sub(at) == target.after, case.context)
    assert(edits.apply(target.after, edits.invert(target.before, target.edits)) == target.before, case.context)
    assert(target.before == case.texts[target.path], case.context)
  end
end

--- Reading order: what stays is what it was, line by line, so a blank owner or TTL is the same; what comes was wanted.
local function check_records(case)
  local stay, come = wishes.expected(case.records, case.wishes)
  local after = load(case.after_texts)
  assert(after.status == "loadable", case.context)
  local at = 1
  for _, record in ipairs(wishes.records(after)) do
    local due = stay[at]
    if due and due.owner == record.owner and due.type == record.type and due.text == record.text and due.ttl == record.ttl and due.origin == record.origin then
      at = at + 1
    else
      local found
      for i, new in ipairs(come) do
        if record.type == "CAA" and new.owner == record.owner and new.text == record.text and (not new.ttl or new.ttl == record.ttl) then
          found = i
          break
        end
      end
      assert(found, ("not wanted: %s %s %s %s\n%s"):format(record.owner, tostring(record.ttl), record.type, record.text, case.context))
      table.remove(come, found)
    end
  end
  assert(at == #stay + 1, ("lost: %s\n%s"):format(stay[at] and stay[at].owner .. " " .. stay[at].text or "", case.context))
  assert(#come == 0, ("missing: %s\n%s"):format(come[1] and come[1].owner .. " " .. come[1].text or "", case.context))
  return after
end

local function check_serial(case, after)
  local before = case.zone.handle:record(case.zone.handle:find(case.zone.apex, "SOA")[1]).serial
  local now = after.handle:record(after.handle:find(after.apex, "SOA")[1]).serial
  local ahead = (now - before) % 4294967296
  assert(#case.result.files == 0 and ahead == 0 or ahead > 0 and ahead < 2147483648 and now ~= 0, case.context)
end

--- What is there is not wanted again.
local function check_again(case, after)
  local again = {}
  for _, one in ipairs(case.wishes) do
    if one.kind == "add" or one.kind == "ttl" then
      again[#again + 1] = one
    end
  end
  local result, problem = zonefile.edit(after, wishes.changes(after, again), { now = NOW })
  assert(result, (problem or {}).why)
  assert(#result.files == 0, "a second run finds something to do\n" .. case.context)
end

--- A property that is taken away or changed cannot be so twice.
local function is_plain(case)
  for _, one in ipairs(case.wishes) do
    if one.kind == "change" or one.kind == "remove" then
      return false
    end
  end
  return true
end

local function check(case)
  if not case.result then
    assert(REASONS[case.problem.refused], ("%s: %s\n%s"):format(case.problem.refused, case.problem.why, case.context))
    return false
  end
  local plain = is_plain(case)
  check_bytes(case)
  local after = check_records(case)
  check_serial(case, after)
  if plain then
    check_again(case, after)
  end
  return true
end

--- What named-compilezone reads: line → true, TTLs apart from those sets whose members differ in them.
local function compiled(folder)
  local lines = {}
  for line in ((shell.read(folder .. "/out") or "") .. "\n"):gmatch("([^\n]+)\n") do
    line = line:gsub("%s+", " "):gsub("^%S+", string.lower)
    if not line:find(" IN SOA ", 1, true) then
      local owner, ttl, rest = line:match("^(%S+) (%d+) IN (.*)$")
      assert(owner, line)
      lines[owner .. " " .. rest] = tonumber(ttl)
    end
  end
  return lines
end

--- Sets whose members differ: BIND gives them one TTL, and without $TTL that one is inherited on, so no TTL of the zone can be compared.
local function mixed_ttls(records)
  local first, mixed, any, inherits = {}, {}, false, false
  for _, record in ipairs(records) do
    local key = record.owner .. ". " .. record.type
    if first[key] and first[key] ~= record.ttl then
      mixed[key], any = true, true
    end
    inherits = inherits or not record.default_ttl
    first[key] = first[key] or record.ttl
  end
  return mixed, any and inherits
end

local function check_bind(case, folder)
  local before, after = compiled(folder .. "/before"), compiled(folder .. "/after")
  local records_after = wishes.records(load(case.after_texts))
  local mixed, vague = mixed_ttls(records_after)
  local mixed_before, vague_before = mixed_ttls(case.records)
  local expected = {}
  for line, ttl in pairs(before) do
    expected[line] = ttl
  end
  local function line_of(record)
    return ("%s. CAA %s"):format(record.owner, caa.format(record.flags, record.tag, record.value))
  end
  -- the CAA sets by what BIND reads of them, the rest untouched but for TTLs that were wanted
  for _, record in ipairs(case.records) do
    if record.type == "CAA" then
      expected[line_of(record)] = nil
    end
  end
  for _, record in ipairs(records_after) do
    if record.type == "CAA" and (record.owner == "example.com" or record.owner:sub(-12) == ".example.com") and not case.zone.dead[record.owner] then
      expected[line_of(record)] = record.ttl
    end
  end
  for _, one in ipairs(case.wishes) do
    if one.kind == "ttl" and one.type ~= "CAA" then
      for line in pairs(before) do
        if line:find(one.owner .. ". " .. one.type .. " ", 1, true) == 1 then
          expected[line] = one.ttl
        end
      end
    end
  end
  for line, ttl in pairs(expected) do
    local key = line:match("^%S+ %S+")
    assert(after[line], "BIND misses " .. line .. "\n" .. case.context)
    assert(vague or vague_before or mixed[key] or mixed_before[key] or after[line] == ttl, ("BIND sees TTL %d, not %d: %s\n%s"):format(after[line], ttl, line, case.context))
  end
  for line in pairs(after) do
    assert(expected[line], "BIND sees a record more: " .. line .. "\n" .. case.context)
  end
end

local function write_case(folder, texts)
  for path, bytes in pairs(texts) do
    shell.write(folder .. "/" .. path, bytes)
  end
end

describe("every edit of a zone", function()
  it("is refused with a reason, or makes exactly what was wanted", function()
    local made = 0
    for seed = 1, scale(550) do
      local case = make(seed, twists.apply)
      if check(case) and #case.result.files > 0 then
        made = made + 1
      end
    end
    assert.is_true(made > scale(550) / 4, ("only %d edits were made"):format(made))
  end)

  it("of mutated bytes too", function()
    local made = 0
    for seed = 1, scale(500) do
      local case = make(seed + 500000, function(texts, random)
        local path = texts["part.inc"] and random:one_in(3) and "part.inc" or "example.com.zone"
        texts[path] = twists.mutate(texts[path], random)
      end)
      if check(case) then
        made = made + 1
      end
    end
    assert.is_true(made > scale(500) / 10, ("only %d edits were made"):format(made))
  end)

  it("goes through git apply and patch -p1", function()
    for _, tool in ipairs { "git", "patch" } do
      if shell.run("command -v " .. tool) ~= 0 then
        pending(tool .. " is not installed")
        return
      end
    end
    local folder, script, cases = shell.folder(), {}, {}
    for seed = 1, scale(40) do
      local case = make(seed + 700000, twists.apply)
      if case.result and #case.result.files > 0 then
        cases[#cases + 1] = case
        script[#script + 1] = ("mkdir -p %s/%d/git %s/%d/patch"):format(folder, #cases, folder, #cases)
      end
    end
    shell.run(table.concat(script, "\n"))
    script = { ("export GIT_CEILING_DIRECTORIES=%s"):format(folder) }
    for i, case in ipairs(cases) do
      local place, text = ("%s/%d"):format(folder, i), {}
      for j, target in ipairs(case.result.files) do
        text[j] = target.diff
      end
      shell.write(place .. "/diff", table.concat(text))
      for _, tool in ipairs { "git", "patch" } do
        for path, bytes in pairs(case.texts) do
          shell.write(("%s/%s/%s"):format(place, tool, path), bytes)
        end
      end
      script[#script + 1] = ("cd %s/git && git apply ../diff || echo git %d; cd ../patch && patch -s -f -p1 <../diff || echo patch %d"):format(place, i, i)
    end
    local _, out, err = shell.run(table.concat(script, "\n"))
    local ok, message = pcall(function()
      assert(out == "", out .. err)
      for i, case in ipairs(cases) do
        for path, bytes in pairs(case.after_texts) do
          for _, tool in ipairs { "git", "patch" } do
            assert(shell.read(("%s/%d/%s/%s"):format(folder, i, tool, path)) == bytes, ("%s %s\n%s"):format(tool, path, case.context))
          end
        end
      end
    end)
    shell.remove(folder)
    assert(ok, message)
    assert.is_true(#cases > scale(40) / 8)
  end)

  it("is what BIND reads too", function()
    if shell.run("command -v named-compilezone") ~= 0 then
      pending("named-compilezone is not installed (bind9-utils)")
      return
    end
    local folder = shell.folder()
    local cases, script = {}, {}
    for seed = 1, scale(45) do
      local case = make(seed + 900000, twists.apply)
      if case.result and #case.result.files > 0 then
        cases[#cases + 1] = case
        case.zone.dead = {}
        for index = 1, case.zone.handle:size() do
          local record = case.zone.handle:record(index)
          if record.out_of_zone then
            case.zone.dead[record.owner] = true
          end
        end
        local place = ("%s/%d"):format(folder, #cases)
        script[#script + 1] = ("mkdir -p %s/before %s/after"):format(place, place)
      end
    end
    shell.run(table.concat(script, "\n"))
    script = {}
    for i, case in ipairs(cases) do
      local place = ("%s/%d"):format(folder, i)
      write_case(place .. "/before", case.texts)
      write_case(place .. "/after", case.after_texts)
      for _, state in ipairs { "before", "after" } do
        script[#script + 1] = ("cd %s/%s && named-compilezone -i none -k ignore -n ignore -o out example.com example.com.zone >log 2>&1"):format(place, state)
      end
    end
    shell.run(table.concat(script, "\n"))
    local read = 0
    local ok, message = pcall(function()
      for i, case in ipairs(cases) do
        local place = ("%s/%d"):format(folder, i)
        -- whether the zone loads at all is the reader's spec; an edit must not change it
        if shell.read(place .. "/before/out") then
          assert(shell.read(place .. "/after/out"), ("BIND does not load it: %s\n%s"):format(shell.read(place .. "/after/log"), case.context))
          check_bind(case, place)
          read = read + 1
        end
      end
    end)
    shell.remove(folder)
    assert(ok, message)
    assert.is_true(read > #cases / 2)
  end)
end)
