-- Rule wildcard-forbidden: a wildcard is requested.
-- SPDX-License-Identifier: MIT

return {
  id = "wildcard-forbidden",
  title = "Wildcards are forbidden",
  severity = "error",
  on = "request",
  why = "A wildcard's key stands for every name of a level: whoever takes it speaks for all of them.",
  fix = "List the names. Where a wildcard is wanted all the same, waive this rule for it, or switch it off in the policy.",
  check = function(request, report)
    for _, identifier in ipairs(request.identifiers) do
      if identifier.type == "dns" and identifier.wildcard then
        report {
          message = ("%s asks for the wildcard %s"):format(request.subject, identifier.text),
          labels = { { span = identifier.span, text = "a wildcard", primary = true } },
        }
      end
    end
  end,
  test = {
    { caa = '0 issue "letsencrypt.org"', name = { "*.example.com", "example.com" }, finds = 1 },
    { caa = '0 issue "letsencrypt.org"', name = "example.com", finds = 0 },
  },
}
