-- issuable: will a public CA be allowed, by DNS CAA records, to issue what these manifests ask for?
-- SPDX-License-Identifier: MIT
-- What most embedders need: check, fix, decide. Everything else is reached through its own module.

local M = {}

M.version = require "issuable.version"

--- Reads, decides and judges. Nothing is written.
---@param options issuable.CheckOptions e.g. { paths = { "deploy/" }, zones = { { path = "example.com.zone" } } }
---@return table? result { input, decisions, findings, fixes, summary, at }
---@return string? message what is wrong with the options
function M.check(options)
  local checked, message = require("issuable.options").checked(options)
  if not checked then
    return nil, message
  end
  return require("issuable.check").run(checked)
end

--- As check, and writes the fixes when `options.write` is set: every file atomically, or none.
---@param options issuable.CheckOptions
---@return table? result fixes[i].files[j] = { path, digest, before, after, diff }
---@return string? message what is wrong with the options, or why nothing was written
---@return string? code of issuable.file.replace: "changed", "EACCES" …
function M.fix(options)
  local result, message = M.check(options)
  if not result or not options.write then
    return result, message
  end
  local list = {}
  for _, fix in ipairs(result.fixes) do
    for _, target in ipairs(fix.files or {}) do
      list[#list + 1] = { path = target.path, digest = target.digest, bytes = target.after }
    end
  end
  if #list > 0 then
    local ok, why, code = require("issuable.file").replace(list)
    if not ok then
      return nil, why, code
    end
  end
  return result
end

--- Decides single names, without manifests.
---@param options issuable.CheckOptions with `names` (list of "www.example.com", "*.example.com"), `ca`, `accounts`?, `methods`?
---@return table[]? decisions in the order of the names; `problems`: lines about zones that could not be read
---@return string? message
function M.decide(options)
  local ask = require "issuable.ask"
  local certmanager = require "issuable.sources.certmanager"
  local checked, wrong = require("issuable.options").checked(options)
  if not checked then
    return nil, wrong
  elseif not checked.names then
    return nil, "decide wants names: names = { \"www.example.com\" }"
  end
  local asker, message = ask.open(checked)
  if not asker then
    return nil, message
  elseif not asker.ca then
    return nil, "decide wants a CA: ca = \"letsencrypt.org\""
  end
  local decisions = { problems = asker:problems() }
  for i, name in ipairs(checked.names or {}) do
    decisions[i] = asker:decide(certmanager.dns_identifier(name), { ca = asker.ca, accounts = checked.accounts, methods = checked.methods })
  end
  return decisions
end

return M
