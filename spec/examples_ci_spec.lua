-- The files of examples/ci: each is parsed, and its command line is run and publishes the reports that it names.
-- SPDX-License-Identifier: MIT
-- YAML is read by issuable.manifest; the Jenkinsfile by a scanner of brackets and quotes (there is no reader of Groovy here).

local cjson = require "cjson"
local file = require "issuable.file"
local manifest = require "issuable.manifest"
local shell = require "spec.support.shell"

local q = shell.quote

local function example(name)
  return assert(shell.read(shell.root .. "/examples/ci/" .. name))
end

--- The one document of a YAML file that is no Kubernetes object.
local function yaml(name)
  local text = "apiVersion: v1\nkind: Example\nvalue:\n" .. example(name):gsub("[^\n]+", "  %0")
  local stream = assert(manifest.read(text))
  assert.same({}, stream.errors)
  return stream:flatten()[1].object.value
end

describe("examples/ci", function()
  local folder

  -- A repository as the examples expect it, with `issuable` on the path.
  before_each(function()
    folder = shell.folder()
    local status, _, err = shell.run(([[cd %s && git init -q . && mkdir -p clusters/prod dns bin && cp %s/examples/quickstart/*.yaml clusters/prod/ &&
      cp %s/examples/quickstart/*.zone dns/ && ln -s %s bin/issuable]]):format(q(folder), q(shell.root), q(shell.root), q(shell.command)))
    assert.equal(0, status, err)
  end)
  after_each(function()
    shell.remove(folder)
  end)

  local function run(command)
    return shell.run(("cd %s && PATH=%s/bin:$PATH && export PATH GITHUB_STEP_SUMMARY=%s/summary.md\n%s"):format(q(folder), q(folder), q(folder), command))
  end

  local function mend()
    local status = run("issuable fix clusters/prod dns --write")
    assert.equal(0, status)
  end

  local function assert_files(names)
    for _, name in ipairs(names) do
      local bytes = shell.read(folder .. "/" .. name)
      assert.is_true(bytes ~= nil and #bytes > 0, name)
    end
  end

  it("GitHub Actions: the command publishes annotations, SARIF, a summary and the page", function()
    local workflow = yaml("github-actions.yml")
    local command, uploads = nil, {}
    for _, step in ipairs(workflow.jobs.caa.steps) do
      if type(step.run) == "string" and step.run:find("issuable check", 1, true) then
        command = step.run
      end
      uploads[#uploads + 1] = step["with"] and (step["with"].sarif_file or step["with"].path)
    end
    assert.equal("write", workflow.permissions["security-events"])
    local status, out, err = run(command)
    assert.equal("", err)
    assert.equal(1, status)
    assert.truthy(out:find("::error file=clusters/prod/certificate.yaml,line=10", 1, true), out)
    assert.same({ "issuable.sarif", "issuable.html" }, uploads)
    assert_files { "issuable.sarif", "issuable.html", "summary.md" }
    assert.equal("2.1.0", cjson.decode(shell.read(folder .. "/issuable.sarif")).version)
    mend()
    assert.equal(0, (run(command)))
  end)

  it("GitLab CI: the command publishes JUnit, code quality and the page", function()
    local job = yaml("gitlab-ci.yml").issuable
    local status, out, err = run(job.script[1])
    assert.equal("", err)
    assert.equal(1, status)
    assert.truthy(out:find("error[caa-denied]", 1, true))
    assert_files { job.artifacts.paths[1], job.artifacts.reports.junit, job.artifacts.reports.codequality }
    local quality = cjson.decode(shell.read(folder .. "/" .. job.artifacts.reports.codequality))
    assert.equal("clusters/prod/certificate.yaml", quality[1].location.path)
    mend()
    assert.equal(0, (run(job.script[1])))
  end)

  it("Jenkins: the pipeline's command publishes JUnit and the page", function()
    local text = example("Jenkinsfile")
    local open, pairs_of = {}, { [")"] = "(", ["}"] = "{", ["]"] = "[" }
    local bare = text:gsub("//[^\n]*", ""):gsub("'''.-'''", "S"):gsub("'[^'\n]*'", "S")
    assert.is_nil(bare:find("['\"]"))
    for bracket in bare:gmatch("[%(%){}%[%]]") do
      if pairs_of[bracket] then
        assert.equal(pairs_of[bracket], table.remove(open))
      else
        open[#open + 1] = bracket
      end
    end
    assert.same({}, open)
    local command = text:match("sh '''(.-)'''"):gsub("\\\\", "\\")
    local status, out, err = run(command)
    assert.equal("", err)
    assert.equal(1, status)
    assert.truthy(out:find("2 denied", 1, true))
    assert_files { text:match("testResults: '([^']*)'"), text:match("artifacts: '([^']*)'") }
    mend()
    assert.equal(0, (run(command)))
  end)

  it("the pre-commit hook stops a commit that a CA would refuse, and lets the mended one pass", function()
    local hook = folder .. "/.git/hooks/pre-commit"
    assert(file.write(hook, example("pre-commit")))
    run("chmod +x .git/hooks/pre-commit && git config user.email a@example.com && git config user.name a")
    local status, out, err = run("git add clusters dns && git commit -q -m one")
    assert.equal(1, status)
    assert.truthy((out .. err):find("error[caa-denied]", 1, true), out .. err)
    mend()
    assert.equal(1, (run("git commit -q -m one"))) -- what is staged counts, not what lies in the folder
    local code, _, message = run("git add dns && git commit -q -m two && git log --oneline")
    assert.equal(0, code, message)
    assert.equal(0, (run("touch other && git add other && git commit -q -m three")))
  end)

  it("is valid shell", function()
    assert.equal(0, (shell.run("sh -n " .. q(shell.root .. "/examples/ci/pre-commit"))))
  end)
end)
