-- What a rule is about, for the formats that carry a list of rules.
-- SPDX-License-Identifier: MIT
-- The words are the rules' own; problems of the input have a code instead of a rule.

local judge = require "issuable.judge"

local M = {}

local function built_in()
  local by_id = {}
  for _, rule in ipairs(judge.BUILT_IN or {}) do
    by_id[rule.id] = rule
  end
  return by_id
end

local NAMES = {
  ["caa-denied"] = "A public CA must refuse a certificate when the CAA records of the name do not let it issue (RFC 8659, RFC 8657). "
    .. "cert-manager then waits for a certificate that never comes.",
  ["caa-undecided"] = "From what was given it cannot be told whether the name may be issued. What cannot be decided is never called allowed.",
}

local HELP = {
  ["caa-denied"] = "Run `issuable fix` for the edit that lets the CA issue, or point the certificate at an issuer whose CA the records name.",
  ["caa-undecided"] = "Add what is missing to the input: the zone file (--zone), the issuer's manifest (--issuer), the account or the solver.",
}

--- A set of words for every rule that the findings name.
---@param result table
---@return { id: string, title: string, why: string, help: string, severity: string }[] sorted by id
---@return table<string, integer> index 0-based place of a rule in the list
function M.rules(result)
  local known, list, seen = built_in(), {}, {}
  for _, finding in ipairs(result.findings) do
    local id = finding.rule
    if not seen[id] then
      seen[id] = true
      local rule = result.rules and result.rules[id] or known[id] or {}
      local title = rule.title or (finding.input and "A file could not be read as it was meant: " or "A finding of the rule ") .. id
      list[#list + 1] = {
        id = id,
        title = title,
        why = rule.why or NAMES[id] or title .. ".",
        help = rule.help or HELP[id] or "The finding's message says what is wrong and how it is mended.",
        severity = rule.severity or finding.severity,
      }
    end
  end
  table.sort(list, function(a, b)
    return a.id < b.id
  end)
  local index = {}
  for i, rule in ipairs(list) do
    index[rule.id] = i - 1
  end
  return list, index
end

return M
