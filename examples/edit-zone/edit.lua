-- Edits a zone file from Lua: a property more, one less, a TTL, and one serial bump. Prints the diff; nothing is written.
-- SPDX-License-Identifier: MIT
--
--   lua5.4 examples/edit-zone/edit.lua examples/quickstart/example.com.zone      (or luajit; with the rock installed)

local zonefile = require "issuable.fixes.zonefile"

local zone = assert(zonefile.load(arg[1]))
local result, refusal = zonefile.edit(zone, {
  zonefile.add(zone, "api.example.com", { tag = "issue", value = "letsencrypt.org" }), -- its first: put beside its other records
  zonefile.remove(zone, "example.com", { tag = "issue", value = "digicert.com" }),
  zonefile.set_ttl(zone, "example.com", "CAA", 300),
}, { now = tonumber(arg[2]) }) -- serial = "keep" leaves it alone, a number pins it

if not result then
  -- signed, made by $GENERATE, included twice, beside a CNAME, hidden by a wildcard, …
  io.stderr:write(refusal.refused, ": ", refusal.why, "\n")
  os.exit(1)
end
for _, target in ipairs(result.files) do
  io.write(target.diff)
end
-- require("issuable.file").replace(result.writes) would write them, all or none
