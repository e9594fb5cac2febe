-- busted's output handler of this house: dots while it runs, failures in full, then one line of counts.
-- SPDX-License-Identifier: MIT
-- Writes the counts to $ISSUABLE_COUNTS and one line "status name" per test to $ISSUABLE_COUNTS.tests for spec/run.

return function(options)
  local busted = require("busted")
  local handler = require("busted.outputHandlers.plainTerminal")(options)
  local tests = {}

  -- A name alone can occur twice; with its file it is what the two engines are compared by.
  busted.subscribe({ "test", "end" }, function(element, _, status)
    local file = element.trace and element.trace.short_src or "?"
    local skipped = status == "pending" and "skipped" or "ran"
    tests[#tests + 1] = ("%s %s: %s"):format(skipped, file, (handler.getFullName(element):gsub("%c", " ")))
    return nil, true
  end)

  local function save(path, text)
    local file = assert(io.open(path, "wb"))
    assert(file:write(text))
    assert(file:close())
  end

  busted.subscribe({ "exit" }, function()
    local passed, skipped = handler.successesCount, handler.pendingsCount
    local failed = handler.failuresCount + handler.errorsCount
    local path = os.getenv("ISSUABLE_COUNTS")
    if path then
      table.sort(tests)
      save(path .. ".tests", table.concat(tests, "\n") .. "\n")
      save(path, ("%d %d %d\n"):format(passed, failed, skipped))
    end
    io.write(("\n%s: %d passed, %d failed%s\n"):format(os.getenv("ISSUABLE_ENGINE") or _VERSION, passed, failed,
      skipped > 0 and (", %d skipped"):format(skipped) or ""))
    io.flush()
    return nil, true
  end)

  return handler
end
