-- The built-in rules: which there are, in which set each is, and where it lives.
-- SPDX-License-Identifier: MIT
-- Design section 5; issue "Policies that teams write in Lua". A set holds the sets before it. Files are loaded when they are asked for.

local M = {}

---@class issuable.Rule
---@field id string
---@field title string
---@field severity "error"|"warning"|"info"|"off"
---@field set "minimal"|"recommended"|"strict" given by the list below
---@field on "difference"|"decision"|"request"|"issuer"|"rrset"|"zone"|"input"
---@field check fun(subject: table, report: fun(fields: table), context: issuable.RuleContext) pure
---@field why string why it matters, in a paragraph
---@field fix string how it is mended
---@field test table[] see policy/test.lua; the first one that finds something is the example of its page
---@field strict string? its severity under `extends "strict"`
---@field needs_when boolean? runs only where a policy says where (`when`)

---@class issuable.RuleContext
---@field settings table what the policy sets
---@field input table what sources.read returned
---@field decisions table[]
---@field now integer unix time
---@field memo table of this rule, for this run

M.SETS = { "minimal", "recommended", "strict" }

--- In the order in which they run and are listed.
local FILES = {
  minimal = { "denied", "undecided" },
  recommended = {
    "ca_ended",
    "critical_tag",
    "common_name",
    "common_name_length",
    "no_names",
    "no_solver",
    "u_label",
    "drift",
    "shared_secret",
    "wildcard_covers",
    "zone_lint",
    "portable",
    "staging",
    "too_many_names",
    "coming_date",
    "no_caa",
    "alias_decides",
    "private_issuer",
    "ttl",
  },
  strict = { "approved_issuer", "wildcard_forbidden", "iodef", "pinned", "unsigned", "migration", "unused_ca" },
}

local RANK = { minimal = 1, recommended = 2, strict = 3 }

local loaded

--- All built-in rules.
---@return issuable.Rule[]
function M.all()
  if loaded then
    return loaded
  end
  local list = {}
  for _, set in ipairs(M.SETS) do
    for _, name in ipairs(FILES[set]) do
      local rule = require("issuable.rules." .. name)
      rule.set, rule.file = set, ("lua/issuable/rules/%s.lua"):format(name)
      list[#list + 1] = rule
    end
  end
  loaded = list
  return list
end

---@param id string
---@return issuable.Rule?
function M.by_id(id)
  for _, rule in ipairs(M.all()) do
    if rule.id == id then
      return rule
    end
  end
end

--- Findings that carry a code of their own instead of a rule's id: lints of zone files, warnings about manifests, waivers. Their
--- severity may be changed too. What makes a file unreadable, or a zone refuse to load, is no matter of taste and not among them.
local CODES = {
  "ambiguous-manifest",
  "blank-owner-after-origin",
  "caa-beside-cname",
  "caa-duplicate",
  "caa-empty-beside-issuer",
  "caa-flags",
  "caa-iodef-not-url",
  "caa-occluded",
  "caa-parameters-in-comment",
  "caa-wildcard-gap",
  "rrset-ttls",
  "signed-zone",
  "waiver-ended",
  "waiver-malformed",
  "waiver-unused",
}

local is_code = {}
for _, code in ipairs(CODES) do
  is_code[code] = true
end

---@param id string
---@return boolean
function M.is_code(id)
  return is_code[id] == true or id:find("^portability%-") ~= nil or (id:find("^manifest%-") ~= nil and id ~= "manifest-syntax")
end

--- A rule with the fields that a policy changes.
function M.changed(rule, change)
  if not change then
    return rule
  end
  local copy = {}
  for _, source in ipairs { rule, change } do
    for field, value in pairs(source) do
      copy[field] = value
    end
  end
  return copy
end

--- The built-in rules that a policy switches on, as it changes them.
---@param policy issuable.Policy?
---@return issuable.Rule[]
function M.active(policy)
  local rank = RANK[policy and policy.base or "recommended"]
  local list = {}
  for _, rule in ipairs(M.all()) do
    local change = policy and policy.by_id[rule.id]
    local asked_for = change and change.severity and change.severity ~= "off"
    local now = M.changed(rule, change)
    if policy and policy.base == "strict" and rule.strict and not (change and change.severity) then
      now = M.changed(now, { severity = rule.strict })
    end
    if (RANK[rule.set] <= rank or asked_for) and now.severity ~= "off" and (now.when or not rule.needs_when) then
      list[#list + 1] = now
    end
  end
  return list
end

return M
