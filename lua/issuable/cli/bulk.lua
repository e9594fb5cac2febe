-- Any number of names, one line each: asked through a window, printed in input order, stopped and resumed at a line's end.
-- SPDX-License-Identifier: MIT
-- Shared by decide and lookup. Memory does not grow with the list.

local file = require "issuable.file"
local options = require "issuable.cli.options"

local M = {}

--- Lines that may wait for an earlier one.
local AHEAD = 4096

function M.define(command)
  command:option("--output", "Write the lines to this file"):argname("FILE")
  command:flag("--resume", "Go on behind the complete lines of --output FILE")
  command:option("--shard", "Only every n-th name, starting with the i-th (from 0), so that n machines share a list"):argname("I/N")
  command:flag("--progress", "Say on standard error how far it is (default: when that is a terminal and names come from a file)")
end

local function shard_of(text)
  if not text then
    return 0, 1
  end
  local index, count = text:match("^(%d+)/(%d+)$")
  index, count = tonumber(index), tonumber(count)
  if not index or count < 1 or index >= count then
    options.usage_error(("--shard wants I/N with I from 0 to N - 1, not %q"):format(text))
  end
  return index, count
end

--- What an output holds already: complete lines, their verdicts, and where the last one ends.
local function survey(path, verdict_of)
  local handle = io.open(path, "rb")
  local done = { lines = 0, bytes = 0, verdicts = {} }
  if not handle then
    return done
  end
  for line in handle:lines() do
    -- the last one may lack its end: then it is written again
    if handle:seek() - done.bytes == #line + 1 then
      done.lines, done.bytes = done.lines + 1, done.bytes + #line + 1
      verdict_of(line, done.verdicts)
    end
  end
  handle:close()
  return done
end

--- Opens the output; its write returns false when the disk or the reader failed.
local function open_output(arguments, verdict_of)
  local done = { lines = 0, verdicts = {} }
  if arguments.resume and not arguments.output then
    options.usage_error("--resume wants --output FILE")
  elseif not arguments.output then
    return io.stdout, done
  end
  if arguments.resume then
    done = survey(arguments.output, verdict_of)
    if file.stat(arguments.output) then
      local ok, why = file.truncate(arguments.output, done.bytes)
      if not ok then
        options.usage_error(("%s: %s"):format(arguments.output, why))
      end
    end
  end
  local handle, message = io.open(arguments.output, arguments.resume and "ab" or "wb")
  if not handle then
    options.usage_error(message)
  end
  return handle, done
end

local function progress(arguments, source)
  local wanted = arguments.progress or (source.from_file and file.isatty(2))
  local began, said = os.time(), os.time()
  local failed = 0
  return function(count, is_failed)
    failed = failed + (is_failed and 1 or 0)
    local now = os.time()
    if not wanted or now == said then
      return
    end
    said = now
    local share, left = source.share(), ""
    if share and share > 0.001 then
      local seconds = math.floor((now - began) * (1 - share) / share + 0.5)
      left = (", about %d:%02d left"):format(math.floor(seconds / 60), seconds % 60)
    end
    io.stderr:write(("issuable: %d names, %.0f/s, %d failed%s\n"):format(count, count / (now - began), failed, left))
  end
end

---@class issuable.BulkJob
---@field source { next: fun(): table?, share: fun(): number?, from_file: boolean } identifiers
---@field asker issuable.Asker
---@field line fun(identifier: table, answer: table?, settled: table?): string, string one line without its end, and its verdict
---@field verdict_of fun(line: string, verdicts: table) notes the verdict of a line that was written in an earlier run

---@param arguments table
---@param job issuable.BulkJob
---@return table<string, boolean> verdicts
---@return integer? code 130 when it was interrupted, 2 when the output failed
---@return string? message
function M.run(arguments, job)
  local shard, shards = shard_of(arguments.shard)
  local output, done = open_output(arguments, job.verdict_of)
  local held = file.hold_interrupts()
  local verdicts, ready = done.verdicts, {}
  local taken, printed, position, skipped = 0, 0, 0, 0
  local stopped, broken = false, nil
  local report = progress(arguments, job.source)

  local function stop()
    stopped = stopped or broken ~= nil or held:pending()
    return stopped
  end
  if job.asker.asker.dns then
    job.asker.asker.dns.watch = function()
      output:flush()
      return stop()
    end
  end

  job.asker:each(function()
    while taken - printed < AHEAD and not stop() do
      local identifier = job.source.next()
      if not identifier then
        return nil
      end
      local mine = position % shards == shard
      position = position + 1
      if mine and skipped < done.lines then
        skipped = skipped + 1
      elseif mine then
        taken = taken + 1
        return identifier
      end
    end
  end, function(index, identifier, answer, settled)
    local line, verdict = job.line(identifier, answer, settled)
    verdicts[verdict] = true
    ready[index] = line
    while ready[printed + 1] and not broken do
      printed = printed + 1
      local ok, why = output:write(ready[printed], "\n")
      ready[printed] = nil
      broken = not ok and tostring(why) or nil
    end
    report(printed, verdict == "undecided")
  end)

  local ok, why = output:flush()
  broken = broken or (not ok and tostring(why)) or nil
  if output ~= io.stdout then
    output:close()
  end
  local interrupted = held:pending() and held:take()
  held:close()
  if broken then
    return verdicts, 2, "cannot write the output: " .. broken
  elseif interrupted then
    return verdicts, 130, ("interrupted after %d complete lines%s"):format(printed, arguments.output and "; --resume goes on there" or "")
  elseif position == 0 then
    options.usage_error("no names: give them as arguments or with -f FILE")
  end
  return verdicts
end

return M
