-- The summary in words: what was checked, what came of it, and what was not checked. Shared by the reports for people.
-- SPDX-License-Identifier: MIT
-- Plain lines, not yet escaped for any format.

local M = {}

---@param n integer
---@param word string
---@return string
function M.plural(n, word)
  return ("%d %s%s"):format(n, word, n == 1 and "" or "s")
end

local ORDER = { "denied", "undecided", "waived", "allowed", "exempt" }
M.ORDER = ORDER

--- One line: how many names, and what became of them.
---@param view table of issuable.reports.view
---@return string
function M.headline(view)
  local summary, counts, parts = view.result.summary, view:counts(), {}
  for _, status in ipairs(ORDER) do
    if counts[status] > 0 then
      parts[#parts + 1] = ("%d %s"):format(counts[status], status)
    end
  end
  return ("%s from %s: %s"):format(
    M.plural(summary.names, "name"),
    M.plural(summary.requests, "certificate request"),
    #parts > 0 and table.concat(parts, ", ") or "nothing asks for a certificate"
  )
end

--- The clusters of the requests, in order of appearance; empty when there is only the one without a name.
function M.clusters(result)
  local list, seen = {}, {}
  for _, document in ipairs(result.input.documents) do
    local scope = document.scope
    if scope and scope ~= "" and not seen[scope] then
      seen[scope] = true
      list[#list + 1] = scope
    end
  end
  return list
end

--- What was read.
---@return string[]
function M.checked(result)
  local lines, manifests = {}, 0
  for _, document in ipairs(result.input.documents) do
    if document.kind ~= "zone" then
      manifests = manifests + 1
    end
  end
  local clusters = M.clusters(result)
  local of = #clusters > 0 and (" of %s: %s"):format(#clusters == 1 and "cluster" or M.plural(#clusters, "cluster"), table.concat(clusters, ", ")) or ""
  lines[#lines + 1] = M.plural(manifests, "manifest file") .. of
  for _, zone in ipairs(result.input.zones) do
    lines[#lines + 1] = ("zone %s: %s%s"):format(
      zone.apex or "(no SOA)",
      zone.path,
      zone.status == "loadable" and "" or " (" .. zone.status .. ")"
    )
  end
  if #result.input.zones == 0 then
    lines[#lines + 1] = "no zone file"
  end
  return lines
end

--- Where answers came from, and who checked them.
local function security_lines(result)
  local counts, live, private, resolvers = {}, false, false, {}
  for _, decision in ipairs(result.decisions) do
    local answer = decision.answer
    if answer then
      counts[answer.security] = (counts[answer.security] or 0) + 1
      live = live or answer.source == "dns"
      if answer.resolver and not resolvers[answer.resolver] then
        resolvers[answer.resolver] = true
        resolvers[#resolvers + 1] = answer.resolver
        private = private or result.dns ~= nil and result.dns.private[answer.resolver] or false
      end
    end
  end
  if not live then
    return { "security: DNSSEC unchecked (answers come from files)" }
  end
  table.sort(resolvers)
  local parts = {}
  for _, name in ipairs { "bogus", "secure", "insecure", "unchecked" } do
    if counts[name] then
      parts[#parts + 1] = ("%d %s"):format(counts[name], name)
    end
  end
  local why = counts.unchecked and "; unchecked: from files, or no resolver is trusted to have checked (--trust-ad)" or ""
  return {
    ("asked: %s%s"):format(table.concat(resolvers, ", "), private and " (a private address: maybe a private view)" or ""),
    ("security: DNSSEC %s%s"):format(table.concat(parts, ", "), why),
  }
end

--- So many skipped paths are named where nobody asks for more.
local MAX_SKIPPED = 5

--- What was not: everything that is taken for granted or left out.
---@param result table
---@param most_paths? integer how many skipped paths are named
---@return string[]
function M.unchecked(result, most_paths)
  local summary, lines = result.summary, {}
  if #summary.assumed_names > 0 then
    lines[#lines + 1] = "assumed to hold no CAA, not asked: " .. table.concat(summary.assumed_names, ", ")
  end
  if summary.undecided_documents > 0 then
    lines[#lines + 1] = ("%s that may ask for certificates not read for sure: undecided"):format(M.plural(summary.undecided_documents, "document"))
  end
  local foreign = summary.unread - result.input.passed_over
  if foreign > 0 then
    lines[#lines + 1] = ("%s not read as Kubernetes objects (templates, foreign YAML)"):format(M.plural(foreign, "document"))
  end
  if summary.skipped > 0 then
    lines[#lines + 1] = ("%s skipped while walking:"):format(M.plural(summary.skipped, "path"))
    local skipped, most = result.input.skipped, most_paths or MAX_SKIPPED
    for i = 1, math.min(#skipped, most) do
      lines[#lines + 1] = ("  %s: %s"):format(skipped[i].path, skipped[i].why)
    end
    if #skipped > most then
      lines[#lines + 1] = ("  and %d more (--format json names them all)"):format(#skipped - most)
    end
  end
  if summary.names > 0 then
    for _, line in ipairs(security_lines(result)) do
      lines[#lines + 1] = line
    end
  end
  return lines
end

return M
