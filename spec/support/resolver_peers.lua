-- A signed world on loopback for tests: Knot signs and serves, Unbound validates in front of it with a trust anchor of our own.
-- SPDX-License-Identifier: MIT
-- Source: knot.conf(5), knotd's automatic signing, unbound.conf(5). Own folder, high ports; ends by itself after LIFETIME seconds.

local shell = require "spec.support.shell"

local M = {}

local LIFETIME = 180

local KNOT = [[
server:
  rundir: @DIR@/run
  listen: 127.0.0.1@@AUTH@
  udp-workers: 1
  tcp-workers: 1
  background-workers: 1
control:
  listen: @DIR@/run/knot.sock
log:
  - target: stderr
    any: warning
database:
  storage: @DIR@/db
policy:
  - id: ours
    algorithm: ecdsap256sha256
    single-type-signing: on
    nsec3: off
    rrsig-lifetime: 14d
template:
  - id: default
    storage: @DIR@
    semantic-checks: off
    zonefile-sync: -1
    zonefile-load: whole
    journal-content: none
zone:
]]

local UNBOUND = [[
server:
  directory: "@DIR@"
  chroot: ""
  username: ""
  pidfile: "@DIR@/unbound.pid"
  interface: 127.0.0.1@@RESOLVER@
  do-ip6: no
  do-daemonize: no
  use-syslog: no
  logfile: "@DIR@/unbound.log"
  num-threads: 1
  so-rcvbuf: 0
  so-sndbuf: 0
  access-control: 127.0.0.0/8 allow
  do-not-query-localhost: no
  module-config: "validator iterator"
  trust-anchor-file: "@DIR@/anchor"
  ede: yes
  val-log-level: 1
  local-zone: "test." nodefault
  harden-below-nxdomain: no
  qname-minimisation: no
  target-fetch-policy: "0 0 0 0 0"
  msg-cache-size: 1m
  rrset-cache-size: 1m
remote-control:
  control-enable: no
]]

-- For every zone, or the resolver would follow NS records to port 53.
local STUB = 'stub-zone:\n  name: "%s"\n  stub-addr: 127.0.0.1@@AUTH@\n  stub-prime: no\n'

local HEADER = "$ORIGIN %s.\n$TTL 60\n@ SOA ns.test. hostmaster.test. 1 7200 900 1209600 60\n@ NS ns.test.\n"

local Peers = {}
Peers.__index = Peers

local function sh(self, line)
  local status, out, err = shell.run(("cd %s && PATH=$PATH:/usr/sbin:/sbin\n%s"):format(self.quoted, line))
  assert(status == 0, ("%s: %s%s"):format(line, out, err))
  return out
end

local function start(self, name, command)
  sh(self, ("{ timeout -k 5 %d %s >%s.out 2>&1 </dev/null & echo $! >%s.started; }"):format(LIFETIME, command, name, name))
  self.started[#self.started + 1] = name
end

--- Waits until the line succeeds; the tests' own patience.
local function wait_for(self, line, what)
  for _ = 1, 100 do
    if shell.run(("cd %s && PATH=$PATH:/usr/sbin:/sbin\n%s"):format(self.quoted, line)) == 0 then
      return
    end
    shell.run("sleep 0.1")
  end
  error(what .. " did not come up: " .. (shell.read(self.folder .. "/knot.out") or "") .. (shell.read(self.folder .. "/unbound.log") or ""))
end

--- Serves the zones, all below `test`, with what each shall be to a validating resolver:
---   secure, insecure (not signed), "missing-ds" (signed, no DS above: insecure), "wrong-ds" (a DS of another key: bogus),
---   "expired" (signatures that end before they are asked for: bogus), "unsigned-ds" (a DS above, not signed: bogus)
---@param zones { name: string, text: string, kind: string }[]
function M.start(zones)
  local folder = shell.folder()
  local self = setmetatable({ folder = folder, quoted = shell.quote(folder), started = {} }, Peers)
  local ports = sh(self, ("${CC:-cc} -D_GNU_SOURCE -O1 -o ask %s && ./ask ports 2 && mkdir run db"):format(shell.quote(shell.root .. "/spec/support/ask.c")))
  self.auth, self.port = ports:match("(%d+)%s+(%d+)")
  local config, stubs = { KNOT }, { UNBOUND, STUB:format("test") }
  local top = { HEADER:format("test"), "ns A 127.0.0.1\n" }
  for _, zone in ipairs(zones) do
    local signing = zone.kind ~= "insecure" and zone.kind ~= "unsigned-ds" and zone.kind ~= "expired"
    shell.write(("%s/%s.zone"):format(folder, zone.name), HEADER:format(zone.name) .. zone.text)
    config[#config + 1] = ("  - domain: %s\n    file: %s.zone\n%s"):format(zone.name, zone.name, signing and "    dnssec-signing: on\n    dnssec-policy: ours\n" or "")
    top[#top + 1] = ("%s. NS ns.test.\n"):format(zone.name)
    stubs[#stubs + 1] = STUB:format(zone.name)
    if zone.kind == "wrong-ds" or zone.kind == "unsigned-ds" then
      top[#top + 1] = ("%s. DS 12345 13 2 %s\n"):format(zone.name, ("ab"):rep(32))
    end
  end
  config[#config + 1] = "  - domain: test\n    file: test.zone\n    dnssec-signing: on\n    dnssec-policy: ours\n"
  local function fill(text)
    return (text:gsub("@DIR@", folder):gsub("@AUTH@", self.auth):gsub("@RESOLVER@", self.port))
  end
  local key_of = "keymgr -c knot.conf %s generate algorithm=ecdsap256sha256 ksk=yes zsk=yes >/dev/null && keymgr -c knot.conf %s ds | grep ' 13 2 '"
  shell.write(folder .. "/knot.conf", fill(table.concat(config)))
  shell.write(folder .. "/unbound.conf", fill(table.concat(stubs)))
  for _, zone in ipairs(zones) do
    if zone.kind == "secure" then
      top[#top + 1] = sh(self, key_of:format(zone.name, zone.name))
    elseif zone.kind == "expired" then
      -- ldns signs with times of our own
      sh(self, ("key=$(ldns-keygen -a ECDSAP256SHA256 -k %s) && ldns-key2ds -n -2 $key.key >ds.out && ldns-signzone -i 20200101000000 -e 20200201000000 -f %s.signed %s.zone $key && mv %s.signed %s.zone")
        :format(zone.name, zone.name, zone.name, zone.name, zone.name))
      top[#top + 1] = sh(self, "cat ds.out"):gsub("%s+$", "") .. "\n"
    end
  end
  shell.write(folder .. "/test.zone", table.concat(top))
  shell.write(folder .. "/anchor", sh(self, key_of:format("test", "test")))
  start(self, "knot", "knotd -c knot.conf")
  wait_for(self, ("timeout 0.5 drill @127.0.0.1 -p %s test SOA | grep -q 'rcode: NOERROR'"):format(self.auth), "Knot")
  start(self, "unbound", "unbound -d -c unbound.conf")
  wait_for(self, ("timeout 0.5 drill @127.0.0.1 -p %s test SOA | grep -q 'rcode: NOERROR'"):format(self.port), "Unbound")
  return self
end

--- Ends both and removes their folder. `timeout` leads a process group of its own; nothing of theirs is worth waiting for.
function Peers:stop()
  for _, name in ipairs(self.started) do
    shell.run(("p=$(cat %s/%s.started) && kill -s KILL -- -$p; :"):format(self.quoted, name))
  end
  shell.remove(self.folder)
end

return M
