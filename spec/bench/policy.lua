-- What judging costs: built-in rules over many requests, a policy in its sandbox against the same rules unboxed, and the command's start.
-- SPDX-License-Identifier: MIT
-- CPU seconds, each peer in the same run, printed as ratios. From the root, after a build: lua5.4 spec/bench/policy.lua
-- (or luajit -joff; ISSUABLE_SCALE=0.1 for a tenth). Limits: issue "Policies that teams write in Lua", Speed.

local engine_name = rawget(_G, "jit") and "jit" or "5.4"
package.path = "./lua/?.lua;./lua/?/init.lua;./?.lua;" .. package.path
package.cpath = (engine_name == "jit" and "./.build/jit/lib/lua/5.1/?.so;" or "./.build/5.4/lib/lua/5.4/?.so;") .. package.cpath

local Files = require "issuable.sources.files"
local authorities = require "issuable.authorities"
local certmanager = require "issuable.sources.certmanager"
local classes = require "issuable.policy.classes"
local judge = require "issuable.judge"
local load_policy = require "issuable.policy.load"
local pipeline = require "issuable.pipeline"
local scale = require "spec.support.scale"
local views = require "issuable.policy.views"
local zones = require "issuable.sources.zones"

local NOW = 1795000000
local RECORDS = 10000

local function say(text, ...)
  print(text:format(...))
end

--- A world of requests over one zone of 10,000 records: healthy, so that the rules run and find nothing.
local function world(count)
  local lines = { "$ORIGIN example.com.\n$TTL 300\n@ SOA ns1.example.net. h.example.net. 1 7200 900 1209600 300\n@ NS ns1.example.net." }
  lines[#lines + 1] = '@ CAA 0 issue "letsencrypt.org"\n@ CAA 0 iodef "mailto:security@example.com"'
  for i = 1, RECORDS / 10 do
    lines[#lines + 1] = ('t%d CAA 0 issue "letsencrypt.org"'):format(i)
  end
  for i = 1, RECORDS - RECORDS / 10 do
    lines[#lines + 1] = ("h%d A 192.0.2.1"):format(i)
  end
  local files = Files.new { overlay = { ["example.com.zone"] = table.concat(lines, "\n") .. "\n" } }
  local zone = assert(zones.load(files, "example.com.zone", { given = "option", roots = {} }))
  local ca = authorities.new():by_id("letsencrypt")
  local issuer = { scope = "", kind = "ClusterIssuer", name = "le", type = "acme", ca = ca, environment = "production", accounts = { "https://x/1" } }
  local input = { files = files, documents = {}, zones = { zone }, issuers = { issuer }, requests = {}, problems = {}, warnings = {}, skipped = {} }
  for i = 1, count do
    local identifier = certmanager.dns_identifier(("n%d.t%d.example.com"):format(i, i % (RECORDS / 10) + 1))
    identifier.methods = { "dns-01" }
    identifier.span = { path = "all.yaml", first = i, last = i, line = i, column = 1 }
    input.requests[i] = {
      id = ("|Certificate/ns%d/c%d"):format(i % 50, i),
      scope = "",
      kind = "Certificate",
      namespace = ("ns%d"):format(i % 50),
      name = ("c%d"):format(i),
      subject = ("Certificate/ns%d/c%d"):format(i % 50, i),
      path = "all.yaml",
      span = identifier.span,
      secret = ("s%d"):format(i),
      owners = {},
      expiry = {},
      identifiers = { identifier },
      issuer_ref = { kind = "ClusterIssuer", name = "le", group = "cert-manager.io" },
      issuer = issuer,
      ca = ca,
    }
  end
  local decisions, asker = pipeline.run(input, { now = NOW })
  return { input = input, decisions = decisions, asker = asker }
end

local function cpu(run)
  collectgarbage()
  collectgarbage()
  local before = collectgarbage "count"
  local started = os.clock()
  local result = run()
  return os.clock() - started, result, collectgarbage "count" - before
end

local function built_in()
  local first
  for _, share in ipairs { 0.1, 0.5, 1 } do
    local count = scale(100000 * share)
    local made = world(count)
    local seconds, findings, kib = cpu(function()
      return judge.findings(made.input, made.decisions, { asker = made.asker, now = NOW })
    end)
    local each = seconds / count * 1e6
    first = first or each
    say("judge %7d requests x recommended: %.2f s CPU, %.2f us each (x%.2f of the smallest), %d findings, %.1f MiB", count, seconds, each, each / first, #findings, kib / 1024)
  end
end

local POLICY = [[
rule { id = "B1", title = "t", severity = "error", on = "decision", when = { namespace = "ns*", ca = "letsencrypt.org" },
  check = function(decision, report)
    if decision.account and not decision.rrset:pins(decision.account) and decision.namespace == "none" then
      report("CAA at %s does not pin %s", decision.found_at, decision.account):want { accounturi = decision.account }
    end
  end }
rule { id = "B2", title = "t", severity = "error", on = "decision",
  check = function(decision, report)
    for _, method in ipairs(decision.methods) do
      if method ~= "dns-01" then report("%s is validated by %s", decision.text, method) end
    end
  end }
rule { id = "B3", title = "t", severity = "error", on = "decision",
  check = function(decision, report)
    local seen, count = {}, 0
    for _, property in ipairs(decision.rrset:relevant(decision.wildcard)) do
      if property.issuer and not seen[property.issuer] then seen[property.issuer] = true count = count + 1 end
    end
    if count > 1 then report("%s has several CAs", decision.text) end
  end }
rule { id = "B4", title = "t", severity = "error", on = "request",
  check = function(request, report)
    local domains, count = {}, 0
    for _, identifier in ipairs(request.identifiers) do
      local domain = identifier.name and identifier.name:match("([^.]+%.[^.]+)$")
      if domain and not domains[domain] then domains[domain] = true count = count + 1 end
    end
    if count > 1 then report("%s mixes %d domains", request.subject, count) end
  end }
]]

--- The same rules as plain functions of this state, called with the same views: what running without a sandbox would cost.
local function unboxed(made)
  local rules = {}
  local environment = setmetatable({
    rule = function(fields)
      rules[#rules + 1] = fields
    end,
  }, { __index = _G })
  assert(load(POLICY, "=policy", "t", environment))()
  local index = {}
  for _, kind in ipairs { "request", "decision" } do
    local list = {}
    for _, rule in ipairs(rules) do
      if rule.on == kind then
        list[#list + 1] = rule
      end
    end
    index[kind] = require("issuable.policy.when").index(list)
  end
  local found, rrsets, issuers = {}, {}, {}
  local report = classes.reporter(found)
  local function run(kind, subject, use)
    local active = index[kind]:find(views.values[kind](subject, use))
    if #active > 0 then
      local view = views[kind](subject, use)
      local request = use and use.request or subject
      issuers[request.issuer] = issuers[request.issuer] or views.issuer_of(request)
      view.issuer = issuers[request.issuer]
      if kind == "decision" then
        local rrset = subject.answer.rrset
        rrsets[rrset] = rrsets[rrset] or views.rrset(rrset)
        view.rrset = rrsets[rrset]
      end
      for _, rule in ipairs(active) do
        rule.check(view, report, {})
      end
    end
  end
  return cpu(function()
    for _, request in ipairs(made.input.requests) do
      run("request", request)
    end
    for _, decision in ipairs(made.decisions) do
      run("decision", decision, decision.requests[1])
    end
    return found
  end)
end

local function boxed(made)
  local path = os.tmpname()
  local file = assert(io.open(path, "wb"))
  file:write(POLICY)
  file:close()
  local policy = assert(load_policy.load { path })
  os.remove(path)
  local engine = require("issuable.policy.engine").new(policy, function(finding)
    error(finding.message)
  end)
  return cpu(function()
    for _, request in ipairs(made.input.requests) do
      engine:run("request", request)
    end
    for _, decision in ipairs(made.decisions) do
      engine:run("decision", decision)
    end
  end)
end

local function sandbox()
  local made = world(scale(20000))
  local plain, inside = math.huge, math.huge
  for _ = 1, 3 do
    plain = math.min(plain, (unboxed(made)))
    inside = math.min(inside, (boxed(made)))
  end
  say("policy of 4 rules over %d requests: sandboxed %.2f s CPU, unboxed %.2f s: x%.2f (limit 3)", #made.input.requests, inside, plain, inside / plain)
end

--- CPU milliseconds of a command, the median of many runs, as the shell's `times` counts them.
local function start_of(command)
  local runs = math.max(5, scale(20))
  local script = ("i=0; while [ $i -lt %d ]; do %s >/dev/null; i=$((i+1)); done; times"):format(runs, command)
  local pipe = assert(io.popen("sh -c '" .. script:gsub("'", "'\\''") .. "'"))
  local text = pipe:read "*a"
  pipe:close()
  local um, us, sm, ss = text:match "\n(%d+)m([%d.]+)s (%d+)m([%d.]+)s"
  return (tonumber(um) * 60 + tonumber(us) + tonumber(sm) * 60 + tonumber(ss)) / runs * 1000
end

local function start()
  local bare = start_of("lua5.4 -e ''")
  local ours = start_of("./.build/5.4/bin/issuable --version")
  say("start: issuable --version %.1f ms CPU, lua5.4 -e '' %.1f ms (limit %.1f)", ours, bare, 1.5 * bare + 15)
  local rules = start_of("./.build/5.4/bin/issuable rules")
  say("start: issuable rules %.1f ms CPU", rules)
end

say("engine %s%s", engine_name, engine_name == "jit" and (rawget(_G, "jit").status() and " (compiler on)" or " (compiler off)") or "")
built_in()
sandbox()
if engine_name == "5.4" then
  start()
end
