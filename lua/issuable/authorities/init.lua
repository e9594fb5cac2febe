-- The CA directory: from an ACME directory URL, an issuer domain name, an id or an issuer's API group to a CA.
-- SPDX-License-Identifier: MIT
-- Rows are data in rows/*.lua; there is no maintained machine-readable map from directory URLs to identities to take instead.

local check = require "issuable.authorities.rows.check"
local private = require "issuable.authorities.rows.private"
local url = require "issuable.authorities.url"

local M = {}

---@class issuable.CA
---@field id string
---@field name string
---@field identities { domain: string, status: "published"|"observed"|"contested", source: string, date: string? }[] lower-case domains
---@field directories { url: string?, host: string?, path: string?, pattern: string?, environment: "production"|"staging" }[]
---@field private boolean no public CA: CAA does not bind it
---@field ended string? YYYY-MM or YYYY-MM-DD: from then on it issues no more
---@field behaviour string? name of the behaviour of its implementation; nil: not known
---@field groups string[]? API groups of external cert-manager issuers
---@field account_prefixes string[]? account URIs that differ only in one of these name the same account (old ACME versions)

---@class issuable.Directory
local Directory = {}
Directory.__index = Directory

--- Hosts and paths that name a kind of server, not one server. A public CA's own row is looked for first.
local MATCHES = {
  --- step-ca's directory is /acme/PROVISIONER/directory. A public CA may use such a path too (LiteSSL does), so the path alone
  --- counts only with the provisioner that smallstep's documentation uses, `acme`.
  ["step-ca"] = function(parts)
    local provisioner = parts.path:match("^/acme/([^/]+)/directory$")
    return provisioner ~= nil
      and (
        provisioner == "acme"
        or parts.port == "9000"
        or parts.host:find("step%-?ca") ~= nil
        or parts.host:find("step%-certificates") ~= nil
        or parts.host:sub(-17) == ".ca.smallstep.com"
        or url.is_internal_host(parts.host)
      )
  end,
  ["internal"] = function(parts)
    return url.is_internal_host(parts.host)
  end,
}

local function key_of(parts)
  return ("%s:%s%s"):format(parts.host, parts.port, parts.path)
end

local function index(self, ca)
  self.list[#self.list + 1] = ca
  self.ids[ca.id] = ca
  for _, identity in ipairs(ca.identities) do
    self.domains[identity.domain] = self.domains[identity.domain] or {}
    table.insert(self.domains[identity.domain], ca)
  end
  for _, group in ipairs(ca.groups or {}) do
    self.groups[group] = self.groups[group] or ca
  end
  for _, entry in ipairs(ca.directories) do
    local found = { ca = ca, entry = entry }
    if entry.url then
      local key = key_of(url.parse(entry.url))
      self.urls[key] = self.urls[key] or found
    else
      table.insert(self.looser, found)
    end
  end
end

local function built_in_rows()
  local rows = {}
  for _, file in ipairs { "acme", "cloud", "established" } do
    for _, row in ipairs(require("issuable.authorities.rows." .. file)) do
      rows[#rows + 1] = row
    end
  end
  for _, row in ipairs(private.rows) do
    rows[#rows + 1] = row
  end
  return rows
end

--- A directory of our rows and an organisation's own. A row with the id of one of ours replaces it; its URLs and groups win.
---@param extra_rows table[]? shape of issuable.CA; identities and directories may be plain strings
---@return issuable.Directory? directory
---@return string? message which row and field is wrong
function M.new(extra_rows)
  local self = setmetatable({ list = {}, ids = {}, domains = {}, groups = {}, urls = {}, looser = {} }, Directory)
  for i, given in ipairs(extra_rows or {}) do
    local where = ("authorities[%d]"):format(i)
    local ca, message = check.row(given, where)
    if not ca then
      return nil, message
    elseif self.ids[ca.id] then
      return nil, ("%s: there are two rows with the id %q"):format(where, ca.id)
    end
    index(self, ca)
  end
  for _, given in ipairs(built_in_rows()) do
    if not self.ids[given.id] then
      index(self, assert(check.row(given, given.id, true)))
    end
  end
  table.sort(self.list, function(a, b)
    return a.id < b.id
  end)
  return self
end

local function fits(entry, parts)
  if entry.match then
    return MATCHES[entry.match](parts)
  elseif entry.pattern then
    return parts.host:find(entry.pattern) ~= nil
  end
  local path = entry.path or ""
  return parts.host == entry.host and (parts.path == path or parts.path:sub(1, #path + 1) == path .. "/")
end

--- The CA behind an ACME directory URL.
---@param text string
---@return issuable.CA?
---@return string? environment "production" or "staging"
function Directory:by_url(text)
  local parts = url.parse(text)
  if not parts then
    return nil
  end
  local found = self.urls[key_of(parts)]
  if not found then
    for _, candidate in ipairs(self.looser) do
      if fits(candidate.entry, parts) then
        found = candidate
        break
      end
    end
  end
  if found then
    return found.ca, found.entry.environment
  end
end

--- All CAs that are said to answer to an issuer domain name, whatever the status of that identity.
---@param domain string
---@return issuable.CA[] sorted by id; may be empty
function Directory:by_domain(domain)
  local list = {}
  for i, ca in ipairs(self.domains[domain:lower()] or {}) do
    list[i] = ca
  end
  table.sort(list, function(a, b)
    return a.id < b.id
  end)
  return list
end

---@param id string
---@return issuable.CA?
function Directory:by_id(id)
  return self.ids[id]
end

--- The CA behind an external issuer of cert-manager.
---@param group string? API group, e.g. `certmanager.step.sm`
---@return issuable.CA?
---@return string? title of an issuer that is known to stand for any CA
function Directory:by_group(group)
  local ca = group and self.groups[group]
  if ca then
    return ca
  end
  return nil, group and private.any_ca[group] or nil
end

---@return issuable.CA[] sorted by id
function Directory:all()
  local list = {}
  for i, ca in ipairs(self.list) do
    list[i] = ca
  end
  return list
end

--- The status under which a CA has an identity.
---@param ca issuable.CA
---@param domain string lower-case
---@return string? status
function M.status(ca, domain)
  for _, identity in ipairs(ca.identities) do
    if identity.domain == domain then
      return identity.status
    end
  end
end

--- What all of some CAs have in common, or nil.
local function in_common(list, field)
  local value = list[1] and list[1][field]
  for _, ca in ipairs(list) do
    if ca[field] ~= value then
      return nil
    end
  end
  return value
end

--- A CA that is nothing but an issuer domain name. If everybody who answers to it runs the same implementation, so does it.
---@param domain string lower-case
---@return issuable.CA
function Directory:named(domain)
  local owners = {}
  for _, ca in ipairs(self:by_domain(domain)) do
    if M.status(ca, domain) ~= "contested" then
      owners[#owners + 1] = ca
    end
  end
  return {
    id = domain,
    name = domain,
    domain = domain,
    identities = { { domain = domain, status = "published", source = "named by the user" } },
    directories = {},
    private = false,
    behaviour = in_common(owners, "behaviour"),
    ended = in_common(owners, "ended"),
  }
end

--- What `--ca` and `--issuer NAME=CA` mean: an issuer domain name is that name alone, a directory URL or an id is a row.
---@param text string
---@return issuable.CA?
---@return string? message
function Directory:from_option(text)
  local given = tostring(text):match("^%s*(.-)%s*$")
  if given:find("://", 1, true) then
    local ca = self:by_url(given)
    if not ca then
      return nil, ("the ACME server %s is not in the CA directory; give the CA's issuer domain name (such as letsencrypt.org)"):format(given)
    end
    return ca
  end
  local domain = check.domain((given:gsub("%.$", "")))
  if domain and domain:find(".", 1, true) then
    return self:named(domain)
  end
  local ca = self:by_id(given:lower())
  if ca then
    return ca
  end
  return nil, ("%q is neither an issuer domain name (such as letsencrypt.org) nor an ACME directory URL"):format(given)
end

return M
