-- Report `explain`: one name told to a person, from the climb to every CA that may issue.
-- SPDX-License-Identifier: MIT
-- RFC 8659 section 3 (the climb) and section 4 (what the records mean).

local decide = require "issuable.decide"
local describe = require "issuable.rules.describe"
local terminal = require "issuable.reports.terminal"

local M = {}

--- Everything from files and DNS passes through this; only our own words do not.
local v = terminal.visible

local STYLE = { allowed = "green", denied = "red", undecided = "yellow", exempt = "cyan" }

local function pad(text, width)
  return text .. (" "):rep(math.max(0, width - terminal.width(text)))
end

local function place(zone, index)
  local record = zone.handle:record(index)
  return ("%s:%d"):format(v(record.path), record.line)
end

local WORDS = {
  rrset = "CAA found: this set counts, the climb ends",
  nodata = "the name exists, no CAA",
  nxdomain = "no such name, so no CAA",
  assumed = "assumed to hold no CAA (not asked)",
  loop = "the aliases never end",
  yxdomain = "a DNAME makes the name too long",
  failed = "the lookup failed",
}

local SECURITY = {
  secure = "secure: the resolver has checked every answer on the way",
  insecure = "insecure: at least one zone on the way is not signed; the resolver has checked the others",
  unchecked = "unchecked: no resolver is trusted to have checked (resolv.conf's `options trust-ad`, or --trust-ad)",
  bogus = "bogus: an answer fails validation, and every CA must refuse",
}

local function step_words(step)
  if step.kind == "alias" then
    return ("an alias that leaves for %s"):format(v(step.target or "?"))
  elseif step.kind == "referral" then
    return ("delegated at %s to servers that were not asked"):format(v(step.cut or "?"))
  end
  return WORDS[step.kind] or v(step.detail or step.kind)
end

local function add_climb(out, answer, paint)
  out[#out + 1] = paint("bold", "The climb") .. " (RFC 8659 section 3): the closest name with CAA counts"
  local width = 0
  for _, step in ipairs(answer.trace) do
    width = math.max(width, terminal.width(step.asked or step.name))
  end
  for _, step in ipairs(answer.trace) do
    for _, link in ipairs(step.links or {}) do
      out[#out + 1] = ("  %s  %s %s  %s"):format(
        pad(v(link.owner), width),
        link.type,
        v(link.target),
        paint("dim", step.zone and link.record and place(step.zone, link.record) or "")
      )
    end
    local where = step.zone and step.records and place(step.zone, step.records[1]) or v(step.source or "")
    local from = step.wildcard and (" (from the wildcard %s)"):format(v(step.wildcard)) or ""
    local name = step.asked or step.name
    if step.links and #step.links > 0 and step.kind ~= "alias" then
      name = step.links[#step.links].target
    end
    out[#out + 1] = ("  %s  %s%s  %s"):format(pad(v(name), width), step_words(step), from, paint("dim", where))
  end
  out[#out + 1] = ""
end

local function add_records(out, answer, paint)
  local rrset = answer.rrset
  if not rrset then
    return
  end
  out[#out + 1] = ("%s at %s, TTL %s, from %s"):format(
    paint("bold", "The records"),
    v(rrset.owner),
    rrset.ttl and ("%d"):format(rrset.ttl) or "?",
    v(answer.resolver or answer.source or "?")
  )
  for _, property in ipairs(rrset.properties) do
    local meaning
    if property.kind == "unknown" then
      meaning = property.critical and "unknown and critical: every CA must refuse" or "unknown, not critical: ignored"
    elseif property.kind == "iodef" then
      meaning = "where a CA may report; restricts nothing"
    elseif property.kind == "issue" or property.kind == "issuewild" then
      meaning = describe.property(property, {})
    else
      meaning = "not about TLS certificates"
    end
    local where = property.span and ("%s:%d  "):format(v(property.span.path), property.span.line) or ""
    out[#out + 1] = ("  %s%s  %s"):format(where, v(property.text), paint("dim", v(meaning)))
  end
  out[#out + 1] = ""
end

local function add_verdict(out, decision, paint)
  local line = ("%s: %s (%s)"):format(v(describe.name(decision)), paint(STYLE[decision.verdict], decision.verdict), decision.reason)
  if decision.matched then
    line = line .. " by " .. v(decision.matched.text)
  elseif decision.detail then
    line = line .. ": " .. v(decision.detail)
  end
  out[#out + 1] = "  " .. line
end

local function add_everyone(out, asker, identifier, answer, wildcard, paint)
  local name = v((wildcard and "*." or "") .. identifier.name)
  local head = ("%s %s: "):format(paint("bold", "Who may issue for"), name)
  if answer.security == "bogus" then
    out[#out + 1] = head .. paint("red", "nobody") .. " (dnssec-bogus)"
    return
  elseif answer.status ~= "found" and answer.status ~= "none" then
    out[#out + 1] = ("%s%s (%s)"):format(head, paint("yellow", "not known"), v(answer.detail or answer.reason or answer.status))
    return
  end
  local verdict = decide.everyone(answer, wildcard, asker.directory, { now = asker.options.now, behaviour = asker.options.behaviour })
  local why = verdict.why and (" (%s)"):format(v(verdict.why)) or ""
  if verdict.anyone then
    head = head .. paint("green", "every CA") .. why
  elseif #verdict.allowed == 0 then
    head = head .. paint("red", "nobody") .. why
  end
  out[#out + 1] = head
  if not verdict.anyone then
    for _, entry in ipairs(verdict.allowed) do
      out[#out + 1] = ("  %s  %s"):format(paint("green", v(entry.name)), v(entry.why or ""))
    end
    for _, entry in ipairs(verdict.undecided or {}) do
      out[#out + 1] = ("  %s  %s"):format(paint("yellow", v(entry.name)), v(entry.why or ""))
    end
  end
end

local function add_requests(out, asker, identifier, paint)
  local lines = {}
  for _, request in ipairs(asker.input.requests) do
    for _, wanted in ipairs(request.identifiers) do
      if wanted.name == identifier.name then
        local span = wanted.span or request.span
        lines[#lines + 1] = ("  %s:%d  %s asks %s for %s"):format(
          v(request.path),
          span and span.line or 0,
          v(request.subject),
          v(request.ca and request.ca.name or "an issuer that is not known"),
          v(wanted.text)
        )
      end
    end
  end
  if #lines > 0 then
    out[#out + 1] = ""
    out[#out + 1] = paint("bold", "Asked for by")
    for _, line in ipairs(lines) do
      out[#out + 1] = line
    end
  end
end

--- The zones from the top down, each with its key, as far as the chain holds.
local function add_chain(out, chain, paint)
  for _, zone in ipairs(chain and chain.zones or {}) do
    local good = zone.state == "good"
    out[#out + 1] = ("  %s  %s  %s"):format(v(zone.name), paint(good and "green" or "yellow", good and "holds" or zone.state), paint("dim", v(zone.text)))
  end
  if chain and chain.broken then
    out[#out + 1] = ("  %s: %s"):format(paint("red", "the broken link"), v(chain.broken))
  end
end

---@param asker issuable.Asker
---@param identifier table
---@param question { accounts?: string[], methods?: string[] }
---@param options { colour?: boolean }
---@return string text
---@return table<string, boolean> verdicts seen, for the exit code
function M.render(asker, identifier, question, options)
  local paint = terminal.painter(options.colour or false)
  local out, verdicts = {}, {}
  local answer, settled = asker:answer(identifier)
  if not answer then
    verdicts[settled.verdict] = true
    local detail = settled.detail and ": " .. settled.detail or ""
    return v(("%s: %s (%s)%s"):format(identifier.text, settled.verdict, settled.reason, detail)) .. "\n", verdicts
  end
  add_climb(out, answer, paint)
  add_records(out, answer, paint)
  local chain = asker:chain(answer)
  if answer.resolver then
    out[#out + 1] = ("%s: %s"):format(paint("bold", "DNSSEC"), SECURITY[answer.security])
    add_chain(out, chain, paint)
    out[#out + 1] = ""
  end
  if answer.security == "bogus" then
    verdicts.denied = true
    out[#out + 1] = ("%s: %s"):format(paint("red", "every CA refuses"), v(answer.detail or answer.reason or ""))
    out[#out + 1] = ""
  elseif answer.status == "unknown" or answer.status == "failed" then
    verdicts.undecided = true
    out[#out + 1] = ("%s: %s"):format(paint("yellow", "not decided"), v(answer.detail or answer.reason or ""))
    out[#out + 1] = ""
  end
  if asker.ca then
    out[#out + 1] = paint("bold", "May " .. v(asker.ca.name) .. " issue?")
    for _, wildcard in ipairs { false, true } do
      local asked = { name = identifier.name, text = identifier.text, type = "dns", wildcard = wildcard }
      local decision = asker:decide(asked, { ca = asker.ca, accounts = question.accounts, methods = question.methods })
      if wildcard == identifier.wildcard then
        verdicts[decision.verdict] = true
      end
      add_verdict(out, decision, paint)
    end
  else
    add_everyone(out, asker, identifier, answer, false, paint)
    add_everyone(out, asker, identifier, answer, true, paint)
  end
  add_requests(out, asker, identifier, paint)
  for i, line in ipairs(out) do
    out[i] = line:match("^.*%S") or "" -- greedy from the left: linear, where "%s+$" would not be
  end
  return table.concat(out, "\n") .. "\n", verdicts
end

return M
