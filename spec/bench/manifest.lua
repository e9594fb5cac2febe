-- The manifest benchmark, for one interpreter: called by spec/bench/manifest.
-- SPDX-License-Identifier: MIT
-- Usage: lua manifest.lua FOLDER EVENTS LUA          all figures
--        lua manifest.lua one TASK FILE...            one task in a process of its own; prints CPU seconds and the peak of memory

local TASKS = {}

local function cpu(work)
  local start = os.clock()
  local kept = work()
  return os.clock() - start, kept
end

local function peak()
  local file = io.open("/proc/self/status")
  local text = file and file:read("*a") or ""
  if file then
    file:close()
  end
  return tonumber(text:match("VmHWM:%s*(%d+)")) or 0
end

local function read_with(options, after)
  return function(paths)
    local manifest, file = require "issuable.manifest", require "issuable.file"
    local total, kept = 0, {} -- nothing is given back meanwhile, as in a check
    for i, path in ipairs(paths) do
      local bytes = assert(file.read(path))
      local time, stream = cpu(function()
        local stream = assert(manifest.read(bytes, options))
        if after then
          after(stream)
        end
        return stream
      end)
      total = total + time
      kept[i] = stream
    end
    assert(#kept == #paths)
    return total
  end
end

--- The place of every name: what a check asks for at most.
local function ask_for_places(stream)
  for _, entry in ipairs(stream:flatten()) do
    local spec = entry.object.spec
    for i in ipairs(type(spec) == "table" and type(spec.dnsNames) == "table" and spec.dnsNames or {}) do
      assert(stream:span(spec.dnsNames, i))
    end
  end
end

TASKS.filter = read_with { filter = true }
TASKS.tables = read_with {}
TASKS.places = read_with({}, ask_for_places)
TASKS.libyaml = read_with { reference = true }

function TASKS.lyaml(paths)
  local lyaml = require "lyaml"
  local total = 0
  for _, path in ipairs(paths) do
    local file = assert(io.open(path, "rb"))
    local bytes = file:read("*a")
    file:close()
    total = total + cpu(function()
      return lyaml.load(bytes, { all = true })
    end)
  end
  return total
end

if arg[1] == "one" then
  local paths = {}
  if arg[3] == "--list" then
    for line in io.lines(arg[4]) do
      paths[#paths + 1] = line
    end
  else
    paths[1] = arg[3]
  end
  local seconds = TASKS[arg[2]](paths)
  print(("%.4f %.4f %d"):format(seconds, os.clock(), peak()))
  os.exit(0)
end

local folder, events, lua = arg[1], arg[2], arg[3]
local ROUNDS = 5

local function lines_of(command)
  local pipe = assert(io.popen(command))
  local text = pipe:read("*a")
  pipe:close()
  return text
end

--- Best of several rounds: parsing alone, the whole process, and the peak in KiB. The collector of a shell's times is POSIX.
local function run_task(task, files)
  local text = lines_of(("%s spec/bench/manifest.lua one %s %s"):format(lua, task, files))
  local seconds, process, memory = text:match("^(%S+) (%S+) (%S+)")
  if not seconds then
    return nil
  end
  return { seconds = tonumber(seconds), process = tonumber(process), memory = tonumber(memory) }
end

local function run_events(files)
  local text = lines_of(("%s %s"):format(events, files))
  local seconds, process, memory = text:match("(%S+) (%S+) (%S+)%s*$")
  return { seconds = tonumber(seconds), process = tonumber(process), memory = tonumber(memory) }
end

local function better(best, new)
  if not best or not new then
    return best or new
  end
  for field, value in pairs(new) do
    best[field] = math.min(best[field], value)
  end
  return best
end

local function measure(tasks, files, events_files)
  local best = {}
  for _ = 1, ROUNDS do
    best.peer = better(best.peer, run_events(events_files))
    for _, task in ipairs(tasks) do
      best[task] = better(best[task], run_task(task, files))
    end
  end
  return best
end

local function row(name, one, peer)
  print(("  %-34s read %.4f s = %.3f of the peer   process %.4f s = %.3f   peak %.1f MiB"):format(
    name, one.seconds, one.seconds / peer.seconds, one.process, one.process / peer.process, one.memory / 1024))
end

print(("%s, CPU seconds, best of %d:"):format(rawget(_G, "jit") and jit.version or _VERSION, ROUNDS))
local mixed, certs = folder .. "/mixed.yaml", folder .. "/certs.yaml"
local list = folder .. "/small.list"
os.execute(("ls -d %s/small/*.yaml >%s"):format(folder, list))

local best = measure({ "filter", "tables" }, mixed, mixed)
print(("a stream of many kinds, 2 %% of cert-manager; the peer: read %.4f s, process %.4f s"):format(best.peer.seconds, best.peer.process))
row("filtered", best.filter, best.peer)
row("everything as tables", best.tables, best.peer)
local lyaml = run_task("lyaml", mixed)
if lyaml then
  print(("  Debian's lua-yaml load: %.2f s = %.0f times the filtered reading (process: %.0f times)"):format(
    lyaml.seconds, lyaml.seconds / best.filter.seconds, lyaml.process / best.filter.process))
end
best = measure({ "tables", "places", "libyaml" }, certs, certs)
print(("Certificates; the peer: read %.4f s, process %.4f s"):format(best.peer.seconds, best.peer.process))
row("tables, places on the side", best.tables, best.peer)
row("the place of every name asked for", best.places, best.peer)
row("all by libyaml (reference)", best.libyaml, best.peer)
best = measure({ "filter" }, "--list " .. list, ("$(cat %s)"):format(list))
print(("many small files; the peer: read %.4f s, process %.4f s"):format(best.peer.seconds, best.peer.process))
row("filtered", best.filter, best.peer)
