-- Words for what went wrong on the way: which server, which name, what it said, and what a CA makes of that.
-- SPDX-License-Identifier: MIT
-- Baseline Requirements 3.2.2.8: a lookup that fails is no permission; RFC 8914 (extended errors).

local M = {}

--- What each cause of csrc/caa/reply.h is to a person; %s is the server.
local CAUSES = {
  ["timeout"] = "%s did not answer",
  ["unreachable"] = "%s cannot be reached (nothing listens there, or there is no way to it)",
  ["tcp-failed"] = "the answer of %s is too large for UDP, and by TCP it does not answer (is TCP port 53 blocked?)",
  ["tcp-broken"] = "%s broke the TCP connection off, or sent no DNS over it",
  ["mismatch"] = "%s was drowned in forged answers, or changes the letters of questions, and by TCP it does not answer",
  ["lame"] = "%s is lame: it neither holds the zone nor resolves",
  ["formerr"] = "%s does not understand the question (FORMERR)",
  ["notimp"] = "%s does not know CAA questions (NOTIMP): an old server or a middlebox",
  ["refused"] = "%s refuses to answer (REFUSED): not its zone, or not for us",
  ["too-large"] = "the answer of %s is larger than a DNS message can be",
  ["malformed-answer"] = "the answer of %s is no proper DNS message",
  ["malformed-record"] = "%s serves a CAA record that breaks RFC 8659",
  ["servfail"] = "%s answers SERVFAIL",
  ["bogus"] = "%s says that the answer fails DNSSEC validation",
  ["yxdomain"] = "a DNAME makes the name longer than 255 octets (%s)",
}

local WITHOUT_SERVER = {
  ["budget"] = "it took more questions, octets or time than one name may",
  ["no-memory"] = "there was not enough memory",
}

local function of_cause(step)
  if WITHOUT_SERVER[step.cause] then
    return WITHOUT_SERVER[step.cause]
  elseif step.cause == "unreachable" and not step.source then
    return "there is no server to ask"
  elseif step.cause == "rcode" then
    return ("%s answers %s"):format(step.source, step.rcode or "an error")
  end
  return (CAUSES[step.cause] or "%s failed"):format(step.source or "the server")
end

--- What a step's cause is, without the name it happened at.
M.cause = of_cause

local function of_extended_error(error)
  if not error then
    return ""
  end
  local text = error.text ~= "" and (': "%s"'):format(error.text) or ""
  return (" (extended error %d%s%s)"):format(error.code, error.name and ", " .. error.name or "", text)
end

local BEYOND_DNSSEC = { SERVFAIL = true, ["no answer"] = true, REFUSED = true }

--- What the same question without DNSSEC checking showed.
local function of_cd(step)
  if not step.cd_rcode then
    return ""
  elseif BEYOND_DNSSEC[step.cd_rcode] then
    return ("; without DNSSEC checking it is %s as well, so the zone's own servers are to blame"):format(step.cd_rcode)
  elseif step.cause == "bogus" then
    return ("; without DNSSEC checking it is %s"):format(step.cd_rcode)
  end
  return ("; without DNSSEC checking it is %s: probably bogus"):format(step.cd_rcode)
end

--- Why a lookup failed at its last step, in one clause.
---@param answer table what resolver:result gave
---@return string
function M.failure(answer)
  local step = answer.trace[#answer.trace]
  local where = step.asked or answer.at
  if answer.at ~= answer.name and where == answer.at then
    where = ("%s, a parent of %s"):format(where, answer.name)
  elseif where ~= answer.at then
    where = ("%s, which %s is an alias of"):format(where, answer.at)
  end
  local fault = step.fault and (" (%s)"):format(step.fault) or ""
  return ("%s: %s%s%s%s"):format(where, of_cause(step), fault, of_extended_error(step.extended_error), of_cd(step))
end

return M
