-- A second reading of the rules, written straight down and on its own: one property list, one CA, one account, one method.
-- SPDX-License-Identifier: MIT
-- RFC 8659 section 4 and RFC 8657 as Boulder's va/caa.go and the table in the design read them; no code is shared with lua/.

local KNOWN = {
  strict = "|issue|issuewild|iodef|issuemail|issuevmc|contactemail|contactphone|",
  boulder = "|issue|issuewild|iodef|issuemail|issuevmc|",
  mpic = "|issue|issuewild|iodef|issuemail|contactemail|contactphone|",
}
local BOULDER_METHODS = "|http-01|dns-01|tls-alpn-01|dns-account-01|dns-persist-01|"

local function trim(text)
  return (text:gsub("^[ \t]+", ""):gsub("[ \t]+$", ""))
end

local function split(text, separator)
  local parts = {}
  for part in (text .. separator):gmatch("([^" .. separator .. "]*)[" .. separator .. "]") do
    parts[#parts + 1] = part
  end
  return parts
end

local function domain_ok(text)
  for _, label in ipairs(split(text, ".")) do
    if not (label:match("^%w$") or label:match("^%w[%w-]*%w$")) then
      return false
    end
  end
  return true
end

--- issuer, parameters | nil when the value breaks the grammar
local function read_value(value, boulder)
  local parts = split(value, ";")
  local issuer = trim(parts[1])
  if issuer ~= "" and not domain_ok(issuer) then
    return nil
  end
  if #parts == 2 and trim(parts[2]) == "" then
    return issuer, {}
  end
  local list = {}
  for i = 2, #parts do
    local tag, content = parts[i]:match("^([^=]*)=(.*)$")
    if not tag then
      return nil
    end
    tag, content = trim(tag), trim(content)
    if not (tag:match("^%w$") or tag:match("^%w[%w-]*%w$")) or (boulder and tag:find("-", 1, true)) then
      return nil
    end
    if content:find("[^\33-\58\60-\126]") then
      return nil
    end
    list[#list + 1] = { tag, content }
  end
  return issuer, list
end

local function only(list, tag, boulder)
  local found = {}
  for _, item in ipairs(list) do
    if (boulder and item[1] or item[1]:lower()) == tag then
      found[#found + 1] = item[2]
    end
  end
  return found
end

local function satisfied(list, account, method, boulder)
  local accounts = only(list, "accounturi", boulder)
  if #accounts > 1 or (accounts[1] and (accounts[1] ~= account or not accounts[1]:match("^%a[%w+.-]*:"))) then
    return false
  end
  local methods = only(list, "validationmethods", boulder)
  if #methods > 1 then
    return false
  elseif methods[1] then
    for _, label in ipairs(split(methods[1], ",")) do
      if not label:match("^[%w-]+$") then
        return false
      end
      local known = not boulder or BOULDER_METHODS:find("|" .. label .. "|", 1, true)
      if known and label == method then
        return true
      end
    end
    return false
  end
  return true
end

---@param records { [1]: integer, [2]: string, [3]: string }[] flags, tag, value
---@return boolean allowed
return function(records, wildcard, domain, account, method, behaviour)
  local boulder = behaviour == "boulder"
  local issue, wild = {}, {}
  for _, record in ipairs(records) do
    local flags, tag, value = record[1], record[2]:lower(), record[3]
    if not KNOWN[behaviour]:find("|" .. tag .. "|", 1, true) and (flags >= 128 or (boulder and flags % 2 == 1)) then
      return false
    elseif tag == "issue" then
      issue[#issue + 1] = value
    elseif tag == "issuewild" then
      wild[#wild + 1] = value
    end
  end
  local values = (wildcard and #wild > 0) and wild or issue
  if #values == 0 then
    return true
  end
  for _, value in ipairs(values) do
    local issuer, list = read_value(value, boulder)
    if issuer and (boulder and issuer or issuer:lower()) == domain and satisfied(list, account, method, boulder) then
      return true
    end
  end
  return false
end
