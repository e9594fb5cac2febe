-- The closed list of verdicts and reasons: each that files can bring about has cases, and the program knows no other.
-- SPDX-License-Identifier: MIT
-- Design section 4; read from the cases themselves: spec/cli/cases/08-reasons.txt and spec/decide/cases.

local cases = require "spec.support.cases"
local shell = require "spec.support.shell"
local support = require "spec.cli.support"

local REASONS = {
  allowed = "no-caa no-issue-property issuer-match",
  denied = "critical-unknown-tag account-mismatch method-mismatch malformed-property issuance-forbidden issuer-mismatch name-not-issuable dnssec-bogus",
  undecided = "lookup-failed servers-disagree outside-zones zone-broken zone-ambiguous unresolved-name issuer-missing unknown-ca account-unknown"
    .. " method-unknown ca-dependent dnssec-unchecked",
  exempt = "private-issuer ip-address onion not-tls-server",
}

--- Only the DNS itself brings these about.
local LIVE = { ["dnssec-bogus"] = true, ["servers-disagree"] = true, ["dnssec-unchecked"] = true }

--- What a decision without manifests cannot meet.
local OF_MANIFESTS = { ["issuer-missing"] = true }

local function list(line)
  local _, out = shell.run(("cd %s && %s"):format(shell.quote(shell.root), line))
  return out:gmatch("[^\n]+")
end

describe("the closed list of reasons", function()
  local by_command, by_decision = {}, {}
  for _, case in ipairs(support.read(shell.root .. "/spec/cli/cases/08-reasons.txt")) do
    local verdict, reason = case.title:match("^(%l+) ([%l-]+)")
    local says = {}
    for _, expected in ipairs(case.commands[1].says) do
      says[expected.rest] = true
    end
    if says[('"verdict": "%s",'):format(verdict)] and says[('"reason": "%s",'):format(reason)] then
      by_command[verdict .. " " .. reason] = true
    end
  end
  for path in list("ls spec/decide/cases/*.txt") do
    for _, case in ipairs(path:find("README", 1, true) and {} or cases.read(shell.root .. "/" .. path)) do
      for _, ask in ipairs(case.asks) do
        if ask.verdict then
          by_decision[ask.verdict .. " " .. ask.reason] = true
        end
      end
    end
  end

  for _, verdict in ipairs { "allowed", "denied", "undecided", "exempt" } do
    for reason in REASONS[verdict]:gmatch("%S+") do
      local key = verdict .. " " .. reason
      if not LIVE[reason] then
        it(key .. " has a case of the command", function()
          assert.is_true(by_command[key])
        end)
        if not OF_MANIFESTS[reason] then
          it(key .. " has a case of deciding", function()
            assert.is_true(by_decision[key])
          end)
        end
      end
    end
  end

  it("is all that cases speak of", function()
    for _, found in ipairs { by_command, by_decision } do
      for key in pairs(found) do
        local verdict, reason = key:match("^(%S+) (%S+)$")
        assert.truthy((" " .. (REASONS[verdict] or "") .. " "):find(" " .. reason .. " ", 1, true), key)
      end
    end
  end)

  it("is all that the README promises, but for what needs the DNS", function()
    local readme = assert(shell.read(shell.root .. "/README.md"))
    for verdict, reasons in pairs(REASONS) do
      local row = readme:match("\n| " .. verdict .. " | ([^\n]*) |\n")
      local told = {}
      for reason in row:gmatch("`([%l-]+)`") do
        told[reason] = true
        assert.truthy((" " .. reasons .. " "):find(" " .. reason .. " ", 1, true), reason)
      end
      for reason in reasons:gmatch("%S+") do
        assert.is_true(told[reason] or LIVE[reason], reason)
      end
    end
  end)
end)
