-- Decisions, findings and fixes as JSON shapes: one place for every machine-readable report.
-- SPDX-License-Identifier: MIT
-- Keys and their order are the contract of design section 4.

local json = require "issuable.reports.jsonwriter"

local M = {}

function M.span(span)
  if not span then
    return nil
  end
  return json.object("path", span.path, "line", span.line, "column", span.column, "first", span.first, "last", span.last)
end

local function texts(properties)
  return json.array(properties, function(property)
    return property.text
  end)
end

function M.step(step)
  local object = json.object(
    "name",
    step.name,
    "asked",
    step.asked,
    "kind",
    step.kind,
    "rcode",
    step.rcode,
    "aliases",
    json.array(step.aliases, function(alias)
      return json.object("owner", alias.owner, "target", alias.target, "type", alias.type, "ttl", alias.ttl)
    end),
    "target",
    step.target,
    "wildcard",
    step.wildcard,
    "cut",
    step.cut,
    "ttl",
    step.ttl,
    "source",
    step.source,
    "detail",
    step.detail
  )
  if step.live then -- what only servers say
    json.set(object, "soa", step.soa)
    json.set(object, "security", step.security)
    json.set(object, "tcp", step.tcp or false)
    json.set(object, "cause", step.cause)
    local e = step.extended_error
    json.set(object, "extended_error", e and json.object("code", e.code, "name", e.name, "text", e.text) or nil)
    json.set(object, "cd_rcode", step.cd_rcode)
  end
  return object
end

local function behaviour_of(decision)
  local behaviour = decision.behaviour
  return type(behaviour) == "table" and table.concat(behaviour, ",") or behaviour
end

local function append_answer(object, answer, at)
  local records = answer and answer.rrset and answer.rrset.properties or {}
  json.set(object, "records", texts(records))
  json.set(object, "ttl", answer and answer.rrset and answer.ttl or nil)
  json.set(object, "security", answer and answer.security or nil)
  json.set(object, "source", answer and answer.source or nil)
  json.set(object, "resolver", answer and answer.resolver or nil)
  json.set(object, "at", at)
  json.set(object, "assumed", json.array(answer and answer.assumed))
  json.set(object, "trace", json.array(answer and answer.trace, M.step))
  return object
end

--- One decision, as `issuable decide` prints it.
---@param decision table
---@param at string time of the decision, RFC 3339
function M.decision(decision, at)
  local answer = decision.answer
  local object = json.object(
    "name",
    decision.name,
    "wildcard",
    decision.wildcard,
    "ca",
    decision.ca,
    "behaviour",
    behaviour_of(decision),
    "verdict",
    decision.verdict,
    "reason",
    decision.reason,
    "found_at",
    answer and answer.rrset and answer.found_at or nil,
    "matched",
    decision.matched and decision.matched.text or nil
  )
  return append_answer(object, answer, at)
end

--- One answer without a CA, as `issuable lookup` prints it.
---@param authorises { issue: string[], issuewild: string[] }|nil nil: not known
function M.answer(answer, wildcard, authorises, at)
  local object = json.object(
    "name",
    answer.name,
    "wildcard",
    wildcard,
    "status",
    answer.status,
    "reason",
    answer.reason,
    "found_at",
    answer.rrset and answer.found_at or nil,
    "authorises",
    authorises and json.object("issue", json.array(authorises.issue), "issuewild", json.array(authorises.issuewild)) or nil
  )
  return append_answer(object, answer, at)
end

local function label(item)
  return json.object("span", M.span(item.span), "text", item.text, "primary", item.primary or false)
end

function M.finding(finding)
  local decision, waived = finding.decision, finding.waived
  return json.object(
    "id",
    finding.id,
    "rule",
    finding.rule,
    "severity",
    finding.severity,
    "message",
    finding.message,
    "labels",
    json.array(finding.labels, label),
    "notes",
    json.array(finding.notes),
    "help",
    json.array(finding.help),
    "decision",
    decision and decision.id or nil,
    "fix",
    finding.fix and finding.fix.id or nil,
    "waived",
    waived and json.object("owner", waived.owner, "because", waived.because, "expires", waived.expires) or nil
  )
end

function M.request(use)
  local request, identifier = use.request, use.identifier
  return json.object(
    "scope",
    request.scope,
    "subject",
    request.subject,
    "issuer",
    request.issuer_ref and request.issuer_ref.name and (request.issuer_ref.kind .. "/" .. request.issuer_ref.name) or nil,
    "text",
    identifier.text,
    "span",
    M.span(identifier.span)
  )
end

function M.edit(edit)
  return json.object("path", edit.path, "digest", edit.digest, "first", edit.first, "last", edit.last, "text", edit.text)
end

return M
