-- Where the facts of the CA directory come from: one line a source, named by the rows.
-- SPDX-License-Identifier: MIT
-- Baseline Requirements 3.2.2.8 oblige each CA to list its issuer domain names in its CP/CPS; CCADB collects them.
--
-- Status of an identity in the rows:
--   published   the CA says so itself: its documentation, its CP/CPS, or its disclosure in CCADB as copies of that report have it
--   observed    lists that others keep agree, or one has it and none denies it; not seen in the CA's own words
--   contested   the sources disagree: a match that rests only on it decides nothing

return {
  ccadb_2026 = { text = "CCADB All CAA Identifiers report, in certmate modules/core/caa.py (retrieved 2026-09-22)", date = "2026-09-22" },
  ccadb_copy = { text = "CCADB CAA identifiers, in netray crates/tlsight/data/caa_domains.tsv, commit 9bc241d8", date = "2026-11-23" },
  ccadb_2025 = { text = "CA organisations to CAA identifiers: a list made from CCADB and the CPSs, July 2025", date = "2025-07-23" },
  hand_lists = { text = "hand-made lists in public repositories; they contradict each other", date = "2026-11-23" },
  lego = { text = "go-acme/lego zz_gen_ca.go (directory URL; no identity)", date = "2026-11-23" },
  letsencrypt = { text = "letsencrypt.org/docs/caa; caaIdentities of both ACME directories", date = "2023-08-16" },
  zerossl_help = { text = "help.zerossl.com, article 360060119753, Invalid CAA Records", date = "2026-11-23" },
  sectigo_resale = { text = "ssl247.com, Internal - CAA Records (quotes Sectigo)", date = "2018-07-17" },
  sslcom_help = { text = "ssl.com/how-to/configure-caa-records-to-authorize-ssl-com", date = "2026-11-23" },
  google_faq = { text = "lego; pki.goog in every list; CCADB 2026-09-22", date = "2026-09-22" },
  digicert_docs = { text = "docs.digicert.com, DNS CAA resource record check", date = "2025-03-13" },
  digicert_brands = { text = "knowledge.digicert.com SO28343 and SO28344: one record authorises all DigiCert brands", date = "2018-05-02" },
  amazon_docs = { text = "docs.aws.amazon.com/acm/latest/userguide/setup-caa.html", date = "2026-11-23" },
  buypass_list = { text = "a stored ACME directory (caaIdentities); CCADB copy", date = "2026-11-23" },
  trustasia_guess = { text = "FreeSSL and LiteSSL are said to be backed by TrustAsia: unverified", date = "2026-11-23" },
}
