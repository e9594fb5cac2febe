-- Which ACME challenge method cert-manager would use for a name: its solver picker, without the cluster.
-- SPDX-License-Identifier: MIT
-- cert-manager pkg/controller/acmeorders (selection of challenge solvers) and its documented selector rules.

local M = {}

local function is_table(value)
  return type(value) == "table"
end

--- How many of a selector's labels an object carries; nil when one of them is missing or differs.
local function labels_match(selector, labels)
  local count = 0
  if is_table(selector.matchLabels) then
    for key, value in pairs(selector.matchLabels) do
      if not is_table(labels) or labels[key] ~= value then
        return nil
      end
      count = count + 1
    end
  end
  return count
end

local function names_match(selector, name)
  if not is_table(selector.dnsNames) or #selector.dnsNames == 0 then
    return 0
  end
  for _, candidate in ipairs(selector.dnsNames) do
    if candidate == name then
      return 1
    end
  end
  return nil
end

local function count_labels(name)
  local _, dots = name:gsub("%.", "")
  return dots + 1
end

--- The number of labels of the longest zone of the selector that holds the name.
local function zones_match(selector, name)
  if not is_table(selector.dnsZones) or #selector.dnsZones == 0 then
    return 0
  end
  local best
  for _, zone in ipairs(selector.dnsZones) do
    if type(zone) == "string" and (name == zone or name:sub(-#zone - 1) == "." .. zone) then
      best = math.max(best or 0, count_labels(zone))
    end
  end
  return best
end

--- HTTP-01 is never offered for a wildcard (RFC 8555 section 7.1.3 leaves it to the CA; every public CA refuses).
local function method_of(solver, wildcard)
  if is_table(solver.dns01) then
    return "dns-01"
  elseif is_table(solver.http01) and not wildcard then
    return "http-01"
  end
end

--- The method for one name. Names in dnsNames beat dnsZones, longer zones beat shorter, then more labels, then the first one.
---@param solvers table[]? spec.acme.solvers
---@param name string the name as it stands in the Certificate, with "*." when wildcard
---@param labels table<string, string>? labels of the Certificate
---@return string[]? methods nil: unknown (no solvers were given); empty: no solver fits
---@return integer? index of the solver in the list
function M.pick(solvers, name, labels)
  if not is_table(solvers) or #solvers == 0 then
    return nil
  end
  local wildcard = name:sub(1, 2) == "*."
  local best
  for index, solver in ipairs(solvers) do
    local method = is_table(solver) and method_of(solver, wildcard)
    if method then
      local selector = is_table(solver.selector) and solver.selector or {}
      local by_labels = labels_match(selector, labels)
      local by_names = names_match(selector, name)
      local by_zones = zones_match(selector, name)
      if by_labels and by_names and by_zones then
        local better = not best
          or by_names > best.names
          or (by_names == best.names and (by_zones > best.zones or (by_zones == best.zones and by_labels > best.labels)))
        if better then
          best = { method = method, index = index, names = by_names, zones = by_zones, labels = by_labels }
        end
      end
    end
  end
  if not best then
    return {}
  end
  return { best.method }, best.index
end

return M
