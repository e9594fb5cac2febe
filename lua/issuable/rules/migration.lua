-- Rule migration-ttl: during a declared migration, how long a mistake in CAA would last.
-- SPDX-License-Identifier: MIT
-- RFC 2308 section 5: a negative answer lives as long as the SOA's TTL and its last field say, the smaller one.

local dates = require "issuable.dates"

local function negative_ttl(zone)
  local index = zone and zone.status == "loadable" and zone.handle:find(zone.apex, "SOA")[1]
  local record = index and zone.handle:record(index)
  local answer = record and zone.handle:answer(zone.apex, "TYPE65280")
  return answer and answer.ttl or nil
end

return {
  id = "migration-ttl",
  title = "During a migration a mistake in CAA would last too long",
  severity = "error",
  on = "rrset",
  why = "While CAs are being changed, CAA is edited, and edits go wrong. How long a wrong answer lives is the TTL of the records, and for an answer that there "
    .. "are none the negative TTL of the zone. A policy declares it: set { migration = { ends = \"2027-01-31\", max_ttl = 300 } }.",
  fix = "Lower the TTL of the CAA records (and the last field of the SOA) before the migration, by at least the TTL that is there now.",
  check = function(rrset, report, context)
    local migration = context.settings.migration
    if not migration or context.now >= dates.parse(migration.ends) then
      return
    end
    local negative = negative_ttl(rrset.zone)
    local worst = math.max(rrset.ttl or 0, negative or 0)
    if worst > migration.max_ttl then
      report {
        message = ("a mistake in the CAA records at %s would last %d seconds (TTL %d%s); until %s the policy allows %d"):format(
          rrset.owner,
          worst,
          rrset.ttl or 0,
          negative and (", negative %d"):format(negative) or "",
          migration.ends,
          migration.max_ttl
        ),
        labels = { { span = rrset.properties[1].span, text = "", primary = true } },
      }
    end
  end,
  test = {
    { zone = "@ 3600 CAA 0 issue \"letsencrypt.org\"\n", set = { migration = { ends = "2027-01-31", max_ttl = 300 } }, finds = 1, says = "3600 seconds" },
    { zone = "@ 300 CAA 0 issue \"letsencrypt.org\"\n", set = { migration = { ends = "2027-01-31", max_ttl = 300 } }, finds = 0 },
    { zone = "@ 3600 CAA 0 issue \"letsencrypt.org\"\n", set = { migration = { ends = "2026-01-31", max_ttl = 300 } }, finds = 0 },
  },
}
