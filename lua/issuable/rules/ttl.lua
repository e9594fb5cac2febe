-- Rule caa-ttl: the TTL of a CAA RRset is above the policy's limit.
-- SPDX-License-Identifier: MIT
-- RFC 8659 section 3 and Baseline Requirements: a CA may use an answer for its TTL, at most 8 hours.

return {
  id = "caa-ttl",
  title = "The TTL of a CAA RRset is above the limit",
  severity = "info",
  strict = "error",
  on = "rrset",
  why = "A mistake in CAA lasts as long as the answer is cached: a long TTL is a long outage. The limit is the policy's: set { max_ttl = 300 }.",
  fix = "Lower the TTL of the CAA records; other records keep theirs.",
  check = function(rrset, report, context)
    local limit = context.settings.max_ttl
    if limit and rrset.ttl and rrset.ttl > limit then
      report {
        message = ("the CAA records at %s have a TTL of %d, and the policy's limit is %d"):format(rrset.owner, rrset.ttl, limit),
        labels = { { span = rrset.properties[1].span, text = "", primary = true } },
      }
    end
  end,
  test = {
    { zone = "@ 3600 CAA 0 issue \"letsencrypt.org\"\n", set = { max_ttl = 300 }, finds = 1 },
    { zone = "@ 300 CAA 0 issue \"letsencrypt.org\"\n", set = { max_ttl = 300 }, finds = 0 },
    { zone = "@ 86400 CAA 0 issue \"letsencrypt.org\"\n", finds = 0 },
  },
}
