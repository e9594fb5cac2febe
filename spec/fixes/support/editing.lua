-- Zone edits as text, for cases: files before, what is wanted, files after or a refusal.
-- SPDX-License-Identifier: MIT
-- Written for the eye: \t is a tab, \r a CR, \z at the end of a file takes the last line end away.
--
--   == title
--   lines of example.com.zone          (behind the head, unless the case says `raw`)
--   --- other.inc
--   lines of an included file
--   ? add NAME FLAGS TAG VALUE [ttl N]
--   ? remove NAME FLAGS TAG VALUE
--   ? change NAME FLAGS TAG VALUE -> FLAGS TAG VALUE
--   ? ttl NAME TYPE SECONDS
--   ? serial keep | N
--   =>
--   lines afterwards                    (or: refused CODE [words of the reason]; or: unchanged)

local assert = require "luassert"
local caa = require "issuable.caa"
local edits = require "issuable.fixes.edits"
local zonefile = require "issuable.fixes.zonefile"

local M = {}

M.NOW = 1795459452 -- 2026-11-23

local function property(text)
  local flags, tag, value = caa.parse(text)
  assert(flags, ("%s: %s"):format(text, tostring(tag)))
  return { flags = flags, tag = tag, value = value }
end

--- An operation on a zone as a change of the library.
function M.change(zone, text)
  local verb, owner, rest = text:match("^(%l+) (%S+) (.*)$")
  if verb == "add" then
    local ttl = rest:match(" ttl (%d+)$")
    return zonefile.add(zone, owner, property((rest:gsub(" ttl %d+$", ""))), tonumber(ttl))
  elseif verb == "remove" then
    return zonefile.remove(zone, owner, property(rest))
  elseif verb == "change" then
    local old, new = rest:match("^(.*) %-> (.*)$")
    return zonefile.change(zone, owner, property(old), property(new))
  elseif verb == "ttl" then
    local type_name, seconds = rest:match("^(%S+) (%d+)$")
    return zonefile.set_ttl(zone, owner, type_name, tonumber(seconds))
  end
  error("no such operation: " .. text)
end

--- Edits files in memory.
---@param texts table<string, string>
---@param operations string[]
---@return table { texts, files, refused?, why?, zone }
function M.run(texts, operations, origin)
  local zone = assert(zonefile.load("example.com.zone", { texts = texts, origin = origin or "example.com" }))
  local changes, serial = {}, nil
  for _, text in ipairs(operations) do
    if text:find("^serial ") then
      serial = tonumber(text:match("%d+$")) or "keep"
    else
      changes[#changes + 1] = M.change(zone, text)
    end
  end
  local result, problem = zonefile.edit(zone, changes, { now = M.NOW, serial = serial })
  local out = { zone = zone, texts = {}, files = result and result.files or {}, refused = problem and problem.refused, why = problem and problem.why }
  for path, bytes in pairs(texts) do
    out.texts[path] = bytes
  end
  for _, target in ipairs(out.files) do
    assert(target.after == edits.apply(target.before, target.edits))
    out.texts[target.path] = target.after
  end
  return out
end

local function bytes_of(lines)
  local text = table.concat(lines, "\n") .. (#lines > 0 and "\n" or "")
  text = text:gsub("\\t", "\t"):gsub("\\r\n", "\r\n")
  return (text:gsub("\r?\n\\z\n$", ""))
end

local function parse(text, head)
  local cases, case, files, lines = {}, nil, nil, nil
  local function begin(path)
    lines = {}
    files[path] = lines
  end
  for line in (text .. "\n== end"):gmatch("([^\n]*)\n?") do
    local title, path = line:match("^== (.*)$"), line:match("^%-%-%- (.*)$")
    if title then
      if lines and lines[#lines] == "" then
        lines[#lines] = nil -- the blank line before a title ends the case above
      end
      case = { title = title, before = {}, asks = {} }
      cases[#cases + 1], files = case, case.before
      begin("example.com.zone")
    elseif path then
      begin(path)
    elseif line == "=>" then
      case.after = {}
      files = case.after
      begin("example.com.zone")
    elseif line:find("^%? ") then
      table.insert(case.asks, line:sub(3))
    elseif line:find("^refused ") then
      case.refused = line:match("^refused (%S+)")
      case.why = line:match("^refused %S+ (.*)$")
    elseif line == "unchanged" then
      case.unchanged = true
    elseif line == "raw" then
      case.raw = true
    elseif not (#case.asks > 0 and files == case.before) then
      lines[#lines + 1] = line
    end
  end
  cases[#cases] = nil
  for _, each in ipairs(cases) do
    for _, state in ipairs { "before", "after" } do
      for name, list in pairs(each[state] or {}) do
        each[state][name] = bytes_of(list)
      end
      if each[state] and not each.raw then
        each[state]["example.com.zone"] = head[state] .. each[state]["example.com.zone"]
      end
    end
  end
  return cases
end

--- Cases of a text.
---@param text string
---@param head { before: string, after: string } what stands in front of every zone that is not raw
---@return table[]
M.parse = parse

--- Runs a case; an error says what is not as it should be.
function M.check(case)
  local out = M.run(case.before, case.asks)
  assert.equal("loadable", out.zone.status)
  assert.equal(case.refused, out.refused, out.why)
  if case.why then
    assert.truthy(out.why:find(case.why, 1, true), out.why)
  end
  for path, bytes in pairs(case.after or case.before) do
    assert.equal(bytes, out.texts[path])
  end
  return out
end

return M
