-- The resolver as a whole under random actions, answers, splits and times; and with every allocation failing once.
-- SPDX-License-Identifier: MIT
-- Source: spec/fuzz/caa_resolver.c says what has to hold.

local scale = require "spec.support.scale"
local shell = require "spec.support.shell"

describe("the resolver", function()
  local folder
  setup(function()
    folder = shell.folder()
    local status, _, err = shell.run(([[
      cd %s && ${CC:-gcc} -std=c11 -D_GNU_SOURCE -DALONE -O1 -g -fsanitize=address,undefined -fno-sanitize-recover=all \
        -Wl,--wrap=malloc,--wrap=calloc,--wrap=realloc -Icsrc spec/fuzz/caa_resolver.c csrc/caa/resolver.c csrc/caa/flight.c \
        csrc/caa/flight_list.c csrc/caa/packets.c csrc/caa/memo.c csrc/caa/reply.c csrc/caa/rdata.c csrc/caa/lookup.c csrc/dns/*.c -o %s/alone]]):format(
      shell.quote(shell.root), folder))
    assert(status == 0, err)
  end)
  teardown(function()
    shell.remove(folder)
  end)

  local function run(arguments)
    local status, out, err = shell.run(("env -u LD_PRELOAD %s/alone %s"):format(folder, arguments))
    assert.equal(0, status, err)
    return out
  end

  it("keeps its promises whatever its driver does", function()
    assert.equal(("%d inputs\n"):format(scale(3000)), run(("20261124 %d"):format(scale(3000))))
  end)

  it("survives every allocation that fails", function()
    assert.equal(("%d inputs\n"):format(scale(40)), run(("11 %d 200"):format(scale(40))))
  end)
end)
