-- ask: single names without manifests, for `decide`, `lookup`, `explain` and for embedders.
-- SPDX-License-Identifier: MIT
-- The same reading, asking and deciding as check; only the requests come from the caller.

local authority = require "issuable.authority"
local check = require "issuable.check"
local decide = require "issuable.decide"
local sources = require "issuable.sources"

local M = {}

---@class issuable.Asker
local Asker = {}
Asker.__index = Asker

--- Reads the zones (and, where paths are given, the manifests) once; then any number of names can be asked.
---@param options issuable.CheckOptions
---@return issuable.Asker?
---@return string? message usage error
function M.open(options)
  local read, message = check.prepare(options)
  if not read then
    return nil, message
  end
  local input = sources.read(read)
  return setmetatable({
    options = options,
    input = input,
    directory = read.directory,
    ca = read.ca,
    asker = authority.new { zones = input.zones, assume_empty = options.assume_empty, dns = options.dns_handle },
  }, Asker)
end

--- The Answer for a name, or nil and the verdict that stands without asking anybody.
---@param identifier table
---@return table? answer
---@return table? settled { verdict, reason, detail }
function Asker:answer(identifier)
  local settled = decide.identifier(identifier)
  if settled then
    return nil, settled
  end
  return self.asker:ask(identifier.name)
end

--- For a name that a resolver could not validate, or may not have been able to: the chain, walked. When a link is broken the
--- answer is bogus, whatever the resolver was able to say.
---@param answer table
---@return { zones: table[], broken: string? }?
function Asker:chain(answer)
  local last = answer.trace[#answer.trace]
  local suspicious = last and (last.cause == "bogus" or last.cause == "servfail" and last.cd_rcode == "NOERROR")
  if answer.status ~= "failed" or not suspicious or self.asker.dns.walker then
    return nil
  end
  local walked = require("issuable.dns.chain").walk(self.asker.dns, last.asked, last.source, self.options.now)
  if walked.broken then
    answer.security = "bogus"
    answer.detail = ("%s; the broken link: %s"):format(answer.detail, walked.broken)
  end
  return walked
end

--- Answers for any number of identifiers, servers asked about many at once.
---@param next_identifier fun(): table? nil: none now; it is asked again after each answer
---@param done fun(index: integer, identifier: table, answer: table?, settled: table?) index: in the order of next_identifier
function Asker:each(next_identifier, done)
  local taken, started = 0, {}
  local function take()
    while true do
      local identifier = next_identifier()
      if not identifier then
        return nil
      end
      taken = taken + 1
      local settled = decide.identifier(identifier)
      if settled then
        done(taken, identifier, nil, settled)
      else
        return identifier
      end
    end
  end
  if not self.asker.dns then
    for identifier in take do
      done(taken, identifier, self.asker:ask(identifier.name))
    end
    return
  end
  local count = 0
  self.asker:ask_each(function()
    local identifier = take()
    if identifier then
      count = count + 1
      started[count] = { taken, identifier }
      return identifier.name
    end
  end, function(index, answer)
    local entry = started[index]
    started[index] = nil
    done(entry[1], entry[2], answer)
  end)
end

---@param identifier table
---@param question { ca: table, accounts?: string[], methods?: string[] }
---@return table decision
function Asker:decide(identifier, question)
  return self:judge(identifier, question, self:answer(identifier))
end

--- The same from an answer that is already there.
function Asker:judge(identifier, question, answer, settled)
  if not answer then
    return {
      view = "zones",
      name = identifier.name or identifier.text,
      wildcard = identifier.wildcard,
      ca = question.ca.id,
      authority = question.ca,
      verdict = settled.verdict,
      reason = settled.reason,
      detail = settled.detail,
      requests = {},
    }
  end
  local decision = decide.decide({
    name = identifier.name,
    wildcard = identifier.wildcard,
    ca = question.ca,
    accounts = question.accounts,
    methods = question.methods,
    behaviour = self.options.behaviour,
    now = self.options.now,
    require_dnssec = self.options.require_dnssec,
  }, answer)
  decision.requests = decision.requests or {}
  return decision
end

--- What could not be read of the input, as lines for stderr.
---@return string[] lines
---@return boolean failed something that was named explicitly is unreadable or broken
function Asker:problems()
  local lines, failed = {}, false
  for _, problem in ipairs(self.input.problems) do
    failed = failed or problem.explicit or false
    lines[#lines + 1] = ("%s%s: %s"):format(problem.path, problem.line and (":%d:%d"):format(problem.line, problem.column or 1) or "", problem.message)
  end
  for _, zone in ipairs(self.input.zones) do
    for _, problem in ipairs(zone.errors) do
      if problem.severity == "error" then
        failed = failed or zone.explicit or false
        lines[#lines + 1] = ("%s:%d:%d: %s"):format(problem.path, problem.line, problem.column, problem.message)
      end
    end
  end
  return lines, failed
end

return M
