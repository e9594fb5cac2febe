-- ACME directory URLs, compared as URLs; and which hosts nobody outside can reach.
-- SPDX-License-Identifier: MIT
-- RFC 3986 section 6.2 (scheme and host without case, default port, empty path); RFC 8555 section 7.1.1 (the directory URL).

local M = {}

local DEFAULT_PORT = { https = "443", http = "80" }

--- Splits a URL. Userinfo and fragment have no business in a directory URL and are dropped; a query is part of the path.
---@param text any
---@return { scheme: string, host: string, port: string, path: string }? url path without the slashes at its end ("" for none)
function M.parse(text)
  if type(text) ~= "string" then
    return nil
  end
  local scheme, authority, path = text:match("^%s*(%a[%w+.-]*)://([^/?#]*)([^#%s]*)")
  if not scheme then
    return nil
  end
  scheme = scheme:lower()
  authority = authority:gsub("^.*@", "")
  local host, port = authority:match("^(%[[%x:.]*%]):?(%d*)$")
  if not host then
    host, port = authority:match("^([^:]*):?(%d*)$")
  end
  if not host or host == "" then
    return nil
  end
  return {
    scheme = scheme,
    host = (host:lower():gsub("%.$", "")),
    port = port ~= "" and port or DEFAULT_PORT[scheme] or "",
    path = (path:gsub("/+$", "")),
  }
end

--- The address ranges of RFC 1918, RFC 6598, loopback and link-local.
local function is_private_ipv4(host)
  local a, b = host:match("^(%d+)%.(%d+)%.%d+%.%d+$")
  a, b = tonumber(a), tonumber(b)
  return a ~= nil
    and (a == 10 or a == 127 or (a == 172 and b >= 16 and b <= 31) or (a == 192 and b == 168) or (a == 169 and b == 254) or (a == 100 and b >= 64 and b <= 127))
end

--- Names that never lead out of one's own network (RFC 6761, RFC 6762, RFC 8375; .internal: ICANN board, 2024-07-29; svc: a cluster's own).
--- Names for documentation and tests (.example, .test) are not among them: they stand for somebody's real server.
local INTERNAL_SUFFIXES = { "localhost", "local", "internal", "svc", "home.arpa" }

--- Is this a host that no public CA serves its ACME directory on?
---@param host string lower-case, as M.parse gives it
---@return boolean
function M.is_internal_host(host)
  if host:sub(1, 1) == "[" then
    local address = host:sub(2, -2)
    return address == "::1" or address:match("^f[cd]") ~= nil or address:match("^fe[89ab]") ~= nil
  elseif not host:find(".", 1, true) or is_private_ipv4(host) then
    return true
  end
  for _, suffix in ipairs(INTERNAL_SUFFIXES) do
    if host == suffix or host:sub(-#suffix - 1) == "." .. suffix then
      return true
    end
  end
  return false
end

return M
