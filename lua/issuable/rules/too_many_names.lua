-- Rule too-many-names: more names in one certificate than the CA takes.
-- SPDX-License-Identifier: MIT
-- Let's Encrypt: "up to 100 identifiers" (letsencrypt.org/docs/rate-limits, 2025). Other CAs: set { max_names = { id = number } }.

local LIMITS = { letsencrypt = 100 }

return {
  id = "too-many-names",
  title = "More names than the CA puts into one certificate",
  severity = "warning",
  on = "request",
  why = "CAs bound the number of names in one certificate, and refuse the order when there are more. Each further name is also one more that can fail.",
  fix = "Split the Certificate, or use a wildcard. For CAs that are not known here, a policy gives the limit: set { max_names = { [\"ca-id\"] = 100 } }.",
  check = function(request, report, context)
    local id = request.ca and request.ca.id
    local own = context.settings.max_names
    local limit = id and (own and own[id] or LIMITS[id])
    if not limit or #request.identifiers <= limit then
      return
    end
    local count = 0
    for _, identifier in ipairs(request.identifiers) do
      if identifier.type == "dns" or identifier.type == "ip" then
        count = count + 1
      end
    end
    if count > limit then
      report {
        message = ("%s asks for %d names in one certificate, and %s takes at most %d"):format(request.subject, count, request.ca.name, limit),
        labels = { { span = request.span, text = "", primary = true } },
      }
    end
  end,
  test = {
    { caa = '0 issue "letsencrypt.org"', name = { "a.example.com", "b.example.com", "c.example.com" }, set = { max_names = { letsencrypt = 2 } }, finds = 1 },
    { caa = '0 issue "letsencrypt.org"', name = { "a.example.com", "b.example.com" }, set = { max_names = { letsencrypt = 2 } }, finds = 0 },
    { caa = '0 issue "letsencrypt.org"', name = "a.example.com", finds = 0 },
  },
}
