-- Ignore globs: what they match, where they are anchored, and that no glob takes long.
-- SPDX-License-Identifier: MIT
-- Cases: glob, path relative to the folder that is walked, "file" or "folder", ignored or not.

local globs = require "issuable.sources.globs"

-- glob            path                    is       ignored  what it shows
local CASES = [[
vendor             vendor                  folder   yes
vendor             a/b/vendor              folder   yes      a glob without a slash fits at any depth
vendor             a/vendors               folder   no
vendor             vendor/a.yaml           file     no       the folder is skipped, so its files are never asked
*.json             a/b/package.json        file     yes
*.json             a/b/package.jsonx       file     no
*.json             .json                   file     yes
?.yaml             a.yaml                  file     yes
?.yaml             ab.yaml                 file     no
?.yaml             .yaml                   file     no
/vendor            vendor                  folder   yes
/vendor            a/vendor                folder   no       a slash in front anchors
a/*.yaml           a/b.yaml                file     yes
a/*.yaml           x/a/b.yaml              file     no       so does one in the middle
a/*.yaml           a/b/c.yaml              file     no       a star stays in its segment
a/**/c.yaml        a/c.yaml                file     yes
a/**/c.yaml        a/b/b/c.yaml            file     yes
a/**/c.yaml        b/a/c.yaml              file     no
**/c.yaml          c.yaml                  file     yes
**/a/**/z          x/a/y/a/y/z             file     yes
a/**               a/b/c                   file     yes
tests/             tests                   folder   yes
tests/             tests                   file     no       a slash at the end means folders only
tests/             x/tests                 folder   yes
/tests/            x/tests                 folder   no
*                  anything                file     yes
**                 a/b                     file     yes
a*b*c              axxbxxbc                file     yes
a*b*c              axxbxxb                 file     no
[ab].yaml          [ab].yaml               file     yes      brackets and dots are themselves
[ab].yaml          a.yaml                  file     no
a.yaml             axyaml                  file     no
%a                 %a                      file     yes
]]

describe("an ignore glob", function()
  for line in CASES:gmatch("[^\n]+") do
    local glob, path, is, expected, what = line:match("^(%S+)%s+(%S+)%s+(%a+)%s+(%a+)%s*(.*)$")
    it(("%s and the %s %s: %s %s"):format(glob, is, path, expected, what), function()
      local ignored = globs.compile { glob }
      assert.equal(expected == "yes", ignored(path, is == "folder"))
    end)
  end

  it("is one of several, any of which counts", function()
    local ignored = globs.compile { "a", "b/" }
    assert.is_true(ignored("a", false))
    assert.is_true(ignored("b", true))
    assert.is_false(ignored("c", true))
  end)

  it("matches names of any bytes", function()
    local ignored = globs.compile { "\255*" }
    assert.is_true(ignored("\255\254\n", false))
    assert.is_false(ignored("\254\255", false))
  end)

  it("ignores nothing when it is empty", function()
    local ignored = globs.compile { "", "/" }
    assert.is_false(ignored("a", true))
    assert.is_false(ignored("", true))
  end)

  it("ends soon on what makes backtracking matchers hang", function()
    local ignored = globs.compile { ("*a"):rep(30) .. "b", ("**/a/"):rep(30) .. "b" }
    local started = os.clock()
    assert.is_false(ignored(("a"):rep(4000), false))
    assert.is_false(ignored(("a/"):rep(1000), false))
    assert.is_true(os.clock() - started < 2)
  end)
end)
