-- The messy estate: every part of it gets its verdict or its error with its place, and the rest is served all the same.
-- SPDX-License-Identifier: MIT
-- Design section 4: what may prove absence, who is asked, walking folders, exit codes.

local cjson = require "cjson"
local estate = require "spec.support.estate"
local shell = require "spec.support.shell"

local CLUSTERS = " --cluster prod=clusters/prod --cluster test=clusters/test"

describe("the messy estate", function()
  local folder, as_nobody

  --- Runs the command in the estate with no right to read what is locked.
  local function run(arguments, input)
    local line = ("cd %s && %s%s %s"):format(shell.quote(folder), as_nobody, shell.quote(shell.command), arguments)
    local code, out, err = shell.run(line, input)
    return { code = code, out = out, err = err }
  end

  setup(function()
    folder = shell.folder()
    as_nobody = estate.without_rights()
    estate.write(folder)
  end)
  teardown(function()
    shell.run("chmod 644 " .. shell.quote(folder) .. "/more/locked.yaml")
    shell.remove(folder)
  end)

  local function has(text, part)
    assert.truthy(text:find(part, 1, true), ("%q is not in:\n%s"):format(part, text))
  end
  local function has_not(text, part)
    assert.is_nil(text:find(part, 1, true), ("%q is in:\n%s"):format(part, text))
  end

  describe("as one object of JSON", function()
    local report, code
    setup(function()
      local output = run("check . --validate-all --format json --now 2026-11-23" .. CLUSTERS)
      code, report = output.code, cjson.decode(output.out)
      assert.equal("", output.err)
    end)

    -- scope | who asks | name | CA | verdict | reason | where the set was found | line of the manifest
    local DECISIONS = [[
prod | Certificate/web/front-door | example.com        | letsencrypt | allowed   | issuer-match   | example.com | clusters/prod/web.yaml:12:7
prod | Certificate/web/front-door | *.example.com      | letsencrypt | allowed   | issuer-match   | example.com | clusters/prod/web.yaml:13:7
test | Certificate/web/front-door | www.example.com    | zerossl     | allowed   | issuer-match   | example.com | clusters/test/web.yaml:12:7
test | Certificate/web/front-door | test.closed.test   | zerossl     | denied    | issuer-mismatch| closed.test | clusters/test/web.yaml:13:7
-    | Certificate/apps/base      | base.example.com   | -           | undecided | issuer-missing | -           | apps/base/certificate.yaml:12:7
-    | Certificate/web/from-dump  | dump.example.com   | letsencrypt | allowed   | issuer-match   | example.com | dump.yaml:23:16
-    | Ingress/web/shop           | shop.pinned.test   | letsencrypt | allowed   | issuer-match   | pinned.test | dump.yaml:43:15
-    | Certificate/web/after      | after.example.com  | letsencrypt | allowed   | issuer-match   | example.com | more/wildcard.yaml:26:7
-    | Certificate/web/ambiguous  | www.example.net    | letsencrypt | undecided | zone-ambiguous | -           | more/ambiguous.yaml:12:7
-    | Certificate/web/broken     | www.broken.test    | letsencrypt | undecided | zone-broken    | -           | more/broken.yaml:12:7
-    | Certificate/web/fragment   | www.example.org    | letsencrypt | undecided | outside-zones  | -           | more/fragment.yaml:12:7
-    | Certificate/web/outside    | www.elsewhere.test | letsencrypt | undecided | outside-zones  | -           | more/outside.yaml:12:7
]]
    local wanted = 0
    for line in DECISIONS:gmatch("[^\n]+") do
      wanted = wanted + 1
      local scope, subject, name, ca, verdict, reason, found_at, place =
        line:match("^(%S+) *| (%S+) *| (%S+) *| (%S+) *| (%S+) *| (%S-) *| (%S+) *| (%S+)$")
      it(("%s of %s (%s) is %s"):format(name, subject, scope, verdict), function()
        local found
        for _, decision in ipairs(report.decisions) do
          for _, request in ipairs(decision.requests) do
            if request.subject == subject and request.text == name and request.scope == (scope == "-" and "" or scope) then
              assert.is_nil(found)
              found = { decision, request }
            end
          end
        end
        assert.truthy(found, "nobody decided it")
        local decision, request = found[1], found[2]
        assert.equal(verdict, decision.verdict)
        assert.equal(reason, decision.reason)
        assert.equal(ca ~= "-" and ca or cjson.null, decision.ca)
        assert.equal(found_at ~= "-" and found_at or cjson.null, decision.found_at)
        assert.equal(place, ("%s:%d:%d"):format(request.span.path, request.span.line, request.span.column))
      end)
    end

    it("decides nothing else, and counts right", function()
      local uses = 0
      for _, decision in ipairs(report.decisions) do
        uses = uses + #decision.requests
      end
      assert.equal(wanted, uses)
      local summary = report.summary
      assert.same({ 1, 5, 6, 0 }, { summary.denied, summary.undecided, summary.allowed, summary.exempt })
      assert.equal(summary.names, #report.decisions)
      assert.equal(1, code)
    end)

    -- what could not be read, with its place, and whether it may ask for certificates
    local UNREAD = [[
charts/shop/templates/certificate.yaml:1:1 undecided Helm template
charts/shop/templates/service.yaml:4:9 noted Helm template
more/binary.yaml:1:1 noted control character
more/foreign.yaml:1:5 noted ": "
more/locked.yaml undecided permission denied
more/torn.yaml:5:1 noted tab
more/wildcard.yaml:13:7 undecided must be quoted
]]
    it("says of each file that it cannot read where and why", function()
      local lines = {}
      for _, problem in ipairs(report.unread) do
        local place = problem.line ~= cjson.null and ("%s:%d:%d"):format(problem.path, problem.line, problem.column) or problem.path
        lines[place .. " " .. (problem.undecided and "undecided" or "noted")] = problem.message
      end
      local count = 0
      for line in UNREAD:gmatch("[^\n]+") do
        local place, why = line:match("^(%S+ %S+) (.*)$")
        assert.truthy(lines[place], place)
        has(lines[place], why)
        count = count + 1
      end
      assert.equal(count, #report.unread)
    end)

    it("says which links it did not follow", function()
      local lines = {}
      for i, entry in ipairs(report.skipped) do
        lines[i] = entry.path .. ": " .. entry.why
      end
      table.sort(lines)
      assert.same({
        "more/dangling.yaml: no such file or directory",
        "more/leaves.yaml: a link that leaves the folder",
        "more/loop-a.yaml: too many symbolic links",
        "more/loop-b.yaml: too many symbolic links",
      }, lines)
    end)

    it("names every zone that it used, and what of them is no whole zone", function()
      local lines = {}
      for i, zone in ipairs(report.zones) do
        lines[i] = ("%s %s %s"):format(zone.path, zone.apex == cjson.null and "-" or zone.apex, zone.status)
      end
      assert.same({
        "dns/broken.test.zone broken.test broken",
        "dns/closed.test.zone closed.test loadable",
        "dns/example.com.zone example.com loadable",
        "dns/example.net.zone example.net loadable",
        "dns/example.org.zone - fragment",
        "dns/old/example.net.zone example.net loadable",
        "dns/pinned.test.zone pinned.test loadable",
      }, lines)
    end)

    it("places every finding in a file, in the order of the places", function()
      local last
      for _, finding in ipairs(report.findings) do
        local primary
        for _, label in ipairs(finding.labels) do
          primary = primary or label.primary and label.span
        end
        if primary then
          local key = ("%s\0%09d"):format(primary.path, primary.first)
          assert.is_true(not last or last <= key, primary.path)
          last = key
        else
          assert.equal("unreadable", finding.rule)
          has(finding.message, "more/locked.yaml: permission denied")
        end
      end
    end)
  end)

  it("as text has each place, and shows each once", function()
    local out = run("check . --validate-all" .. CLUSTERS).out
    for _, part in ipairs {
      "dns/broken.test.zone:6:10", "more/wildcard.yaml:13:7", "clusters/test/web.yaml:13:7", "clusters/test/issuers.yaml:7:13",
      "dns/closed.test.zone:5:1", "more/locked.yaml: permission denied", "charts/shop/templates/certificate.yaml:1:1",
      "3 documents that may ask for certificates not read for sure", "4 documents not read as Kubernetes objects", "more/loop-a.yaml: too many symbolic links",
    } do
      has(out, part)
    end
    assert.equal(1, select(2, out:gsub("error%[", "")))
  end)

  -- 1 wins over 2 over 3. arguments | exit code of check | of fix | what is said of it
  local EXIT_CODES = [[
clusters/prod dns                                              | 0 | 0 | 2 allowed
clusters/prod dns more/empty.yaml                              | 0 | 0 | 2 allowed
clusters/prod dns more/empty.yaml apps                         | 3 | 3 | 1 undecided
clusters/prod dns more/missing.yaml                            | 2 | 2 | more/missing.yaml: no such file or directory
clusters/prod dns more/missing.yaml apps                       | 2 | 2 | more/missing.yaml: no such file or directory
clusters/prod dns more/locked.yaml                             | 2 | 2 | more/locked.yaml: permission denied
clusters/prod dns more/loop-a.yaml                             | 2 | 2 | more/loop-a.yaml: too many symbolic links
clusters/prod dns more/dangling.yaml                           | 2 | 2 | more/dangling.yaml: no such file or directory
clusters/prod dns more/binary.yaml                             | 2 | 2 | more/binary.yaml:1:1
clusters/prod dns more/wildcard.yaml dump.yaml                 | 2 | 1 | more/wildcard.yaml:13:7
clusters/prod dns charts/shop/templates/certificate.yaml       | 2 | 2 | charts/shop/templates/certificate.yaml:1:1
clusters/prod dns charts                                       | 3 | 3 | charts/shop/templates/certificate.yaml:1:1
clusters/prod dns/broken.test.zone dns/example.com.zone        | 2 | 2 | dns/broken.test.zone:6:10
clusters/prod --zone dns/example.com.zone --zone dns/none.zone | 2 | 2 | dns/none.zone: no such file or directory
clusters/prod dns dump.yaml more/broken.yaml                   | 3 | 3 | a name server would not load dns/broken.test.zone
clusters/prod dns dump.yaml more/ambiguous.yaml                | 3 | 3 | 2 files claim to be the zone example.net
dns dump.yaml more/ambiguous.yaml --zone dns/example.net.zone  | 0 | 0 | 3 allowed
dns dump.yaml more/ambiguous.yaml --zone dns/old/example.net.zone | 1 | 1 | dns/old/example.net.zone:5:1
clusters/test dns                                              | 1 | 1 | clusters/test/web.yaml:13:7
clusters/test dns apps more/missing.yaml                       | 1 | 1 | clusters/test/web.yaml:13:7
more/empty.yaml dns                                            | 0 | 0 | nothing asks for a certificate
]]
  for line in EXIT_CODES:gmatch("[^\n]+") do
    local arguments, check, fix, says = line:match("^(.-) *| (%d) | (%d) | (.*)$")
    it(("exits with %s: %s"):format(check, arguments), function()
      local output = run("check " .. arguments)
      has(output.out .. output.err, says)
      assert.equal(tonumber(check), output.code, output.out .. output.err)
      assert.equal(tonumber(fix), run("fix " .. arguments).code)
    end)
  end

  it("is mended in two files, twice with the same bytes, by a diff that patch takes", function()
    local copy = shell.folder()
    shell.run(("cp -a %s/. %s && chmod -R u+rw %s"):format(shell.quote(folder), copy, copy))
    local output = run("fix ." .. CLUSTERS .. " --now 2026-11-23")
    assert.equal(1, output.code)
    assert.equal(2, select(2, output.out:gsub("%-%-%- a/", "")))
    has(output.out, "--- a/more/wildcard.yaml\n")
    has(output.out, "--- a/dns/closed.test.zone\n")
    has(output.out, '+@ IN CAA 0 issue "sectigo.com"\n')
    assert.equal(output.out, run("fix ." .. CLUSTERS .. " --now 2026-11-23").out)
    shell.write(copy .. "/fix.diff", output.out)
    local code, out, err = shell.run(("cd %s && patch -p1 <fix.diff && %s check ."):format(copy, shell.quote(shell.command)) .. CLUSTERS)
    assert.equal(3, code, out .. err)
    has(out, "5 undecided, 9 allowed")
    has_not(out, "error[")
    shell.remove(copy)
  end)
end)
