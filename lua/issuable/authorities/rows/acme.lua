-- CAs with a public ACME directory. Facts only; what is not known is left out.
-- SPDX-License-Identifier: MIT
-- Directory URLs: go-acme/lego zz_gen_ca.go (2026); others say where they were seen. Identities: authorities/sources.lua.

return {
  {
    id = "letsencrypt",
    name = "Let's Encrypt",
    behaviour = "boulder",
    identities = { { domain = "letsencrypt.org", status = "published", source = "letsencrypt" } },
    directories = {
      { url = "https://acme-v02.api.letsencrypt.org/directory", environment = "production" },
      { url = "https://acme-staging-v02.api.letsencrypt.org/directory", environment = "staging" },
    },
    notes = "Staging has the same identity but other account URIs.",
  },
  {
    id = "google",
    name = "Google Trust Services",
    identities = {
      { domain = "pki.goog", status = "published", source = "google_faq" },
      { domain = "google.com", status = "contested", source = "hand_lists" },
    },
    directories = {
      { url = "https://dv.acme-v02.api.pki.goog/directory", environment = "production" },
      { url = "https://dv.acme-v02.test-api.pki.goog/directory", environment = "staging" },
    },
  },
  {
    id = "zerossl",
    name = "ZeroSSL",
    identities = {
      { domain = "sectigo.com", status = "published", source = "zerossl_help" },
      { domain = "comodo.com", status = "observed", source = "ccadb_2026" },
      { domain = "comodoca.com", status = "observed", source = "ccadb_2026" },
      { domain = "usertrust.com", status = "observed", source = "ccadb_2026" },
      { domain = "trust-provider.com", status = "observed", source = "ccadb_2026" },
      { domain = "entrust.net", status = "contested", source = "ccadb_2026" },
      { domain = "affirmtrust.com", status = "contested", source = "ccadb_2026" },
      { domain = "zerossl.com", status = "contested", source = "hand_lists" },
    },
    directories = {
      { url = "https://acme.zerossl.com/v2/DV90", environment = "production" },
      { url = "https://acme.zerossl.com/v2/DV90/directory", environment = "production" },
    },
    notes = "Issues from Sectigo's hierarchy; its help names sectigo.com only. Three lists give three answers.",
  },
  {
    id = "sectigo",
    name = "Sectigo",
    identities = {
      { domain = "sectigo.com", status = "published", source = "ccadb_2026" },
      { domain = "usertrust.com", status = "published", source = "ccadb_2026" },
      { domain = "trust-provider.com", status = "published", source = "ccadb_2026" },
      { domain = "comodo.com", status = "published", source = "sectigo_resale" },
      { domain = "comodoca.com", status = "published", source = "sectigo_resale" },
      { domain = "entrust.net", status = "contested", source = "ccadb_2025" },
      { domain = "affirmtrust.com", status = "contested", source = "ccadb_2025" },
    },
    directories = {
      { url = "https://acme.sectigo.com/v2/DV", environment = "production" },
      { url = "https://acme.sectigo.com/v2/OV", environment = "production" },
      { url = "https://acme.sectigo.com/v2/EV", environment = "production" },
      -- Certificate Manager and InCommon; seen in many public configurations.
      { url = "https://acme.enterprise.sectigo.com", environment = "production" },
      -- Documentation of Ansible's community.crypto.acme_certificate.
      { url = "https://acme-qa.secure.trust-provider.com/v2/DV", environment = "production" },
    },
    notes = "Took over Entrust's customers (CCADB public list, 2025-06-24).",
  },
  {
    id = "sslcom",
    name = "SSL.com",
    identities = {
      { domain = "ssl.com", status = "published", source = "sslcom_help" },
      { domain = "entrust.net", status = "contested", source = "ccadb_2025" },
      { domain = "affirmtrust.com", status = "contested", source = "ccadb_2025" },
    },
    directories = {
      { url = "https://acme.ssl.com/sslcom-dv-rsa", environment = "production" },
      { url = "https://acme.ssl.com/sslcom-dv-ecc", environment = "production" },
    },
  },
  {
    id = "digicert",
    name = "DigiCert",
    identities = {
      { domain = "digicert.com", status = "published", source = "digicert_docs" },
      { domain = "www.digicert.com", status = "observed", source = "ccadb_2026" },
      { domain = "digicert.ne.jp", status = "observed", source = "ccadb_2026" },
      { domain = "cybertrust.ne.jp", status = "observed", source = "ccadb_2026" },
      { domain = "thawte.com", status = "published", source = "digicert_brands" },
      { domain = "geotrust.com", status = "published", source = "digicert_brands" },
      { domain = "rapidssl.com", status = "published", source = "digicert_brands" },
      { domain = "symantec.com", status = "published", source = "digicert_brands" },
      { domain = "quovadisglobal.com", status = "observed", source = "ccadb_2026" },
      { domain = "digitalcertvalidation.com", status = "observed", source = "ccadb_2026" },
      { domain = "volusion.digitalcertvalidation.com", status = "observed", source = "ccadb_2025" },
      { domain = "stratossl.digitalcertvalidation.com", status = "observed", source = "ccadb_2025" },
      { domain = "intermediatecertificate.digitalcertvalidation.com", status = "observed", source = "ccadb_2025" },
      { domain = "1and1.digitalcertvalidation.com", status = "observed", source = "ccadb_2025" },
      -- Amazon says that these four are its own; lists give them to DigiCert as well.
      { domain = "amazon.com", status = "contested", source = "ccadb_2026" },
      { domain = "amazontrust.com", status = "contested", source = "ccadb_2026" },
      { domain = "awstrust.com", status = "contested", source = "ccadb_2026" },
      { domain = "amazonaws.com", status = "contested", source = "ccadb_2026" },
      { domain = "pkioverheid.nl", status = "contested", source = "ccadb_2025" },
    },
    directories = {
      -- Each customer has a directory of its own below this path.
      { host = "one.digicert.com", path = "/mpki/api/v1/acme", environment = "production" },
      -- CertCentral; seen in many public configurations as /v2/acme/directory, /v2/DV/directory and /v2/OV/directory.
      { host = "acme.digicert.com", path = "/v2", environment = "production" },
    },
    notes = "Lists give it 1, 8 or 19 names.",
  },
  {
    id = "globalsign",
    name = "GlobalSign",
    identities = { { domain = "globalsign.com", status = "published", source = "ccadb_copy" } },
    directories = { { url = "https://emea.acme.atlas.globalsign.com/directory", environment = "production" } },
  },
  {
    id = "actalis",
    name = "Actalis",
    identities = { { domain = "actalis.it", status = "published", source = "ccadb_2026" } },
    directories = { { url = "https://acme-api.actalis.com/acme/directory", environment = "production" } },
  },
  {
    id = "buypass",
    name = "Buypass",
    ended = "2025-10-31",
    identities = {
      { domain = "buypass.com", status = "published", source = "buypass_list" },
      { domain = "buypass.no", status = "observed", source = "ccadb_copy" },
    },
    directories = {
      { url = "https://api.buypass.com/acme/directory", environment = "production" },
      { url = "https://api.test4.buypass.no/acme/directory", environment = "staging" },
    },
    notes = "Applications until 2025-10-15, last issuance 2025-10-31 (Buypass's mail in acmesh-official/acme.sh issue 6480).",
  },
  {
    id = "certum",
    name = "Certum",
    identities = {
      { domain = "certum.pl", status = "published", source = "ccadb_copy" },
      { domain = "certum.eu", status = "published", source = "ccadb_copy" },
    },
    -- Seen in several public lists of ACME servers.
    directories = { { url = "https://acme.certum.pl/directory", environment = "production" } },
  },
  {
    id = "harica",
    name = "HARICA",
    identities = { { domain = "harica.gr", status = "published", source = "ccadb_copy" } },
    -- https://acme.harica.gr/ALIAS/directory: one a customer (documentation of Ansible's community.crypto.acme_certificate).
    directories = { { host = "acme.harica.gr", environment = "production" } },
  },
  {
    id = "godaddy",
    name = "GoDaddy",
    identities = {
      { domain = "godaddy.com", status = "published", source = "ccadb_copy" },
      { domain = "starfieldtech.com", status = "published", source = "ccadb_copy" },
    },
    -- Seen in public lists of ACME servers.
    directories = { { url = "https://acme.godaddy.com/v1/acme/directory", environment = "production" } },
  },
  {
    id = "freessl",
    name = "FreeSSL",
    identities = { { domain = "trustasia.com", status = "contested", source = "trustasia_guess" } },
    directories = { { url = "https://acmepro.freessl.cn/v2/DV", environment = "production" } },
  },
  {
    id = "litessl",
    name = "LiteSSL",
    identities = { { domain = "trustasia.com", status = "contested", source = "trustasia_guess" } },
    directories = { { url = "https://acme.litessl.com/acme/v2/directory", environment = "production" } },
  },
  {
    id = "peeringhub",
    name = "PeeringHub",
    identities = {},
    directories = { { url = "https://stica.peeringhub.io/acme", environment = "production" } },
    notes = "No identity is known.",
  },
}
