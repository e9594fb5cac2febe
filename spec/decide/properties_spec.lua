-- What must hold for every set of properties: laws of RFC 8659 and of "what cannot be decided is never called allowed".
-- SPDX-License-Identifier: MIT
-- Random lists, hostile ones among them; the seed is in every failure message.

local authorities = require "issuable.authorities"
local behaviours = require "issuable.authorities.behaviours"
local caa = require "issuable.caa"
local decide = require "issuable.decide"
local oracle = require "spec.decide.oracle"
local random = require "spec.support.random"
local scale = require "spec.support.scale"

local SEED = tonumber(os.getenv("ISSUABLE_SEED") or "20261123")

local ACCOUNT, OTHER_ACCOUNT = "https://ca.test/acct/1", "https://ca.test/acct/2"

-- What stands more than once is drawn more often.
local TAGS = {
  "issue", "issue", "issue", "issue", "issuewild", "issuewild", "iodef", "ISSUE", "IssueWild", "issuemail", "issuevmc",
  "contactemail", "contactphone", "tbs",
}
local FLAGS = { 0, 0, 0, 0, 0, 0, 0, 0, 1, 2, 127, 128, 129, 255 }
local ISSUERS = { "ca.test", "ca.test", "ca.test", "CA.test", "other.test", "second.test", "maybe.test", "", "ca.test.", "%%", "x ca.test", "a-.test" }
local PARAMETERS = {
  "accounturi=" .. ACCOUNT, "accounturi=" .. OTHER_ACCOUNT, "AccountURI=" .. ACCOUNT, "accounturi=", "accounturi=1", "accounturi=https://ca.test/%zz",
  "validationmethods=dns-01", "validationmethods=http-01,dns-01", "validationmethods=", "validationmethods=x_y,dns-01", "validationmethods=dns-01,x_y",
  "ValidationMethods=http-01", "validationmethods=ca-own,http-01", "policy=ev", "x-y=1", "policy", "", " policy = a ", "policy=a b", "=1", "p\0=1", "p=\255",
}

local function value_of(r)
  local value = r:pick(ISSUERS)
  for _ = 1, r:below(4) - 1 do
    value = value .. (r:chance(50) and "; " or ";") .. r:pick(PARAMETERS)
  end
  return value
end

local function records_of(r)
  local records = {}
  for i = 1, r:below(6) - 1 do
    records[i] = { r:pick(FLAGS), r:pick(TAGS), value_of(r) }
  end
  if #records == 0 then
    records[1] = { 0, "issue", value_of(r) }
  end
  return records
end

local function properties_of(records)
  local properties = {}
  for i, record in ipairs(records) do
    properties[i] = caa.property(record[1], record[2], record[3])
  end
  return properties
end

local function text_of(records)
  local lines = {}
  for i, record in ipairs(records) do
    lines[i] = ("%d %s %q"):format(record[1], record[2], record[3])
  end
  return table.concat(lines, "\n")
end

local function with(records, ...)
  local list = {}
  for i, record in ipairs(records) do
    list[i] = record
  end
  for _, record in ipairs { ... } do
    list[#list + 1] = record
  end
  return list
end

local function has_relevant(records, wildcard)
  for _, record in ipairs(records) do
    local tag = record[2]:lower()
    if tag == "issue" or (wildcard and tag == "issuewild") then
      return true
    end
  end
  return false
end

local function relevant_tag(records, wildcard)
  for _, record in ipairs(records) do
    if wildcard and record[2]:lower() == "issuewild" then
      return "issuewild"
    end
  end
  return "issue"
end

local function ask(records, wildcard, ca, account, method, behaviour)
  local verdict, reason, decision = decide.authorises(properties_of(records), wildcard, ca, account, method, behaviour, 1795392000)
  return verdict, reason, decision
end

local ACCOUNTS, METHODS = { ACCOUNT, OTHER_ACCOUNT, false }, { "dns-01", "http-01", "ca-own", false }

--- Calls a law with many random lists; what it returns is a complaint.
local function law(name, amount, check)
  it(name, function()
    local r = random(SEED)
    for round = 1, scale(amount) do
      local records, wildcard = records_of(r), r:chance(40)
      local complaint = check(records, wildcard, r)
      assert.is_nil(
        complaint and ("seed %d, round %d, %s: %s\n%s"):format(SEED, round, wildcard and "wildcard" or "no wildcard", complaint, text_of(records))
      )
    end
  end)
end

describe("for any set of properties", function()
  law("an independent reading agrees, under each behaviour", 3000, function(records, wildcard, r)
    local account, method = r:pick { ACCOUNT, OTHER_ACCOUNT }, r:pick { "dns-01", "http-01", "ca-own" }
    for _, behaviour in ipairs(behaviours.names()) do
      local verdict, reason = ask(records, wildcard, "ca.test", account, method, behaviour)
      local expected = oracle(records, wildcard, "ca.test", account, method, behaviour) and "allowed" or "denied"
      if verdict ~= expected then
        return ("%s with %s and %s: %s (%s), expected %s"):format(behaviour, account, method, verdict, reason, expected)
      end
    end
  end)

  law("an unknown CA is allowed exactly where each behaviour allows, and denied where each denies", 1500, function(records, wildcard, r)
    local account, method = r:pick(ACCOUNTS) or nil, r:pick(METHODS) or nil
    local verdict = ask(records, wildcard, "ca.test", account, method)
    local same = true
    local first
    for _, behaviour in ipairs(behaviours.names()) do
      local one = ask(records, wildcard, "ca.test", account, method, behaviour)
      first = first or one
      same = same and one == first
    end
    if same and verdict ~= first then
      return ("all say %s, together %s"):format(first, verdict)
    elseif not same and verdict ~= "undecided" then
      return ("they differ, together %s"):format(verdict)
    end
  end)

  law("what is decided without knowing account and method holds for each", 1500, function(records, wildcard, r)
    local behaviour = r:pick { "strict", "boulder", "mpic", false } or nil
    local verdict = ask(records, wildcard, "ca.test", nil, nil, behaviour)
    if verdict == "undecided" then
      return
    end
    for _, account in ipairs(ACCOUNTS) do
      for _, method in ipairs(METHODS) do
        local known = ask(records, wildcard, "ca.test", account or nil, method or nil, behaviour)
        if known ~= verdict then
          return ("%s when nothing is known, %s for %s and %s"):format(verdict, known, tostring(account), tostring(method))
        end
      end
    end
  end)

  law("several possible accounts and methods: allowed is what all of them may, denied what none may", 1500, function(records, wildcard, r)
    local behaviour = r:pick { "strict", "boulder", "mpic" }
    local properties = properties_of(records)
    local question = {
      name = "x.test", wildcard = wildcard, ca = { domain = "ca.test" }, behaviour = behaviour,
      accounts = { ACCOUNT, OTHER_ACCOUNT }, methods = { "dns-01", "http-01" },
    }
    local decision = decide.decide(question, { status = "found", rrset = { properties = properties } })
    local allowed, denied = 0, 0
    for _, account in ipairs(question.accounts) do
      for _, method in ipairs(question.methods) do
        local verdict = ask(records, wildcard, "ca.test", account, method, behaviour)
        allowed, denied = allowed + (verdict == "allowed" and 1 or 0), denied + (verdict == "denied" and 1 or 0)
      end
    end
    local expected = allowed == 4 and "allowed" or denied == 4 and "denied" or "undecided"
    if decision.verdict ~= expected then
      return ("%s, expected %s"):format(decision.verdict, expected)
    end
  end)

  law("an unknown critical tag never allows", 800, function(records, wildcard)
    local verdict, reason = ask(with(records, { 128, "unheardof", "x" }), wildcard, "ca.test", ACCOUNT, "dns-01")
    if verdict ~= "denied" or reason ~= "critical-unknown-tag" then
      return verdict .. " " .. reason
    end
  end)

  law("an empty issuer authorises nobody and vetoes nobody", 1500, function(records, wildcard, r)
    if not has_relevant(records, wildcard) then
      return
    end
    local behaviour = r:pick { "strict", "boulder", "mpic", false } or nil
    local tag = relevant_tag(records, wildcard)
    local before = ask(records, wildcard, "ca.test", ACCOUNT, "dns-01", behaviour)
    local after = ask(with(records, { 0, tag, ";" }), wildcard, "ca.test", ACCOUNT, "dns-01", behaviour)
    if before ~= after then
      return before .. " became " .. after
    end
  end)

  law("another CA's property takes nothing away and gives nothing", 1500, function(records, wildcard)
    if not has_relevant(records, wildcard) then
      return
    end
    local tag = relevant_tag(records, wildcard)
    local before = ask(records, wildcard, "ca.test", ACCOUNT, "dns-01")
    local after = ask(with(records, { 0, tag, "stranger.test" }), wildcard, "ca.test", ACCOUNT, "dns-01")
    if before ~= after then
      return before .. " became " .. after
    end
  end)

  law("a plain property for the CA allows, unless a critical tag denies", 800, function(records, wildcard)
    local tag = relevant_tag(records, wildcard)
    local verdict, reason, decision = ask(with(records, { 0, tag, "ca.test" }), wildcard, "ca.test")
    local critical = decision.reason == "critical-unknown-tag"
    for _, view in pairs(decision.differs or {}) do
      critical = critical or view.reason == "critical-unknown-tag"
    end
    if verdict ~= "allowed" and not critical then
      return verdict .. " " .. reason
    end
  end)

  law("iodef and issuemail change nothing", 800, function(records, wildcard)
    local before, reason = ask(records, wildcard, "ca.test", ACCOUNT, "dns-01")
    local after, reason_after = ask(with(records, { 128, "iodef", "mailto:a@ca.test" }, { 128, "issuemail", ";" }), wildcard, "ca.test", ACCOUNT, "dns-01")
    if before ~= after or reason ~= reason_after then
      return ("%s %s became %s %s"):format(before, reason, after, reason_after)
    end
  end)

  law("property tags have no case, and order has no meaning", 800, function(records, wildcard)
    local turned = {}
    for i, record in ipairs(records) do
      turned[#records + 1 - i] = { record[1], record[2]:upper(), record[3] }
    end
    local before, reason = ask(records, wildcard, "ca.test", ACCOUNT, "dns-01")
    local after, reason_after = ask(turned, wildcard, "ca.test", ACCOUNT, "dns-01")
    if before ~= after or reason ~= reason_after then
      return ("%s %s became %s %s"):format(before, reason, after, reason_after)
    end
  end)

  law("names without a star do not see issuewild; with a star it is issue where there is none", 800, function(records)
    local without = {}
    for _, record in ipairs(records) do
      if record[2]:lower() ~= "issuewild" then
        without[#without + 1] = record
      end
    end
    if #without == 0 then
      return
    end
    local name, name_reason = ask(records, false, "ca.test", ACCOUNT, "dns-01")
    local bare, bare_reason = ask(without, false, "ca.test", ACCOUNT, "dns-01")
    local star, star_reason = ask(without, true, "ca.test", ACCOUNT, "dns-01")
    if name ~= bare or name_reason ~= bare_reason or bare ~= star or bare_reason ~= star_reason then
      return ("%s %s, %s %s, %s %s"):format(name, name_reason, bare, bare_reason, star, star_reason)
    end
  end)

  law("a contested identity neither allows nor denies what the sure ones do not", 1500, function(records, wildcard)
    local sure = { id = "sure", identities = { { domain = "ca.test", status = "published" }, { domain = "second.test", status = "observed" } } }
    local loose = { id = "loose", identities = { sure.identities[1], sure.identities[2], { domain = "maybe.test", status = "contested" } } }
    local before = ask(records, wildcard, sure, ACCOUNT, "dns-01", "strict")
    local after, reason, decision = ask(records, wildcard, loose, ACCOUNT, "dns-01", "strict")
    if before == "denied" and after == "undecided" then
      if reason ~= "ca-dependent" or decision.contested ~= "maybe.test" then
        return "undecided for " .. reason
      end
    elseif before ~= after then
      return before .. " became " .. after
    end
  end)

  law("everyone is who decide says", 150, function(records, wildcard)
    local directory = assert(authorities.new {
      { id = "ca", identities = { "ca.test", "second.test" } },
      { id = "maybe", identities = { { domain = "maybe.test", status = "contested" } } },
    })
    local answer = { status = "found", name = "x.test", found_at = "x.test", rrset = { properties = properties_of(records) } }
    local everyone = decide.everyone(answer, wildcard, directory, { now = 1795392000 })
    local listed = {}
    for _, entry in ipairs(everyone.allowed) do
      listed[entry.id] = "may"
    end
    for _, entry in ipairs(everyone.undecided) do
      listed[entry.id] = "perhaps"
    end
    for _, id in ipairs { "ca", "maybe", "letsencrypt", "digicert" } do
      local question = { name = "x.test", wildcard = wildcard, ca = directory:by_id(id), now = 1795392000 }
      local decision = decide.decide(question, answer)
      local expected = (decision.verdict == "allowed" or decision.needs) and "may" or decision.verdict == "undecided" and "perhaps" or nil
      if not everyone.anyone and listed[id] ~= expected then
        return ("%s: %s, but %s (%s)"):format(id, tostring(listed[id]), decision.verdict, decision.reason)
      elseif everyone.anyone and decision.verdict ~= "allowed" then
        return ("anyone, but %s: %s (%s)"):format(id, decision.verdict, decision.reason)
      end
    end
  end)

  law("verdict and reason belong together, and every decision explains itself in printable words", 1000, function(records, wildcard, r)
    local reasons = {
      allowed = "|no-issue-property|issuer-match|",
      denied = "|critical-unknown-tag|account-mismatch|method-mismatch|malformed-property|issuance-forbidden|issuer-mismatch|",
      undecided = "|account-unknown|method-unknown|ca-dependent|",
    }
    local verdict, reason, decision = ask(records, wildcard, "ca.test", r:pick(ACCOUNTS) or nil, r:pick(METHODS) or nil)
    if not reasons[verdict]:find("|" .. reason .. "|", 1, true) then
      return verdict .. " " .. reason
    elseif not decision.detail or decision.detail:find("[^\32-\126]") then
      return "detail: " .. tostring(decision.detail)
    elseif (decision.matched ~= nil) ~= (reason == "issuer-match") then
      return "matched with " .. reason
    elseif verdict == "denied" and #decision.blamed == 0 then
      return "nobody is blamed for " .. reason
    elseif (decision.needs ~= nil) ~= (reason == "account-unknown" or reason == "method-unknown") then
      return "needs with " .. reason
    end
  end)
end)
