-- `issuable explain NAME` (or `issuable NAME`): the climb, the records, and who may issue and why.
-- SPDX-License-Identifier: MIT
-- RFC 8659 sections 3 and 4, in words.

local ask = require "issuable.ask"
local options = require "issuable.cli.options"
local report = require "issuable.reports.explain"
local terminal = require "issuable.reports.terminal"
local certmanager = require "issuable.sources.certmanager"
local decide_command = require "issuable.cli.decide"
local file = require "issuable.file"

local M = {}

function M.define(root)
  local command = root:command("explain", "Explain the CAA of one name: the climb, the records, who may issue and why")
  command:argument("name", "A domain name")
  command:argument("path", "Files and folders with zones (and manifests)"):args("*")
  command:option("--ca", "Explain for this CA only"):argname("CA")
  command:option("--account", "ACME account URI that orders"):argname("URI"):count("*")
  command:option("--method", "Challenge method that is used"):argname("METHOD"):count("*")
  command:option("--ignore", "Skip files and folders that match while walking"):argname("GLOB"):count("*")
  command:option("--color", "auto, always or never"):argname("WHEN"):choices { "auto", "always", "never" }
  options.add_input(command)
  return command
end

function M.run(arguments)
  local given = options.input(arguments)
  local asker, message = ask.open(given)
  if not asker then
    options.usage_error(message)
  end
  local identifier = certmanager.dns_identifier(arguments.name)
  local question = {
    accounts = #arguments.account > 0 and arguments.account or nil,
    methods = #arguments.method > 0 and arguments.method or nil,
  }
  local text, verdicts = report.render(asker, identifier, question, {
    colour = terminal.wants_colour(arguments.color, os.getenv, file.isatty(1)),
  })
  local notes, failed = decide_command.notes(asker)
  return decide_command.exit_code(verdicts, failed), text, notes
end

return M
