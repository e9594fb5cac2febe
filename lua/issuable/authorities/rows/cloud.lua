-- CAs of cloud platforms, which order for their customers without a public ACME directory; and CAs that have ended.
-- SPDX-License-Identifier: MIT
-- Identities: authorities/sources.lua.

return {
  {
    id = "amazon",
    name = "Amazon Trust Services",
    identities = {
      { domain = "amazon.com", status = "published", source = "amazon_docs" },
      { domain = "amazontrust.com", status = "published", source = "amazon_docs" },
      { domain = "awstrust.com", status = "published", source = "amazon_docs" },
      { domain = "amazonaws.com", status = "published", source = "amazon_docs" },
      { domain = "aws.amazon.com", status = "observed", source = "ccadb_copy" },
    },
    directories = {},
    notes = "AWS Certificate Manager; no ACME. Amazon's page names four.",
  },
  {
    id = "microsoft",
    name = "Microsoft",
    identities = {
      { domain = "microsoft.com", status = "published", source = "ccadb_copy" },
      { domain = "digicert.com", status = "contested", source = "ccadb_2025" },
    },
    directories = {},
  },
  {
    id = "apple",
    name = "Apple",
    identities = {
      { domain = "pki.apple.com", status = "published", source = "ccadb_copy" },
      { domain = "apple.com", status = "contested", source = "hand_lists" },
    },
    directories = {},
  },
  {
    id = "certainly",
    name = "Certainly",
    identities = { { domain = "certainly.com", status = "published", source = "ccadb_copy" } },
    directories = {},
  },
  {
    id = "entrust",
    name = "Entrust",
    ended = "2025-03",
    identities = {
      { domain = "entrust.net", status = "published", source = "ccadb_copy" },
      { domain = "affirmtrust.com", status = "published", source = "ccadb_copy" },
    },
    directories = {
      -- Seen in public configurations.
      { url = "https://acme.entrust.net/acme2/directory", environment = "production" },
    },
    notes = "\"The Entrust TLS CAs were shut down in mid-March\" 2025 (CCADB public list, 2025-06-24); orders now reach Sectigo or SSL.com.",
  },
}
