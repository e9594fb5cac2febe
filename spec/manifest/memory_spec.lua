-- Every allocation that fails, Lua's, ours, libyaml's, libcrypto's and libidn2's: a clear error, no crash, no leak.
-- SPDX-License-Identifier: MIT
-- Source: spec/support/failing_memory.c, preloaded: each allocation fails in its turn, alone or with all later ones.

local failing_memory = require "spec.support.failing_memory"
local requests = require "spec.request.requests"

if not failing_memory.possible then
  return -- the sanitizers have an allocator of their own
end

-- what is read | how
local MANIFESTS = {
  { "plain block style", "kind: Certificate\nspec:\n  dnsNames:\n  - a.example\n  - b.example\n  x:\n" },
  { "libyaml, anchors and escapes", 'a: &x {k: "t\\u0065xt", l: [1, 2]}\nb: *x\nc: {<<: *x, k: 2}\nd: |\n  text\n' },
  { "JSON", '{"kind": "List", "items": [{"a": "\\u00fc", "b": [1, 2.5, null]}]}' },
  { "errors and warnings", "a: 1\na: 2\nb: \226\128\139\n---\na: [\n---\n- *.example.com\n" },
  { "UTF-16", "\255\254a\0:\0 \0b\0\n\0" },
  { "a Secret", "kind: Secret\ndata: &d {p: hunter2}\nx: *d\n" },
}

--- libcrypto does not always say why it gave up: "not PKCS#10" decides nothing either.
local function check(source, most, other)
  local result = failing_memory.run(source)
  assert.is_nil(result.leaks, result.output)
  assert.is_true(result.tries > most, result.output)
  for text in pairs(result.ends) do
    assert.is_true(text == "survived" or text:find("not enough memory", 1, true) ~= nil or text == other, text)
  end
end

describe("without memory", function()
  for _, stream in ipairs(MANIFESTS) do
    it("a stream is not read: " .. stream[1], function()
      check(([[
        local manifest = require "issuable.manifest"
        local text = %q
        return function()
          local stream = assert(manifest.read(text))
          for _, entry in ipairs(stream:flatten()) do
            stream:span(entry.object)
            stream:key_span(entry.object, "a")
          end
          stream:close()
        end
      ]]):format(stream[2]), 20)
    end)
  end

  it("names are not read", function()
    check(([[
      local request, idn = require "issuable.request", require "issuable.idn"
      return function()
        assert(request.names(%q))
        assert(idn.to_ascii("b\195\188cher.example"))
      end
    ]]):format(requests.plain), 20, "the certificate signing request is not PKCS#10")
  end)
end)
