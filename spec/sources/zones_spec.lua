-- Zone files as the program reads them: where $INCLUDE looks, what it may read, origins from file names.
-- SPDX-License-Identifier: MIT
-- Source: BIND 9.18 takes a relative $INCLUDE from its working directory; named-checkzone stands by.

local Files = require "issuable.sources.files"
local lfs = require "lfs"
local shell = require "spec.support.shell"
local zones = require "issuable.sources.zones"

local HEAD = "$ORIGIN example.com.\n$TTL 300\n@ SOA ns.dns.test. h.dns.test. 1 2 3 4 5\n@ NS ns.dns.test.\n"

describe("zone sources", function()
  local folder, back

  before_each(function()
    folder, back = shell.folder(), lfs.currentdir()
    assert(lfs.chdir(folder))
    for _, sub in ipairs { "dns", "dns/parts", "parts", "elsewhere" } do
      lfs.mkdir(sub)
    end
  end)
  after_each(function()
    lfs.chdir(back)
    shell.remove(folder)
  end)

  local function load(path, options)
    options = options or {}
    options.roots = options.roots or { folder }
    local subject, message = zones.load(Files.new(), path, options)
    if subject then -- lints have specs of their own
      local errors = {}
      for _, problem in ipairs(subject.errors) do
        errors[#errors + 1] = problem.severity == "error" and problem or nil
      end
      subject.errors = errors
    end
    return subject, message
  end

  local function only_error(subject, part)
    assert.equal("broken", subject.status)
    assert.equal(1, #subject.errors)
    assert.equal("include-failed", subject.errors[1].code)
    assert.is_truthy(subject.errors[1].message:find(part, 1, true), subject.errors[1].message)
  end

  local function bind_loads(where, path)
    local status = shell.run(("cd %s && named-checkzone -q -i none example.com %s"):format(shell.quote(where), shell.quote(path)))
    return status == 0
  end

  it("a relative $INCLUDE starts at the working directory, as with BIND", function()
    shell.write("dns/a.zone", HEAD .. "$INCLUDE parts/x.inc\n")
    shell.write("parts/x.inc", "www A 192.0.2.1\n")
    local subject = load("dns/a.zone")
    assert.equal("loadable", subject.status)
    assert.equal("parts/x.inc", subject.handle:record(3).path)
    assert.is_true(bind_loads(folder, "dns/a.zone"))
    os.rename("parts/x.inc", "dns/parts/x.inc") -- beside the including file: not looked for there
    only_error(load("dns/a.zone"), "as BIND's do")
    assert.is_false(bind_loads(folder, "dns/a.zone"))
  end)

  it("--include-base is that directory", function()
    shell.write("dns/a.zone", HEAD .. "$INCLUDE parts/x.inc\n")
    shell.write("dns/parts/x.inc", "www A 192.0.2.1\n$INCLUDE parts/y.inc\n")
    shell.write("dns/parts/y.inc", "ftp A 192.0.2.1\n")
    for _, base in ipairs { "dns", "dns/", folder .. "/dns" } do
      local subject = load("dns/a.zone", { include_base = base })
      assert.equal("loadable", subject.status)
      assert.equal("ftp.example.com", subject.handle:record(4).owner)
    end
    assert.is_true(bind_loads(folder .. "/dns", "a.zone"))
  end)

  it("never reads outside the folders that were given", function()
    shell.write("elsewhere/secret", "token\n")
    shell.write("dns/link", "")
    os.remove("dns/link")
    assert(lfs.link("../elsewhere/secret", "dns/link", true))
    local roots = { folder .. "/dns" }
    for _, name in ipairs { "elsewhere/secret", "dns/../elsewhere/secret", folder .. "/elsewhere/secret", "dns/link", "/etc/passwd", "dns/../../../../../etc/passwd" } do
      shell.write("dns/a.zone", HEAD .. "$INCLUDE " .. name .. "\n")
      local subject = load("dns/a.zone", { roots = roots })
      assert.equal("include-failed", subject.errors[1].code, name)
      assert.equal(1, #subject.errors)
      assert.is_falsy(subject.errors[1].message:find("token", 1, true))
    end
    shell.write("dns/a.zone", HEAD .. "$INCLUDE elsewhere/secret\n")
    only_error(load("dns/a.zone", { roots = roots }), "outside the folders")
    -- a folder whose name only begins alike is another one
    lfs.mkdir("dns-old")
    shell.write("dns-old/x.inc", "www A 192.0.2.1\n")
    shell.write("dns/a.zone", HEAD .. "$INCLUDE dns-old/x.inc\n")
    only_error(load("dns/a.zone", { roots = roots }), "outside the folders")
  end)

  it("says why a file cannot be included", function()
    shell.write("dns/a.zone", HEAD .. "$INCLUDE nowhere.inc\n")
    only_error(load("dns/a.zone"), "no such file")
    shell.write("dns/a.zone", HEAD .. "$INCLUDE parts\n")
    only_error(load("dns/a.zone"), "parts")
    assert.is_false(bind_loads(folder, "dns/a.zone"))
    shell.run("mkfifo " .. shell.quote(folder .. "/pipe"))
    shell.write("dns/a.zone", HEAD .. "$INCLUDE pipe\n")
    only_error(load("dns/a.zone"), "pipe") -- and does not wait for a writer
  end)

  it("a file that includes itself is named, under whatever name", function()
    shell.write("dns/a.zone", HEAD .. "$INCLUDE dns/a.zone\n")
    local subject = load("dns/a.zone")
    assert.equal("include-cycle", subject.errors[#subject.errors].code)
    shell.write("dns/a.zone", HEAD .. "$INCLUDE ./dns/../dns/a.zone\n")
    subject = load("dns/a.zone")
    assert.equal("broken", subject.status)
    local codes = {}
    for _, problem in ipairs(subject.errors) do
      codes[problem.code] = true
    end
    assert.is_true(codes["include-cycle"])
    assert.is_true(subject.handle:size() <= 4, "the circle is closed at its second turn at the latest")
  end)

  it("is told which files a zone was read from", function()
    shell.write("dns/a.zone", HEAD .. "$INCLUDE parts/x.inc\n$INCLUDE ./parts/x.inc b\n")
    shell.write("parts/x.inc", "www A 192.0.2.1\n")
    assert.same({ [folder .. "/parts/x.inc"] = true }, zones.included(load("dns/a.zone")))
  end)

  it("an origin comes from the file name, and only completes names", function()
    for path, origin in pairs {
      ["a/example.com.zone"] = "example.com", ["db.example.com"] = "example.com", ["Example.COM.ZONE"] = "example.com",
      ["example.com..zone"] = "example.com", ["a/db.10.in-addr.arpa"] = "10.in-addr.arpa",
    } do
      assert.equal(origin, zones.origin_from_name(path), path)
    end
    for _, path in ipairs { "zone", ".zone", "a/b.txt", "db.", "a..b.zone", "a b.zone" } do
      assert.is_nil(zones.origin_from_name(path), path)
    end
    shell.write("other.net.zone", HEAD)
    assert.equal("example.com", load("other.net.zone").apex)
    shell.write("example.com.zone", (HEAD:gsub("^[^\n]*\n", "")))
    assert.equal("example.com", load("example.com.zone").apex)
    assert.equal("example.org", load("example.com.zone", { origin = "example.org" }).apex)
  end)
end)
