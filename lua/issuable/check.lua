-- check: everything from paths to findings, with the fixes that would mend them.
-- SPDX-License-Identifier: MIT
-- Design sections 1 and 4; the same result feeds every report, the exit code and `fix`.

local authorities = require "issuable.authorities"
local dates = require "issuable.dates"
local judge = require "issuable.judge"
local mend = require "issuable.fixes.mend"
local pipeline = require "issuable.pipeline"
local policy_file = require "issuable.policy.load"
local sources = require "issuable.sources"

local M = {}

--- The policy that applies: those named, or the nearest of the first path.
---@return issuable.Policy? empty when there is none
---@return string? message
function M.policy(options)
  local paths = type(options.policy) == "string" and { options.policy } or options.policy or {}
  if #paths == 0 and options.find_policy ~= false then
    paths = { policy_file.find((options.paths or {})[1] or ".") }
  end
  return policy_file.load(paths)
end

--- CA names of `--issuer` and the policy as CA rows.
local function named_issuers(directory, policy, given)
  local rows = {}
  for _, list in ipairs { policy.issuers, given or {} } do
    for key, text in pairs(list) do
      local ca, message = directory:from_option(text)
      if not ca then
        return nil, ("%s: %s"):format(key, message)
      end
      rows[key] = ca
    end
  end
  return rows
end

--- Opens the DNS that the options name, once: what it learnt serves the second look at edited files as well.
---@return boolean ok
---@return string? message usage error
function M.open_dns(options)
  for from, to in pairs { dns = "dns_handle", against = "against_handle" } do
    if options[from] and not options[to] then
      local handle, message = require("issuable.dns").open(options[from])
      if not handle then
        return false, message
      end
      options[to] = handle
    end
  end
  return true
end

--- `[Kind/]name` as a table; nil when there is none.
local function issuer_name(text)
  if text == nil then
    return nil
  end
  local kind, name = text:match("^([^/]+)/([^/]+)$")
  name = name or text:match("^[^/]+$")
  if not name or (kind and kind ~= "Issuer" and kind ~= "ClusterIssuer") then
    return nil, ("the default issuer is ClusterIssuer/NAME or [Issuer/]NAME, not %q"):format(text)
  end
  return { kind = kind or "Issuer", name = name }
end

--- The directory and the options that reading needs, from what the user said.
---@param options table see issuable.check
---@return table? read options for sources.read
---@return string? message usage error
function M.prepare(options)
  local policy, message = M.policy(options)
  if not policy then
    return nil, message
  end
  local directory, problem = authorities.new(policy.authorities)
  if not directory then
    return nil, ("%s: %s"):format(policy.path or "policy", problem)
  end
  local issuers, why = named_issuers(directory, policy, options.issuers)
  if not issuers then
    return nil, why
  end
  local ca
  if options.ca then
    ca, why = directory:from_option(options.ca)
    if not ca then
      return nil, why
    end
  end
  local baseline
  if options.baseline then
    baseline, why = require("issuable.policy.baseline").read(options.baseline)
    if not baseline then
      return nil, why
    end
  end
  local ok, trouble = M.open_dns(options)
  if not ok then
    return nil, trouble
  end
  local default_issuer
  default_issuer, trouble = issuer_name(options.default_issuer or policy.default_issuer)
  if trouble then
    return nil, trouble
  end
  return {
    baseline = baseline,
    paths = options.paths or {},
    zones = options.zones,
    clusters = options.clusters,
    found_zones = options.found_zones,
    include_base = options.include_base,
    ignore = options.ignore,
    files = options.files,
    directory = directory,
    issuers = issuers,
    accounts = policy.accounts,
    ca = ca,
    policy = policy,
    default_issuer = default_issuer,
    dialect = options.dialect,
    validate_all = options.validate_all,
  }
end

local function summarise(result)
  local input = result.input
  local summary = {
    order = { "requests", "names", "allowed", "denied", "undecided", "exempt", "errors", "warnings", "waived", "undecided_documents", "unread", "skipped" },
    requests = #input.requests,
    names = #result.decisions,
    allowed = 0,
    denied = 0,
    undecided = 0,
    exempt = 0,
    errors = 0,
    warnings = 0,
    waived = 0,
    failing = { denied = 0, undecided = 0 }, -- decisions that nobody has answered for
    undecided_documents = 0,
    unread = input.passed_over,
    skipped = #input.skipped,
    failed_input = false,
    assumed_names = {},
  }
  local assumed = {}
  for _, decision in ipairs(result.decisions) do
    summary[decision.verdict] = summary[decision.verdict] + 1
    if summary.failing[decision.verdict] and not decision.waived then
      summary.failing[decision.verdict] = summary.failing[decision.verdict] + 1
    end
    for _, name in ipairs(decision.answer and decision.answer.assumed or {}) do
      if not assumed[name] then
        assumed[name] = true
        table.insert(summary.assumed_names, name)
      end
    end
  end
  table.sort(summary.assumed_names)
  for _, finding in ipairs(result.findings) do
    summary.failed_input = summary.failed_input or finding.failed_rule == true
    if finding.waived then
      summary.waived = summary.waived + 1
    elseif finding.severity == "error" then
      summary.errors = summary.errors + 1
    elseif finding.severity == "warning" then
      summary.warnings = summary.warnings + 1
    end
  end
  for _, problem in ipairs(input.problems) do
    if problem.explicit then
      summary.failed_input = true
    elseif problem.relevant then
      summary.undecided_documents = summary.undecided_documents + 1
    else
      summary.unread = summary.unread + 1
    end
  end
  for _, warning in ipairs(input.warnings) do
    if warning.undecided then
      summary.undecided_documents = summary.undecided_documents + 1
    end
  end
  for _, zone in ipairs(input.zones) do
    if zone.explicit and zone.status == "broken" then
      summary.failed_input = true
    end
  end
  return summary
end

--- Marks what is waived, by the policy or in place, and what a baseline knows. A decision stays what it is; when all that is said
--- of it is waived, it fails nothing.
local function waive(result, policy, options, baseline)
  if #policy.waivers > 0 or result.input.ignores then
    result.findings = judge.sorted(require("issuable.policy.waivers").apply(result.findings, {
      waivers = policy.waivers,
      ignores = result.input.ignores,
      now = options.now,
      changes = policy.by_id,
      place = function(path, line)
        return policy.box:line_span(path, line)
      end,
    }))
  end
  if baseline then
    require("issuable.policy.baseline").apply(result.findings, baseline)
  end
  for _, finding in ipairs(result.findings) do
    if finding.waived and finding.decision and (finding.rule == "caa-denied" or finding.rule == "caa-undecided") then
      finding.decision.waived = finding.waived
    end
  end
end

--- The words of every rule that may have found something, for reports that carry them.
local function words_of(policy)
  local words = {}
  local lists = { require("issuable.rules").active(policy), policy.rules }
  for _, list in ipairs(lists) do
    for _, rule in ipairs(list) do
      words[rule.id] = words[rule.id] or { title = rule.title, why = rule.why, help = rule.fix }
    end
  end
  return words
end

--- Decides all that was read, without findings or fixes: what mending runs again on edited bytes.
local function decide(input, options)
  local decisions, asker = pipeline.run(input, {
    behaviour = options.behaviour,
    now = options.now,
    assume_empty = options.assume_empty,
    dns_handle = options.dns_handle,
    require_dnssec = options.require_dnssec,
  })
  for i, decision in ipairs(decisions) do
    decision.id = ("D%d"):format(i)
  end
  return { input = input, decisions = decisions, asker = asker }
end

---@class issuable.CheckOptions : issuable.ReadOptions
---@field now? integer unix time; default (for embedders): the clock
---@field issuers? table<string, string> CA by "[NS/]Kind/name"
---@field ca? string
---@field validate_all? boolean parse documents too that cannot ask for a certificate
---@field dialect? "kubectl"|"kustomize"|"strict" how YAML is read
---@field default_issuer? string `[Kind/]name`: the issuer that cert-manager is configured to use for kubernetes.io/tls-acme
---@field behaviour? string
---@field assume_empty? table<string, boolean>
---@field policy? string|string[] paths of policy files and folders; the last wins
---@field baseline? string path of a baseline file: findings that it knows do not count
---@field find_policy? boolean false: do not look for one
---@field dns? issuable.DnsOptions what the zones do not hold is asked there; without it nobody is asked
---@field against? issuable.DnsOptions the zones are compared with what its first server serves
---@field require_dnssec? boolean an answer that nobody checked allows nothing
---@field override_forbidden? boolean fixes may lift an empty issuer (`issue ";"`)
---@field serial? "auto"|"keep"|integer the SOA serial of edited zones: bumped in its own style (default), left alone, or this one
---@field fixes? boolean false: no fixes are planned

---@param options issuable.CheckOptions
---@return table? result { input, decisions, findings, fixes, summary, at, now }
---@return string? message usage error
function M.run(options)
  local read, message = M.prepare(options)
  if not read then
    return nil, message
  end
  local result = decide(sources.read(read), options)
  result.now, result.at = options.now, dates.format(options.now)
  result.policy, result.directory = read.policy, read.directory
  result.dns = options.dns_handle
  if options.against_handle then
    result.input.differences = require("issuable.drift").of_input(result.input, result.decisions, options.against_handle)
  end
  result.findings = judge.findings(result.input, result.decisions, { policy = read.policy, asker = result.asker, now = options.now })
  result.rules = words_of(read.policy)
  waive(result, read.policy, options, read.baseline)
  result.fixes = {}
  if options.fixes ~= false then
    mend.run(result, options, function(files)
      return decide(sources.with_zones_from(result.input, files), options)
    end)
  end
  result.summary = summarise(result)
  return result
end

--- The tightest CAA for what is asked for, instead of the fixes of what is denied.
---@param options issuable.CheckOptions
---@return table? result as of M.run; `fixes` hold the changes, each with `loses`
---@return string? message usage error
function M.pin(options)
  options.fixes = false
  local result, message = M.run(options)
  if not result then
    return nil, message
  end
  local changes = require("issuable.fixes.pin").changes(result, { now = options.now, directory = result.directory })
  mend.apply(result, changes, options, function(files)
    return decide(sources.with_zones_from(result.input, files), options)
  end)
  return result
end

--- The exit code of a check (design section 4): 1 wins over 2 over 3.
---@param result table
---@param options { fail_on?: "error"|"warning"|"info"|"never", undecided?: "warn"|"fail" }
---@return integer
function M.exit_code(result, options)
  local summary = result.summary
  local threshold = judge.RANK[options.fail_on or "error"] or 0
  local reached = summary.failing.denied > 0
  for _, finding in ipairs(result.findings) do
    -- an undecided name has an exit code of its own; so has a file that cannot be read, or a rule that failed
    local own_code = finding.rule == "caa-undecided" or finding.failed_rule or not finding.decision and finding.input
    if not own_code and not finding.waived and judge.RANK[finding.severity] <= threshold then
      reached = true
    end
  end
  if reached then
    return 1
  elseif summary.failed_input then
    return 2
  elseif summary.failing.undecided + summary.undecided_documents > 0 and options.undecided ~= "warn" then
    return 3
  end
  return 0
end

return M
