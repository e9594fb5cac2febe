-- The inner side of a policy's sandbox: its words, its libraries, and how a rule is called.
-- SPDX-License-Identifier: MIT
-- Runs in the state of issuable.sandbox (its globals: the safe libraries and `native`), behind policy/classes.lua.
-- luacheck: globals native CLASSES

local MOST_DEPTH = 30
local MOST_REPORTS = 1000 -- of one rule about one subject

local statements
local functions = {}

--- Data as it leaves: a function becomes { ["function"] = number, line = where it begins }.
local function export(value, depth)
  if type(value) == "function" then
    functions[#functions + 1] = value
    return { ["function"] = #functions, line = native.linedefined(value) }
  elseif type(value) ~= "table" then
    return value
  elseif depth > MOST_DEPTH then
    error("a policy's data nests too deeply", 0)
  end
  local copy = {}
  for key, inner in next, value do
    copy[key] = export(inner, depth + 1)
  end
  return copy
end

local function word(kind)
  return function(value, more)
    if more ~= nil then
      error(kind .. " takes one value", 2)
    end
    statements[#statements + 1] = { kind = kind, value = export(value, 0), line = native.line(2) or 0 }
  end
end

--- A library that cannot be changed: nobody walks it, so a proxy does no harm.
local function sealed(name, library)
  return setmetatable({}, {
    __index = library,
    __newindex = function(_, key)
      error(("a policy cannot change %s.%s"):format(name, tostring(key)), 2)
    end,
    __metatable = false,
  })
end

local WORDS = {
  extends = word("extends"),
  set = word("set"),
  rule = word("rule"),
  waive = word("waive"),
  test = word("test"),
  assert = assert,
  error = error,
  getmetatable = getmetatable,
  ipairs = ipairs,
  next = next,
  pairs = pairs,
  pcall = pcall,
  rawequal = rawequal,
  rawget = rawget,
  select = select,
  setmetatable = setmetatable,
  tonumber = tonumber,
  tostring = tostring,
  type = type,
  string = sealed("string", string),
  table = sealed("table", table),
  math = sealed("math", math),
}

local environment = setmetatable({}, {
  __index = function(_, name)
    local value = WORDS[name]
    if value == nil then
      error(("a policy does not know %q"):format(tostring(name)), 2)
    end
    return value
  end,
  __newindex = function(_, name)
    error(("a policy sets no globals: %q"):format(tostring(name)), 2)
  end,
  __metatable = false,
})

--- Runs a policy's text: its statements in their order.
local function load(text, chunk)
  local run, message = native.load(text, chunk, environment)
  if not run then
    error(message, 0)
  end
  statements = {}
  run()
  local said = statements
  statements = {} -- a rule that says something later says it to nobody
  return said
end

-- Masters: a rule works on a copy, so that what it changes is gone with it.
local shared, groups, settings, empty = {}, {}, {}, true

--- Keeps something that many subjects share (an RRset, an issuer) under a number.
local function share(number, value)
  shared[number] = value
end

local function forget()
  shared = {}
end

--- Keeps which rules (functions) run together, under a number; and the settings.
local function group(number, ids)
  groups[number] = ids
end

local function set(value)
  settings, empty = value, next(value) == nil
end

--- What a rule that failed says.
local function failure(id, message)
  if message == "not enough memory" then
    error(message, 0) -- the outside knows the line
  end
  return { id = id, error = type(message) == "string" and message or "an error that is a " .. type(message) }
end

-- Most rules have nothing to say: the list that takes what is reported is made anew only when it was used.
local reports, report

--- Runs rules over a subject. `parts`: numbers of what is shared, by field; `number`: the group of rules.
--- Returns nothing when nobody has anything to say, else { { id, reports = {…} } or { id, error = "…" } }.
local function run(subject, parts, number)
  for field, part in next, parts do
    subject[field] = shared[part]
  end
  local ids, out = groups[number], nil
  if not report or reports[1] then
    reports = {}
    report = CLASSES.reporter(reports)
  end
  for i = 1, #ids do
    local id, copy = ids[i]
    if i < #ids then
      copy = native.clone(subject)
    else -- the last one may have the subject itself: it is one copy already, but for what is shared
      for field, part in next, parts do
        subject[field] = native.clone(shared[part])
      end
      copy = subject
    end
    local ok, message = pcall(functions[id], copy, report, empty and {} or native.clone(settings))
    if not ok or reports[1] then
      out = out or {}
      if not ok then
        out[#out + 1] = failure(id, message)
      elseif #reports > MOST_REPORTS then
        out[#out + 1] = { id = id, error = ("more than %d reports about one subject"):format(MOST_REPORTS) }
      else
        out[#out + 1] = { id = id, reports = reports }
      end
      reports = {}
      report = CLASSES.reporter(reports)
    end
  end
  if out then
    return out
  end
end

return { classes = { rrset = CLASSES.rrset }, load = load, share = share, forget = forget, group = group, set = set, run = run }
