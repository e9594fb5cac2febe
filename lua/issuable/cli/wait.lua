-- `issuable wait NAME --ca CA`: polls every server of the zone until all of them let the CA issue.
-- SPDX-License-Identifier: MIT
-- Baseline Requirements 3.2.2.8 (a CA may use an answer for its TTL or 8 hours, whichever is greater); RFC 2308 section 5.

local authority = require "issuable.authority"
local certmanager = require "issuable.sources.certmanager"
local check = require "issuable.check"
local dates = require "issuable.dates"
local decide = require "issuable.decide"
local json = require "issuable.reports.jsonwriter"
local options = require "issuable.cli.options"
local shapes = require "issuable.reports.shapes"
local terminal = require "issuable.reports.terminal"

local M = {}

local UNITS = { s = 1, m = 60, h = 3600 }

function M.define(root)
  local command = root:command("wait", "Wait until every server of the zone serves CAA that lets this CA issue")
  command:argument("name", "A domain name, *.name for a wildcard")
  command:option("--ca", "Issuer domain name, CA id or ACME directory URL"):argname("CA"):count(1)
  command:option("--account", "ACME account URI that orders"):argname("URI"):count("*")
  command:option("--method", "Challenge method that is used: dns-01, http-01 …"):argname("METHOD"):count("*")
  command:option("--timeout", "How long at most: 90s, 10m, 2h"):argname("TIME"):default("10m")
  command:option("--interval", "How often to look"):argname("TIME"):default("10s")
  options.add_input(command)
  command:option("--format", "text or json"):argname("FORMAT"):choices({ "text", "json" }):default("text")
  return command
end

local function seconds(text, what)
  local number, unit = text:match("^(%d+)([smh]?)$")
  number = tonumber(number)
  if not number or number < 1 or number > 1e6 then
    options.usage_error(("%s wants a time like 90s, 10m or 2h, not %q"):format(what, text))
  end
  return number * (UNITS[unit] or 1)
end

--- How long caches may keep what a step said: all of its TTLs count.
local function lifetime(step)
  local longest = step.ttl or 0
  for _, alias in ipairs(step.aliases or {}) do
    longest = math.max(longest, alias.ttl or 0)
  end
  return math.max(longest, step.rrset_ttl or 0, step.negative_ttl or 0)
end

local function same_step(a, b)
  if not a or not b or a.kind ~= b.kind or a.asked ~= b.asked or a.target ~= b.target then
    return false
  end
  return table.concat(a.records or {}, "\0") == table.concat(b.records or {}, "\0")
end

--- Seconds for which caches may go on with the old answer: the TTL of the step that changed. The smallest TTL on the way would
--- be too short, since every step is remembered by itself.
---@param old table Answer
---@param new table Answer
---@return integer
function M.old_lifetime(old, new)
  local longest = 0
  for _, before in ipairs(old.views or { old }) do
    for i, step in ipairs(before.trace) do
      if not same_step(step, new.trace[i]) then
        longest = math.max(longest, lifetime(step))
        break
      end
    end
  end
  return longest
end

local function clock(unix)
  return dates.format(unix)
end

local function say(text)
  io.stderr:write("issuable: ", terminal.visible(text), "\n")
end

--- Looks once: nothing is remembered from an earlier look.
local function look(dns, question)
  local answer = authority.new({ dns = dns }):ask(question.name)
  return decide.decide(question, answer)
end

local function poll(dns, question, until_time, interval)
  local old, said
  while true do
    local decision = look(dns, question)
    local detail = ("%s (%s): %s"):format(decision.verdict, decision.reason, decision.detail or "")
    if decision.verdict == "allowed" then
      return decision, old
    elseif detail ~= said then
      say(detail)
      said = detail
    end
    old = decision
    if os.time() + interval > until_time then
      return decision, old
    end
    dns.resolver:step(interval * 1000) -- nothing is under way: it sleeps
  end
end

local function last_words(decision, old)
  if decision.verdict ~= "allowed" then
    return "the time is up"
  elseif not old then
    return "it was so at the first look already; how long caches keep an older answer cannot be told from here"
  end
  local left = M.old_lifetime(old.answer, decision.answer)
  if old.answer.status == "failed" then
    return "until now the lookup failed, which caches remember for seconds"
  end
  return ("caches may answer with the old records for %d s more, until %s; a CA that checked before a removal may use that for 8 hours"):format(
    left,
    clock(os.time() + left)
  )
end

function M.run(arguments)
  local given = options.input(arguments)
  given.ca = arguments.ca
  if not given.dns then
    options.usage_error("wait asks servers; it cannot do that offline")
  elseif given.dns.replay or given.dns.record then
    options.usage_error("wait can neither be recorded nor replayed")
  end
  given.dns.authoritative = true
  local until_time = os.time() + seconds(arguments.timeout, "--timeout")
  local interval = seconds(arguments.interval, "--interval")
  local read, message = check.prepare(given)
  if not read then
    options.usage_error(message)
  end
  local identifier = certmanager.dns_identifier(arguments.name)
  local settled = decide.identifier(identifier)
  if settled then
    options.usage_error(("%s: %s"):format(arguments.name, settled.detail or settled.reason))
  end
  local decision, old = poll(given.dns_handle, {
    name = identifier.name,
    wildcard = identifier.wildcard,
    ca = read.ca,
    accounts = #arguments.account > 0 and arguments.account or nil,
    methods = #arguments.method > 0 and arguments.method or nil,
    behaviour = given.behaviour,
    now = given.now,
  }, until_time, interval)
  say(last_words(decision, old))
  local text
  if arguments.format == "json" then
    text = json.encode(shapes.decision(decision, clock(os.time()))) .. "\n"
  else
    text = terminal.visible(("%s %s (%s): %s"):format(arguments.name, decision.verdict, decision.reason, decision.detail or "")) .. "\n"
  end
  local codes = { allowed = 0, exempt = 0, denied = 1, undecided = 3 }
  return codes[decision.verdict], text
end

return M
