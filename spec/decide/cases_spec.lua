-- Runs the text cases of spec/decide/cases: a zone snippet, a question, the expected verdict, reason and place.
-- SPDX-License-Identifier: MIT
-- RFC 8659, RFC 8657; the order and the reasons of section 4 of the design.

local cases = require "spec.support.cases"
local lfs = require "lfs"

local folder = (debug.getinfo(1, "S").source:match("^@(.*)/[^/]*$") or "spec/decide") .. "/cases"

local function case_files()
  local files = {}
  for name in lfs.dir(folder) do
    if name:match("%.txt$") and name ~= "README.txt" then
      files[#files + 1] = name
    end
  end
  table.sort(files)
  return files
end

describe("decide, case by case:", function()
  local directory = cases.directory()
  local count, reasons = 0, {}

  for _, file in ipairs(case_files()) do
    describe(file, function()
      for _, case in ipairs(cases.read(folder .. "/" .. file)) do
        for _, ask in ipairs(case.asks) do
          count = count + 1
          it(("%d %s: %s"):format(ask.line, case.name, ask.name), function()
            assert(ask.verdict, "the question has no answer")
            local decision = cases.answer(case, ask, directory)
            reasons[decision.reason] = true
            assert.are.equal(("%s %s %s"):format(ask.verdict, ask.reason, ask.found_at), cases.summary(decision), decision.detail)
            for _, detail in ipairs(cases.details(ask, decision)) do
              assert.are.equal(detail[1] .. " " .. detail[2], detail[1] .. " " .. detail[3])
            end
          end)
        end
      end
    end)
  end

  it("are many", function()
    assert.is_true(count >= 150, ("only %d cases"):format(count))
  end)

  it("show every reason that files can give", function()
    local wanted = {
      "no-caa", "no-issue-property", "issuer-match", "critical-unknown-tag", "account-mismatch", "method-mismatch",
      "malformed-property", "issuance-forbidden", "issuer-mismatch", "name-not-issuable", "lookup-failed", "outside-zones",
      "zone-broken", "zone-ambiguous", "unresolved-name", "unknown-ca", "account-unknown", "method-unknown", "ca-dependent",
      "private-issuer", "ip-address", "onion", "not-tls-server",
    }
    for _, reason in ipairs(wanted) do
      assert.is_true(reasons[reason], reason .. " never happened")
    end
  end)
end)
