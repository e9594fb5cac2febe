-- Manifest files as objects: reads YAML and JSON streams and says what of them could not be read.
-- SPDX-License-Identifier: MIT
-- Helm templates and foreign YAML met while walking are counted, not refused (design section 4).

local comments = require "issuable.policy.comments"
local manifest = require "issuable.manifest"

local M = {}

--- How far a text is looked into for what kind of text it is.
local MAX_HEAD = 65536

--- Does a text speak of cert-manager at all? Decides whether an unreadable document matters.
---@param bytes string
---@return boolean
function M.mentions_cert_manager(bytes)
  return bytes:find("cert-manager", 1, true) ~= nil
    or bytes:find("certmanager.k8s.io", 1, true) ~= nil
    or bytes:find("kubernetes.io/tls-acme", 1, true) ~= nil
end

--- Is a text that was given as something else a manifest? Nothing of it is quoted then: it may hold Secrets.
---@param bytes string
---@return boolean
function M.is_manifest(bytes)
  if not bytes:find("apiVersion", 1, true) and not bytes:find("kind", 1, true) then
    return false -- at a fraction of what the patterns take
  end
  local text = "\n" .. bytes:sub(1, MAX_HEAD)
  return text:find("[\r\n][%s{\"'-]*apiVersion[\"']?%s*:") ~= nil or text:find("[\r\n][%s{\"'-]*kind[\"']?%s*:") ~= nil
end

--- The document in which a byte lies, for bytes in rising order: the stream is gone through once, however many errors it has.
---@param bytes string
---@return fun(byte: integer): string
local function documents_around(bytes)
  local first, last = 1, (bytes:find("\n%-%-%-%s") or #bytes + 1) - 1
  return function(byte)
    if byte < first then
      first, last = 1, (bytes:find("\n%-%-%-%s") or #bytes + 1) - 1
    end
    while byte > last and last < #bytes do
      first = last + 2
      last = (bytes:find("\n%-%-%-%s", first) or #bytes + 1) - 1
    end
    return bytes:sub(first, last)
  end
end

--- One warning of each kind for a document, with the number of those that follow: two objects without a --- line between
--- them repeat every key.
local function first_of_each(warnings)
  local list, known = {}, {}
  for _, warning in ipairs(warnings) do
    local key = ("%d %s"):format(warning.document or 0, warning.code)
    if known[key] then
      known[key].more = (known[key].more or 0) + 1
    else
      known[key] = warning
      list[#list + 1] = warning
    end
  end
  return list
end

---@param files issuable.Files
---@param path string
---@param options? { first_wins?: boolean, filter?: boolean } first_wins: the reading of a tool for which the first of equal keys counts;
---   filter: documents that cannot ask for a certificate are not parsed
---@return { path: string, stream: table, objects: table[], problems: table[], warnings: table[], passed_over: integer, size: integer }? source
---   objects: { object = table, document = table, stream = handle, path = }; problems: { message, line, column, byte, hint, mentions_secret, relevant };
---   warnings: { code, message, first, last, line, column, byte, other?, more?, mentions_secret, relevant }: what is read, though perhaps not as meant
---@return string? message
---@return string? code
function M.load(files, path, options)
  local bytes, message, code = files:read(path)
  if not bytes then
    return nil, message, code
  end
  local stream, read_message = manifest.read(bytes, { path = path, first_wins = options and options.first_wins, filter = options and options.filter })
  if not stream then
    return nil, read_message, "ELIMIT"
  end
  local source = { path = path, ignores = comments.scan(bytes, path), stream = stream, objects = {}, problems = {}, warnings = stream.warnings or {} }
  source.passed_over, source.size = stream.passed_over, #bytes
  for _, entry in ipairs(stream:flatten()) do
    source.objects[#source.objects + 1] = { object = entry.object, document = entry.document, stream = stream, path = path }
  end
  local around = documents_around(bytes)
  local holds_secrets = bytes:find("[Kk]ind[\"']?%s*:%s*[\"']?[Ss]ecret") ~= nil -- an error may have torn one in two
  for _, problem in ipairs(stream.errors) do
    problem.path = path
    problem.relevant = M.mentions_cert_manager(around(problem.byte or 1))
    problem.mentions_secret = problem.mentions_secret or holds_secrets
    if problem.mentions_secret then -- the word after the star may be the beginning of a password
      problem.message = problem.message:gsub("%*[%w_-]+", "*…", 1)
    end
    source.problems[#source.problems + 1] = problem
  end
  source.warnings = first_of_each(source.warnings)
  for _, warning in ipairs(source.warnings) do
    local text = warning.code == "ignored-text" and bytes:sub(warning.first, warning.last) or around(warning.byte)
    warning.path, warning.relevant = path, M.mentions_cert_manager(text)
    warning.mentions_secret = (warning.code == "ignored-text" or warning.code == "deceiving-bytes") and holds_secrets
  end
  return source
end

--- A Span table for a value (or, with "key", for the key) of an object.
---@param entry table an element of objects
---@param container table
---@param key string|integer|nil nil: the container itself
---@param which? "key"
---@return table? span
function M.span(entry, container, key, which)
  if type(container) ~= "table" then
    return nil
  end
  local span
  if which == "key" then
    span = entry.stream:key_span(container, key)
  elseif key == nil then
    span = entry.stream:span(container)
  else
    span = entry.stream:span(container, key)
  end
  if span then
    span.path = entry.path
  end
  return span
end

M.null = manifest.null

--- The text of a value where the API wants a string: the same on both engines, never an address.
---@param value any
---@return string
function M.text(value)
  local kind = type(value)
  if kind == "string" then
    return value
  elseif kind == "number" then
    return value == math.floor(value) and ("%.0f"):format(value) or ("%.14g"):format(value)
  elseif kind == "boolean" then
    return tostring(value)
  end
  return value == M.null and "null" or kind == "table" and (value[1] ~= nil and "(a list)" or "(a mapping)") or "(no text)"
end

return M
