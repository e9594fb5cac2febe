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
local shared = {}
local subject

--- Keeps something that many subjects share (an RRset) under a number.
local function share(number, value)
  shared[number] = value
end

local function forget()
  shared, subject = {}, nil
end

--- Runs rules over a subject. `number`: of the shared RRset, which becomes subject.rrset; `ids`: functions.
--- Returns nothing when nobody has anything to say, else { { id, reports = {…} } or { id, error = "…" } }.
local function run(value, number, ids, settings)
  if value ~= nil then
    subject = value
    subject.rrset = number and shared[number] or subject.rrset
  end
  local out
  for _, id in ipairs(ids) do
    local reports = {}
    local ok, message = pcall(functions[id], native.clone(subject), CLASSES.reporter(reports), native.clone(settings))
    if not ok and message == "not enough memory" then
      error(message, 0) -- the outside knows the line
    elseif not ok or #reports > 0 then
      out = out or {}
      if not ok then
        out[#out + 1] = { id = id, error = type(message) == "string" and message or "an error that is a " .. type(message) }
      elseif #reports > MOST_REPORTS then
        out[#out + 1] = { id = id, error = ("more than %d reports about one subject"):format(MOST_REPORTS) }
      else
        out[#out + 1] = { id = id, reports = reports }
      end
    end
  end
  return out
end

return { classes = { rrset = CLASSES.rrset }, load = load, share = share, forget = forget, run = run }
