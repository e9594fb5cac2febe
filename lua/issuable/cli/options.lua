-- Command-line options that several subcommands share, and their values as the library wants them.
-- SPDX-License-Identifier: MIT
-- Design section 4. A wrong value is a usage error that says what is right.

local behaviours = require "issuable.authorities.behaviours"
local dates = require "issuable.dates"
local file = require "issuable.file"

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
  command:flag("--offline", "Ask no DNS (this version never does)")
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
  command:option("--cluster", "Paths of one cluster: issuers are looked up inside it"):argname("NAME=PATH"):count("*")
  command:option("--ignore", "Skip files and folders that match while walking"):argname("GLOB"):count("*")
  command:option("--color", "auto, always or never"):argname("WHEN"):choices { "auto", "always", "never" }
  command:flag("-q --quiet", "No summary")
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
    behaviour = arguments.ca_behavior,
    policy = arguments.policy,
    now = M.now(arguments.now),
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
