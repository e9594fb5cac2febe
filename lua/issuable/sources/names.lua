-- Names as manifests write them, made ready to be decided: DNS names, internationalised ones, addresses, subjects.
-- SPDX-License-Identifier: MIT
-- RFC 5890 (A-labels and U-labels), RFC 4514 (literalSubject); addresses as Go's net.ParseIP reads them.

local caa = require "issuable.caa"
local idn = require "issuable.idn"

local M = {}

--- One DNS name. A text that is no DNS name keeps its text and gets no `name`; one with U-labels is decided as its A-labels,
--- which `a_label` spells out: cert-manager can put nothing but ASCII into a request.
---@param text string
---@param span table?
---@return table identifier { type, name, text, wildcard, span, problem, a_label }
function M.dns(text, span)
  local wildcard = text:sub(1, 2) == "*."
  local bare, a_label = wildcard and text:sub(3) or text, nil
  if bare:find("[\128-\255]") then
    local ascii = idn.to_ascii(bare)
    if ascii then
      bare, a_label = ascii, (wildcard and "*." or "") .. ascii
    end
  end
  local name, message = caa.name(bare)
  return { type = "dns", name = name, text = text, wildcard = wildcard, span = span, problem = message, a_label = name and a_label or nil }
end

---@param text string
---@return boolean
function M.is_address(text)
  local octets = { text:match("^(%d+)%.(%d+)%.(%d+)%.(%d+)$") }
  if #octets == 4 then
    for _, octet in ipairs(octets) do
      if #octet > 3 or tonumber(octet) > 255 or octet:find("^0%d") then
        return false
      end
    end
    return true
  end
  return text:find("^[%x:.]+$") ~= nil and select(2, text:gsub(":", "")) >= 2
end

--- A host of an Ingress: cert-manager asks for an address where it is one.
---@param text string
---@param span table?
---@return table identifier
function M.host(text, span)
  return M.is_address(text) and { type = "ip", text = text, span = span } or M.dns(text, span)
end

--- Would a CA have to look at this common name as at a domain name? "Example Corp Root" is none, "www.example.com" is one.
---@param text string
---@return boolean
function M.is_host_like(text)
  return text:find("^[^%s@/:]+%.[^%s@/:]+$") ~= nil
end

local function unescape(value)
  if value:sub(1, 1) == "#" then
    return nil -- hexadecimal BER: no text
  end
  value = value:gsub("\\(%x%x)", function(hex)
    return string.char(tonumber(hex, 16))
  end)
  return (value:gsub("\\(.)", "%1"))
end

local COMMON_NAME = { cn = true, commonname = true, ["2.5.4.3"] = true, ["oid.2.5.4.3"] = true }

--- The common names of a distinguished name (spec.literalSubject).
---@param text string RFC 4514: `CN=www.example.com,O=Example\, Inc.`
---@return string[]
function M.common_names(text)
  local list, at, size = {}, 1, #text
  while at <= size do
    local stop = at
    while stop <= size do
      local c = text:sub(stop, stop)
      if c == "\\" then
        stop = stop + 1
      elseif c == "," or c == "+" or c == ";" then
        break
      end
      stop = stop + 1
    end
    local key, value = text:sub(at, stop - 1):match("^%s*([%w.]+)%s*=%s*(.-)%s*$")
    if key and COMMON_NAME[key:lower()] then
      value = unescape(value:match('^"(.*)"$') or value)
      if value and value ~= "" then
        list[#list + 1] = value
      end
    end
    at = stop + 1
  end
  return list
end

return M
