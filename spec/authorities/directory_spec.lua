-- The CA directory: every fact has a source, every URL leads to one row, and a wrong row of a policy is named.
-- SPDX-License-Identifier: MIT
-- Baseline Requirements 3.2.2.8 (issuer domain names in the CP/CPS); RFC 8555 section 7.1.1; lego's list of directory URLs.

local authorities = require "issuable.authorities"
local url = require "issuable.authorities.url"

describe("the rows", function()
  local directory = assert(authorities.new())

  it("hold the CAs that people use", function()
    for _, id in ipairs {
      "letsencrypt", "zerossl", "sectigo", "google", "sslcom", "digicert", "globalsign", "buypass", "actalis", "amazon", "entrust",
      "microsoft", "certum", "harica", "swisssign", "godaddy", "identrust", "step-ca", "aws-private-ca", "google-cas",
    } do
      assert.is_truthy(directory:by_id(id), id)
    end
  end)

  it("are complete, and each identity has a status, a source and a date", function()
    for _, ca in ipairs(directory:all()) do
      assert.is_truthy(ca.name, ca.id)
      assert.are.equal("boolean", type(ca.private), ca.id)
      for _, identity in ipairs(ca.identities) do
        local where = ca.id .. " " .. identity.domain
        assert.is_truthy(("|published|observed|contested|"):find("|" .. identity.status .. "|", 1, true), where)
        assert.is_true(#identity.source > 8, where)
        assert.is_truthy(identity.date:find("^20%d%d%-%d%d%-%d%d$"), where)
        assert.are.equal(identity.domain:lower(), identity.domain)
      end
      assert.is_true(ca.private == false or #ca.identities == 0, ca.id)
    end
  end)

  it("come in one order, and the list is the caller's own", function()
    local all = directory:all()
    for i = 2, #all do
      assert.is_true(all[i - 1].id < all[i].id)
    end
    all[1] = nil
    assert.is_truthy(directory:all()[1])
    assert.are_not.equal(directory:all(), directory:all())
  end)

  it("keep the contradictions of the sources", function()
    local function status(id, domain)
      return authorities.status(directory:by_id(id), domain)
    end
    assert.are.equal("published", status("zerossl", "sectigo.com"))
    assert.are.equal("contested", status("zerossl", "zerossl.com"))
    assert.are.equal("contested", status("digicert", "amazon.com"))
    assert.are.equal("published", status("amazon", "amazon.com"))
    assert.are.equal("contested", status("sslcom", "entrust.net"))
    assert.are.equal("contested", status("google", "google.com"))
    assert.are.equal("contested", status("apple", "apple.com"))
    assert.is_nil(status("letsencrypt", "isrg.org"))
  end)

  it("know what has ended, what is private and how Let's Encrypt reads", function()
    assert.are.equal("2025-10-31", directory:by_id("buypass").ended)
    assert.are.equal("2025-03", directory:by_id("entrust").ended)
    assert.is_nil(directory:by_id("letsencrypt").ended)
    assert.are.equal("boulder", directory:by_id("letsencrypt").behaviour)
    assert.is_nil(directory:by_id("google").behaviour)
    assert.is_true(directory:by_id("step-ca").private)
    assert.are.equal(4, (function()
      local published = 0
      for _, identity in ipairs(directory:by_id("amazon").identities) do
        published = published + (identity.status == "published" and 1 or 0)
      end
      return published
    end)())
  end)
end)

describe("an ACME directory URL", function()
  local directory = assert(authorities.new())

  local function ca_of(text)
    local ca, environment = directory:by_url(text)
    return ca and ("%s %s"):format(ca.id, environment) or nil
  end

  it("of lego's list leads to a row", function()
    for text, expected in pairs {
      ["https://acme-api.actalis.com/acme/directory"] = "actalis production",
      ["https://one.digicert.com/mpki/api/v1/acme/v2/directory"] = "digicert production",
      ["https://acmepro.freessl.cn/v2/DV"] = "freessl production",
      ["https://emea.acme.atlas.globalsign.com/directory"] = "globalsign production",
      ["https://dv.acme-v02.api.pki.goog/directory"] = "google production",
      ["https://dv.acme-v02.test-api.pki.goog/directory"] = "google staging",
      ["https://acme-v02.api.letsencrypt.org/directory"] = "letsencrypt production",
      ["https://acme-staging-v02.api.letsencrypt.org/directory"] = "letsencrypt staging",
      ["https://acme.litessl.com/acme/v2/directory"] = "litessl production",
      ["https://stica.peeringhub.io/acme"] = "peeringhub production",
      ["https://acme.ssl.com/sslcom-dv-ecc"] = "sslcom production",
      ["https://acme.ssl.com/sslcom-dv-rsa"] = "sslcom production",
      ["https://acme.sectigo.com/v2/DV"] = "sectigo production",
      ["https://acme.sectigo.com/v2/EV"] = "sectigo production",
      ["https://acme.sectigo.com/v2/OV"] = "sectigo production",
      ["https://acme.zerossl.com/v2/DV90"] = "zerossl production",
    } do
      assert.are.equal(expected, ca_of(text), text)
    end
  end)

  it("of a CA that lego does not list any more, or that has one a customer", function()
    assert.are.equal("buypass production", ca_of "https://api.buypass.com/acme/directory")
    assert.are.equal("buypass staging", ca_of "https://api.test4.buypass.no/acme/directory")
    assert.are.equal("harica production", ca_of "https://acme.harica.gr/our-alias/directory")
    assert.are.equal("digicert production", ca_of "https://acme.digicert.com/v2/acme/directory/")
    assert.are.equal("sectigo production", ca_of "https://acme.enterprise.sectigo.com")
  end)

  it("is compared as a URL", function()
    for _, text in ipairs {
      "HTTPS://ACME-V02.API.LETSENCRYPT.ORG/directory",
      "https://acme-v02.api.letsencrypt.org:443/directory",
      "https://acme-v02.api.letsencrypt.org/directory/",
      "https://acme-v02.api.letsencrypt.org./directory",
      " https://acme-v02.api.letsencrypt.org/directory",
      "https://acme-v02.api.letsencrypt.org/directory#x",
    } do
      assert.are.equal("letsencrypt production", ca_of(text), text)
    end
  end)

  it("of somebody else leads to nobody", function()
    for _, text in ipairs {
      "https://acme-v02.api.letsencrypt.org/Directory",
      "https://acme-v02.api.letsencrypt.org/directory/x",
      "https://acme-v02.api.letsencrypt.org:8443/directory",
      "http://acme-v02.api.letsencrypt.org/directory",
      "https://acme-v02.api.letsencrypt.org.example.net/directory",
      "https://example.net/https://acme-v02.api.letsencrypt.org/directory",
      "https://acme-v02.api.letsencrypt.org@example.net/directory",
      "https://one.digicert.com/mpki/api/v1/acmeX/directory",
      "https://xacme.harica.gr/a/directory",
      "https://acme.example.org/directory",
      "https://acme.example.org/acme/v2/directory",
      "acme-v02.api.letsencrypt.org/directory",
      "", "https://", "https:///directory", "letsencrypt",
    } do
      assert.is_nil(ca_of(text), text)
    end
    assert.is_nil(directory:by_url(nil))
    assert.is_nil(directory:by_url(7))
  end)

  it("of step-ca is private, by its path and where it stands", function()
    for _, text in ipairs {
      "https://ca.example.com/acme/acme/directory",
      "https://ca.example.com:9000/acme/prod/directory",
      "https://step-ca.example.com/acme/prod/directory",
      "https://stepca.example.com/acme/prod/directory",
      "https://step-certificates.step.svc.cluster.local/acme/prod/directory",
      "https://ours.team.ca.smallstep.com/acme/prod/directory",
      "https://10.0.0.7/acme/prod/directory",
    } do
      assert.are.equal("step-ca production", ca_of(text), text)
    end
    assert.is_nil(ca_of "https://ca.example.com/acme/prod/directory")
  end)

  it("on a host that the public DNS does not hold is private", function()
    for _, text in ipairs {
      "https://pebble:14000/dir", "https://localhost/dir", "https://127.0.0.1:14000/dir", "https://[::1]/dir", "https://[fd00::1]/dir",
      "https://ca.corp.internal/directory", "https://acme.default.svc/directory", "https://172.20.1.1/d", "https://192.168.1.1/d",
    } do
      assert.are.equal("internal-acme production", ca_of(text), text)
    end
    for _, text in ipairs { "https://172.32.1.1/d", "https://8.8.8.8/d", "https://[2001:db8::1]/d", "https://x.notlocal/d", "https://local.example.org/d" } do
      assert.is_nil(ca_of(text), text)
    end
  end)

  it("is taken apart without mistakes", function()
    assert.are.same({ scheme = "https", host = "a.test", port = "443", path = "/x/y?z" }, url.parse "https://user:pass@A.test/x/y?z#f")
    assert.are.same({ scheme = "http", host = "[::1]", port = "80", path = "" }, url.parse "http://[::1]/")
    assert.are.same({ scheme = "https", host = "a.test", port = "443", path = "" }, url.parse "https://a.test")
    assert.is_nil(url.parse "https://a.test:port/")
    assert.is_nil(url.parse "https://[::1/")
    assert.is_nil(url.parse "nonsense")
  end)
end)

describe("other ways to a CA", function()
  local directory = assert(authorities.new())

  local function ids(list)
    local names = {}
    for i, ca in ipairs(list) do
      names[i] = ca.id
    end
    return table.concat(names, " ")
  end

  it("by issuer domain name: everybody who is said to answer to it", function()
    assert.are.equal("letsencrypt", ids(directory:by_domain "LetsEncrypt.org"))
    assert.are.equal("sectigo zerossl", ids(directory:by_domain "sectigo.com"))
    assert.are.equal("amazon digicert", ids(directory:by_domain "amazon.com"))
    assert.are.equal("", ids(directory:by_domain "nobody.test"))
  end)

  it("by the API group of an external issuer", function()
    for group, id in pairs {
      ["certmanager.step.sm"] = "step-ca",
      ["awspca.cert-manager.io"] = "aws-private-ca",
      ["cas-issuer.jetstack.io"] = "google-cas",
      ["cert-manager.k8s.cloudflare.com"] = "cloudflare-origin-ca",
    } do
      local ca = directory:by_group(group)
      assert.are.equal(id, ca and ca.id)
      assert.is_true(ca.private)
    end
    local ca, title = directory:by_group("jetstack.io")
    assert.is_nil(ca)
    assert.are.equal("Venafi Enhanced Issuer", title)
    assert.are.same({ nil, nil }, { directory:by_group("unheard.of") })
    assert.is_nil(directory:by_group(nil))
  end)

  it("by an option: a domain name is that name alone", function()
    local ca = assert(directory:from_option("Sectigo.COM."))
    assert.are.equal("sectigo.com", ca.id)
    assert.are.same({ "sectigo.com" }, { ca.identities[1].domain, ca.identities[2] })
    assert.is_nil(ca.behaviour)
    assert.is_false(ca.private)
    ca = assert(directory:from_option("nobody.test"))
    assert.are.same({ "nobody.test", nil }, { ca.id, ca.behaviour })
  end)

  it("by an option: a name that only one implementation answers to is read as that one reads", function()
    assert.are.equal("boulder", directory:from_option("letsencrypt.org").behaviour)
    assert.are.equal("2025-10-31", directory:from_option("buypass.com").ended)
    assert.is_nil(directory:from_option("zerossl.com").behaviour)
    local extended = assert(authorities.new { { id = "x", behaviour = "boulder", identities = { { domain = "x.test", status = "contested" } } } })
    assert.is_nil(extended:from_option("x.test").behaviour)
  end)

  it("by an option: a URL or an id is a row", function()
    assert.are.equal(directory:by_id("letsencrypt"), directory:from_option("https://acme-v02.api.letsencrypt.org/directory"))
    assert.are.equal(directory:by_id("letsencrypt"), directory:from_option("LetsEncrypt"))
  end)

  it("by an option: anything else is an error that says what is wanted", function()
    for _, text in ipairs { "", "foo", "lets encrypt", "https://acme.example.org/directory", "-a.test", "a_b.test", "..", ("a"):rep(64) .. ".test" } do
      local ca, message = directory:from_option(text)
      assert.is_nil(ca, text)
      assert.is_truthy(message:find("letsencrypt.org", 1, true), text)
    end
  end)
end)

describe("an organisation's rows", function()
  it("are added, and win", function()
    local directory = assert(authorities.new {
      { id = "corp", name = "Corp CA", private = true, directories = { "https://ca.corp.example/directory" }, groups = { "ca.corp.example" } },
      { id = "letsencrypt", name = "Ours", identities = { "LE.example" }, directories = { "https://acme-v02.api.letsencrypt.org/directory" } },
      { id = "many", directories = { { host = "acme.many.example", path = "/t/" }, { pattern = "^ca%d+%.many%.example$", environment = "staging" } } },
    })
    assert.are.equal("corp", directory:by_url("https://ca.corp.example/directory").id)
    assert.are.equal("corp", directory:by_group("ca.corp.example").id)
    local ours = directory:by_url("https://acme-v02.api.letsencrypt.org/directory")
    assert.are.same({ "Ours", "le.example", "published", "policy" }, { ours.name, ours.identities[1].domain, ours.identities[1].status, ours.identities[1].source })
    assert.is_nil(directory:by_url("https://acme-staging-v02.api.letsencrypt.org/directory"))
    assert.are.equal(0, #directory:by_domain("letsencrypt.org"))
    assert.are.equal("many", directory:by_url("https://acme.many.example/t/1/directory").id)
    assert.is_nil(directory:by_url("https://acme.many.example/u"))
    local ca, environment = directory:by_url("https://ca12.many.example/anything")
    assert.are.same({ "many", "staging" }, { ca.id, environment })
  end)

  it("do not change the rows of another directory", function()
    assert(authorities.new { { id = "letsencrypt", identities = { "other.test" } } })
    assert.are.equal("letsencrypt.org", assert(authorities.new()):by_id("letsencrypt").identities[1].domain)
  end)

  it("that are wrong are named, with the field", function()
    for message, row in pairs {
      ["authorities[1]: unknown field \"nmae\"; known are account_prefixes, behaviour, directories, ended, groups, id, identities, name, notes, private, source"] = {
        id = "x",
        nmae = "y",
      },
      ["authorities[1]: a row wants an id"] = { name = "x" },
      ["authorities[1] must be a table"] = "letsencrypt.org",
      ["authorities[1]: private must be a boolean"] = { id = "x", private = "yes" },
      ["authorities[1]: behaviour must be one of strict, boulder, mpic"] = { id = "x", behaviour = "lax" },
      ["authorities[1]: ended must be a date such as 2025-10-31 or 2025-10"] = { id = "x", ended = "yesterday" },
      ["authorities[1].identities[2]: domain must be an issuer domain name such as letsencrypt.org"] = { id = "x", identities = { "a.test", "b_.test" } },
      ["authorities[1].identities[1]: status must be contested, observed, published"] = { id = "x", identities = { { domain = "a.test", status = "sure" } } },
      ["authorities[1].identities[1]: unknown field \"since\"; known are date, domain, source, status"] = {
        id = "x",
        identities = { { domain = "a.test", since = 1 } },
      },
      ["authorities[1].directories[1]: url is no URL: acme.test"] = { id = "x", directories = { "acme.test" } },
      ["authorities[1].directories[1]: say one of url, host (with a path) and pattern"] = { id = "x", directories = { { environment = "staging" } } },
      ["authorities[1].directories[1]: pattern is no Lua pattern: ["] = { id = "x", directories = { { pattern = "[" } } },
      ["authorities[1].directories[1]: unknown field \"match\"; known are environment, host, path, pattern, url"] = {
        id = "x",
        directories = { { match = "internal" } },
      },
      ["authorities[1].groups[1] must be a string"] = { id = "x", groups = { 1 } },
    } do
      local directory, problem = authorities.new { row }
      assert.is_nil(directory)
      assert.are.equal(message, problem)
    end
    local _, problem = authorities.new { { id = "x" }, { id = "x" } }
    assert.are.equal("authorities[2]: there are two rows with the id \"x\"", problem)
  end)
end)
