-- Source snippets: which lines are shown, what is marked, and what never is.
-- SPDX-License-Identifier: MIT
-- Cases: files, labels, the drawing; as the best compilers draw it (rustc's layout).

local snippet = require "issuable.reports.snippet"
local terminal = require "issuable.reports.terminal"

--- Files in memory.
local function source_of(files)
  return snippet.source { read = function(_, path)
    return files[path]
  end }
end

--- The span of the n-th occurrence of a text in a file, with line and column.
local function span(files, path, text, nth)
  local first, last, from = nil, nil, 1
  for _ = 1, nth or 1 do
    first, last = files[path]:find(text, from, true)
    from = first + 1
  end
  local before = files[path]:sub(1, first - 1)
  local _, lines = before:gsub("\n", "")
  return { path = path, first = first, last = last, line = lines + 1, column = terminal.width(before:match("[^\n]*$")) + 1 }
end

local function draw(files, labels, colour)
  local out = {}
  snippet.render(out, source_of(files), labels, terminal.painter(colour or false))
  return table.concat(out, "\n") .. "\n"
end

local FILES = {
  ["a.yaml"] = 'kind: Certificate\nspec:\n  dnsNames:\n    - example.com\n    - "*.example.com"\n',
  ["z.zone"] = "@ SOA ns. h. 1 2 3 4 5\n\n\n\n\n\n\n\n\n@\tCAA\t0 issue \"digicert.com\"\n",
}

describe("a snippet", function()
  it("shows the lines of several files, the primary label first and marked with ^", function()
    assert.equal(
      [[
  --> a.yaml:4:7
   |
 4 |     - example.com
   |       ^^^^^^^^^^^ asked for
 5 |     - "*.example.com"
   |       --------------- here too
  ::: z.zone:10:1
   |
10 | @    CAA    0 issue "digicert.com"
   | ---------------------------------- authorises digicert.com
]],
      draw(FILES, {
        { span = span(FILES, "a.yaml", "example.com"), text = "asked for", primary = true },
        { span = span(FILES, "a.yaml", '"*.example.com"'), text = "here too" },
        { span = span(FILES, "z.zone", '@\tCAA\t0 issue "digicert.com"'), text = "authorises digicert.com" },
      })
    )
  end)

  it("draws a line once for two labels on it", function()
    local files = { ["f"] = "[a, bb]\n" }
    assert.equal(
      " --> f:1:2\n  |\n1 | [a, bb]\n  |  ^ one\n  |     -- two\n",
      draw(files, { { span = span(files, "f", "a"), text = "one", primary = true }, { span = span(files, "f", "bb"), text = "two" } })
    )
  end)

  it("leaves a gap between lines that do not touch", function()
    local files = { ["f"] = "a\nb\nc\n" }
    assert.equal(
      " --> f:1:1\n  |\n1 | a\n  | ^\n  |\n3 | c\n  | - x\n",
      draw(files, { { span = span(files, "f", "a"), text = "", primary = true }, { span = span(files, "f", "c"), text = "x" } })
    )
  end)

  it("counts columns in characters and marks as wide", function()
    local files = { ["f"] = "- änderung: ñandú\n" }
    assert.equal(" --> f:1:13\n  |\n1 | - änderung: ñandú\n  |             ^^^^^ x\n", draw(files, { { span = span(files, "f", "ñandú"), text = "x", primary = true } }))
  end)

  it("marks the first line of what spans several", function()
    local files = { ["f"] = "@ SOA (\n  1 2 )\nx\n" }
    local s = span(files, "f", "@ SOA (\n  1 2 )")
    assert.equal(" --> f:1:1\n  |\n1 | @ SOA (\n  | ^^^^^^^… x\n", draw(files, { { span = s, text = "x", primary = true } }))
  end)

  it("shows an empty span at the end of a line and of a file", function()
    local files = { ["f"] = "abc\nde" }
    assert.equal(" --> f:1:4\n  |\n1 | abc\n  |    ^ x\n", draw(files, { { span = { path = "f", first = 4, last = 3, line = 1, column = 4 }, text = "x", primary = true } }))
    assert.equal(" --> f:2:3\n  |\n2 | de\n  |   ^ x\n", draw(files, { { span = { path = "f", first = 7, last = 6, line = 2, column = 3 }, text = "x", primary = true } }))
  end)

  it("cuts long lines around the span", function()
    local files = { ["f"] = ("a"):rep(500) .. "HERE" .. ("b"):rep(500) .. "\n" }
    local drawn = draw(files, { { span = span(files, "f", "HERE"), text = "x", primary = true } })
    assert.truthy(drawn:find("1 | …a+HEREb+…\n"))
    for line in drawn:gmatch("[^\n]+") do
      assert.is_true(terminal.width(line) < 180)
    end
    local under = drawn:match("\n  | ( *)%^%^%^%^ x\n")
    assert.equal(terminal.width(drawn:match("1 | (…a+)HERE")), #under)
  end)

  it("gives a label its own window when it lies far from the first on one line", function()
    local files = { ["f"] = "ONE" .. ("a"):rep(500) .. "TWO\n" }
    local drawn = draw(files, { { span = span(files, "f", "ONE"), text = "x", primary = true }, { span = span(files, "f", "TWO"), text = "y" } })
    assert.truthy(drawn:find("1 | ONEa+…\n  | %^%^%^ x\n1 | …a+TWO\n  |  +%-%-%- y\n"))
  end)

  it("does not cut a character in two", function()
    local files = { ["f"] = ("ä"):rep(300) .. "X" .. ("ä"):rep(300) }
    local drawn = draw(files, { { span = span(files, "f", "X"), text = "", primary = true } })
    assert.falsy(drawn:find("\\x", 1, true))
  end)

  it("stays fast when ten thousand labels point into one long line", function()
    local files = { ["f"] = ("0123456789"):rep(200000) }
    local source = source_of(files)
    local started = os.clock()
    for i = 1, 2000 do
      snippet.render({}, source, { { span = { path = "f", first = i * 900, last = i * 900 + 9, line = 1, column = i * 900 }, text = "x" } }, terminal.painter(false))
    end
    assert.is_true(os.clock() - started < 3)
  end)

  it("names standard input as such", function()
    local files = { ["-"] = "abc\n" }
    assert.truthy(draw(files, { { span = span(files, "-", "b"), text = "", primary = true } }):find("--> <stdin>:1:2", 1, true))
  end)

  it("shows the place alone when the file cannot be read or the span lies beyond it", function()
    assert.equal(" --> gone:7:3\n  |\n  | x\n", draw({}, { { span = { path = "gone", first = 1, last = 1, line = 7, column = 3 }, text = "x", primary = true } }))
    assert.equal(" --> f:7:3\n  |\n  | x\n", draw({ f = "a" }, { { span = { path = "f", first = 9, last = 9, line = 7, column = 3 }, text = "x", primary = true } }))
  end)

  it("never shows what is hidden", function()
    local files = { ["f"] = "password: hunter2\n" }
    local s = span(files, "f", "hunter2")
    s.hidden = true
    local drawn = draw(files, { { span = s, text = "here", primary = true } })
    assert.equal(" --> f:1:11\n  |\n  | here\n", drawn)
  end)

  it("escapes what a terminal would obey, in names, lines and words", function()
    local files = { ["\27[2J\n.yaml"] = "- \27]0;title\7x\r\n" }
    local path = next(files)
    local drawn = draw(files, { { span = span(files, path, "x"), text = "\27[31m\8", primary = true } })
    assert.equal(" --> \\x1b[2J\\x0a.yaml:1:13\n  |\n1 | - \\x1b]0;title\\x07x\n  |                   ^ \\x1b[31m\\x08\n", drawn)
  end)

  it("paints numbers and marks, never the text around them", function()
    local files = { ["f"] = "ab\n" }
    local drawn = draw(files, { { span = span(files, "f", "b"), text = "x", primary = true } }, true)
    assert.truthy(drawn:find("a\27[31;1mb\27[0m", 1, true))
    assert.equal(draw(files, { { span = span(files, "f", "b"), text = "x", primary = true } }), (drawn:gsub("\27%[[%d;]*m", "")))
  end)
end)

describe("a snippet of a file that holds Secrets", function()
  local function around(text, wanted)
    local files = { ["dump"] = text }
    return (draw(files, { { span = span(files, "dump", wanted), text = "x", primary = true } }):match("\n1 | ([^\n]*)\n"))
  end

  -- the line, the span, what is shown of the line
  local CASES = {
    { [[{"kind":"Secret","data":{"k":"c2VjcmV0"}},{"kind":"Certificate","name":"here"}]], '"here"', '…"name":"here"…' },
    { [[{kind: Certificate, name: here, x: y}, {kind: Secret, stringData: {pw: hunter2}}]], "here", "… name: here…" },
    { [[["here","c2VjcmV0","Secret"] ]], '"here"', '…"here"…' },
    { [[- {kind: Secret, data: {a: "b}, name: here"}}]], "here", "… name: here\"…" },
    { "name: here # about the Secret", "here", "name: here # about the Secret" },
  }
  for _, case in ipairs(CASES) do
    it("shows " .. case[3] .. " of " .. case[1], function()
      assert.equal(case[3], around(case[1], case[2]))
    end)
  end
end)
