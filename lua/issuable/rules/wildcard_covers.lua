-- Rule wildcard-covers: a name beside a wildcard that covers it, in one certificate.
-- SPDX-License-Identifier: MIT
-- Let's Encrypt's RA refuses such an order ("… is redundant with a wildcard domain in the same request": boulder policy/pa.go).

return {
  id = "wildcard-covers",
  title = "A name stands beside a wildcard that covers it",
  severity = "error",
  on = "request",
  why = "Boulder, which runs Let's Encrypt, refuses an order that holds *.example.com and www.example.com together: the whole order, not the one name.",
  fix = "Remove the name that the wildcard covers. example.com itself is not covered by *.example.com and stays.",
  check = function(request, report)
    if not request.ca or request.ca.behaviour ~= "boulder" then
      return
    end
    local wildcards
    for _, identifier in ipairs(request.identifiers) do
      if identifier.type == "dns" and identifier.wildcard and identifier.name then
        wildcards = wildcards or {}
        wildcards[identifier.name] = identifier
      end
    end
    if not wildcards or #request.identifiers < 2 then
      return
    end
    for _, identifier in ipairs(request.identifiers) do
      local parent = identifier.type == "dns" and not identifier.wildcard and identifier.name and identifier.name:match("^[^.]+%.(.+)$")
      local wildcard = parent and wildcards[parent]
      if wildcard then
        report {
          message = ("%s refuses an order that holds %s beside %s"):format(request.ca.name, identifier.text, wildcard.text),
          labels = {
            { span = identifier.span, text = "covered by the wildcard", primary = true },
            { span = wildcard.span, text = "covers it" },
          },
        }
      end
    end
  end,
  test = {
    { caa = '0 issue "letsencrypt.org"', name = { "*.example.com", "www.example.com" }, finds = 1 },
    { caa = '0 issue "letsencrypt.org"', name = { "*.example.com", "example.com", "a.b.example.com" }, finds = 0 },
    { caa = '0 issue "digicert.com"', ca = "digicert", name = { "*.example.com", "www.example.com" }, finds = 0 },
  },
}
