-- NSD, Knot and BIND on loopback, each serving the same zone files, started and ended by the test that wants them.
-- SPDX-License-Identifier: MIT
-- Source: nsd.conf(5), knot.conf(5), the BIND 9.18 ARM. Own folders, high ports, no control channel, no system service;
-- each ends by itself after LIFETIME seconds, should the test be killed.

local shell = require "spec.support.shell"

local M = {}

local LIFETIME = 240
local SECONDS_TO_START = 30

M.NAMES = { "nsd", "knot", "bind" }

local CONFIG = {}

function CONFIG.nsd(zones)
  local out = {
    'server:\n  ip-address: 127.0.0.1\n  port: @PORT@\n  do-ip6: no\n  server-count: 1\n  username: ""\n  chroot: ""\n  zonesdir: "@DIR@"\n  database: ""\n'
      .. '  pidfile: "@DIR@/nsd.pid"\n  xfrdfile: "@DIR@/xfrd.state"\n  zonelistfile: "@DIR@/zone.list"\n  xfrdir: "@DIR@"\n  hide-version: yes\n'
      .. "  rrl-ratelimit: 0\n  rrl-whitelist-ratelimit: 0\n  ipv4-edns-size: 4096\nremote-control:\n  control-enable: no\n",
  }
  for _, zone in ipairs(zones) do
    out[#out + 1] = ('zone:\n  name: "%s"\n  zonefile: "%s"\n'):format(zone.name, zone.file)
  end
  return table.concat(out)
end

function CONFIG.knot(zones)
  local out = {
    "server:\n  rundir: @DIR@/knot\n  listen: 127.0.0.1@@PORT@\n  udp-workers: 1\n  tcp-workers: 1\n  background-workers: 1\n  udp-max-payload: 4096\n"
      .. "control:\n  listen: @DIR@/knot/knot.sock\nlog:\n  - target: stderr\n    any: warning\ndatabase:\n  storage: @DIR@/knot\n"
      .. "template:\n  - id: default\n    storage: @DIR@\n    semantic-checks: off\n    journal-content: none\n    zonefile-sync: -1\n    zonefile-load: whole\nzone:\n",
  }
  for _, zone in ipairs(zones) do
    out[#out + 1] = ('  - domain: %s\n    file: "%s"\n'):format(zone.name, zone.file)
  end
  return table.concat(out)
end

function CONFIG.bind(zones)
  local out = {
    'options {\n  directory "@DIR@";\n  listen-on port @PORT@ { 127.0.0.1; };\n  listen-on-v6 { none; };\n  pid-file none;\n  session-keyfile none;\n  lock-file none;\n'
      .. "  recursion no;\n  allow-query { any; };\n  notify no;\n  dnssec-validation no;\n  max-udp-size 4096;\n  check-names primary ignore;\n  check-integrity no;\n"
      .. "  minimal-responses yes;\n  empty-zones-enable no;\n};\ncontrols { };\n",
  }
  for _, zone in ipairs(zones) do
    out[#out + 1] = ('zone "%s" { type primary; file "%s"; };\n'):format(zone.name, zone.file)
  end
  return table.concat(out)
end

local COMMAND = {
  nsd = "nsd -d -c nsd.conf",
  knot = "knotd -c knot.conf",
  bind = "named -g -n 1 -c bind.conf" -- -g: says on stderr when all zones are loaded,
}

--- A name in presentation form as wire form in hex. Not the code under test.
---@param name string with or without its final dot
---@return string
function M.wire(name)
  local out, label = {}, {}
  local at = 1
  local function close()
    if #label > 0 then
      out[#out + 1] = ("%02x"):format(#label) .. table.concat(label)
      label = {}
    end
  end
  while at <= #name do
    local c = name:sub(at, at)
    if c == "." then
      close()
      at = at + 1
    elseif c == "\\" and name:find("^%d%d%d", at + 1) then
      label[#label + 1] = ("%02x"):format(tonumber(name:sub(at + 1, at + 3)))
      at = at + 4
    else
      if c == "\\" then
        at = at + 1
        c = name:sub(at, at)
      end
      label[#label + 1] = ("%02x"):format(c:byte())
      at = at + 1
    end
  end
  close()
  return table.concat(out) .. "00"
end

local Servers = {}
Servers.__index = Servers

--- Answers of one server, in order, as spec/support/ask.c prints them, taken apart.
---@param server "nsd"|"knot"|"bind"
---@param questions { name: string, type: number }[]
---@return table[] answers { rcode, aa, tc, records = { { owner, type, ttl, data } }, authority = { { owner, type } }, text }
function Servers:ask(server, questions)
  local lines = {}
  for i, question in ipairs(questions) do
    lines[i] = ("%d %s"):format(question.type, M.wire(question.name))
  end
  local status, out, err = shell.run(("timeout 120 %s/ask %s"):format(self.quoted, self.ports[server]), table.concat(lines, "\n") .. "\n")
  assert(status == 0, err)
  local answers = {}
  for line in out:gmatch("[^\n]+") do
    local answer = { text = line, records = {}, authority = {} }
    local rcode, aa, tc, records, authority = line:match("^(%d+) (%S+) (%S+)(.*) ;(.*)$")
    if rcode then
      answer.rcode, answer.aa, answer.tc = tonumber(rcode), aa == "aa", tc == "tc"
      for owner, rrtype, ttl, data in records:gmatch("(%x+)/(%d+)/(%d+)/(%x*)") do
        table.insert(answer.records, { owner = owner, type = tonumber(rrtype), ttl = tonumber(ttl), data = data })
      end
      for owner, rrtype in authority:gmatch("(%x+)/(%d+)") do
        table.insert(answer.authority, { owner = owner, type = tonumber(rrtype) })
      end
    end
    answers[#answers + 1] = answer
  end
  assert(#answers == #questions, "an answer is missing")
  return answers
end

--- What a server wrote while it started, for messages of failures.
function Servers:log(server)
  return shell.read(self.folder .. "/" .. server .. ".log") or ""
end

--- Ends them all and removes their folder.
function Servers:stop()
  local lines = {}
  for _, server in ipairs(self.names) do
    lines[#lines + 1] = ("p=$(cat %s/%s.started 2>/dev/null) && pids=\"$pids $p\" && kill -TERM $p 2>/dev/null"):format(self.quoted, server)
  end
  lines[#lines + 1] = "i=0; while [ $i -lt 60 ]; do alive=; for p in $pids; do kill -0 $p 2>/dev/null && alive=1; done; [ -z \"$alive\" ] && break; sleep 0.05; i=$((i + 1)); done"
  lines[#lines + 1] = "for p in $pids; do kill -KILL -- -$p 2>/dev/null; done; :"
  shell.run(table.concat(lines, "\n"))
  shell.remove(self.folder)
end

--- Which of the zones a server answers for.
local function loaded(self, server) -- waits by itself while the port answers nothing
  local questions = {}
  for i, zone in ipairs(self.zones) do
    questions[i] = { name = zone.name, type = 6 }
  end
  local answers, serving, count = self:ask(server, questions), {}, 0
  for i, answer in ipairs(answers) do
    serving[self.zones[i].name] = answer.rcode == 0 and answer.aa or nil
    count = count + (serving[self.zones[i].name] and 1 or 0)
  end
  return serving, count
end

--- Starts the servers and waits until each of them answers for every zone, or for no more of them.
---@param zones { name: string, text: string, included?: table<string, string> }[]
---@param names? string[] default: all three
---@return table servers with :ask, :log, :stop, and serving[server][zone name]
function M.start(zones, names)
  local folder = shell.folder()
  local self = setmetatable({ folder = folder, quoted = shell.quote(folder), zones = {}, names = names or M.NAMES, ports = {}, serving = {} }, Servers)
  for i, zone in ipairs(zones) do
    local entry = { name = zone.name, file = ("%d.zone"):format(i) }
    shell.write(folder .. "/" .. entry.file, zone.text)
    self.zones[i] = entry
  end
  local status, out, err = shell.run(("cd %s && mkdir knot && ${CC:-cc} -D_GNU_SOURCE -O1 -o ask %s && ./ask ports %d"):format(
    self.quoted, shell.quote(shell.root .. "/spec/support/ask.c"), #self.names))
  assert(status == 0, err)
  local ports = out:gmatch("%d+")
  for _, server in ipairs(self.names) do
    self.ports[server] = ports()
    local config = CONFIG[server](self.zones):gsub("@PORT@", self.ports[server]):gsub("@DIR@", folder)
    shell.write(("%s/%s.conf"):format(folder, server), config)
    shell.run(("cd %s && PATH=$PATH:/usr/sbin:/sbin && { timeout -k 5 %d %s >%s.log 2>&1 </dev/null & echo $! >%s.started; }"):format(
      self.quoted, LIFETIME, COMMAND[server], server, server))
  end
  local deadline = os.time() + SECONDS_TO_START
  for _, server in ipairs(self.names) do
    local count
    repeat
      self.serving[server], count = loaded(self, server)
      -- NSD and Knot have read every zone when they answer; BIND says so
      local settled = count == #self.zones or count > 0 and (server ~= "bind" or self:log(server):find("all zones loaded", 1, true))
      if not settled then
        shell.run("sleep 0.1")
      end
    until settled or os.time() > deadline
    if next(self.serving[server]) == nil then
      local log = self:log(server)
      self:stop()
      error(("%s does not answer: %s"):format(server, log))
    end
  end
  return self
end

return M
