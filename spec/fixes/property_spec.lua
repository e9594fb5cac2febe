-- Properties of every fix, over random zones and asks: nothing lost, nothing gained unasked, no other byte or record changed.
-- SPDX-License-Identifier: MIT
-- Design section 6; read again by issuable.zone and by BIND's named-compilezone. The seed is in the message of a failure.
-- The full run of 10,000 random zones is ISSUABLE_SCALE=34.

local caa = require "issuable.caa"
local edits = require "issuable.fixes.edits"
local random_zone = require "spec.fixes.support.random_zone"
local scale = require "spec.support.scale"
local zones = require "spec.fixes.support.zones"

local ACCOUNTS = { "https://acme-v02.api.letsencrypt.org/acme/acct/1", "https://acme-v02.api.letsencrypt.org/acme/acct/2",
  "https://acme-v02.api.letsencrypt.org/acme/acct/3", "https://nobody.invalid/1" }
local METHODS = { "dns-01", "http-01", "tls-alpn-01" }
local ISSUERS = { "digicert.com", "sectigo.com", "pki.goog", "letsencrypt.org", "ssl.com", "nobody.invalid" }

--- RFC 8659 and 8657 once more, written apart from the code under test.
local function may(properties, wildcard, issuer, account, method)
  local by_tag = { issue = {}, issuewild = {} }
  for _, property in ipairs(properties) do
    if by_tag[property.tag] then
      table.insert(by_tag[property.tag], property)
    elseif property.flags >= 128 and property.kind == "unknown" then
      return false
    end
  end
  local relevant = wildcard and #by_tag.issuewild > 0 and by_tag.issuewild or by_tag.issue
  if #relevant == 0 then
    return true
  end
  for _, property in ipairs(relevant) do
    if not property.malformed and property.issuer:lower() == issuer then
      local fits = true
      for _, parameter in ipairs(property.parameters) do
        if parameter.tag == "accounturi" then
          fits = fits and parameter.value == account
        elseif parameter.tag == "validationmethods" then
          fits = fits and ("," .. parameter.value .. ","):find("," .. method .. ",", 1, true) ~= nil
        end
      end
      if fits then
        return true
      end
    end
  end
  return false
end

--- Do the properties of an issuer bind it? One that is mended in place says itself what it binds.
local function bound(change, issuer, what)
  for _, mended in ipairs(change.change) do
    local property = caa.property(0, "issue", mended.value)
    if (property.issuer or ""):lower() == issuer then
      return property.value:lower():find(what, 1, true) ~= nil
    end
  end
  for _, property in ipairs(change.before) do
    if (property.issuer or property.issuer_guess or ""):lower() == issuer and property.value:lower():find(what, 1, true) then
      return true
    end
  end
  return false
end

local function has(list, item)
  for _, member in ipairs(list or {}) do
    if member == item then
      return true
    end
  end
  return false
end

--- Was this gain asked for by one of the decisions that the change serves?
local function asked(change, wildcard, issuer, account, method)
  for _, decision in ipairs(change.decisions) do
    for _, identity in ipairs(decision.authority.identities) do
      if decision.wildcard == wildcard and identity.domain == issuer then
        local question = decision.question
        if
          (has(question.accounts, account) or not bound(change, issuer, "accounturi"))
          and (has(question.methods, method) or not bound(change, issuer, "validationmethods"))
        then
          return true
        end
      end
    end
  end
  return false
end

--- Do all properties that decide say on purpose that nobody may issue?
local function is_forbidden(properties, wildcard)
  local by_tag = { issue = {}, issuewild = {} }
  for _, property in ipairs(properties) do
    if by_tag[property.tag] then
      table.insert(by_tag[property.tag], property)
    end
  end
  local relevant = wildcard and #by_tag.issuewild > 0 and by_tag.issuewild or by_tag.issue
  for _, property in ipairs(relevant) do
    if property.malformed or property.issuer ~= "" then
      return false
    end
  end
  return #relevant > 0
end

local function check_authority(change, context, override)
  for _, issuer in ipairs(ISSUERS) do
    for _, account in ipairs(ACCOUNTS) do
      for _, method in ipairs(METHODS) do
        for _, wildcard in ipairs { false, true } do
          local before = may(change.before, wildcard, issuer, account, method)
          local after = may(change.after, wildcard, issuer, account, method)
          if before ~= after then
            local what = ("%s\n%s%s, %s, %s: %s → %s"):format(context, wildcard and "*." or "", issuer, account, method, tostring(before), tostring(after))
            assert.is_false(before, what)
            assert.is_true(asked(change, wildcard, issuer, account, method), what)
            assert.is_true(override or not is_forbidden(change.before, wildcard), "a lone ; was lifted: " .. what)
          end
        end
      end
    end
  end
end

--- Every record as one line of text, as it is read; the CAA records of `apart` by their owner instead.
local function records_of(subject, texts, apart)
  local others, sets = {}, {}
  for index = 1, subject.handle:size() do
    local record = subject.handle:record(index)
    local rdata = {}
    for i, span in ipairs(record.rdata) do
      rdata[i] = texts[record.path]:sub(span.first, span.last)
    end
    if record.type == "CAA" and apart[record.owner] then
      sets[record.owner] = sets[record.owner] or {}
      table.insert(sets[record.owner], record)
    elseif record.type ~= "SOA" then
      others[#others + 1] = table.concat({ record.owner, ("%d"):format(record.ttl), record.type, table.concat(rdata, " ") }, " ")
    end
  end
  table.sort(others)
  return others, sets
end

local function texts_of(records)
  local list, seen = {}, {}
  for _, record in ipairs(records) do
    local text = caa.format(record.flags, record.tag, record.value)
    if not seen[text] then
      seen[text] = true
      list[#list + 1] = text
    end
  end
  table.sort(list)
  return list
end

local function sorted(list)
  local copy, seen = {}, {}
  for _, item in ipairs(list) do
    if not seen[item] then
      seen[item] = true
      copy[#copy + 1] = item
    end
  end
  table.sort(copy)
  return copy
end

local function check_records(before, fixed, context)
  local apart, wanted = {}, {}
  for _, change in ipairs(fixed.changes) do
    if not change.refused then
      apart[change.owner], wanted[change.owner] = true, change
    end
  end
  local after = zones.load(fixed.texts)
  assert.equal("loadable", after.status, context)
  local others_before, sets_before = records_of(fixed.subject, before, apart)
  local others_after, sets_after = records_of(after, fixed.texts, apart)
  assert.same(others_before, others_after, context)
  for owner, change in pairs(wanted) do
    assert.same(sorted(change.result), texts_of(sets_after[owner]), context)
    assert.equal(#sets_before[owner] + #change.add, #sets_after[owner], context)
    for _, record in ipairs(sets_after[owner]) do
      assert.equal(change.ttl, record.ttl, context .. "\nTTL of " .. owner)
    end
  end
end

--- The bytes outside the edits are those of before, and the edits are few: one line for each property, one for the serial.
local function check_bytes(before, fixed, context)
  for _, target in ipairs(fixed.files) do
    local after = fixed.texts[target.path]
    assert.equal(before[target.path], edits.apply(after, edits.invert(before[target.path], target.edits)), context)
    local shift = 0
    local at = 1
    for _, edit in ipairs(target.edits) do
      assert.equal(before[target.path]:sub(at, edit.first - 1), after:sub(at + shift, edit.first - 1 + shift), context)
      at, shift = edit.last + 1, shift + #edit.text - (edit.last - edit.first + 1)
    end
    assert.equal(before[target.path]:sub(at), after:sub(at + shift), context)
  end
end

local function describe_case(seed, texts, asks, after)
  local part = texts["part.inc"] and "\n--- part.inc\n" .. texts["part.inc"] or ""
  return ("seed %d\n--- before\n%s%s\n--- asks\n%s\n--- after\n%s\n%s"):format(seed, texts["example.com.zone"], part, table.concat(asks, "\n"),
    after and after["example.com.zone"] or "", after and after["part.inc"] or "")
end

local function random_fix(seed)
  local texts, random = random_zone.zone(seed)
  local asks = random_zone.asks(random)
  local override = random:one_in(3)
  local fixed = zones.fix(texts, asks, { override = override })
  return texts, asks, fixed, override
end

describe("every fix", function()
  it("changes the records it means to, and nothing else", function()
    local mended = 0
    for seed = 1, scale(300) do
      local texts, asks, fixed, override = random_fix(seed)
      local context = describe_case(seed, texts, asks, fixed.texts)
      assert.equal("loadable", fixed.subject.status, context)
      for _, code in ipairs(fixed.refused) do
        assert.not_equal("internal-check", code, context)
      end
      check_bytes(texts, fixed, context)
      check_records(texts, fixed, context)
      for _, change in ipairs(fixed.changes) do
        if not change.refused then
          mended = mended + 1
          check_authority(change, context, override)
        end
      end
      -- what was served is allowed now, and a second run finds nothing to do
      local again = zones.fix(fixed.texts, asks, { override = override })
      assert.same({}, again.files, context)
      for i, decision in ipairs(fixed.decisions) do
        if decision.verdict == "allowed" then
          assert.equal("allowed", again.decisions[i].verdict, context)
        end
      end
    end
    assert.is_true(mended > 0)
  end)

  it("is what BIND reads too", function()
    local found = os.execute("command -v named-compilezone >/dev/null 2>&1")
    if not (found == true or found == 0) then
      pending("named-compilezone is not installed (bind9-utils)")
      return
    end
    local folder = os.tmpname()
    os.remove(folder)
    local script = {}
    local cases = {}
    local function put(path, bytes)
      local handle = assert(io.open(path, "wb"))
      handle:write(bytes)
      handle:close()
    end
    os.execute("mkdir '" .. folder .. "'")
    for seed = 1, scale(60) do
      local texts, asks, fixed = random_fix(seed * 7919)
      if #fixed.files > 0 then
        cases[#cases + 1] = { seed = seed * 7919, fixed = fixed, context = describe_case(seed * 7919, texts, asks, fixed.texts) }
        for state, files in pairs { before = texts, after = fixed.texts } do
          local place = ("%s/%d.%s"):format(folder, #cases, state)
          os.execute("mkdir '" .. place .. "'")
          for path, bytes in pairs(files) do
            put(place .. "/" .. path, bytes)
          end
          script[#script + 1] = ("cd '%s' && named-compilezone -i none -k ignore -n ignore -o out example.com example.com.zone >log 2>&1"):format(place)
        end
      end
    end
    put(folder .. "/script", table.concat(script, "\n"))
    os.execute("sh '" .. folder .. "/script'")

    local function compiled(number, state)
      local lines = {}
      local handle = io.open(("%s/%d.%s/out"):format(folder, number, state), "rb")
      if not handle then
        local log = assert(io.open(("%s/%d.%s/log"):format(folder, number, state), "rb")):read("*a")
        return nil, log
      end
      for line in handle:lines() do
        line = line:gsub("%s+", " "):gsub("^%S+", string.lower)
        if not line:find(" SOA ", 1, true) then
          lines[line] = true
        end
      end
      handle:close()
      return lines
    end

    local ok, message = pcall(function()
      for number, case in ipairs(cases) do
        local before, log = compiled(number, "before")
        assert(before, (log or "") .. case.context)
        local after, log_after = compiled(number, "after")
        assert(after, (log_after or "") .. case.context)
        local expected = {}
        for _, change in ipairs(case.fixed.changes) do
          for _, text in ipairs(change.refused and {} or change.result) do
            expected[("%s. %d IN CAA %s"):format(change.owner, change.ttl, text)] = true
          end
        end
        for line in pairs(after) do
          assert(before[line] or expected[line], "BIND sees a record more: " .. line .. "\n" .. case.context)
        end
        for line in pairs(expected) do
          assert(after[line], "BIND misses: " .. line .. "\n" .. case.context)
        end
        for line in pairs(before) do
          if not after[line] then
            assert(line:find(" CAA ", 1, true), "BIND sees a record less: " .. line .. "\n" .. case.context)
          end
        end
      end
    end)
    os.execute("rm -rf '" .. folder .. "'")
    assert(ok, message)
  end)
end)
