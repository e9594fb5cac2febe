-- Issuers behind which no public CA stands, so CAA does not bind them; and the issuer groups that may stand for any CA.
-- SPDX-License-Identifier: MIT
-- cert-manager.io/docs/configuration/issuers (the list of known issuers) and each project's API group.

local external_source = "cert-manager.io/docs/configuration/issuers"

local M = {}

M.rows = {
  {
    id = "step-ca",
    name = "step-ca",
    private = true,
    identities = {},
    directories = { { match = "step-ca", environment = "production" } },
    groups = { "certmanager.step.sm" },
    source = "smallstep's documentation: https://HOST[:9000]/acme/PROVISIONER/directory; github.com/smallstep/step-issuer",
  },
  {
    id = "internal-acme",
    name = "an ACME server of one's own",
    private = true,
    identities = {},
    directories = { { match = "internal", environment = "production" } },
    source = "no public CA serves its directory on a host that the public DNS does not hold",
  },
  {
    id = "aws-private-ca",
    name = "AWS Private CA",
    private = true,
    identities = {},
    directories = {},
    groups = { "awspca.cert-manager.io" },
    source = external_source,
  },
  {
    id = "google-cas",
    name = "Google Cloud CA Service",
    private = true,
    identities = {},
    directories = {},
    groups = { "cas-issuer.jetstack.io" },
    source = external_source .. ": private CAs managed by the Google Cloud Certificate Authority Service",
  },
  {
    id = "cloudflare-origin-ca",
    name = "Cloudflare Origin CA",
    private = true,
    identities = {},
    directories = {},
    groups = { "cert-manager.k8s.cloudflare.com" },
    source = external_source .. ": TLS between Cloudflare's edge and the workload",
  },
  {
    id = "kms-issuer",
    name = "KMS issuer",
    private = true,
    identities = {},
    directories = {},
    groups = { "cert-manager.skyscanner.net" },
    source = external_source .. ": signs with an AWS KMS key",
  },
  {
    id = "freeipa",
    name = "FreeIPA",
    private = true,
    identities = {},
    directories = {},
    groups = { "certmanager.freeipa.org" },
    source = external_source,
  },
  {
    id = "adcs",
    name = "Active Directory Certificate Service",
    private = true,
    identities = {},
    directories = {},
    groups = { "adcs.certmanager.csf.nokia.com" },
    source = external_source,
  },
  {
    id = "cfssl",
    name = "CFSSL",
    private = true,
    identities = {},
    directories = {},
    groups = { "cfssl-issuer.wikimedia.org" },
    source = external_source,
  },
  {
    id = "nokia-ncm",
    name = "Nokia NetGuard Certificate Manager",
    private = true,
    identities = {},
    directories = {},
    groups = { "certmanager.ncm.nokia.com" },
    source = external_source,
  },
}

--- Known issuers that stand between cert-manager and a CA of the organisation's choice: nothing follows from the group.
M.any_ca = {
  ["jetstack.io"] = "Venafi Enhanced Issuer",
  ["ejbca-issuer.keyfactor.com"] = "EJBCA",
  ["command-issuer.keyfactor.com"] = "Keyfactor Command",
  ["horizon.evertrust.io"] = "EVERTRUST Horizon",
}

return M
