-- The message reader against ldns: random messages with a fixed seed, compiled and run here.
-- SPDX-License-Identifier: MIT
-- Source: spec/fuzz/dns_message.c says what has to be equal.

local scale = require "spec.support.scale"
local shell = require "spec.support.shell"

describe("the message reader", function()
  it("reads what ldns reads", function()
    local folder = shell.folder()
    local status, out, err = shell.run(([[
      cd %s && ${CC:-gcc} -std=c11 -D_GNU_SOURCE -DALONE -O1 -Icsrc spec/fuzz/dns_message.c csrc/dns/message.c csrc/dns/name.c \
        csrc/caa/reply.c csrc/caa/rdata.c -lldns -o %s/alone && %s/alone 20261124 %d]]):format(
      shell.quote(shell.root), folder, folder, scale(200000)))
    shell.remove(folder)
    assert.equal(0, status, err)
    assert.equal(("%d messages\n"):format(scale(200000)), out)
  end)
end)
