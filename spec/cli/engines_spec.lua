-- Both engines print the same bytes: the same estate, every command, standard output, standard error and exit code.
-- SPDX-License-Identifier: MIT
-- Lua 5.4 and LuaJIT differ in how they order tables, print numbers and compare; nothing of that may show.

local estate = require "spec.support.estate"
local shell = require "spec.support.shell"
local support = require "spec.cli.support"

local other = shell.tree:find("5%.4$") and shell.tree:gsub("5%.4$", "jit") or shell.tree:gsub("jit$", "5.4")

local COMMANDS = {
  "issuable check .",
  "issuable check . --cluster prod=clusters/prod --cluster test=clusters/test",
  "issuable check . --cluster prod=clusters/prod --cluster test=clusters/test --format json",
  "issuable check . --color always --undecided=warn",
  "issuable check more/torn.yaml more/wildcard.yaml more/binary.yaml more/missing.yaml dns",
  "issuable check - dns <dump.yaml",
  "issuable fix . --cluster prod=clusters/prod --cluster test=clusters/test",
  "issuable fix clusters/test dns dump.yaml --ca sectigo.com",
  "issuable explain www.example.com .",
  "issuable explain shop.pinned.test . --ca letsencrypt.org --account https://acme-v02.api.letsencrypt.org/acme/acct/77",
  "issuable explain '*.closed.test' dns",
  "issuable decide www.example.com '*.example.com' test.closed.test shop.pinned.test www.example.net www.broken.test x.elsewhere.test 1.2.3.4 a_b.example.com --ca letsencrypt.org"
    .. " --zone dns/example.com.zone --zone dns/pinned.test.zone --zone dns/broken.test.zone --zone dns/example.net.zone --zone dns/old/example.net.zone",
  "issuable lookup www.example.com shop.pinned.test x.closed.test www.example.org --zone dns/example.com.zone --zone dns/pinned.test.zone --zone dns/closed.test.zone --zone dns/example.org.zone",
  "issuable",
  "issuable check --nonsense",
  "issuable check . --ca nonsense/",
  "issuable --help",
  "issuable check --help",
}

describe("both engines", function()
  local folder
  setup(function()
    folder = shell.folder()
    estate.write(folder)
    shell.run("chmod 644 " .. shell.quote(folder) .. "/more/locked.yaml")
    if not shell.read(other .. "/bin/issuable") then -- one engine was asked for: the other tree may be missing
      other = nil
    end
  end)
  teardown(function()
    shell.remove(folder)
  end)

  for _, command in ipairs(COMMANDS) do
    it("print the same for `" .. command .. "`", function()
      if not other then
        return pending("only one engine is built")
      end
      local line = command:find("check [.-]") and command:find("nonsense", 1, true) == nil and command .. " --now 2026-11-23" or command
      if line:find("issuable decide", 1, true) or line:find("issuable lookup", 1, true) or line:find("issuable fix", 1, true) then
        line = line .. " --now 2026-11-23"
      end
      local mine, theirs = support.run(folder, line), support.run(folder, line, other .. "/bin/issuable")
      assert.equal(mine.out, theirs.out)
      assert.equal(mine.err, theirs.err)
      assert.equal(mine.code, theirs.code)
      assert.is_nil(mine.err:find("fault of issuable", 1, true), mine.err)
      assert.is_true(#mine.out + #mine.err > 0)
    end)
  end
end)
