-- Command-line options that several subcommands share, and their values as the library wants them.
-- SPDX-License-Identifier: MIT
-- Design section 4. A wrong value is a usage error that says what is right.

local behaviours = require "issuable.authorities.behaviours"
local dates = require "issuable.dates"
local dns = require "issuable.dns"
local file = require "issuable.file"
local reports = require "issuable.reports"

local M = {}

local Usage = {}

--- Ends the run with exit code 2; caught in cli/init.lua.
---@param message string
function M.usage_error(message)
  error(setmetatable({ message = message }, Usage), 0)
end

function M.is_usage_error(value)
  return getmetatable(value) == Usage
end

local function split_pair(text, what)
  local left, right = text:match("^(.-)=(.*)$")
  if not left or left == "" or right == "" then
    M.usage_error(("%s wants %s, not %q"):format(what:match("^%S+"), what:match("%s(.*)$"), text))
  end
  return left, right
end

--- Options of every command that reads input.
function M.add_input(command)
  command:option("--zone", "A zone file that is served; answers instead of DNS"):argname("FILE[=ORIGIN]"):count("*")
  command:option("--include-base", "The folder at which relative $INCLUDE names start (default: the working directory)"):argname("DIR")
  command:flag("--no-found-zones", "Use only zones given with --zone or named as paths")
  command:flag("--offline", "Ask no DNS: what the zones do not hold stays unknown (default when ISSUABLE_OFFLINE=1)")
  command:option("--dns", "Ask this resolver (default: those of /etc/resolv.conf)"):argname("ADDRESS[@port]"):count("*")
  command:flag("--authoritative", "From these servers walk to each zone's own, and ask every one of them")
  command:option("--authority-port", "Port of the zones' own servers (default: 53)"):argname("PORT"):convert(tonumber)
  command:option("--record", "Write every packet to this file"):argname("FILE")
  command:option("--replay", "Take the packets from such a file and ask nobody"):argname("FILE")
  command:flag("--trust-ad", "The resolver has checked DNSSEC where it says so (AD)")
  command:flag("--require-dnssec", "What nobody checked with DNSSEC allows nothing")
  command:option("--assume-empty", "Take this name's CAA as empty without asking"):argname("NAME"):count("*")
  command:option("--ca-behavior", "Judge as strict, boulder or mpic does"):argname("NAME")
  command:option("--now", "The date that counts (2027-03-15 or RFC 3339)"):argname("DATE")
  command:option("--policy", "A policy, file or folder; the last one wins (default: the nearest .issuable.lua)"):argname("PATH"):count("*")
end

--- Options of commands that read manifests.
function M.add_manifests(command)
  command:argument("path", "Files, folders, - for standard input"):args("*")
  command:option("--issuer", "The CA of an issuer that is not in the input: [NS/]Kind/name=CA"):argname("ISSUER=CA"):count("*")
  command:option("--ca", "The CA where nothing else tells: issuer domain name or ACME directory URL"):argname("CA")
  command:option("--default-issuer", "The issuer that kubernetes.io/tls-acme stands for"):argname("[Kind/]NAME")
  command:option("--dialect", "Read YAML as kubectl (default) or kustomize does, or strict: refuse what tools read differently")
    :argname("NAME")
    :choices { "kubectl", "kustomize", "strict" }
  command:flag("--validate-all", "Parse documents too that do not speak of cert-manager; without it they are counted as unread")
  command:option("--cluster", "Paths of one cluster: issuers are looked up inside it"):argname("NAME=PATH"):count("*")
  command:option("--ignore", "Skip files and folders that match while walking"):argname("GLOB"):count("*")
  command:option("--color", "auto, always or never"):argname("WHEN"):choices { "auto", "always", "never" }
  command:flag("-q --quiet", "No summary")
end

--- `--format`, as often as there are reports.
function M.add_reports(command)
  command:option("--format", ("A report: %s; with =FILE it is written there (default: text)"):format(table.concat(reports.FORMATS, ", ")))
    :argname("NAME[=FILE]")
    :count("*")
end

---@return issuable.WantedReport[]
function M.reports(arguments)
  local wanted, message = reports.parse(arguments.format)
  return wanted or M.usage_error(message)
end

---@param text string FILE or FILE=ORIGIN; a file that is really called so is meant before any reading of its name
function M.zone(text)
  if file.stat(text) then
    return { path = text }
  end
  local path, origin = text:match("^(.*)=([%w_%-%.\\]+)$")
  if path and path ~= "" then
    return { path = path, origin = (origin:lower():gsub("(.)%.$", "%1")) }
  end
  return { path = text }
end

function M.now(text)
  if not text then
    return os.time()
  end
  local unix, message = dates.parse(text)
  if not unix then
    M.usage_error("--now: " .. message)
  end
  return unix
end

--- Whom to ask, or nil when nobody shall be.
local function dns_of(arguments)
  local named = #(arguments.dns or {}) > 0
  local live = named and "--dns" or arguments.record and "--record" or arguments.replay and "--replay"
  if arguments.offline and live then
    M.usage_error(("--offline and %s exclude each other"):format(live))
  elseif arguments.replay and (named or arguments.record) then
    M.usage_error(("--replay and %s exclude each other"):format(live))
  end
  local environment = os.getenv("ISSUABLE_OFFLINE") or ""
  if arguments.offline or (not live and environment ~= "" and environment ~= "0") then
    return nil
  end
  for _, text in ipairs(arguments.dns or {}) do
    local server, message = dns.server(text)
    if not server then
      M.usage_error("--dns: " .. message)
    end
  end
  local port = arguments.authority_port
  if port and (port < 1 or port > 65535 or port ~= math.floor(port)) then
    M.usage_error("--authority-port wants a port number")
  elseif arguments.authoritative and (arguments.record or arguments.replay) then
    M.usage_error("--authoritative cannot be recorded or replayed")
  end
  return {
    authoritative = arguments.authoritative,
    authority_port = port,
    servers = named and arguments.dns or nil,
    trust_ad = arguments.trust_ad,
    record = arguments.record,
    replay = arguments.replay,
  }
end

--- Parsed arguments as options of issuable.check.
---@param arguments table what argparse returned
---@return table
function M.input(arguments)
  if arguments.ca_behavior and not behaviours.exists(arguments.ca_behavior) then
    M.usage_error(("--ca-behavior: %q is not one of %s"):format(arguments.ca_behavior, table.concat(behaviours.names(), ", ")))
  end
  local options = {
    paths = arguments.path or {},
    zones = {},
    clusters = {},
    issuers = {},
    assume_empty = {},
    found_zones = not arguments.no_found_zones,
    include_base = arguments.include_base,
    ignore = arguments.ignore,
    ca = arguments.ca,
    default_issuer = arguments.default_issuer,
    dialect = arguments.dialect,
    validate_all = arguments.validate_all,
    behaviour = arguments.ca_behavior,
    policy = arguments.policy,
    now = M.now(arguments.now),
    dns = dns_of(arguments),
    require_dnssec = arguments.require_dnssec,
  }
  for i, text in ipairs(arguments.zone or {}) do
    options.zones[i] = M.zone(text)
  end
  for _, text in ipairs(arguments.assume_empty or {}) do
    options.assume_empty[(text:lower():gsub("%.$", ""))] = true
  end
  for i, text in ipairs(arguments.cluster or {}) do
    local name, path = split_pair(text, "--cluster NAME=PATH")
    options.clusters[i] = { name = name, path = path }
  end
  for _, text in ipairs(arguments.issuer or {}) do
    local name, ca = split_pair(text, "--issuer [NS/]Kind/name=CA")
    if not name:match("^[^/]+/[^/]+$") and not name:match("^[^/]+/[^/]+/[^/]+$") then
      M.usage_error(("--issuer wants [NS/]Kind/name=CA, not %q"):format(text))
    end
    options.issuers[name] = ca
  end
  return options
end

return M
