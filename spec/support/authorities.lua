-- Several NSD on addresses of 127.0.0.0/8 with one port, each with zones of its own: servers that may disagree.
-- SPDX-License-Identifier: MIT
-- Source: nsd.conf(5). Each ends by itself after LIFETIME seconds, should the test be killed.

local shell = require "spec.support.shell"

local M = {}

local LIFETIME = 120

local CONFIG = [[
server:
  ip-address: @ADDRESS@
  port: @PORT@
  do-ip6: no
  server-count: 1
  username: ""
  chroot: ""
  zonesdir: "@DIR@"
  database: ""
  pidfile: "@DIR@/nsd.pid"
  xfrdfile: "@DIR@/xfrd.state"
  zonelistfile: "@DIR@/zone.list"
  xfrdir: "@DIR@"
  rrl-ratelimit: 0
  rrl-whitelist-ratelimit: 0
remote-control:
  control-enable: no
]]

local HEADER = "$ORIGIN %s.\n$TTL %d\n@ SOA ns.%s. hostmaster.%s. %d 7200 900 1209600 %d\n"

local Authorities = {}
Authorities.__index = Authorities

--- The zone with its SOA; `serial` and `ttl` may be given.
local function text_of(zone)
  local ttl = zone.ttl or 60
  return HEADER:format(zone.name, ttl, zone.name, zone.name, zone.serial or 1, ttl) .. zone.text
end

---@param list table<string, { name: string, text: string, serial?: integer, ttl?: integer }[]> zones by address
---@return table authorities with :port, :serve(address, zone), :stop
function M.start(list)
  local folder = shell.folder()
  local self = setmetatable({ folder = folder, pids = {} }, Authorities)
  local status, out, err = shell.run(("cd %s && ${CC:-cc} -D_GNU_SOURCE -O1 -o ask %s && ./ask ports 1"):format(shell.quote(folder), shell.quote(shell.root .. "/spec/support/ask.c")))
  assert(status == 0, err)
  self.port = tonumber(out:match("%d+"))
  local addresses = {}
  for address in pairs(list) do
    addresses[#addresses + 1] = address
  end
  table.sort(addresses)
  for _, address in ipairs(addresses) do
    local home = folder .. "/" .. address
    shell.run("mkdir " .. shell.quote(home))
    local config = CONFIG:gsub("@ADDRESS@", address):gsub("@PORT@", self.port):gsub("@DIR@", home)
    for _, zone in ipairs(list[address]) do
      shell.write(home .. "/" .. zone.name, text_of(zone))
      config = config .. ('zone:\n  name: "%s"\n  zonefile: "%s"\n'):format(zone.name, zone.name)
    end
    shell.write(home .. "/nsd.conf", config)
    status, _, err = shell.run(("cd %s && PATH=$PATH:/usr/sbin:/sbin && { timeout -k 5 %d nsd -d -c nsd.conf >log 2>&1 </dev/null & echo $! >started; }"):format(
      shell.quote(home), LIFETIME))
    assert(status == 0, err)
  end
  for _, address in ipairs(addresses) do
    local up = false
    for _ = 1, 100 do
      up = shell.run(("timeout 0.5 drill @%s -p %d %s SOA | grep -q NOERROR"):format(address, self.port, list[address][1].name)) == 0
      if up then
        break
      end
      shell.run("sleep 0.05")
    end
    if not up then
      local log = shell.read(folder .. "/" .. address .. "/log")
      self:stop()
      error(address .. " does not answer: " .. tostring(log))
    end
  end
  return self
end

--- Serves another version of a zone from now on.
function Authorities:serve(address, zone)
  local home = self.folder .. "/" .. address
  shell.write(home .. "/" .. zone.name, text_of(zone))
  shell.run(("kill -HUP $(cat %s/nsd.pid)"):format(shell.quote(home)))
end

--- Ends them all and removes their folder.
function Authorities:stop()
  shell.run(("for f in %s/*/started; do kill -s KILL -- -$(cat $f); done; :"):format(shell.quote(self.folder)))
  shell.remove(self.folder)
end

return M
