-- The subjects of rules as plain tables: what a policy may know of a request, an issuer, an RRset, a zone, a decision.
-- SPDX-License-Identifier: MIT
-- Design section 5; the fields are documented in README ("Policies"). Nothing here leads back to the program's own tables.

local classes = require "issuable.policy.classes"

local M = {}

--- Values that are not text (a manifest's null) are left out.
local function text(value)
  return type(value) == "string" and value or nil
end

local function copy_list(list)
  if not list then
    return nil
  end
  local copy = {}
  for i, item in ipairs(list) do
    copy[i] = item
  end
  return copy
end

local function only(list)
  return list and #list == 1 and list[1] or nil
end

---@param issuer table? Issuer subject
---@return table? view
function M.issuer(issuer)
  if not issuer then
    return nil
  end
  return {
    scope = issuer.scope,
    namespace = text(issuer.namespace),
    kind = text(issuer.kind),
    name = text(issuer.name),
    type = text(issuer.type),
    server = text(issuer.server),
    ca = issuer.ca and issuer.ca.id,
    environment = text(issuer.environment),
    accounts = copy_list(issuer.accounts) or {},
    account = only(issuer.accounts),
    path = text(issuer.path),
    line = issuer.span and issuer.span.line,
  }
end

--- The issuer as a request sees it.
function M.issuer_of(request)
  local reference = request.issuer_ref or {}
  local view = M.issuer(request.issuer)
    or { kind = text(reference.kind), name = text(reference.name), scope = request.scope, accounts = copy_list(request.accounts) or {} }
  view.account = view.account or only(view.accounts)
  view.ca = request.ca and request.ca.id
  return view
end

--- A request. `issuer` is added by whoever runs the rule, because many requests share one.
---@param request table Request subject
---@return table view
function M.request(request)
  local view = {
    id = request.id,
    scope = request.scope,
    namespace = text(request.namespace),
    kind = text(request.kind),
    name = text(request.name),
    subject = request.subject,
    secret = text(request.secret),
    is_ca = request.is_ca == true,
    ca = request.ca and request.ca.id,
    identifiers = {},
    expiry = { not_after = request.expiry and text(request.expiry.not_after), renewal = request.expiry and text(request.expiry.renewal) },
    path = text(request.path),
    line = request.span and request.span.line,
  }
  for i, identifier in ipairs(request.identifiers) do
    view.identifiers[i] = {
      index = i,
      type = identifier.type,
      text = text(identifier.text),
      name = text(identifier.name),
      wildcard = identifier.wildcard == true,
      methods = copy_list(identifier.methods),
    }
  end
  return view
end

local function property_view(property, index)
  local view = {
    index = index,
    flags = property.flags,
    critical = property.critical == true,
    tag = property.tag,
    value = property.value,
    text = property.text,
    issuer = property.issuer,
    malformed = property.malformed and tostring(property.malformed) or nil,
    parameters = {},
    line = property.span and property.span.line,
  }
  for i, parameter in ipairs(property.parameters or {}) do
    view.parameters[i] = { tag = parameter.tag, value = parameter.value }
  end
  return view
end

--- An RRset; where there is none, one without properties that is not `found`.
---@param rrset table?
---@param name string? owner of one that is not there
---@return table view of class rrset
function M.rrset(rrset, name)
  local view = { found = rrset ~= nil, owner = rrset and rrset.owner or name, ttl = rrset and rrset.ttl, properties = {} }
  if rrset then
    view.complete = rrset.complete ~= false
    view.zone = rrset.zone and rrset.zone.apex
    view.path = rrset.zone and rrset.zone.path
    for i, property in ipairs(rrset.properties) do
      view.properties[i] = property_view(property, i)
    end
  end
  return setmetatable(view, classes.rrset)
end

local function place_of(list, item)
  for i, one in ipairs(list or {}) do
    if one == item then
      return i
    end
  end
end

--- A decision as one of its requests sees it. `rrset` and `issuer` are added by whoever runs the rule, because many share one.
---@param decision table
---@param use { request: table, identifier: table }?
---@return table view
function M.decision(decision, use)
  local request, question, answer = use and use.request, decision.question or {}, decision.answer
  local rrset = answer and answer.rrset
  local view = {
    name = decision.name,
    wildcard = decision.wildcard == true,
    text = (decision.wildcard and "*." or "") .. (decision.name or ""),
    ca = decision.ca,
    verdict = decision.verdict,
    reason = decision.reason,
    detail = decision.detail,
    found_at = answer and answer.found_at,
    ttl = answer and answer.ttl,
    security = answer and answer.security,
    zone = rrset and rrset.zone and rrset.zone.apex,
    accounts = copy_list(question.accounts) or {},
    account = only(question.accounts),
    methods = copy_list(question.methods) or {},
    method = only(question.methods),
    portable = decision.portable ~= false,
    ended = decision.ended,
    unenforced = decision.unenforced,
    matched = rrset and decision.matched and place_of(rrset.properties, decision.matched),
    requests = #decision.requests,
  }
  if request then
    view.scope, view.namespace, view.kind = request.scope, text(request.namespace), text(request.kind)
    view.subject, view.secret = request.subject, text(request.secret)
  end
  return view
end

---@param zone table Zone subject
---@return table view
function M.zone(zone)
  local types = {}
  if zone.status == "loadable" then
    for name, count in zone.handle:types() do
      types[name] = count
    end
  end
  return {
    apex = zone.apex,
    path = text(zone.path),
    status = zone.status,
    signed = types.DNSKEY ~= nil or types.RRSIG ~= nil,
    types = types,
    errors = #(zone.errors or {}),
  }
end

--- What `when` compares, by kind of subject.
M.values = {}

local names_of_ca = setmetatable({}, { __mode = "k" })

--- The id of a CA, and its issuer domain names: a `when` may say either.
local function ca_names(ca)
  if not ca then
    return nil
  end
  local names = names_of_ca[ca]
  if not names then
    names = { ca.id }
    for _, identity in ipairs(ca.identities or {}) do
      names[#names + 1] = identity.domain
    end
    names_of_ca[ca] = names
  end
  return names
end

local function request_values(request)
  local issuer = request.issuer
  local reference = request.issuer_ref or {}
  return {
    scope = request.scope,
    namespace = text(request.namespace),
    kind = text(request.kind),
    issuer = text(issuer and issuer.name or reference.name),
    environment = issuer and text(issuer.environment),
    ca = request.ca and request.ca.id,
    cas = ca_names(request.ca),
  }
end

--- The names of a request are many values: a `when` on them is met when one of them meets it.
function M.values.request(request)
  local values = request_values(request)
  values.names = {}
  for i, identifier in ipairs(request.identifiers) do
    values.names[i] = text(identifier.text)
  end
  values.name = values.names[1]
  return values
end

function M.values.decision(decision, use)
  local values = use and request_values(use.request) or {}
  local rrset = decision.answer and decision.answer.rrset
  values.ca, values.cas = decision.ca, ca_names(decision.authority)
  values.name = (decision.wildcard and "*." or "") .. (decision.name or "")
  values.verdict, values.reason, values.wildcard = decision.verdict, decision.reason, decision.wildcard == true
  values.owner = rrset and rrset.owner
  values.zone = rrset and rrset.zone and rrset.zone.apex
  return values
end

function M.values.issuer(issuer)
  return {
    scope = issuer.scope,
    namespace = text(issuer.namespace),
    kind = text(issuer.kind),
    issuer = text(issuer.name),
    environment = text(issuer.environment),
    ca = issuer.ca and issuer.ca.id,
    cas = ca_names(issuer.ca),
  }
end

function M.values.rrset(rrset)
  return { owner = rrset.owner, zone = rrset.zone and rrset.zone.apex }
end

function M.values.zone(zone)
  return { zone = zone.apex }
end

return M
