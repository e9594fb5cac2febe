-- Rule zone-lint: what a zone file holds that loads and is likely not meant, or that other servers read otherwise.
-- SPDX-License-Identifier: MIT
-- The lints come from the reader of zone files (csrc/zone/lint.c, portability.c); each keeps its own id, so that it can be waived by it.

--- Lints of records that do not say what they seem to say: the CA decides otherwise than their author believes.
local ERRORS = { ["caa-parameters-in-comment"] = true, ["caa-occluded"] = true, ["caa-beside-cname"] = true }

return {
  id = "zone-lint",
  title = "A zone file holds what is likely not meant, or not portable",
  severity = "warning",
  on = "zone",
  why = "A zone may load and still not say what its author believes: an unquoted `;` starts a comment and drops the parameters behind it; records at or below "
    .. "a delegation, or beside a CNAME, are never answered; an empty issuer beside one that allows forbids nothing; other servers read some files otherwise. "
    .. "Each lint has an id of its own, by which it is waived or given another severity.",
  fix = "Each finding says what to write.",
  check = function(zone, report)
    for _, lint in ipairs(zone.lints or {}) do
      local span = { path = lint.path, first = lint.first, last = lint.last, line = lint.line, column = lint.column }
      local severity = ERRORS[lint.id] and "error" or lint.severity
      report { rule = lint.id, severity = severity, message = lint.message, labels = { { span = span, text = "", primary = true } } }
    end
  end,
  test = {
    { zone = "@ CAA 0 issue letsencrypt.org; accounturi=https://acme.example/1\n", finds = 2, says = "quote the value" },
    { zone = "sub NS ns.example.net.\nsub CAA 0 issue \"letsencrypt.org\"\n", finds = 1, says = "delegated" },
    { caa = { '0 issue ";"', '0 issue "letsencrypt.org"' }, finds = 1 },
    { caa = '0 issue "letsencrypt.org"', finds = 0 },
  },
}
