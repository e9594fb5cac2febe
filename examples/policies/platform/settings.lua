-- Settings and what is built upon: another file of the same folder.

extends "strict"

set {
  max_ttl = 3600,
  signed = { "example.com" },
  migration = { ends = "2027-01-31", max_ttl = 300 },
}

-- Wildcards are how this platform works.
rule { id = "wildcard-forbidden", severity = "off" }
