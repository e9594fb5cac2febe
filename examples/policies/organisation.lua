-- A policy for a whole organisation: what its certificates and its CAA have to look like.
-- Try it: issuable test examples/policies/organisation.lua
--         issuable check --policy examples/policies/organisation.lua deploy/ dns/

extends "recommended"

set {
  approved_issuers = { "letsencrypt-prod", "ClusterIssuer/internal", "pki.goog" },
  max_ttl = 3600,
  accounts = { ["prod/letsencrypt-prod"] = { "https://acme-v02.api.letsencrypt.org/acme/acct/1" } },
}

-- Built-in rules, as this organisation wants them.
rule { id = "issuer-not-approved", severity = "error" }
rule { id = "no-caa", severity = "error" }
rule { id = "caa-ttl", severity = "warning" }
rule { id = "staging-in-production", severity = "error", when = { namespace = { "prod-*", "live" } } }

rule {
  id = "ACME001",
  title = "Production names pin the ACME account",
  severity = "error",
  on = "decision",
  when = { namespace = "prod-*", ca = "letsencrypt.org", verdict = "allowed" },
  why = "A taken-over name must not be enough to get a certificate from our own CA.",
  fix = "Let CAA name the account: issuable fix writes it.",
  check = function(decision, report)
    if decision.account and not decision.rrset:pins(decision.account) then
      report("CAA at %s does not pin %s", decision.found_at, decision.account):want { accounturi = decision.account }
    end
  end,
  test = {
    { caa = '0 issue "letsencrypt.org"', name = "www.example.com", finds = 1 },
    { caa = '0 issue "letsencrypt.org; accounturi=$account"', name = "www.example.com", finds = 0 },
    { caa = '0 issue "letsencrypt.org"', name = "www.example.com", account = "unknown", finds = 0 },
    { caa = '0 issue "letsencrypt.org"', name = "www.example.com", namespace = "dev", finds = 0 },
  },
}

rule {
  id = "ACME002",
  title = "Only DNS-01 proves control of production names",
  severity = "error",
  on = "decision",
  when = { namespace = "prod-*", verdict = "allowed" },
  why = "HTTP-01 follows whoever holds the address today; our addresses move.",
  check = function(decision, report)
    for _, method in ipairs(decision.methods) do
      if method ~= "dns-01" then
        report("%s is validated by %s", decision.text, method):want { validationmethods = "dns-01" }
      end
    end
  end,
  test = {
    { caa = '0 issue "letsencrypt.org"', method = "http-01", finds = 1, says = "http-01" },
    { caa = '0 issue "letsencrypt.org"', method = "dns-01", finds = 0 },
  },
}

rule {
  id = "CA001",
  title = "The old contract with DigiCert is over: no record names it any more",
  severity = "error",
  on = "rrset",
  check = function(rrset, report)
    for _, property in ipairs(rrset.properties) do
      if property.issuer == "digicert.com" then
        report("%s still lets DigiCert issue", rrset.owner):at(property):help("ask procurement before you remove it: CDN-4711 is the last user")
      end
    end
  end,
  test = {
    { caa = { '0 issue "letsencrypt.org"', '0 issue "digicert.com"' }, finds = 1 },
    { caa = '0 issue "letsencrypt.org"', finds = 0 },
  },
}

rule {
  id = "CA002",
  title = "Every RRset reports to the security team",
  severity = "warning",
  on = "rrset",
  check = function(rrset, report)
    for _, property in ipairs(rrset:tagged "iodef") do
      if property.value == "mailto:security@example.com" then
        return
      end
    end
    report("%s does not report to security@example.com", rrset.owner):want { iodef = "mailto:security@example.com" }
  end,
  test = {
    { caa = '0 issue "letsencrypt.org"', finds = 1 },
    { caa = { '0 issue "letsencrypt.org"', '0 iodef "mailto:security@example.com"' }, finds = 0 },
    { caa = { '0 issue "letsencrypt.org"', '0 iodef "mailto:somebody@example.net"' }, finds = 1 },
  },
}

rule {
  id = "CA003",
  title = "Two CAs may issue, so that one can fail",
  severity = "info",
  on = "rrset",
  when = { owner = "*example.com" },
  check = function(rrset, report)
    local seen, count = {}, 0
    for _, property in ipairs(rrset:relevant(false)) do
      local issuer = property.issuer
      if issuer and issuer ~= "" and not seen[issuer] then
        seen[issuer] = true
        count = count + 1
      end
    end
    if count == 1 then
      report("%s depends on one CA", rrset.owner)
    end
  end,
  test = {
    { caa = '0 issue "letsencrypt.org"', finds = 1 },
    { caa = { '0 issue "letsencrypt.org"', '0 issue "pki.goog"' }, finds = 0 },
    { caa = '0 issue ";"', finds = 0 },
  },
}

rule {
  id = "NAME001",
  title = "No wildcards in production",
  severity = "error",
  on = "request",
  when = { namespace = "prod-*" },
  check = function(request, report)
    for _, identifier in ipairs(request.identifiers) do
      if identifier.wildcard then
        report("%s asks for %s", request.subject, identifier.text):at(identifier)
      end
    end
  end,
  test = {
    { caa = '0 issue "letsencrypt.org"', name = { "example.com", "*.example.com" }, finds = 1, says = "*.example.com" },
    { caa = '0 issue "letsencrypt.org"', name = "*.example.com", namespace = "dev", finds = 0 },
  },
}

rule {
  id = "NAME002",
  title = "Names of internal services do not belong into public certificates",
  severity = "error",
  on = "decision",
  when = { name = { "*.int.example.com", "*.corp.example.com" } },
  why = "Public certificates are logged for everybody to read (certificate transparency).",
  check = function(decision, report)
    if decision.verdict ~= "exempt" then
      report("%s would be published in certificate transparency logs", decision.text)
    end
  end,
  test = {
    { caa = '0 issue "letsencrypt.org"', name = "db.int.example.com", finds = 1 },
    { caa = '0 issue "letsencrypt.org"', name = "www.example.com", finds = 0 },
  },
}

rule {
  id = "NAME003",
  title = "A certificate stays within one domain",
  severity = "warning",
  on = "request",
  check = function(request, report)
    local domains, count = {}, 0
    for _, identifier in ipairs(request.identifiers) do
      local domain = identifier.name and identifier.name:match "([^.]+%.[^.]+)$"
      if domain and not domains[domain] then
        domains[domain] = true
        count = count + 1
      end
    end
    if count > 1 then
      report("%s mixes %d domains: one of them can hold up the others", request.subject, count)
    end
  end,
  test = {
    { caa = '0 issue "letsencrypt.org"', name = { "www.example.com", "www.example.net" }, finds = 1 },
    { caa = '0 issue "letsencrypt.org"', name = { "www.example.com", "api.example.com" }, finds = 0 },
  },
}

rule {
  id = "ISS001",
  title = "Production issuers are cluster-wide",
  severity = "warning",
  on = "issuer",
  when = { environment = "production" },
  check = function(issuer, report)
    if issuer.kind ~= "ClusterIssuer" then
      report("%s/%s orders from production, and is no ClusterIssuer", issuer.kind, issuer.name)
    end
  end,
  test = {
    { caa = '0 issue "letsencrypt.org"', issuer = "Issuer/own", finds = 1 },
    { caa = '0 issue "letsencrypt.org"', issuer = "ClusterIssuer/shared", finds = 0 },
  },
}

rule {
  id = "ZONE001",
  title = "Zone files say at the apex who may issue",
  severity = "warning",
  on = "zone",
  check = function(zone, report)
    if zone.status == "loadable" and not zone.types.CAA then
      report("%s holds no CAA record at all", zone.apex)
    end
  end,
  test = {
    { zone = "www A 192.0.2.1\n", finds = 1 },
    { caa = '0 issue "letsencrypt.org"', finds = 0 },
  },
}

waive {
  rule = "CA001",
  name = "legacy.example.com",
  owner = "team-web",
  because = "moves to the new load balancers in January",
  expires = "2027-01-31",
}
