-- kubectl is the oracle: what it makes of the cases, live where it is installed, and as it was stored where it is not.
-- SPDX-License-Identifier: MIT
-- Source: kubectl 1.32.4 annotate --local; oracle.txt holds its answers. ISSUABLE_ORACLE=write stores them anew.

local cjson = require "cjson"
local manifest = require "issuable.manifest"
local scale = require "spec.support.scale"
local shell = require "spec.support.shell"
local support = require "spec.manifest.support"

local ROOT = os.getenv("ISSUABLE_ROOT") or "."
local STORE = ROOT .. "/spec/manifest/oracle.txt"
local FILES = { "01-scalars.txt", "02-structure.txt", "03-anchors.txt", "04-streams.txt", "05-json.txt", "06-errors.txt", "07-secrets.txt" }

--- Header lines for what an object lacks, so that kubectl takes it for one.
local function header(value, number)
  local lines = {}
  local function add(key, text)
    if value[key] == nil then
      lines[#lines + 1] = key .. ": " .. text
    end
  end
  add("apiVersion", "x/v1")
  add("kind", "T")
  add("metadata", "{name: n" .. number .. "}")
  return #lines > 0 and table.concat(lines, "\n") .. "\n" or ""
end

--- What the case says of kubectl: "agrees", "refuses", or nil when nothing can be compared.
local function expectation(case)
  local errors = 0
  for _, expected in ipairs(case.expect) do
    if expected.verb == "kubectl" then
      return expected.rest:match("^refuses") and "refuses" or nil
    elseif expected.verb == "error" then
      errors = errors + 1
    end
  end
  return errors > 0 and "refuses" or "agrees"
end

--- The cases that can be compared: { title, text, wanted } (wanted nil: refused).
local function questions()
  local list = {}
  for _, file in ipairs(FILES) do
    for _, case in ipairs(support.cases(file)) do
      local expected = expectation(case)
      local stream = assert(manifest.read(case.bytes))
      local documents = stream.documents
      local title = file:sub(1, 2) .. " " .. case.title
      if expected == "refuses" then
        list[#list + 1] = { title = title, text = header({}, #list + 1) .. case.bytes }
      elseif expected == "agrees" and #documents == 1 and type(documents[1].value) == "table" and documents[1].value.items == nil then
        local value = documents[1].value
        local first = case.bytes:sub(documents[1].first, documents[1].first)
        local block = first ~= "{" and first ~= "["
        if block and first ~= "-" and (value.metadata == nil or type(value.metadata) == "table" and value.metadata.name) then
          list[#list + 1] = { title = title, text = header(value, #list + 1) .. case.bytes, wanted = value }
        elseif first == "-" then
          list[#list + 1] = { title = title, text = header({}, #list + 1) .. "content:\n" .. case.bytes, wanted = value, inside = true }
        end
      end
      stream:close()
    end
  end
  return list
end

--- What kubectl printed, without what was added.
local function answer(question, object)
  if question.inside then
    return object.content
  end
  for _, key in ipairs { "apiVersion", "kind", "metadata" } do
    if question.wanted[key] == nil then
      object[key] = nil
    end
  end
  if object.metadata then
    object.metadata.annotations = nil
  end
  return object
end

local function kubectl(text)
  return shell.run("HOME=/nonexistent kubectl annotate --local -f - issuable=x -o json", text)
end

--- Asks kubectl: what it takes in one call, what it refuses one by one, which takes long: only `refusals` of them.
local function ask(list, refusals)
  local taken, texts, answers = {}, {}, {}
  for _, question in ipairs(list) do
    if question.wanted then
      taken[#taken + 1] = question
      texts[#texts + 1] = question.text
    elseif refusals > 0 then
      refusals = refusals - 1
      answers[question.title] = kubectl(question.text) ~= 0 and "refused" or "taken"
    end
  end
  local code, out = kubectl(table.concat(texts, "\n---\n"))
  if code ~= 0 then -- one of them is refused: which?
    for _, question in ipairs(taken) do
      code, out = kubectl(question.text)
      answers[question.title] = code == 0 and cjson.encode(answer(question, cjson.decode(out))) or "refused"
    end
    return answers
  end
  local at = 1
  for _, question in ipairs(taken) do
    local _, stop = out:find("\n}\n", at, true)
    local object = cjson.decode(out:sub(at, assert(stop, question.title)))
    answers[question.title] = cjson.encode(answer(question, object))
    at = stop + 1
  end
  return answers
end

local function stored()
  local answers = {}
  for line in io.lines(STORE) do
    local title, text = line:match("^(.-)\t(.*)$")
    answers[title] = text
  end
  return answers
end

local function store(list, answers)
  local file = assert(io.open(STORE, "wb"))
  for _, question in ipairs(list) do
    file:write(question.title, "\t", answers[question.title], "\n")
  end
  file:close()
end

local function compare(list, answers)
  local wrong = {}
  for _, question in ipairs(list) do
    local text = answers[question.title] or "not asked yet (ISSUABLE_ORACLE=write stores the answers)"
    local reads = text:find("^[{%[]") and question.wanted
    if not (reads and support.same(cjson.decode(text), question.wanted) or not question.wanted and text == "refused") then
      wrong[#wrong + 1] = ("%s: kubectl: %s, we: %s"):format(question.title, text, question.wanted and support.show(question.wanted) or "refused")
    end
  end
  assert.equal("", table.concat(wrong, "\n"))
end

describe("kubectl, the oracle", function()
  local list = questions()

  it("reads the cases as they say, as far as was stored", function()
    assert.is_true(#list > 80, #list .. " questions")
    if os.getenv("ISSUABLE_ORACLE") == "write" then
      store(list, ask(list, #list))
    end
    compare(list, stored())
  end)

  it("says the same today, where it is installed", function()
    -- the answers do not depend on the engine: one of them asks
    if os.getenv("ISSUABLE_ENGINE") ~= "jit" and shell.run("command -v kubectl") == 0 then
      local answers = ask(list, scale(6))
      for _, question in ipairs(list) do
        answers[question.title] = answers[question.title] or not question.wanted and "refused" or nil
      end
      compare(list, answers)
    end
  end)
end)
