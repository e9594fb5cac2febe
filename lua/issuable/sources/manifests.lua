-- Manifest files as objects: reads YAML and JSON streams and says what of them could not be read.
-- SPDX-License-Identifier: MIT
-- Helm templates and foreign YAML met while walking are counted, not refused (design section 4).

local manifest = require "issuable.manifest"

local M = {}

--- Does a text speak of cert-manager at all? Decides whether an unreadable document matters.
---@param bytes string
---@return boolean
function M.mentions_cert_manager(bytes)
  return bytes:find("cert-manager", 1, true) ~= nil
    or bytes:find("certmanager.k8s.io", 1, true) ~= nil
    or bytes:find("kubernetes.io/tls-acme", 1, true) ~= nil
end

--- The bytes of the document in which an error lies; an error before the first document concerns the whole stream.
local function around(bytes, byte)
  local first, position = 1, 1
  while true do
    local from, to = bytes:find("\n%-%-%-[%s]", position)
    if not from or from >= byte then
      local next_from = bytes:find("\n%-%-%-[%s]", math.max(byte, 1))
      return bytes:sub(first, (next_from or #bytes + 1) - 1)
    end
    first, position = from + 1, to
  end
end

---@param files issuable.Files
---@param path string
---@return { path: string, stream: table, objects: table[], problems: table[] }? source
---   objects: { object = table, document = table, stream = handle, path = }; problems: { message, line, column, byte, hint, mentions_secret, relevant }
---@return string? message
---@return string? code
function M.load(files, path)
  local bytes, message, code = files:read(path)
  if not bytes then
    return nil, message, code
  end
  local stream, read_message = manifest.read(bytes, { path = path })
  if not stream then
    return nil, read_message, "ELIMIT"
  end
  local source = { path = path, stream = stream, objects = {}, problems = {}, warnings = stream.warnings or {} }
  for _, entry in ipairs(stream:flatten()) do
    source.objects[#source.objects + 1] = { object = entry.object, document = entry.document, stream = stream, path = path }
  end
  for _, problem in ipairs(stream.errors) do
    problem.path = path
    problem.relevant = M.mentions_cert_manager(around(bytes, problem.byte or 1))
    source.problems[#source.problems + 1] = problem
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

return M
