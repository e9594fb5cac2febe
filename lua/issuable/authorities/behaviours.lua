-- How CA implementations differ when they read the same CAA records: a small table of switches, some with dates.
-- SPDX-License-Identifier: MIT
-- Sources stand with each behaviour; what RFC 8659 and RFC 8657 leave no room for is no switch (a `;` after the last parameter is malformed for all).

local dates = require "issuable.dates"

local M = {}

--- A switch whose value changes: the last entry whose day has come counts.
local function dated(entries)
  return { dated = true, entries = entries }
end

local function set(list)
  local members = {}
  for _, item in ipairs(list) do
    members[item] = true
  end
  return members
end

--- Ballot SC-098: from this day every CA must process accounturi and validationmethods.
M.PARAMETERS_BINDING = "2027-03-15"

---@class issuable.Behaviour
---@field name string
---@field title string
---@field source string
---@field date string of the source
---@field issuer_case "ignored"|"compared" issuer domain names with or without regard to case
---@field parameter_tag_case "ignored"|"compared" is `AccountURI=` the parameter of RFC 8657, or one that nobody knows?
---@field parameter_tag_hyphen "allowed"|"refused" a hyphen in a parameter tag: refused makes the whole property malformed
---@field critical_bits integer[] values of the flags' bits that mean critical
---@field tags table<string, boolean> property tags that are known; any other one that is critical denies
---@field methods table<string, boolean>|nil validation methods that are known; nil: any well-formed label
---@field max_labels integer|nil more labels than this (without "*.") make a name that the CA issues nothing for
---@field binding boolean the parameters of RFC 8657 bind the CA today; they are judged strictly either way

local BEHAVIOURS = {
  {
    name = "strict",
    title = "RFC 8659, RFC 8657 and the Baseline Requirements as written",
    source = "RFC 8659; RFC 8657; RFC 9495 (issuemail); Baseline Requirements 3.2.2.8 and appendix A (contactemail, contactphone)",
    date = "2026-05",
    issuer_case = "ignored",
    -- Neither RFC says that parameter tags differ by case; of two readings the one that restricts is the safe one.
    parameter_tag_case = "ignored",
    parameter_tag_hyphen = "allowed",
    critical_bits = { 128 },
    tags = set { "issue", "issuewild", "iodef", "issuemail", "issuevmc", "contactemail", "contactphone" },
    methods = nil,
    binding = true,
  },
  {
    name = "boulder",
    title = "Let's Encrypt's implementation",
    source = "letsencrypt/boulder va/caa.go, commit 2d00c8e27",
    date = "2026-08",
    issuer_case = "compared",
    parameter_tag_case = "compared",
    parameter_tag_hyphen = "refused",
    -- "many CAA record users have misinterpreted the RFC": bit 1 counts as well.
    critical_bits = { 128, 1 },
    tags = set { "issue", "issuewild", "iodef", "issuemail", "issuevmc" },
    methods = set { "http-01", "dns-01", "tls-alpn-01", "dns-account-01", "dns-persist-01" },
    max_labels = 10, -- policy/pa.go
    binding = true,
  },
  {
    name = "mpic",
    title = "Open MPIC, which CAs embed",
    source = "open-mpic/open-mpic-core-python mpic_caa_checker.py, commit 74114b5",
    date = "2026-05",
    issuer_case = "ignored",
    -- It parses the parameters and does not judge them. That is no permission: the CA around it may, so they are read strictly.
    parameter_tag_case = "ignored",
    parameter_tag_hyphen = "allowed",
    critical_bits = { 128 },
    tags = set { "issue", "issuewild", "iodef", "issuemail", "contactemail", "contactphone" },
    methods = nil,
    binding = dated { { value = false }, { from = M.PARAMETERS_BINDING, value = true } },
  },
}

local BY_NAME, NAMES = {}, {}
--- Days on which any switch changes, as unix times.
local CHANGES = {}
for i, behaviour in ipairs(BEHAVIOURS) do
  BY_NAME[behaviour.name], NAMES[i] = behaviour, behaviour.name
  for _, value in pairs(behaviour) do
    for _, entry in ipairs(type(value) == "table" and value.dated and value.entries or {}) do
      CHANGES[#CHANGES + 1] = entry.from and dates.parse(entry.from)
    end
  end
end

--- All names, `strict` first: its reason is told when all agree on the verdict only.
---@return string[]
function M.names()
  return { NAMES[1], NAMES[2], NAMES[3] }
end

---@param name string
---@return boolean
function M.exists(name)
  return BY_NAME[name] ~= nil
end

local function value_at(entries, now)
  local value
  for _, entry in ipairs(entries) do
    if not entry.from or now >= dates.parse(entry.from) then
      value = entry.value
    end
  end
  return value
end

local resolved = {} -- name and number of changes that have come → switches

local function changes_until(now)
  local count = 0
  for _, change in ipairs(CHANGES) do
    count = count + (change <= now and 1 or 0)
  end
  return count
end

--- The switches of a behaviour as they stand at a time. One table for all who ask: it is for reading only.
---@param name string `strict`, `boulder` or `mpic`
---@param now integer? unix time; nil: everything that is decided is in force
---@return issuable.Behaviour
function M.at(name, now)
  local behaviour = BY_NAME[name] or error(("no such behaviour: %s (there are %s)"):format(tostring(name), table.concat(NAMES, ", ")), 2)
  local version = ("%s %d"):format(name, changes_until(now or math.huge))
  if resolved[version] then
    return resolved[version]
  end
  local switches = {}
  resolved[version] = switches
  for key, value in pairs(behaviour) do
    if type(value) == "table" and value.dated then
      value = value_at(value.entries, now or math.huge)
    end
    switches[key] = value
  end
  return switches
end

return M
