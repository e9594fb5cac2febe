-- Walking folders: which files are met, in which order, and what is left alone.
-- SPDX-License-Identifier: MIT
-- Design section 4, last paragraph.

local shell = require "spec.support.shell"
local walk = require "issuable.sources.walk"

describe("the kind of a file by its name", function()
  for name, kind in pairs {
    ["a.yaml"] = "yaml", ["a.yml"] = "yaml", ["A.YAML"] = "yaml", ["a.json"] = "json", ["example.com.zone"] = "zone", ["X.Zone"] = "zone",
    ["a.b/c.yaml"] = "yaml", ["a"] = "none", ["a.yaml.orig"] = "none", ["db.example.com"] = "none", [".yaml"] = "yaml", ["a.yaml~"] = "none",
  } do
    it(("%s: %s"):format(name, kind), function()
      assert.equal(kind, walk.kind_by_name(name) or "none")
    end)
  end
end)

describe("a text", function()
  -- zone or not | the line that says so
  local CASES = [[
zone | @ IN SOA ns1.example.com. hostmaster.example.com. 1 2 3 4 5
zone | @ 3600 IN SOA ns1 hostmaster ( 1 2 3 4 5 )
zone | example.com. IN 1h SOA ns1 hostmaster (
zone | @ SOA ns1 (
zone | @ SOA (
zone | @ IN SOA ( ns1 hostmaster 1 2 3 4 5 )
zone |     IN SOA ns1 hostmaster 1 2 3 4 5 ; comment
zone | @ ( IN SOA ns1 hostmaster 1 2 3 4 5 )
zone | example.com. soa ns1 hostmaster (1 2 3 4 5)
no   | @ IN SOA ns1 hostmaster
no   | The SOA record names the primary server.
no   | ; @ IN SOA ns1 hostmaster 1 2 3 4 5
no   | see SOA
no   | an SOA is a record (see RFC 1035) and more
no   | SOAP is a protocol (1999)
no   | { "type": "SOA", "ttl": 3600 }
no   | type = "SOA"
no   | SOA: ns1 hostmaster 1 2 3
no   | <p>SOA ns hostmaster ( 1 2
no   | echo SOA
no   |
]]
  for line in CASES:gmatch("[^\n]+") do
    local expected, text = line:match("^(%S+)%s*| ?(.*)$")
    it(("%s is %s zone"):format(text, expected == "zone" and "a" or "no"), function()
      assert.equal(expected == "zone", walk.looks_like_zone("\n\n" .. text .. "\nmore\n"))
    end)
  end

  it("with a NUL is no zone", function()
    assert.is_false(walk.looks_like_zone("\0@ IN SOA ns1 hostmaster 1 2 3 4 5\n"))
  end)

  it("of one endless line is looked at quickly", function()
    local started = os.clock()
    assert.is_false(walk.looks_like_zone(("SOA "):rep(1000000)))
    assert.is_false(walk.looks_like_zone(("a SOA\n"):rep(1000000)))
    assert.is_true(os.clock() - started < 2)
  end)
end)

describe("walking a folder", function()
  local folder
  before_each(function()
    folder = shell.folder()
  end)
  after_each(function()
    shell.remove(folder)
  end)

  local function make(lines)
    local status, _, err = shell.run("set -e; cd " .. shell.quote(folder) .. "\n" .. lines)
    assert.equal(0, status, err)
  end

  --- Paths relative to the folder, one a line, and what was skipped as "path: why".
  local function walked(path, options)
    local files, skipped = walk.folder(path or folder, options)
    local function relative(text)
      return (text:gsub("^" .. folder:gsub("%p", "%%%0") .. "/?", ""))
    end
    local names, left = {}, {}
    for i, entry in ipairs(files) do
      assert.is_false(entry.explicit)
      names[i] = relative(entry.path)
    end
    for i, entry in ipairs(skipped) do
      left[i] = relative(entry.path) .. ": " .. entry.why
    end
    return names, left
  end

  it("sorts by bytes, whatever the depth", function()
    make "mkdir -p b/c B; touch b.yaml b/a.yaml b/c/z.yaml b-.yaml B/x.yml a.json Z.zone"
    assert.same({ "B/x.yml", "Z.zone", "a.json", "b-.yaml", "b.yaml", "b/a.yaml", "b/c/z.yaml" }, (walked()))
  end)

  it("skips .git, node_modules, .terraform and what the globs name", function()
    make [[
mkdir -p .git a/node_modules .terraform keep vendor a/tests
for d in .git a/node_modules .terraform keep vendor a/tests; do touch $d/x.yaml; done
touch package.json node_modules.yaml
]]
    assert.same({ "a/tests/x.yaml", "keep/x.yaml", "node_modules.yaml", "package.json", "vendor/x.yaml" }, (walked()))
    assert.same({ "keep/x.yaml", "node_modules.yaml" }, (walked(nil, { ignore = { "vendor", "tests/", "package*.json" } })))
  end)

  it("leaves alone what by its name can be neither manifest nor zone", function()
    make "touch a.lua b.png c.md d.tf e.txt f g.tar.gz h.PNG db.example.com"
    assert.same({ "db.example.com", "e.txt", "f" }, (walked()))
  end)

  it("reads links to files inside, once, and walks no link to a folder", function()
    make [[
mkdir d; touch d/real.yaml; ln -s d/real.yaml one.yaml; ln -s d/real.yaml two.yaml; ln -s d linked; ln -s .. up
]]
    local names, left = walked()
    assert.same({ "d/real.yaml", "one.yaml" }, names)
    assert.same({ "up: a link that leaves the folder" }, left)
  end)

  it("follows no link out of the root, into a loop or into nothing", function()
    make [[
mkdir in; touch out.yaml in/ok.yaml
ln -s ../out.yaml in/out.yaml; ln -s /etc/passwd in/abs.yaml; ln -s loop.yaml in/loop.yaml; ln -s none in/dead.yaml; ln -s . in/self
]]
    local names, left = walked(folder .. "/in")
    assert.same({ "in/ok.yaml" }, names)
    assert.equal(4, #left)
    assert.equal("in/abs.yaml: a link that leaves the folder", left[1])
    assert.equal("in/dead.yaml: no such file or directory", left[2])
    assert.equal("in/loop.yaml: too many symbolic links", left[3])
    assert.equal("in/out.yaml: a link that leaves the folder", left[4])
  end)

  it("is not fooled by a sibling whose name begins like the root", function()
    make "mkdir in inside; touch inside/x.yaml; ln -s ../inside/x.yaml in/x.yaml"
    local names, left = walked(folder .. "/in")
    assert.same({}, names)
    assert.same({ "in/x.yaml: a link that leaves the folder" }, left)
  end)

  it("takes no FIFO, socket or device, and no link to one", function()
    make "mkfifo pipe.yaml pipe; ln -s pipe.yaml link.yaml; touch ok.yaml"
    assert.same({ "ok.yaml" }, (walked()))
  end)

  it("takes names of any bytes", function()
    make [[touch "$(printf 'a\nb.yaml')" "$(printf '\377\376.yaml')" "$(printf '\033[31m.yaml')" -- '-n.yaml' ' .yaml']]
    assert.same({ "\27[31m.yaml", " .yaml", "-n.yaml", "a\nb.yaml", "\255\254.yaml" }, (walked()))
  end)

  it("goes 64 folders deep and says where it stopped", function()
    make [[d=.; i=0; while [ $i -lt 70 ]; do d=$d/d; i=$((i + 1)); done; mkdir -p $d; touch $d/x.yaml d/ok.yaml]]
    local names, left = walked()
    assert.same({ "d/ok.yaml" }, names)
    assert.equal(1, #left)
    assert.truthy(left[1]:find("deeper than 64 folders", 1, true))
  end)

  it("walks the folder one stands in, and one given with a slash or through a link", function()
    make "mkdir d; touch d/x.yaml; ln -s d l"
    local status, out = shell.run(("cd %s/d && %s -e %s"):format(folder, shell.lua, shell.quote [[
      local files = require("issuable.sources.walk").folder(".")
      for _, entry in ipairs(files) do print(entry.path) end]]))
    assert.equal(0, status)
    assert.equal("x.yaml\n", out)
    assert.same({ "d/x.yaml" }, (walked(folder .. "/d//")))
    assert.same({ "l/x.yaml" }, (walked(folder .. "/l")))
  end)

  it("says why a folder cannot be walked", function()
    local files, message, code = walk.folder(folder .. "/none")
    assert.is_nil(files)
    assert.equal("no such file or directory", message)
    assert.equal("ENOENT", code)
  end)
end)
