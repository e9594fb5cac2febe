-- Ignore globs for walking folders: `*`, `?`, `**`, a leading "/" anchors, a trailing "/" means folders only.
-- SPDX-License-Identifier: MIT
-- Compiled to plain string searches, never to backtracking patterns over hostile names: each `*` matches greedily once.

local M = {}

--- Matches one path segment against a glob with `*` and `?`, in time linear in practice and quadratic at worst.
---@param glob string
---@param text string
---@return boolean
function M.segment(glob, text)
  local g, t, star_g, star_t = 1, 1, nil, nil
  while t <= #text do
    local c = glob:sub(g, g)
    if c == "*" then
      star_g, star_t = g, t
      g = g + 1
    elseif c == "?" or (c ~= "" and c == text:sub(t, t)) then
      g, t = g + 1, t + 1
    elseif star_g then
      star_t = star_t + 1
      g, t = star_g + 1, star_t
    else
      return false
    end
  end
  while glob:sub(g, g) == "*" do
    g = g + 1
  end
  return g > #glob
end

local function split(path)
  local parts = {}
  for part in path:gmatch("[^/]+") do
    parts[#parts + 1] = part
  end
  return parts
end

--- Matches a list of glob segments (with `**`) against path segments, by the same greedy walk as for characters.
local function match_parts(globs, parts)
  local g, p, star_g, star_p = 1, 1, nil, nil
  while p <= #parts do
    local glob = globs[g]
    if glob == "**" then
      star_g, star_p = g, p
      g = g + 1
    elseif glob and M.segment(glob, parts[p]) then
      g, p = g + 1, p + 1
    elseif star_g then
      star_p = star_p + 1
      g, p = star_g + 1, star_p
    else
      return false
    end
  end
  while globs[g] == "**" do
    g = g + 1
  end
  return g > #globs
end

---@param globs string[]
---@return fun(relative: string, is_folder: boolean): boolean ignored
function M.compile(globs)
  local rules = {}
  for _, glob in ipairs(globs) do
    local folders_only = glob:sub(-1) == "/"
    local body = glob:gsub("/+$", "")
    local anchored = body:find("/", 1, true) ~= nil
    local parts = split(body)
    if not anchored then
      table.insert(parts, 1, "**")
    end
    if body ~= "" then -- an empty glob is no glob: it must not skip everything
      rules[#rules + 1] = { parts = parts, folders_only = folders_only }
    end
  end
  return function(relative, is_folder)
    local parts = split(relative)
    for _, rule in ipairs(rules) do
      if (is_folder or not rule.folders_only) and match_parts(rule.parts, parts) then
        return true
      end
    end
    return false
  end
end

return M
