-- Every format stays valid whatever the names, values, paths and messages hold.
-- SPDX-License-Identifier: MIT
-- Seeded; spec/reports/readers_spec.lua gives some of the same to readers that are not ours.

local cjson = require "cjson"
local estate = require "spec.reports.support.estate"
local json = require "issuable.reports.jsonwriter"
local new_random = require "spec.support.random"
local reports = require "issuable.reports"
local scale = require "spec.support.scale"
local terminal = require "issuable.reports.terminal"

local SEED = 20261124

--- Problems of a text with tags: what is between them must be escaped, every tag known, opened and closed.
local function markup_problem(text, tags, void)
  local open, at = {}, 1
  while true do
    local from = text:find("[<&]", at)
    if not from then
      break
    end
    if text:sub(from, from) == "&" then
      local entity = text:match("^&#?%w+;", from)
      if not entity then
        return "a bare & at " .. text:sub(from, from + 40)
      end
      at = from + #entity
    else
      local close, name, rest, stop = text:match("^<(/?)(%w+)([^<>]*)>()", from)
      if not name or not tags[name] then
        return "not one of our tags: " .. text:sub(from, from + 60)
      end
      local bare = rest:gsub('%s[%w%-:]+="[^"]*"', ""):gsub("%s[%w%-]+", "")
      if bare ~= "" and bare ~= "/" then
        return "attributes: " .. rest
      end
      if close == "/" then
        if open[#open] ~= name then
          return ("</%s> closes %s"):format(name, tostring(open[#open]))
        end
        open[#open] = nil
      elseif bare ~= "/" and not (void and void[name]) then
        open[#open + 1] = name
      end
      at = stop
    end
  end
  return #open > 0 and "left open: " .. open[#open] or nil
end

local function set(words)
  local result = {}
  for word in words:gmatch("%S+") do
    result[word] = true
  end
  return result
end

local XML_TAGS = set "testsuites testsuite properties property testcase failure error skipped system"
local HTML_TAGS = set [[html head meta title body div header h1 h2 h3 p button main ul ol li b svg rect form label input select option
  details summary span code mark a article strong section footer ins del]]
local VOID = set "meta input"
local MARKDOWN_TAGS = set "details summary code"

local function decode_github(text)
  return (text:gsub("%%0D", "\r"):gsub("%%0A", "\n"):gsub("%%25", "%%"))
end

--- What is wrong with a report, by format.
local PROBLEM = {}

local function json_problem(text)
  local ok, message = pcall(cjson.decode, text)
  return not ok and message or nil
end
PROBLEM.json, PROBLEM.sarif, PROBLEM.gitlab = json_problem, json_problem, json_problem

function PROBLEM.text(text) -- an edit's tabs stay tabs
  return text:find("[%z\1-\8\11-\31\127]") and "a control character" or nil
end

function PROBLEM.junit(text)
  if text:find("]]>", 1, true) then
    return "]]> in text"
  end
  local body = assert(text:match("^<%?xml[^?]*%?>\n(.*)$"))
  local problem = markup_problem((body:gsub("system%-out", "system")), XML_TAGS)
  local seen = {}
  for class, name in body:gmatch('<testcase classname="([^"]*)" name="([^"]*)"') do
    local key = class .. "\0" .. name
    problem = problem or seen[key] and "two cases with one key: " .. key
    seen[key] = true
  end
  return problem
end

function PROBLEM.html(text)
  local _, scripts = text:gsub("<[sS][cC][rR][iI][pP][tT]", "")
  if scripts ~= 1 then
    return ("%d scripts"):format(scripts)
  end
  local body = text:gsub("<script>.-</script>", ""):gsub("<style>.-</style>", ""):gsub("^<!DOCTYPE html>", "")
  return markup_problem(body, HTML_TAGS, VOID)
end

function PROBLEM.github(text)
  local commands = { error = 0, warning = 0, notice = 0 }
  for line in text:gmatch("([^\n]*)\n") do
    local kind, properties, data = line:match("^::(%l+) ([^:]*)::(.*)$")
    if kind then
      if not commands[kind] then
        return "a command of somebody else: " .. line
      end
      commands[kind] = commands[kind] + 1
      for property in properties:gmatch("[^,]+") do
        if not property:find("^%l%a*=") then
          return "a property: " .. property
        end
      end
      if decode_github(data):find("[%z\1-\9\11-\31\127]") then
        return "a control character in the message"
      end
    elseif line:sub(1, 10) ~= "issuable: " or line:find("##[", 1, true) then
      return "neither a command nor a line of ours: " .. line
    end
  end
  for kind, count in pairs(commands) do
    if count > 10 then
      return ("%d of %s: GitHub drops the rest"):format(count, kind)
    end
  end
end

function PROBLEM.tap(text)
  local plan, count, inside = tonumber(text:match("^TAP version 13\n1%.%.(%d+)\n")), 0, false
  for line in text:gmatch("([^\n]*)\n") do
    local number = line:match("^ok (%d+) %- ") or line:match("^not ok (%d+) %- ")
    if number then
      count = count + 1
      if tonumber(number) ~= count then
        return "out of order: " .. line
      end
      local plain = line:gsub("\\[\\#]", ""):gsub(" # SKIP ", "", 1):gsub(" # TODO ", "", 1)
      if plain:find("#", 1, true) then
        return "a directive of somebody else: " .. line
      end
    elseif line == "  ---" then
      inside = true
    elseif line == "  ..." then
      inside = false
    elseif inside and line:sub(1, 2) ~= "  " or not inside and not line:find("^# ") and not line:find("^TAP ") and not line:find("^1%.%.") then
      return "what is this: " .. line
    end
  end
  return plan ~= count and ("%d planned, %d told"):format(plan or -1, count) or nil
end

function PROBLEM.prometheus(text)
  for line in text:gmatch("([^\n]*)\n") do
    if not line:find("^# HELP issuable_%l[%l_]* %S") and not line:find("^# TYPE issuable_%l[%l_]* gauge$") then
      local plain = line:gsub('\\[\\"n]', ""):gsub('%l+="[^"]*"', "")
      if not plain:find("^issuable_[%l_]+{?,*}? %d+$") then
        return "a sample: " .. line
      end
    end
  end
end

function PROBLEM.markdown(text)
  local fence, out = nil, {}
  for line in text:gmatch("([^\n]*)\n") do
    local run = line:match("^(```+)")
    if fence then
      if run == line and #run >= #fence then
        fence = nil
      end
    elseif run then
      fence = run
    else
      out[#out + 1] = line
    end
  end
  if fence then
    return "a fence is left open"
  end
  local plain = table.concat(out, "\n")
  if plain:find("@%w") or plain:find("%]%(") then
    return "a link or a mention"
  end
  return markup_problem((plain:gsub("%-&gt;", "")), MARKDOWN_TAGS)
end

describe("hostile text", function()
  for _, format in ipairs(reports.FORMATS) do
    it("leaves a report valid: " .. format, function()
      local random = new_random(SEED)
      for round = 1, scale(6) do
        local result = estate.fixture()
        if round > 1 then
          estate.poison(result, random)
        end
        local text = reports.render(format, result, estate.options())
        local context = ("seed %d, round %d: "):format(SEED, round)
        assert.equal("\n", text:sub(-1), context)
        assert.is_true(text == json.utf8(text), context .. "not UTF-8")
        local problem = PROBLEM[format](text)
        assert.is_nil(problem, context .. tostring(problem))
      end
    end)
  end

  it("is said by GitHub's annotations as it is, once they are decoded", function()
    local random = new_random(SEED)
    local result = estate.fixture()
    estate.poison(result, random)
    local said = {}
    for _, data in reports.render("github", result, estate.options()):gmatch("::(%l+) [^:\n]*::([^\n]*)") do
      said[#said + 1] = decode_github(data)
    end
    local all, told = table.concat(said, "\n"), 0
    for _, finding in ipairs(result.findings) do
      if not finding.waived and all:find(terminal.visible(finding.message), 1, true) then
        told = told + 1
      end
    end
    assert.is_true(told >= 5)
  end)
end)
