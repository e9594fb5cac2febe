-- From issuerRef to CA: scopes, namespaces, copies, --issuer, --ca, accounts of the policy.
-- SPDX-License-Identifier: MIT
-- Design section 4, "Who is asked"; cases: issuers, a reference, options, the outcome.

local authorities = require "issuable.authorities"
local issuers = require "issuable.sources.issuers"

local directory = authorities.new()

local SERVERS = {
  le = "https://acme-v02.api.letsencrypt.org/directory",
  staging = "https://acme-staging-v02.api.letsencrypt.org/directory",
  zerossl = "https://acme.zerossl.com/v2/DV90",
  nobody = "https://acme.nobody.example/directory",
}

--- "scope:ns/Kind/name=WHAT" with WHAT a server of the table, a type, or server+account number.
local function issuer_of(text)
  local scope, rest = text:match("^(%a*):(.*)$")
  local place, what = (rest or text):match("^(.*)=(.*)$")
  local namespace, kind, name = place:match("^([^/]+)/([^/]+)/([^/]+)$")
  if not namespace then
    kind, name = place:match("^([^/]+)/([^/]+)$")
  end
  local server, account = what:match("^(%a+)%+?(%d*)$")
  local issuer = { scope = scope or "", namespace = namespace, kind = kind, name = name, group = "cert-manager.io", path = text, type = what }
  if SERVERS[server] then
    issuer.type, issuer.server = "acme", SERVERS[server]
    issuer.ca, issuer.environment = directory:by_url(issuer.server)
    issuer.accounts = account ~= "" and { SERVERS[server] .. "/acct/" .. account } or nil
  end
  return issuer
end

local function list(text, convert)
  local items = {}
  for word in text:gmatch("%S+") do
    items[#items + 1] = convert(word)
  end
  return items
end

local function resolve(issuer_text, reference, option_text)
  local options = { directory = directory, issuers = {}, accounts = {} }
  for key, value in option_text:gmatch("(%-%-%a+) (%S+)") do
    local name, ca = value:match("^(.-)=(.*)$")
    if key == "--issuer" then
      options.issuers[name] = assert(directory:from_option(ca))
    elseif key == "--ca" then
      options.ca = assert(directory:from_option(value))
    elseif key == "--account" then
      options.accounts[name] = { SERVERS.le .. "/acct/" .. ca }
    end
  end
  local scope, rest = reference:match("^(%a*):(.*)$")
  local group
  rest, group = (rest or reference):match("^([^@]*)@?(.*)$")
  local namespace, kind, name = rest:match("^([^/]+)/([^/]+)/([^/]+)$")
  if not namespace then
    kind, name = rest:match("^([^/]+)/([^/]+)$")
  end
  local request = {
    scope = scope or "",
    namespace = namespace,
    issuer_ref = { kind = kind, name = name, group = group ~= "" and group or "cert-manager.io" },
    identifiers = { { type = "dns", name = "www.example.com", text = "www.example.com" } },
  }
  issuers.new(list(issuer_text, issuer_of), options):resolve(request)
  return request
end

local function outcome(request)
  local text = request.ca and request.ca.id or "-"
  if request.settled then
    text = text .. " " .. request.settled.reason
  end
  for _, account in ipairs(request.issuer and request.issuer.accounts or request.accounts or {}) do
    text = text .. " +" .. account:match("/acct/(%d+)$")
  end
  return text
end

-- issuers in the input | the reference | options | CA or "-", reason when settled, +accounts
local CASES = [[
ClusterIssuer/a=le                     | web/ClusterIssuer/a |                                    | letsencrypt
ClusterIssuer/a=le+7                   | web/ClusterIssuer/a |                                    | letsencrypt +7
web/Issuer/a=le                        | web/Issuer/a        |                                    | letsencrypt
shop/Issuer/a=le                       | web/Issuer/a        |                                    | - issuer-missing
Issuer/a=le                            | web/Issuer/a        |                                    | letsencrypt
web/Issuer/a=le                        | Issuer/a            |                                    | letsencrypt
web/Issuer/a=le Issuer/a=zerossl       | web/Issuer/a        |                                    | letsencrypt
web/Issuer/a=le shop/Issuer/a=zerossl  | shop/Issuer/a       |                                    | zerossl
ClusterIssuer/a=le                     | web/Issuer/a        |                                    | - issuer-missing
web/Issuer/a=le                        | web/ClusterIssuer/a |                                    | - issuer-missing
ClusterIssuer/b=le                     | web/ClusterIssuer/a |                                    | - issuer-missing
ClusterIssuer/a=selfsigned             | web/ClusterIssuer/a |                                    | - private-issuer
ClusterIssuer/a=ca                     | web/ClusterIssuer/a |                                    | - private-issuer
ClusterIssuer/a=vault                  | web/ClusterIssuer/a |                                    | - private-issuer
ClusterIssuer/a=venafi                 | web/ClusterIssuer/a |                                    | - unknown-ca
ClusterIssuer/a=nothing                | web/ClusterIssuer/a |                                    | - unknown-ca
ClusterIssuer/a=nobody                 | web/ClusterIssuer/a |                                    | - unknown-ca
ClusterIssuer/a=nobody                 | web/ClusterIssuer/a | --issuer ClusterIssuer/a=ca.example | ca.example
ClusterIssuer/a=venafi                 | web/ClusterIssuer/a | --issuer ClusterIssuer/a=digicert.com | digicert.com
ClusterIssuer/a=nobody                 | web/ClusterIssuer/a | --ca ca.example                    | ca.example
ClusterIssuer/a=le                     | web/ClusterIssuer/a | --ca ca.example                    | letsencrypt
ClusterIssuer/a=le                     | web/ClusterIssuer/a | --issuer ClusterIssuer/a=ca.example | letsencrypt
ClusterIssuer/a=selfsigned             | web/ClusterIssuer/a | --ca ca.example                    | - private-issuer
ClusterIssuer/a=selfsigned             | web/ClusterIssuer/a | --issuer ClusterIssuer/a=ca.example | - private-issuer
ClusterIssuer/b=le                     | web/ClusterIssuer/a | --ca ca.example                    | ca.example
ClusterIssuer/b=le                     | web/ClusterIssuer/a | --issuer ClusterIssuer/a=ca.example --ca x.example | ca.example
ClusterIssuer/b=le                     | web/Issuer/a        | --issuer Issuer/a=ca.example       | ca.example
ClusterIssuer/b=le                     | web/Issuer/a        | --issuer web/Issuer/a=ca.example   | ca.example
ClusterIssuer/b=le                     | web/Issuer/a        | --issuer shop/Issuer/a=ca.example  | - issuer-missing
ClusterIssuer/b=le                     | web/Issuer/a        | --issuer Issuer/a=x.example --issuer web/Issuer/a=ca.example | ca.example
ClusterIssuer/a=le ClusterIssuer/a=le  | web/ClusterIssuer/a |                                    | letsencrypt
ClusterIssuer/a=le ClusterIssuer/a=le+7 | web/ClusterIssuer/a |                                   | letsencrypt +7
ClusterIssuer/a=le+8 ClusterIssuer/a=le+7 | web/ClusterIssuer/a |                                 | letsencrypt +8 +7
ClusterIssuer/a=le ClusterIssuer/a=staging | web/ClusterIssuer/a |                                | - issuer-missing
ClusterIssuer/a=le ClusterIssuer/a=selfsigned | web/ClusterIssuer/a |                             | - issuer-missing
ClusterIssuer/a=le ClusterIssuer/a=staging | web/ClusterIssuer/a | --ca ca.example                | - issuer-missing
east:ClusterIssuer/a=le west:ClusterIssuer/a=staging | east:web/ClusterIssuer/a |                  | letsencrypt
east:ClusterIssuer/a=le west:ClusterIssuer/a=zerossl | west:web/ClusterIssuer/a |                  | zerossl
east:ClusterIssuer/a=le                | west:web/ClusterIssuer/a |                               | - issuer-missing
east:ClusterIssuer/a=le                | web/ClusterIssuer/a |                                    | - issuer-missing
ClusterIssuer/a=le                     | web/ClusterIssuer/a | --account a=5                      | letsencrypt +5
east:ClusterIssuer/a=le+5              | east:web/ClusterIssuer/a | --account east/a=5            | letsencrypt +5
east:ClusterIssuer/a=le                | east:web/ClusterIssuer/a | --account west/a=5            | letsencrypt
ClusterIssuer/b=le                     | web/ClusterIssuer/a | --issuer ClusterIssuer/a=ca.example --account a=5 | ca.example +5
east:ClusterIssuer/a=le                | east:web/ClusterIssuer/a | --account a=6 --account east/a=5 | letsencrypt +5
                                       | web/StepIssuer/a@certmanager.step.sm |                   | step-ca private-issuer
                                       | web/X/a@issuers.example |                                | - unknown-ca
                                       | web/X/a@issuers.example | --issuer X/a=ca.example        | ca.example
                                       | web/X/a@issuers.example | --ca ca.example                | ca.example
ClusterIssuer/a=le                     | web/ClusterIssuer/a@certmanager.k8s.io |                 | letsencrypt
]]

describe("the CA of a request", function()
  for line in CASES:gmatch("[^\n]+") do
    local given, reference, options, expected = line:match("^(.-)%s*|%s*(.-)%s*|%s*(.-)%s*|%s*(.-)$")
    it(("%s, asked as %s %s: %s"):format(given, reference, options, expected), function()
      assert.equal(expected, outcome(resolve(given, reference, options)))
    end)
  end

  it("is missing without a name, and says what to write", function()
    local request = { scope = "", issuer_ref = { kind = "Issuer", group = "cert-manager.io" }, identifiers = {} }
    issuers.new({}, { directory = directory, ca = directory:named("ca.example") }):resolve(request)
    assert.equal("issuer-missing", request.settled.reason)
    assert.truthy(request.settled.help:find("issuerRef.name", 1, true))
  end)

  it("of an Ingress with tls-acme is the last resort", function()
    local function ask(options)
      local request = { scope = "", issuer_ref = { kind = "Issuer", group = "cert-manager.io", controller_default = true }, identifiers = {} }
      issuers.new({}, options):resolve(request)
      return request
    end
    assert.equal("issuer-missing", ask({ directory = directory }).settled.reason)
    assert.equal("ca.example", ask({ directory = directory, ca = directory:named("ca.example") }).ca.id)
  end)

  it("that is missing tells the option that names it", function()
    assert.truthy(resolve("", "web/ClusterIssuer/a", "").settled.help:find("--issuer ClusterIssuer/a=letsencrypt.org", 1, true))
    assert.truthy(resolve("", "web/Issuer/a", "").settled.help:find("--issuer web/Issuer/a=letsencrypt.org", 1, true))
    assert.truthy(resolve("ClusterIssuer/a=nobody", "web/ClusterIssuer/a", "").settled.help:find("--issuer ClusterIssuer/a=CA", 1, true))
  end)

  it("of two clusters in one pile names both files and the cure", function()
    local settled = resolve("ClusterIssuer/a=le ClusterIssuer/a=staging", "web/ClusterIssuer/a", "").settled
    assert.truthy(settled.detail:find("ClusterIssuer/a=le and ClusterIssuer/a=staging", 1, true))
    assert.truthy(settled.help:find("--cluster NAME=PATH", 1, true))
  end)

  it("takes the method from solvers that all copies agree on", function()
    local function methods(first, second)
      local a, b = issuer_of("ClusterIssuer/a=le"), issuer_of("ClusterIssuer/a=le")
      a.solvers, b.solvers = first, second
      local request = {
        scope = "", issuer_ref = { kind = "ClusterIssuer", name = "a", group = "cert-manager.io" },
        identifiers = { { type = "dns", name = "x.example", text = "x.example" } },
      }
      issuers.new({ a, b }, { directory = directory }):resolve(request)
      return request.identifiers[1].methods
    end
    assert.same({ "dns-01" }, methods({ { dns01 = { a = 1 } } }, { { dns01 = { a = 1 } } }))
    assert.is_nil(methods({ { dns01 = {} } }, { { http01 = {} } }))
    assert.is_nil(methods({ { dns01 = {} } }, nil))
  end)
end)
