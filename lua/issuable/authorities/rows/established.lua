-- Other CAs whose identities are known, so that `explain` can name them. No public ACME directory is known for them here.
-- SPDX-License-Identifier: MIT
-- CCADB's list of CAA identifiers, as copies have it: authorities/sources.lua.

local function row(id, name, ...)
  local identities = {}
  for i, domain in ipairs { ... } do
    identities[i] = { domain = domain, status = "published", source = "ccadb_copy" }
  end
  return { id = id, name = name, identities = identities, directories = {} }
end

return {
  row("certigna", "Certigna", "certigna.fr", "certigna.com"),
  row("cybertrust-japan", "Cybertrust Japan", "cybertrust.co.jp", "cybertrust.ne.jp"),
  row("d-trust", "D-Trust", "d-trust.net", "dtrust.de", "d-trust.de"),
  row("emudhra", "eMudhra", "emsign.com"),
  row("identrust", "IdenTrust", "identrust.com", "www.identrust.com"),
  row("microsec", "Microsec e-Szigno", "e-szigno.hu"),
  row("netlock", "NETLOCK", "netlock.hu", "netlock.net", "netlock.eu", "netlock.com"),
  row("secom", "SECOM Trust Systems", "secomtrust.net"),
  row("swisssign", "SwissSign", "swisssign.com"),
  row("telekom-security", "Deutsche Telekom Security", "telesec.de"),
  row("telia", "Telia", "telia.com", "telia.fi", "telia.se"),
  row("trustasia", "TrustAsia", "trustasia.com"),
  row("twca", "TWCA", "twca.com.tw"),
  row("viking-cloud", "Viking Cloud", "trustwave.com", "securetrust.com", "vikingcloud.com"),
}
