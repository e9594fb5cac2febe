-- Rule zone-lint: what a zone file holds that loads and is likely not meant, or that other servers read otherwise.
-- SPDX-License-Identifier: MIT
-- The lints come from the reader of zone files (csrc/zone/lint.c, portability.c); each keeps its own id, so that it can be waived by it.

return {
  id = "zone-lint",
  title = "A zone file holds what is likely not meant, or not portable",
  severity = "warning",
  on = "zone",
  check = function(zone, report)
    for _, lint in ipairs(zone.lints or {}) do
      local span = { path = lint.path, first = lint.first, last = lint.last, line = lint.line, column = lint.column }
      report { rule = lint.id, severity = lint.severity, message = lint.message, labels = { { span = span, text = "", primary = true } } }
    end
  end,
}
