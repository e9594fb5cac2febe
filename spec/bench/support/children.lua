-- What benchmarks share: children measured in CPU seconds, a row of a table, a verdict on a promised figure.
-- SPDX-License-Identifier: MIT
-- Source: spec/bench/run sets the environment; spec/bench/measure.c measures.

local M = {}

M.root = assert(os.getenv("ISSUABLE_ROOT"), "start this with spec/bench/run")
M.tools = os.getenv("ISSUABLE_TOOLS")
M.work = os.getenv("ISSUABLE_WORK")
M.lua = os.getenv("ISSUABLE_LUA")
M.tree = os.getenv("ISSUABLE_TREE")
M.rounds = tonumber(os.getenv("ISSUABLE_ROUNDS"))
M.scale = tonumber(os.getenv("ISSUABLE_SCALE"))

function M.quote(text)
  return "'" .. text:gsub("'", "'\\''") .. "'"
end

function M.write(path, bytes)
  local file = assert(io.open(path, "wb"))
  assert(file:write(bytes))
  assert(file:close())
end

function M.run(line)
  local result, _, code = os.execute(line)
  assert(result == true or result == 0, ("%s ended with %s"):format(line, tostring(code or result)))
end

--- Runs commands in interleaved rounds.
---@param commands { name: string, [integer]: string }[] words of a command
---@param rounds? integer
---@return table<string, { seconds: number, kilobytes: number, status: integer }> by name; medians
function M.measure(commands, rounds)
  local lines = {}
  for i, command in ipairs(commands) do
    lines[i] = command.name .. "\t" .. table.concat(command, "\t") .. "\n"
  end
  local list = M.work .. "/commands"
  M.write(list, table.concat(lines))
  local pipe = assert(io.popen(("%s/measure %d %s"):format(M.quote(M.tools), rounds or M.rounds, M.quote(list))))
  local results = {}
  for line in pipe:lines() do
    local name, seconds, kilobytes, status = line:match("^([^\t]*)\t(%S+)\t(%S+)\t(%S+)$")
    results[name] = { seconds = tonumber(seconds), kilobytes = tonumber(kilobytes), status = tonumber(status) }
  end
  pipe:close()
  return results
end

--- CPU microseconds of one call, the best of three tries of `count` calls each.
---@return number
function M.micros(count, fn)
  local best
  fn()
  for _ = 1, 3 do
    collectgarbage()
    local start = os.clock()
    for _ = 1, count do
      fn()
    end
    local took = (os.clock() - start) / count * 1e6
    best = best and math.min(best, took) or took
  end
  return best
end

local missed = 0

--- One promised figure.
---@param what string
---@param value number
---@param limit number
---@param at_least boolean else at most
---@param unit? string
function M.promise(what, value, limit, at_least, unit)
  local kept = at_least and value >= limit or not at_least and value <= limit
  missed = missed + (kept and 0 or 1)
  print(("  %-52s %9.2f %-4s (%s %g)%s"):format(what, value, unit or "", at_least and "at least" or "at most", limit, kept and "" or "   MISSED"))
end

--- How many promises were missed so far.
function M.missed()
  return missed
end

return M
