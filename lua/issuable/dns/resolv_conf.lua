-- /etc/resolv.conf: which resolvers this machine asks, and how.
-- SPDX-License-Identifier: MIT
-- Source: resolv.conf(5) of glibc 2.36; `options trust-ad` since glibc 2.31.

local M = {}

M.PATH = "/etc/resolv.conf"

local MAX_SERVERS = 3 -- MAXNS

---@class issuable.ResolvConf
---@field servers { address: string, port: integer }[] as many as glibc takes; without any line 127.0.0.1
---@field timeout integer? seconds
---@field attempts integer?
---@field rotate boolean
---@field trust_ad boolean

--- A number of an option, within what glibc takes.
local function bounded(text, most)
  local n = tonumber(text)
  return n and math.max(1, math.min(most, math.floor(n))) or nil
end

---@param text string
---@return issuable.ResolvConf
function M.parse(text)
  local conf = { servers = {}, rotate = false, trust_ad = false }
  for line in text:gmatch("[^\n]+") do
    local word, rest = line:match("^(%S+)%s+(.-)%s*$")
    if word == "nameserver" then
      local address = rest:match("^[%x:.]+") -- an IPv6 zone ("%eth0") is not part of it
      if address and #conf.servers < MAX_SERVERS then
        conf.servers[#conf.servers + 1] = { address = address, port = 53 }
      end
    elseif word == "options" then
      for option in rest:gmatch("%S+") do
        conf.timeout = bounded(option:match("^timeout:(%d+)$"), 30) or conf.timeout
        conf.attempts = bounded(option:match("^attempts:(%d+)$"), 3) or conf.attempts
        conf.rotate = conf.rotate or option == "rotate"
        conf.trust_ad = conf.trust_ad or option == "trust-ad"
      end
    end
  end
  if #conf.servers == 0 then
    conf.servers[1] = { address = "127.0.0.1", port = 53 }
  end
  return conf
end

--- Reads the file; a machine without one asks 127.0.0.1, as resolv.conf(5) says.
---@param path string?
---@return issuable.ResolvConf
function M.read(path)
  local file = io.open(path or M.PATH, "rb")
  local text = file and file:read(65536) or ""
  if file then
    file:close()
  end
  return M.parse(text or "")
end

return M
