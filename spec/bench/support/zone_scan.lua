-- One run of the job, for spec/bench/zone.lua: every CAA, CNAME, DNAME, NS and SOA of a zone file.
-- SPDX-License-Identifier: MIT
-- Usage: zone_scan.lua FILE CLASSIFIER; prints how many records there are.

local zone = require "issuable.zone"

local s = assert(zone.scan_file(arg[1], { classifier = arg[2], origin = "example.com" }))
assert(s:complete(), "the file has errors")
print(s:size())
