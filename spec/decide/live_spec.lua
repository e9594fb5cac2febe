-- The cases of spec/decide/cases once more, asked of real name servers: the verdicts are those of the zone files.
-- SPDX-License-Identifier: MIT
-- RFC 8659 section 3. Each case is served below a name of its own (c1, c2 …), all of them by one NSD and one Knot.

local authority = require "issuable.authority"
local caa = require "issuable.caa"
local cases = require "spec.support.cases"
local dns = require "issuable.dns"
local dns_servers = require "spec.support.dns_servers"
local lfs = require "lfs"

local folder = (debug.getinfo(1, "S").source:match("^@(.*)/[^/]*$") or "spec/decide") .. "/cases"

--- What only files can say.
local FILES_ONLY = { ["outside-zones"] = true, ["zone-broken"] = true, ["zone-ambiguous"] = true }

local function read_all()
  local all, names = {}, {}
  for name in lfs.dir(folder) do
    if name:match("%.txt$") and name ~= "README.txt" then
      names[#names + 1] = name
    end
  end
  table.sort(names)
  for _, name in ipairs(names) do
    for _, case in ipairs(cases.read(folder .. "/" .. name)) do
      case.file_name = name
      all[#all + 1] = case
    end
  end
  return all
end

describe("decide, live:", function()
  local directory = cases.directory()
  local all, zones, below, names_of = read_all(), {}, {}, {}
  for i, case in ipairs(all) do
    local name = ("c%d"):format(i)
    local served = cases.served(case, name)
    if served then
      below[case], names_of[case] = name, {}
      for _, zone in ipairs(served) do
        zones[#zones + 1] = zone
        table.insert(names_of[case], zone.name)
      end
    end
  end
  local servers

  setup(function()
    servers = dns_servers.start(zones, { "nsd", "knot" })
  end)
  teardown(function()
    if servers then
      servers:stop()
    end
  end)

  for _, server in ipairs { "nsd", "knot" } do
    it("the verdicts of " .. server .. "'s answers are those of the zone files", function()
      local handle = assert(dns.open { servers = { "127.0.0.1@" .. servers.ports[server] }, window = 64 })
      local asker = authority.new { dns = handle }
      local asked, wrong, skipped = 0, {}, 0
      local refused = 0
      for _, case in ipairs(all) do
        local suffix = below[case]
        for _, zone in ipairs(names_of[case] or {}) do
          if suffix and not servers.serving[server][zone] then
            suffix, refused = nil, refused + 1 -- the server is stricter than RFC 1035
          end
        end
        for _, ask in ipairs(case.asks) do
          local name = suffix and caa.name(ask.name:gsub("^%*%.", "") .. "." .. suffix)
          if not name or FILES_ONLY[ask.reason] or ask.want_assumed or ask.assume then
            skipped = skipped + 1
          else
            local decision = cases.answer(case, ask, directory, function()
              return asker:ask(name)
            end)
            asked = asked + 1
            local summary = cases.summary(decision):gsub("%." .. suffix .. "$", "")
            if summary ~= ("%s %s %s"):format(ask.verdict, ask.reason, ask.found_at) then
              wrong[#wrong + 1] = ("%s:%d %s: %s, not %s %s (%s)"):format(case.file_name, ask.line, ask.name, summary, ask.verdict, ask.reason,
                decision.detail or "")
            end
          end
        end
      end
      handle:close()
      assert.equal("", table.concat(wrong, "\n"))
      assert.is_true(refused <= 3, refused .. " cases were not loaded")
      assert.is_true(asked > 250, ("only %d asked, %d skipped"):format(asked, skipped))
    end)
  end
end)
