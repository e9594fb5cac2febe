-- The cases: streams, what comes of them, where it stands, what is wrong with them.
-- SPDX-License-Identifier: MIT
-- Source: spec/manifest/cases/*.txt (format: README.txt there); kubectl is the oracle where it is installed (oracle_spec.lua).

local manifest = require "issuable.manifest"
local support = require "spec.manifest.support"

local FILES = { "01-scalars.txt", "02-structure.txt", "03-anchors.txt", "04-streams.txt", "05-json.txt", "06-errors.txt", "07-secrets.txt" }

local function text_of(bytes, span)
  return span and bytes:sub(span.first, span.last)
end

-- What each verb of a case means.
local verbs = {}

function verbs.json(state, rest)
  state.documents = state.documents + 1
  local document = state.stream.documents[state.documents]
  assert.is_table(document, "no document for " .. rest)
  local wanted = rest:find("^[%[{]") and support.decode(rest) or support.decode("[" .. rest .. "]")[1]
  assert.is_true(support.same(wanted, document.value), "got " .. support.show(document.value))
end

function verbs.span(state, rest)
  local path, wanted = rest:match("^(.-) ?= ?(.*)$")
  local container, key, document = support.walk(state.stream, path)
  local span
  if container then
    span = state.stream:span(container, key)
  elseif type(document.value) == "table" then
    span = state.stream:span(document.value)
  else
    span = document
  end
  assert.equal(support.unescape(wanted), text_of(state.bytes, span))
end

function verbs.key(state, rest)
  local path, wanted = rest:match("^(.-) = (.*)$")
  local container, key = support.walk(state.stream, path)
  assert.equal(support.unescape(wanted), text_of(state.bytes, state.stream:key_span(container, tostring(key))))
end

function verbs.alias(state, rest)
  local path, wanted = rest:match("^(.-) = (.*)$")
  local container, key = support.walk(state.stream, path)
  assert.equal(wanted, text_of(state.bytes, state.stream:span(container, key).alias))
end

function verbs.none(state, rest)
  local container, key = support.walk(state.stream, rest)
  assert.is_nil(state.stream:span(container, key))
end

verbs["error"] = function(state, rest)
  state.errors = state.errors + 1
  local line, column, hint, message = rest:match("^(%d+):(%d+) (%S+) (.*)$")
  local found = state.stream.errors[state.errors]
  assert.is_table(found, "no error " .. rest)
  assert.equal(("%s:%s %s %s"):format(line, column, hint, message),
    ("%d:%d %s %s"):format(found.line, found.column, found.hint or "-", found.message:sub(1, #message)))
end

--- May a report show the line of the last error? Not in a document that may be a Secret.
function verbs.shown(state, rest)
  assert.equal(rest, state.stream.errors[state.errors].mentions_secret and "no" or "yes")
end

function verbs.warning(state, rest)
  state.warnings = state.warnings + 1
  local found = state.stream.warnings[state.warnings]
  assert.is_table(found, "no warning " .. rest)
  assert.equal(rest, ("%d:%d %s"):format(found.line, found.column, found.code))
end

function verbs.source(state, rest)
  assert.equal(rest, state.stream.documents[#state.stream.documents].comments_source or "")
end

function verbs.kubectl() end

for _, file in ipairs(FILES) do
  describe(file, function()
    for _, case in ipairs(support.cases(file)) do
      it(case.title, function()
        local stream = assert(manifest.read(case.bytes, { path = "case.yaml" }))
        local state = { stream = stream, bytes = case.bytes, documents = 0, errors = 0, warnings = 0 }
        for _, expected in ipairs(case.expect) do
          assert(verbs[expected.verb], expected.verb)(state, expected.rest)
        end
        assert.equal(state.documents, #stream.documents, "documents")
        local messages = {}
        for i, problem in ipairs(stream.errors) do messages[i] = ("%d:%d %s"):format(problem.line, problem.column, problem.message) end
        assert.equal(state.errors, #stream.errors, table.concat(messages, "; "))
        assert.equal(state.warnings, #stream.warnings, "warnings")
      end)
    end
  end)
end
