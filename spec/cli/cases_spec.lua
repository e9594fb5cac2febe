-- The command, case by case: exit codes, what goes to stdout and to stderr, every option.
-- SPDX-License-Identifier: MIT
-- The cases are text: spec/cli/cases/*.txt.

local shell = require "spec.support.shell"
local support = require "spec.cli.support"

local _, list = shell.run("cd " .. shell.quote(shell.root) .. " && LC_ALL=C ls spec/cli/cases/*.txt")

for path in list:gmatch("[^\n]+") do
  local name = path:match("([^/]+)%.txt$")
  if name ~= "README" then
    describe("issuable, " .. name, function()
      for _, case in ipairs(support.read(shell.root .. "/" .. path)) do
        it(case.title, function()
          local folder = support.prepare(case)
          local problem = #case.commands == 0 and "no command" or nil
          for _, command in ipairs(case.commands) do
            problem = problem or support.judge(case, folder, command)
          end
          shell.remove(folder)
          assert.is_true(problem == nil, problem and ("%s:%d: %s"):format(path, case.line, problem))
        end)
      end
    end)
  end
end
