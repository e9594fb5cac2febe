-- Rule caa-portable: the records let this CA issue, but CAs read them differently.
-- SPDX-License-Identifier: MIT
-- The differences are switches with sources in authorities/behaviours.lua.

local describe = require "issuable.rules.describe"

local function views(decision)
  local parts = {}
  for _, name in ipairs { "strict", "boulder", "mpic" } do
    local view = decision.differs and decision.differs[name]
    if view then
      parts[#parts + 1] = ("%s: %s"):format(name, view.verdict)
    end
  end
  return table.concat(parts, ", ")
end

return {
  id = "caa-portable",
  title = "CAs judge the records differently",
  severity = "warning",
  on = "decision",
  why = "Implementations part in the case of issuer names, in bit 1 of the flags, in hyphens of parameter tags, and in which tags they know. "
    .. "What one CA reads as a permission another may read as a refusal: it shows when the CA, or its software, changes.",
  fix = "Write issuer names in lower case, flags as 0 or 128, and parameters as RFC 8657 spells them.",
  check = function(decision, report)
    if decision.verdict ~= "allowed" or decision.portable ~= false then
      return
    end
    local text = "%s may issue for %s, but not every CA reads these records so (%s)"
    report {
      message = text:format(describe.authority(decision), describe.name(decision), views(decision)),
      labels = describe.labels(decision),
      notes = describe.notes(decision),
    }
  end,
  test = {
    { caa = '0 issue "LetsEncrypt.org"', ca = "letsencrypt", finds = 0 },
    { caa = { '0 issue "letsencrypt.org"', '128 contactemail "x@example.com"' }, ca = "letsencrypt", finds = 0 },
    { caa = { '0 issue "letsencrypt.org"', '128 issuevmc "example.net"' }, ca = "letsencrypt", finds = 1, says = "mpic: denied" },
    { caa = '0 issue "letsencrypt.org"', finds = 0 },
  },
}
