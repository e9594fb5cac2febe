-- Running an organisation's rules over the subjects of a check: in the sandbox, on copies, each with its own account of steps.
-- SPDX-License-Identifier: MIT
-- Design section 5. A rule that fails is told once, with file and line, and does not run again; the others do.

local views = require "issuable.policy.views"
local when = require "issuable.policy.when"

local M = {}

--- Steps of one rule in one run: a base, and so many for each subject it is about. Sandboxed steps cost about 5 ns.
local BASE_STEPS = 5000000
local STEPS_EACH = 20000
--- Properties and issuers that the sandbox keeps at a time (about 600 bytes each): it holds no estate.
local MOST_SHARED = 10000

---@class issuable.PolicyEngine
local Engine = {}
Engine.__index = Engine

--- Own rules of a policy that are switched on.
local function active(policy)
  local list = {}
  for _, rule in ipairs(policy.rules) do
    if rule.check and rule.severity ~= "off" then
      list[#list + 1] = rule
    end
  end
  return list
end

---@param policy issuable.Policy
---@param add fun(fields: table, rule: table) takes a finding
function M.new(policy, add)
  local self = setmetatable({ policy = policy, add = add, index = {}, account = {}, dead = {}, by_id = {} }, Engine)
  local by_subject = {}
  for _, rule in ipairs(active(policy)) do
    by_subject[rule.on] = by_subject[rule.on] or {}
    table.insert(by_subject[rule.on], rule)
    self.account[rule] = BASE_STEPS
    self.by_id[rule.check["function"]] = rule
  end
  for subject, rules in pairs(by_subject) do
    self.index[subject] = when.index(rules)
  end
  if next(self.index) ~= nil then
    self:prepare()
  end
  return self
end

--- Has the policy any rule about such subjects?
function Engine:wants(subject)
  return self.index[subject] ~= nil
end

local function primary(span, text)
  return { span = span, text = text, primary = true }
end

--- A rule that failed: an error of the rule, at the line where it happened or where the rule's function begins.
function Engine:fail(rule, trouble, subject)
  if self.dead[rule] then
    return
  end
  self.dead[rule], self.any_dead = true, true
  local path, line = trouble.path or rule.path, trouble.line or rule.check.line or rule.line
  self.add({
    rule = "policy-error",
    severity = "error",
    failed_rule = true,
    message = ("the rule %s of the policy failed: %s"):format(rule.id, trouble.message),
    labels = { primary(self.policy.box:line_span(path, line), "") },
    notes = { ("it was judging %s; it judged nothing more, and the other rules did"):format(subject) },
  }, rule)
end

--- Where a report points, by kind of subject.
local LABELS = {}

function LABELS.decision(report, decision, use)
  local labels = {}
  if use and use.identifier.span then
    labels[1] = primary(use.identifier.span, ("%s asks for it"):format(use.request.subject))
  end
  local rrset = decision.answer and decision.answer.rrset
  local property = rrset and (rrset.properties[report.index] or decision.matched)
  if property and property.span then
    labels[#labels + 1] = { span = property.span, text = report.index and "this property" or "lets it be issued", role = "caa", primary = #labels == 0 }
  end
  return labels
end

function LABELS.request(report, request)
  local identifier = request.identifiers[report.index]
  if identifier and identifier.span then
    return { primary(identifier.span, ("%s asks for it"):format(request.subject)) }
  end
  return request.span and { primary(request.span, "") } or {}
end

function LABELS.issuer(_, issuer)
  return issuer.span and { primary(issuer.span, "") } or {}
end

function LABELS.rrset(report, rrset)
  local property = rrset.properties[report.index] or rrset.properties[1]
  return property and property.span and { primary(property.span, "") } or {}
end

--- A zone is where its SOA record stands.
function LABELS.zone(_, zone)
  local index = zone.apex and zone.status == "loadable" and zone.handle:find(zone.apex, "SOA")[1]
  if not index then
    return { primary({ path = zone.path, line = 1, column = 1, first = 1, last = 0 }, "") }
  end
  local record = zone.handle:record(index)
  return { primary({ path = record.path, line = record.line, column = record.column, first = record.first, last = record.last }, "") }
end

local NAMES = {
  decision = function(decision)
    return (decision.wildcard and "*." or "") .. tostring(decision.name)
  end,
  request = function(request)
    return request.subject
  end,
  issuer = function(issuer)
    return ("%s/%s"):format(tostring(issuer.kind), tostring(issuer.name))
  end,
  rrset = function(rrset)
    return "the CAA records at " .. rrset.owner
  end,
  zone = function(zone)
    return zone.path
  end,
}

function Engine:take(rule, result, kind, subject, use)
  if result.error then
    local message, path, line = self.policy.box:place(result.error)
    self:fail(rule, { message = message, path = path, line = line }, NAMES[kind](subject))
    return
  end
  for _, report in ipairs(result.reports) do
    local wants = next(report.want) ~= nil and report.want or nil
    self.add({
      message = report.message,
      labels = LABELS[kind](report, subject, use),
      notes = report.notes,
      help = report.help,
      decision = kind == "decision" and subject or nil,
      alone = true, -- its words are the organisation's: reports do not put several into one sentence
      subject = subject,
      want = wants and { fields = wants, index = report.index, kind = kind, subject = subject, use = use },
    }, rule)
  end
end

--- The number under which the sandbox keeps something that many subjects share; it is made when it is not there.
function Engine:share(key, weight, make, ...)
  local number = self.shared[key]
  if not number then
    number = self.shares + 1
    self.shares, self.weight = number, self.weight + weight
    self.shared[key] = number
    self.policy.box:call("share", number, make(...))
  end
  return number
end

--- An issuer is merged anew for every request, so it is known by what a rule can see of it.
local function issuer_key(request)
  local issuer = request.issuer
  if not issuer then
    return request
  end
  local accounts = issuer.accounts
  local account = accounts and (#accounts == 1 and accounts[1] or table.concat(accounts, " ")) or ""
  return (request.scope or "")
    .. "\0"
    .. (type(issuer.namespace) == "string" and issuer.namespace or "")
    .. "\0"
    .. (issuer.kind or "")
    .. "\0"
    .. (issuer.name or "")
    .. "\0"
    .. (request.ca and request.ca.id or "")
    .. "\0"
    .. account
end

--- The shared parts of a subject: its RRset and its issuer.
function Engine:parts(kind, subject, use)
  if self.weight >= MOST_SHARED then
    self.policy.box:call("forget")
    self.shared, self.shares, self.weight = {}, 0, 0
  end
  local parts, request = {}, kind == "request" and subject or use and use.request
  if kind == "decision" then
    local answer = subject.answer
    local rrset = answer and answer.rrset
    local owner = answer and answer.found_at or subject.name
    parts.rrset = self:share(rrset or owner or "", rrset and #rrset.properties or 1, views.rrset, rrset, owner)
  end
  if request then
    parts.issuer = self:share(issuer_key(request), 1, views.issuer_of, request)
  end
  return parts
end

--- The number of a list of rules that run together.
function Engine:group(rules)
  local number = self.groups[rules]
  if not number then
    self.group_count = self.group_count + 1
    number = self.group_count
    self.groups[rules] = number
    local ids = {}
    for i, rule in ipairs(rules) do
      ids[i] = rule.check["function"]
    end
    self.policy.box:call("group", number, ids)
  end
  return number
end

--- A new state inside: what a rule left behind must not reach the others.
function Engine:restart()
  self.policy.box:restart()
  self:prepare()
end

--- What the inside has to know before it runs a rule.
function Engine:prepare()
  self.shared, self.shares, self.weight = {}, 0, 0
  self.groups, self.group_count = setmetatable({}, { __mode = "k" }), 0
  self.policy.box:call("set", self.policy.settings)
end

--- One rule after the other, to find the one that overran the budget.
function Engine:one_by_one(rules, view, kind, subject, use)
  local box = self.policy.box
  for _, rule in ipairs(rules) do
    local ok, result = box:call("run", view, self:parts(kind, subject, use), self:group { rule })
    if ok then
      for _, item in ipairs(result or {}) do
        self:take(rule, item, kind, subject, use)
      end
    else
      self:fail(rule, result, NAMES[kind](subject))
      self:restart()
    end
  end
end

--- The rules that have neither failed nor (for a decision) run already.
function Engine:living(rules, done)
  if not done and not self.any_dead then
    return rules
  end
  local all = true
  for _, rule in ipairs(rules) do
    all = all and not self.dead[rule] and not (done and done[rule])
  end
  if all then
    return rules
  end
  local list = {}
  for _, rule in ipairs(rules) do
    if not self.dead[rule] and not (done and done[rule]) then
      list[#list + 1] = rule
    end
  end
  return list
end

--- Runs some rules over a subject.
function Engine:run_rules(rules, kind, subject, use)
  local box = self.policy.box
  local view = views[kind](subject, use)
  local ok, result = box:call("run", view, self:parts(kind, subject, use), self:group(rules))
  if not ok then
    self:restart()
    self:one_by_one(rules, view, kind, subject, use)
    return
  end
  self:charge(rules, box:allowance() - box:left(), NAMES[kind], subject)
  for _, item in ipairs(result or {}) do
    self:take(self.by_id[item.id], item, kind, subject, use)
  end
end

--- Runs the rules that are about a subject. A decision is seen through each of its requests, and by each rule once.
---@param kind "request"|"issuer"|"rrset"|"zone"|"decision"
---@param subject table
function Engine:run(kind, subject)
  local index, values = self.index[kind], views.values[kind]
  if kind ~= "decision" then
    local rules = self:living(index:find(values(subject)))
    if #rules > 0 then
      self:run_rules(rules, kind, subject)
    end
    return
  end
  local uses = subject.requests
  local done = #uses > 1 and {} or nil
  for _, use in ipairs(uses) do
    local rules = self:living(index:find(values(subject, use)), done)
    if #rules > 0 then
      for _, rule in ipairs(done and rules or {}) do
        done[rule] = true
      end
      self:run_rules(rules, kind, subject, use)
    end
  end
end

--- Takes the steps of a call off the accounts of its rules; shared equally, because only their sum is known. A call within what
--- each subject brings costs nothing.
function Engine:charge(rules, steps, name, subject)
  local each = steps / #rules
  if each <= STEPS_EACH then
    return
  end
  for _, rule in ipairs(rules) do
    local left = self.account[rule] + STEPS_EACH - each
    self.account[rule] = math.min(left, BASE_STEPS)
    if left < 0 then
      self:fail(rule, { message = "it takes too many steps over all subjects" }, name(subject))
    end
  end
end

return M
