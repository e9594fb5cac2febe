-- Rule issuer-not-approved: a request goes to an issuer that the policy does not name.
-- SPDX-License-Identifier: MIT

--- Everything that an issuer may be approved by: its name, Kind/name, its CA's id and issuer domain names.
local function names_of(request)
  local reference = request.issuer_ref or {}
  local names = {}
  if reference.name then
    names[1], names[2] = reference.name, ("%s/%s"):format(reference.kind, reference.name)
  end
  local ca = request.ca
  if ca then
    names[#names + 1] = ca.id
    for _, identity in ipairs(ca.identities or {}) do
      if identity.status ~= "contested" then
        names[#names + 1] = identity.domain
      end
    end
  end
  return names
end

return {
  id = "issuer-not-approved",
  title = "The issuer is not one of the approved ones",
  severity = "error",
  on = "request",
  why = "An organisation that has chosen its CAs wants to hear of every other one before a certificate of it is in production.",
  fix = "Use an approved issuer, or approve this one: set { approved_issuers = { \"ClusterIssuer/name\", \"letsencrypt.org\" } }.",
  check = function(request, report, context)
    local approved = context.settings.approved_issuers
    if not approved then
      return
    end
    local set = context.memo.set
    if not set then
      set = {}
      context.memo.set = set
      for _, name in ipairs(approved) do
        set[name] = true
      end
    end
    for _, name in ipairs(names_of(request)) do
      if set[name] then
        return
      end
    end
    local reference = request.issuer_ref or {}
    report {
      message = ("%s uses %s/%s, which is not an approved issuer"):format(request.subject, reference.kind or "?", reference.name or "?"),
      labels = { { span = reference.span or request.span, text = "its issuer", primary = true } },
    }
  end,
  test = {
    { caa = '0 issue "letsencrypt.org"', issuer = "other", set = { approved_issuers = { "letsencrypt-prod", "digicert.com" } }, finds = 1 },
    { caa = '0 issue "letsencrypt.org"', issuer = "letsencrypt-prod", set = { approved_issuers = { "letsencrypt-prod" } }, finds = 0 },
    { caa = '0 issue "letsencrypt.org"', issuer = "other", set = { approved_issuers = { "letsencrypt.org" } }, finds = 0 },
    { caa = '0 issue "letsencrypt.org"', finds = 0 },
  },
}
