-- Reads the text cases of spec/decide/cases/*.txt and runs them: zones to Answers to Decisions, as the program does.
-- SPDX-License-Identifier: MIT
-- The format is explained in spec/decide/cases/README.txt.

local authorities = require "issuable.authorities"
local authority = require "issuable.authority"
local caa = require "issuable.caa"
local dates = require "issuable.dates"
local decide = require "issuable.decide"
local zone = require "issuable.zone"

local M = {}

local DEFAULT_NOW = "2026-11-23"

M.EXTRA_ROWS = {
  {
    id = "two-names",
    name = "Two Names CA",
    identities = { "first-ca.test", { domain = "second-ca.test", status = "observed" }, { domain = "maybe-ca.test", status = "contested" } },
  },
  {
    id = "old-accounts",
    identities = { "letter-ca.test" },
    account_prefixes = { "https://v1.letter-ca.test/reg/", "https://v2.letter-ca.test/acct/" },
  },
  { id = "house-ca", private = true },
  { id = "nameless", directories = { "https://acme.nameless.test/directory" } },
}

local HEADER = "$ORIGIN %s.\n$TTL 300\n@ SOA ns.dns.test. hostmaster.dns.test. 1 7200 900 1209600 300\n@ NS ns.dns.test.\n"

local function words_of(text, into)
  for key, value in text:gmatch("([%a-]+)=(%S*)") do
    if key == "account" or key == "method" or key == "assume" then
      into[key] = into[key] or {}
      table.insert(into[key], value)
    else
      into[key] = value
    end
  end
  return into
end

local function copy(source)
  local new = {}
  for key, value in pairs(source) do
    if type(value) == "table" then
      value = copy(value)
    end
    new[key] = value
  end
  return new
end

local function new_case(name, file, line)
  return { name = name, file = file, line = line, zones = {}, asks = {} }
end

local function add_zone(case, origin, options)
  local entry = { origin = origin, lines = {}, without_soa = options:find("without%-soa") ~= nil, found = options:find("found") ~= nil }
  case.zones[#case.zones + 1] = entry
  return entry
end

--- Reads one file of cases.
---@param path string
---@return table[] cases
function M.read(path)
  local cases, file_given = {}, {}
  local case, current_zone, ask, given
  local number = 0
  for line in io.lines(path) do
    number = number + 1
    local function complain(message)
      error(("%s:%d: %s: %s"):format(path, number, message, line), 0)
    end
    if line:match("^%s*$") or line:match("^#") then
      ask = nil
    elseif line:match("^%-%- ") then
      case = new_case(line:sub(4), path, number)
      cases[#cases + 1] = case
      current_zone, ask, given = nil, nil, copy(file_given)
    elseif line:match("^given ") then
      words_of(line:sub(7), case and given or file_given)
    elseif line:match("^zone ") then
      local origin, options = line:match("^zone (%S+)%s*(.*)$")
      current_zone = add_zone(case, origin, options)
    elseif line:match("^ask ") then
      local name, rest = line:match("^ask (%S+)%s*(.*)$")
      ask = words_of(rest, copy(given))
      ask.name, ask.line = name, number
      case.asks[#case.asks + 1] = ask
    elseif line:match("^=> ") then
      if not ask then
        complain("an answer without a question")
      end
      ask.verdict, ask.reason, ask.found_at = line:match("^=> (%S+) (%S+) (%S+)$")
      if not ask.verdict then
        complain("an answer is a verdict, a reason and a place")
      end
    elseif ask and line:match("^   %a") then
      local key, value = line:match("^   (%a+) (.*)$")
      ask["want_" .. key] = value
    elseif case and line:match("^  ") then
      if ask then
        complain("zone lines stand before the questions")
      end
      current_zone = current_zone or add_zone(case, "example.com", "")
      table.insert(current_zone.lines, (line:sub(3)))
    else
      complain("not understood")
    end
  end
  return cases
end

--- The zones of a case as they are served below a name of the case's own, so that one server holds all cases at once;
--- nil when one of them is no whole zone.
---@param below string "c17"
---@return { name: string, text: string }[]?
function M.served(case, below)
  local zones, seen = { { name = below, text = HEADER:format(below) } }, {}
  for i, subject in ipairs(M.zones(case)) do
    local entry = case.zones[i]
    if subject.status ~= "loadable" or seen[subject.apex] or entry.without_soa then
      return nil
    end
    seen[subject.apex] = true
    local text = table.concat(entry.lines, "\n") .. "\n"
    -- absolute names, which end in a dot; not inside of quotes
    text = ("\n" .. text):gsub('([^"\n]*)("[^"\n]*"?)', function(plain, quoted)
      return plain .. quoted:gsub("%.", "\0")
    end)
    text = text:gsub("(%s[%w_*\\-][%w_%.*\\-]*%.)(%s)", "%1" .. below .. ".%2"):gsub("%z", ".")
    zones[#zones + 1] = { name = subject.apex .. "." .. below, text = HEADER:format(entry.origin .. "." .. below) .. text }
  end
  return #zones > 1 and zones or nil
end

--- The zones of a case as Zone subjects.
function M.zones(case)
  local subjects = {}
  for i, entry in ipairs(case.zones) do
    local text = table.concat(entry.lines, "\n") .. "\n"
    if not entry.without_soa then
      text = HEADER:format(entry.origin) .. text
    end
    local path = ("%s-%d.zone"):format(entry.origin, i)
    local handle = assert(zone.load(text, { path = path, origin = entry.origin }))
    subjects[i] = {
      apex = handle:apex(),
      path = path,
      handle = handle,
      status = handle:status(),
      errors = handle:errors(),
      given = entry.found and "found" or "option",
    }
  end
  return subjects
end

local function identifier_of(ask)
  local text = ask.name
  local wildcard = text:sub(1, 2) == "*."
  local name, message = caa.name(wildcard and text:sub(3) or text)
  return { type = ask.type or "dns", name = name, text = text, wildcard = wildcard, problem = message }
end

local function ca_of(directory, text)
  if text == "-" then
    return nil
  end
  return directory:by_id(text) or assert(directory:from_option(text))
end

--- Answers one question of a case.
---@param asked (fun(name: string): table)? gives the Answer for a name; default: the case's zones do
---@return table decision (or what stands without asking anybody)
function M.answer(case, ask, directory, asked)
  local identifier = identifier_of(ask)
  local settled = decide.identifier(identifier)
  if settled then
    return settled
  end
  local assume = {}
  for _, name in ipairs(ask.assume or {}) do
    assume[name] = true
  end
  local answer = asked and asked(identifier.name) or authority.new({ zones = M.zones(case), assume_empty = assume }):ask(identifier.name)
  return decide.decide({
    name = identifier.name,
    wildcard = identifier.wildcard,
    ca = ca_of(directory, ask.ca or error("which CA? (ca=…)")),
    accounts = ask.account,
    methods = ask.method,
    behaviour = ask.behaviour,
    now = assert(dates.parse(ask.now or DEFAULT_NOW)),
  }, answer)
end

--- What a decision looks like in the words of a case.
function M.summary(decision)
  local answer = decision.answer
  return ("%s %s %s"):format(decision.verdict, decision.reason, answer and answer.rrset and answer.found_at or "-")
end

local function differs_text(decision)
  local parts = {}
  for _, name in ipairs { "strict", "boulder", "mpic" } do
    local view = decision.differs and decision.differs[name]
    if view then
      parts[#parts + 1] = ("%s=%s/%s"):format(name, view.verdict, view.reason)
    end
  end
  return table.concat(parts, " ")
end

--- The optional lines of a question as { what, expected, actual }; `says` compares a part only.
function M.details(ask, decision)
  local list = {}
  local function compare(key, actual)
    if ask["want_" .. key] then
      list[#list + 1] = { key, ask["want_" .. key], actual or "(nothing)" }
    end
  end
  compare("matched", decision.matched and decision.matched.text)
  compare("near", decision.near and decision.near.text)
  compare("contested", decision.contested)
  compare("unenforced", decision.unenforced)
  compare("ended", decision.ended)
  compare("differs", decision.differs and differs_text(decision))
  compare("assumed", decision.answer and table.concat(decision.answer.assumed or {}, " "))
  local says = ask.want_says
  if says then
    local found = (decision.detail or ""):find(says, 1, true)
    list[#list + 1] = { "says", says, found and says or decision.detail or "(nothing)" }
  end
  return list
end

function M.directory()
  return assert(authorities.new(M.EXTRA_ROWS))
end

return M
