-- Names on the command line: arguments, a file with one name a line, or standard input, made ready to be asked.
-- SPDX-License-Identifier: MIT
-- Shared by decide, lookup and explain.

local Files = require "issuable.sources.files"
local certmanager = require "issuable.sources.certmanager"
local manifests = require "issuable.sources.manifests"
local options = require "issuable.cli.options"

local M = {}

function M.define(command)
  command:argument("name", "Domain names, *.name for wildcards, - for standard input"):args("*")
  command:option("-f --file", "A file with one name a line (# starts a comment), - for standard input"):argname("FILE"):count("*")
end

local function add_lines(list, text)
  for line in text:gmatch("[^\r\n]+") do
    local name = line:match("^[^#]*")
    local from = name:find("%S")
    if from then
      list[#list + 1] = name:match("^.*%S", from)
    end
  end
end

---@param arguments table
---@return table[] identifiers in input order, as sources.certmanager makes them
function M.read(arguments)
  local files = Files.new()
  local list = {}
  local function add_file(path)
    local text, message = files:read(path)
    if not text then
      options.usage_error(("%s: %s"):format(path, message))
    elseif manifests.is_manifest(text) then
      options.usage_error(("%s: a Kubernetes manifest, not a list of names: `issuable check` reads it"):format(path))
    end
    add_lines(list, text)
  end
  for _, name in ipairs(arguments.name or {}) do
    if name == "-" then
      add_file("-")
    else
      list[#list + 1] = name
    end
  end
  for _, path in ipairs(arguments.file or {}) do
    add_file(path)
  end
  if #list == 0 then
    options.usage_error("no names: give them as arguments or with -f FILE")
  end
  for i, text in ipairs(list) do
    list[i] = certmanager.dns_identifier(text)
  end
  return list
end

return M
