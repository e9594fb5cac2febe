-- A small world for a test of a rule: CAA properties, a name, a CA; or lines of a zone, or a manifest. No file is read.
-- SPDX-License-Identifier: MIT
-- The fields of a test are those of policy/fields.lua; what a test leaves open is taken so that the rule's `when` is met.

local Files = require "issuable.sources.files"
local authorities = require "issuable.authorities"
local certmanager = require "issuable.sources.certmanager"
local dates = require "issuable.dates"
local ingress = require "issuable.sources.ingress"
local issuers = require "issuable.sources.issuers"
local manifests = require "issuable.sources.manifests"
local pipeline = require "issuable.pipeline"
local zones = require "issuable.sources.zones"

local M = {}

--- Stands where a test writes $account.
M.ACCOUNT = "https://acme-v02.api.letsencrypt.org/acme/acct/1"
local DEFAULT_NOW = "2026-11-23"
local DEFAULT_CA = "letsencrypt.org"
local ZONE_HEAD = "$ORIGIN %s.\n$TTL 300\n@ SOA ns1.example.net. hostmaster.example.net. 1 7200 900 1209600 300\n@ NS ns1.example.net.\n"

local function list_of(value, default)
  if value == nil then
    return default
  end
  return type(value) == "table" and value or { value }
end

--- A text that a `when` accepts.
local function fitting(wanted, default)
  local glob = type(wanted) == "table" and wanted[1] or wanted
  if type(glob) ~= "string" then
    return default
  end
  return (glob:gsub("%*", "x"))
end

--- The zone in which a name lies: its last two labels are taken as the apex.
local function apex_of(name)
  return name:match("([^.]+%.[^.]+)$") or name
end

local function zone_text(apex, properties, body, account)
  local lines = { ZONE_HEAD:format(apex) }
  for _, text in ipairs(properties) do
    lines[#lines + 1] = "@ CAA " .. text
  end
  lines[#lines + 1] = body
  return (table.concat(lines, "\n") .. "\n"):gsub("%$account", (account:gsub("%%", "%%%%")))
end

local function synthetic_request(test, rule, names, ca)
  local wanted = rule.when or {}
  local kind, name = (test.issuer or fitting(wanted.issuer, "letsencrypt")):match("^([^/]+)/(.+)$")
  name = name or test.issuer or fitting(wanted.issuer, "letsencrypt")
  kind = kind or "ClusterIssuer"
  local accounts = list_of(test.account, { M.ACCOUNT })
  if test.account == "unknown" then
    accounts = nil
  end
  local namespace = test.namespace or fitting(wanted.namespace, "default")
  local request = {
    scope = test.scope or fitting(wanted.scope, ""),
    kind = fitting(wanted.kind, "Certificate"),
    namespace = namespace,
    name = "test",
    path = "test.yaml",
    secret = test.secret or "test-tls",
    owners = {},
    expiry = {},
    is_ca = false,
    identifiers = {},
    issuer_ref = { kind = kind, name = name, group = "cert-manager.io" },
    ca = ca,
  }
  request.subject = ("%s/%s/test"):format(request.kind, namespace)
  request.id = request.scope .. "|" .. request.subject
  request.issuer = {
    scope = request.scope,
    kind = kind,
    name = name,
    group = "cert-manager.io",
    type = "acme",
    ca = ca,
    environment = test.environment or fitting(wanted.environment, "production"),
    accounts = accounts,
    path = "test.yaml",
  }
  local methods = list_of(test.method, { "dns-01" })
  for i, text in ipairs(names) do
    local identifier = certmanager.dns_identifier(text)
    identifier.methods = test.method ~= "unknown" and methods or nil
    request.identifiers[i] = identifier
  end
  return request
end

local function read_manifest(text, input, options)
  local source = assert(manifests.load(input.files, "test.yaml"))
  local problem = source.problems[1]
  if problem then
    return nil, ("manifest, line %d: %s"):format(problem.line or 1, problem.message)
  end
  for _, entry in ipairs(source.objects) do
    local object = entry.object
    if certmanager.is_certificate(object) then
      table.insert(input.requests, certmanager.certificate(entry, ""))
    elseif certmanager.is_issuer(object) then
      table.insert(input.issuers, certmanager.issuer(entry, "", options.directory))
    elseif ingress.is_ingress(object) then
      for _, request in ipairs(ingress.requests(entry, "")) do
        table.insert(input.requests, request)
      end
    end
  end
  local resolver = issuers.new(input.issuers, options)
  for _, request in ipairs(input.requests) do
    resolver:resolve(request)
  end
  return text
end

--- Builds the world of a test and decides everything in it.
---@param test table
---@param rule { when: table? }
---@param policy? issuable.Policy for its CAs and issuers
---@return table? world { input, decisions, asker, now }
---@return string? message what is wrong with the test
function M.build(test, rule, policy)
  local wanted = rule.when or {}
  local directory = assert(authorities.new(policy and policy.authorities))
  local ca, message = directory:by_id((test.ca or fitting(wanted.ca, DEFAULT_CA)):lower()), nil
  if not ca then
    local text = test.ca or fitting(wanted.ca, DEFAULT_CA)
    ca = directory:by_domain(text)[1]
    if not ca then
      ca, message = directory:from_option(text)
    end
    if not ca then
      return nil, message
    end
  end
  local names = list_of(test.name, { fitting(wanted.name, wanted.wildcard and "*.example.com" or "www.example.com") })
  local account = list_of(test.account ~= "unknown" and test.account or nil, { M.ACCOUNT })[1]
  local apex = fitting(wanted.zone, apex_of((names[1]:gsub("^%*%.", ""))))
  local overlay = { [apex .. ".zone"] = zone_text(apex, list_of(test.caa, {}), test.zone, account), ["test.yaml"] = test.manifest or "" }
  local apexes = { apex }
  for other, body in pairs(test.zones or {}) do
    apexes[#apexes + 1] = other
    overlay[other .. ".zone"] = zone_text(other, {}, body, account)
  end
  table.sort(apexes)
  local files = Files.new { overlay = overlay }
  local input = { files = files, documents = {}, zones = {}, issuers = {}, requests = {}, problems = {}, warnings = {}, skipped = {} }
  for i, name in ipairs(apexes) do
    local zone = zones.load(files, name .. ".zone", { given = "option", roots = {} })
    if zone.status ~= "loadable" then
      local problem = zone.errors[1]
      return nil, ("zone %s: %s (line %d)"):format(name, problem and problem.message or zone.status, problem and problem.line or 1)
    end
    input.zones[i] = zone
  end
  if test.manifest then
    local read, why = read_manifest(test.manifest, input, { directory = directory, accounts = policy and policy.accounts })
    if not read then
      return nil, why
    end
  else
    input.requests[1] = synthetic_request(test, rule, names, ca)
    input.issuers[1] = input.requests[1].issuer
  end
  local now = assert(dates.parse(test.now or DEFAULT_NOW))
  local decisions, asker = pipeline.run(input, { now = now })
  return { input = input, decisions = decisions, asker = asker, now = now }
end

return M
