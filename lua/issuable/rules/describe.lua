-- Words and places for decisions: what, why in CAA's own terms, and where in which file.
-- SPDX-License-Identifier: MIT
-- Shared by the rules on decisions, so that a refusal reads the same in every report.

local M = {}

---@param decision table
---@return string name as a person writes it, with "*." when the question is about the wildcard
function M.name(decision)
  if decision.text == "" then
    return '""'
  elseif decision.text then
    return decision.text -- settled before anybody was asked: it may be no DNS name at all
  end
  return (decision.wildcard and "*." or "") .. decision.name
end

---@param decision table
---@return string
function M.authority(decision)
  local authority = decision.authority
  return authority and (authority.name or authority.id) or decision.ca or "the CA"
end

---@param decision table
---@return string
function M.refusal(decision)
  if decision.reason == "name-not-issuable" then
    return ("no public CA issues for %s: %s"):format(M.name(decision), decision.detail or "not a public DNS name")
  end
  return ("%s may not issue for %s: %s"):format(M.authority(decision), M.name(decision), decision.detail or decision.reason)
end

local DOUBT = {
  ["issuer-missing"] = "the issuer is not known",
  ["unknown-ca"] = "the CA is not known",
  ["unresolved-name"] = "the name is not final",
  ["account-unknown"] = "the ACME account is not known",
  ["method-unknown"] = "the challenge method is not known",
  ["ca-dependent"] = "CAs judge these records differently",
  ["lookup-failed"] = "the lookup failed",
  ["dnssec-unchecked"] = "DNSSEC was not checked",
}

--- The issuer's solvers are known, and none of them can be used for the name: that is not the same as not knowing them.
local function without_solver(decision)
  local use = decision.requests[1]
  local methods = use and use.identifier.methods
  return decision.reason == "method-unknown" and methods ~= nil and #methods == 0
end

---@param decision table
---@return string
function M.doubt(decision)
  local why = without_solver(decision) and "no solver of its issuer fits the name" or DOUBT[decision.reason]
  if why and decision.detail then
    why = ("%s (%s)"):format(why, decision.detail)
  end
  return ("cannot decide whether %s may be issued: %s"):format(M.name(decision), why or decision.detail or decision.reason)
end

local function record_span(zone, index)
  local record = zone.handle:record(index)
  return { path = record.path, first = record.first, last = record.last, line = record.line, column = record.column }
end

--- More requests for the same name are counted, not drawn.
local MAX_REQUESTS = 3

local function request_labels(decision, labels)
  for i, use in ipairs(decision.requests) do
    if i > MAX_REQUESTS then
      break
    end
    if use.identifier.span then
      labels[#labels + 1] = { span = use.identifier.span, text = ("%s asks for it"):format(use.request.subject), primary = i == 1 }
    end
  end
  local request = decision.requests[1] and decision.requests[1].request
  if not request then
    return
  end
  local issuer = request.issuer
  if decision.reason == "name-not-issuable" then
    return -- the same for every issuer
  elseif issuer and issuer.server_span then
    local text
    if issuer.type ~= "acme" then
      text = ("its issuer %s/%s"):format(issuer.kind, issuer.name)
    elseif issuer.ca then
      text = ("its issuer %s/%s orders from %s"):format(issuer.kind, issuer.name, issuer.ca.name)
    else
      text = "no CA in the directory has this ACME server"
    end
    labels[#labels + 1] = { span = issuer.server_span, text = text }
  elseif request.issuer_ref and request.issuer_ref.span then
    labels[#labels + 1] = { span = request.issuer_ref.span, text = ("of %s/%s"):format(request.issuer_ref.kind, request.issuer_ref.name or "?") }
  end
end

local function climb_labels(decision, labels)
  for _, step in ipairs(decision.answer.trace) do
    if step.zone then
      for _, link in ipairs(step.links or {}) do
        if link.record then
          labels[#labels + 1] = {
            span = record_span(step.zone, link.record),
            text = ("%s is an alias of %s: the CAA there counts"):format(link.owner, link.target),
          }
        end
      end
    end
  end
end

--- What a property says to the CA that was refused.
function M.property(property, decision)
  if property.kind == "unknown" or (decision.reason == "critical-unknown-tag") then
    return ("critical property `%s`: a CA that does not know it must not issue"):format(property.tag_text)
  elseif property.malformed then
    return ("malformed, so it authorises nobody: %s"):format(property.malformed)
  elseif property.issuer == "" then
    return "an empty issuer authorises nobody"
  elseif #property.parameters > 0 then
    return ("authorises %s only on these terms"):format(property.issuer)
  end
  return ("authorises %s"):format(property.issuer)
end

--- Places of a decision: who asks, of whom, through which alias, and the properties that decide.
---@param decision table
---@return table[] labels { span, text, primary }
function M.labels(decision)
  local labels = {}
  request_labels(decision, labels)
  if decision.answer then
    climb_labels(decision, labels)
    for _, property in ipairs(decision.blamed or {}) do
      if property.span then
        labels[#labels + 1] = { span = property.span, text = M.property(property, decision), role = "caa" }
      end
    end
  end
  return labels
end

local function step_text(step)
  local chain = {}
  for i, link in ipairs(step.links or {}) do
    chain[i] = ("alias of %s, "):format(link.target)
  end
  local what
  if step.kind == "rrset" then
    what = "CAA found"
  elseif step.kind == "nodata" then
    what = "no CAA"
  elseif step.kind == "nxdomain" then
    what = "no such name"
  elseif step.kind == "assumed" then
    what = "assumed empty"
  elseif step.kind == "alias" then
    what = "and on from there"
  elseif step.kind == "referral" then
    what = "delegated away at " .. (step.cut or "?")
  elseif step.kind == "failed" and step.cause then
    what = "failed: " .. step.cause
  elseif step.kind == "unknown" or step.kind == "outside" or step.kind == "broken" then
    what = "not known"
  else
    what = "failed: " .. step.kind
  end
  if step.wildcard then
    what = what .. ", from the wildcard " .. step.wildcard
  end
  return ("%s (%s%s)"):format(step.asked or step.name, table.concat(chain), what)
end

--- The climb in one line (RFC 8659 section 3).
---@param answer table
---@return string
function M.climb(answer)
  local steps = {}
  for i, step in ipairs(answer.trace) do
    steps[i] = step_text(step)
  end
  return table.concat(steps, " -> ")
end

---@param decision table
---@return string[]
function M.notes(decision)
  local notes = {}
  if decision.answer and #decision.answer.trace > 0 then
    notes[#notes + 1] = "climb: " .. M.climb(decision.answer)
  end
  local seen = {}
  for i, use in ipairs(decision.requests) do
    local template = i <= MAX_REQUESTS and use.request.rendered_from
    if template and not seen[template] then
      seen[template] = true
      notes[#notes + 1] = ("%s is rendered from %s"):format(use.request.subject, template)
    end
  end
  if #decision.requests > MAX_REQUESTS then
    notes[#notes + 1] = ("%d more requests ask for it"):format(#decision.requests - MAX_REQUESTS)
  end
  return notes
end

local CURE = {
  ["outside-zones"] = "give the zone file that holds it: --zone FILE[=ORIGIN]",
  ["zone-ambiguous"] = "name the file that is served: --zone FILE",
  ["zone-broken"] = "mend the errors of the zone file first",
  ["unresolved-name"] = "render the template first, then check the result",
  ["account-unknown"] = "the account URI stands in the issuer's status.acme.uri: check a dump of the cluster, name it in the policy file's accounts,"
    .. " or give --account URI to decide",
  ["method-unknown"] = "add the issuer's solvers to the input, or give --method to decide",
  ["ca-dependent"] = "write the records so that every CA reads them alike, or fix one behaviour with --ca-behavior",
  ["name-not-issuable"] = "correct the name, or use a private issuer for it",
  ["dnssec-unchecked"] = "ask a validating resolver over a path you trust, with --trust-ad or resolv.conf's `options trust-ad`",
  ["servers-disagree"] = "let the zone reach all its servers, or take out those that serve an old one",
}

---@param decision table
---@return string[]
function M.help(decision)
  local text = decision.help or CURE[decision.reason]
  if without_solver(decision) then
    text = "give the issuer a solver that fits: cert-manager makes no order without one, and a wildcard needs dns01"
  elseif not text and (decision.reason == "lookup-failed" or decision.reason == "dnssec-bogus") then
    text = ("%s refuses while this lasts"):format(M.authority(decision))
  end
  return text and { text } or {}
end

return M
