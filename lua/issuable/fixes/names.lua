-- Owners as they are written at a place of a zone file.
-- SPDX-License-Identifier: MIT
-- RFC 1035 section 5.1: `@` is the origin, a name without a final dot is completed with it.

local caa = require "issuable.caa"

local M = {}

--- Is this owner token written with its final dot?
---@param token string
---@return boolean
function M.is_absolute(token)
  local backslashes = token:match("(\\*)%.$")
  return backslashes ~= nil and #backslashes % 2 == 0
end

--- A name as an owner under an origin.
---@param name string canonical: lower case, escaped as issuable.zone escapes, without the final dot ("." is the root)
---@param origin string? the $ORIGIN in force there, canonical; nil: none
---@param absolute boolean? write it with its final dot even where a relative name would do
---@return string
function M.owner(name, origin, absolute)
  if name == "." then
    return "."
  elseif absolute or not origin then
    return name .. "."
  elseif name == origin then
    return "@"
  elseif origin == "." then
    return name
  elseif caa.is_below(name, origin) and name:sub(-#origin - 1) == "." .. origin then
    return name:sub(1, -#origin - 2)
  end
  return name .. "."
end

--- The labels of a name, the last one first.
---@param name string canonical
---@return string[]
function M.labels(name)
  local labels, at, first = {}, 1, 1
  while at <= #name do
    local byte = name:byte(at)
    if byte == 92 then
      at = at + 1 -- what is escaped ends no label
    elseif byte == 46 then
      table.insert(labels, 1, name:sub(first, at - 1))
      first = at + 1
    end
    at = at + 1
  end
  if first <= #name then
    table.insert(labels, 1, name:sub(first))
  end
  return labels
end

return M
