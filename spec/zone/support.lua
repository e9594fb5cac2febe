-- Reads the text cases of spec/zone/cases and says in their words what issuable.zone makes of a zone.
-- SPDX-License-Identifier: MIT
-- The format is explained in spec/zone/cases/README.txt.

local lfs = require "lfs"
local shell = require "spec.support.shell"
local zone = require "issuable.zone"

local M = {}

M.folder = (debug.getinfo(1, "S").source:match("^@(.*)/[^/]*$") or "spec/zone") .. "/cases"

M.HEAD = "$ORIGIN example.com.\n$TTL 300\n"
  .. "@ SOA ns.dns.test. hostmaster.dns.test. 1 7200 900 1209600 300\n"
  .. "@ NS ns.dns.test.\n"
local HEAD_LINES, HEAD_RECORDS = 4, 2

local NAMED = { n = "\n", r = "\r", t = "\t", ["\\"] = "\\" }

--- `\n`, `\r`, `\t`, `\xHH`, `\\` as bytes; any other escape stays, for it is the zone file's own.
function M.unescape(text)
  return (text:gsub("\\(.)(%x?%x?)", function(letter, digits)
    if letter == "x" and #digits == 2 then
      return string.char(tonumber(digits, 16))
    elseif NAMED[letter] then
      return NAMED[letter] .. digits
    end
  end))
end

function M.escape(bytes)
  return (bytes:gsub("[%c\\\127-\255]", function(c)
    local name = c == "\n" and "n" or c == "\r" and "r" or c == "\t" and "t" or c == "\\" and "\\"
    return name and "\\" .. name or ("\\x%02x"):format(c:byte())
  end))
end

--- The files of cases, sorted.
function M.files()
  local files = {}
  for name in lfs.dir(M.folder) do
    if name:match("%.txt$") and name ~= "README.txt" then
      files[#files + 1] = name
    end
  end
  table.sort(files)
  return files
end

local function finish(case)
  for path, lines in pairs(case.lines) do
    local text = table.concat(lines, "\n") .. (#lines > 0 and "\n" or "")
    if case.escaped then
      text = text:gsub("\\e\n$", "")
      text = M.unescape(text)
    end
    case.texts[path] = text
  end
  if not case.raw then
    case.texts["zone"] = M.HEAD .. case.texts["zone"]
  end
end

--- Reads one file of cases.
---@return table[] cases { title, texts, expect, options, raw, line, bind }
function M.cases(name)
  local cases, case, lines = {}, nil, nil
  local number = 0
  for line in io.lines(M.folder .. "/" .. name) do
    number = number + 1
    local title = line:match("^=== (.*)$")
    if title then
      case = { title = title, file = name, line = number, lines = { zone = {} }, texts = {}, expect = {}, options = {} }
      case.raw, case.escaped = title:find("%[[%l ]*raw") ~= nil, title:find("%[[%l ]*escaped") ~= nil
      cases[#cases + 1] = case
      lines = case.lines.zone
    elseif case == nil then
      assert(line:match("^%s*$") or line:match("^#"), ("%s:%d: text before the first case"):format(name, number))
    elseif lines and line == "=>" then
      lines = nil
      finish(case)
    elseif lines then
      local path = line:match("^%-%-%- (%S+)$")
      if path then
        lines = {}
        case.lines[path] = lines
      else
        lines[#lines + 1] = line
      end
    elseif line:match("^option ") then
      local key, value = line:match("^option (%S+)=(%S*)$")
      case.options[key] = tonumber(value) or value
    elseif line:match("^knot ") or line:match("^nsd ") then
      local server, what = line:match("^(%l+) (%l+)")
      case[server] = what
    elseif line:match("^bind ") then
      case.bind = line:match("^bind (%S+)")
    elseif line:match("%S") and not line:match("^#") then
      local verb, rest = line:match("^(%l+) ?(.*)$")
      assert(verb, ("%s:%d: not understood: %s"):format(name, number, line))
      case.expect[#case.expect + 1] = { verb = verb, rest = rest, line = number }
    end
  end
  return cases
end

--- The zone of a case, as the program would load it.
function M.load(case)
  local options = { path = "zone", origin = "example.com" }
  for key, value in pairs(case.options) do
    options[key] = value
  end
  if options.origin == "-" then
    options.origin = nil
  end
  function options.include(name)
    if case.texts[name] then
      return case.texts[name], name
    end
    return nil, "No such file or directory"
  end
  return assert(zone.load(case.texts.zone, options))
end

--- A canonical name as cases write it: relative to example.com, or with a final dot.
function M.relative(name)
  if name == "example.com" then
    return "@"
  elseif name == "." then
    return "."
  end
  return name:match("^(.*)%.example%.com$") or name .. "."
end

--- A name of a case as zone functions take it.
function M.absolute(name)
  if name == "@" then
    return "example.com"
  end
  return name:match("%.$") and name or name .. ".example.com"
end

local function text_at(case, record, span)
  return case.texts[record.path]:sub(span.first, span.last)
end

--- One record in the words of a case.
function M.record_text(case, record)
  local data = { record.text } -- of a $GENERATE: the line that it made
  for i, span in ipairs(record.rdata) do
    data[i] = text_at(case, record, span)
  end
  local text = table.concat(data, " "):gsub("\r", "\\r"):gsub("\n", "\\n")
  return ("%s %s %s %s"):format(M.relative(record.owner), record.ttl and ("%d"):format(record.ttl) or "-", record.type, text)
end


--- CAA records in presentation form, for answers.
function M.caa_text(record)
  return ('%d %s "%s"'):format(record.flags, record.tag, (record.value:gsub('[%c"\\\127-\255]', function(c)
    return (c == '"' or c == "\\") and "\\" .. c or ("\\%03d"):format(c:byte())
  end)))
end

--- What zone:answer said, in the words of a case.
function M.answer_text(case, handle, answer)
  local parts = {}
  for _, alias in ipairs(answer.aliases) do
    parts[#parts + 1] = ("%s%s %s;"):format(alias.type, alias.wildcard and " from " .. M.relative(alias.wildcard) or "", M.relative(alias.target))
  end
  parts[#parts + 1] = answer.kind
  if answer.wildcard then
    parts[#parts + 1] = "from " .. M.relative(answer.wildcard)
  end
  if answer.cut then
    parts[#parts + 1] = M.relative(answer.cut)
  end
  local records = {}
  for i, index in ipairs(answer.rrset and answer.rrset.records or {}) do
    local record = handle:record(index)
    records[i] = record.type == "CAA" and M.caa_text(record) or M.record_text(case, record)
  end
  parts[#parts + 1] = table.concat(records, " | ")
  return (table.concat(parts, " "):gsub(" $", ""))
end

-- ---- what the verbs of a case mean ----

local function head_records(case)
  return case.raw and 0 or HEAD_RECORDS
end

--- Reports as a case writes them.
local function reports_of(case, handle)
  local list = {}
  for _, report in ipairs(handle:errors()) do
    local line = report.line - ((case.raw or report.path ~= "zone") and 0 or HEAD_LINES)
    list[#list + 1] = {
      text = ("%s %s%d:%d %s"):format(report.severity, report.path == "zone" and "" or report.path .. ":", line, report.column, report.code),
      message = report.message,
    }
  end
  return list
end

local function check_reports(case, handle, complain)
  local found = reports_of(case, handle)
  local taken = {}
  for _, expected in ipairs(case.expect) do
    if expected.verb == "error" or expected.verb == "warning" or expected.verb == "info" then
      local place, code, words = expected.rest:match("^(%S+) (%S+) ?(.*)$")
      local wanted = ("%s %s %s"):format(expected.verb, place, code)
      local hit
      for i, report in ipairs(found) do
        if not hit and not taken[i] and report.text == wanted and report.message:find(words, 1, true) then
          hit, taken[i] = i, true
        end
      end
      if not hit then
        complain(expected.line, wanted .. " " .. words .. " is not reported")
      end
    end
  end
  for i, report in ipairs(found) do
    if not taken[i] then
      complain(case.line, ("not expected: %s %s"):format(report.text, report.message))
    end
  end
end

local function check_records(case, handle, complain)
  local number = head_records(case)
  local any, none = false, false
  for _, expected in ipairs(case.expect) do
    if expected.verb == "record" and expected.rest == "none" then
      none = true
    elseif expected.verb == "record" then
      any, number = true, number + 1
      local record = handle:record(number)
      local text = record and M.record_text(case, record) or "nothing"
      if text ~= expected.rest then
        complain(expected.line, ("record %s, found: %s"):format(expected.rest, text))
      end
    end
  end
  if (any or none) and handle:size() ~= number then
    complain(case.line, ("%d records, %d were expected"):format(handle:size() - head_records(case), number - head_records(case)))
  end
end

local function part_of(case, record, part)
  if part == "entry" then
    return text_at(case, record, record)
  elseif part == "line" then
    return text_at(case, record, { first = record.line_first, last = record.line_last })
  elseif part == "eol" then
    return record.eol
  elseif part:find("^%d+$") then
    local span = record.rdata[tonumber(part)]
    return span and text_at(case, record, span)
  end
  local span = record[part .. "_span"]
  return span and text_at(case, record, span)
end

local verbs = {}

function verbs.span(case, handle, rest)
  local number, part, wanted = rest:match("^(%d+) (%S+) = ?(.*)$")
  if not number then
    number, part = rest:match("^(%d+) (%S+) none$")
  end
  local record = assert(handle:record(tonumber(number) + head_records(case)), "no such record")
  local found = part_of(case, record, part)
  return wanted or "none", found and M.escape(found):gsub("\\\\", "\\") or "none"
end

function verbs.is(case, handle, rest)
  local no, number, mark = rest:match("^(n?o?t?) ?(%d+) (%S+)$")
  local record = assert(handle:record(tonumber(number) + head_records(case)), "no such record")
  return tostring(no ~= "not"), tostring(record[mark])
end

function verbs.status(_, handle, rest)
  return rest, handle:status()
end

function verbs.apex(_, handle, rest)
  return rest, handle:apex() or "none"
end

local function question(handle, rest)
  local asked, wanted = rest:match("^(.-) = (.*)$")
  local name, rrtype = asked:match("^(%S+) ?(%S*)$")
  return handle:answer(M.absolute(name), rrtype ~= "" and rrtype or nil), wanted
end

function verbs.ask(case, handle, rest)
  local answer, wanted = question(handle, rest)
  return wanted, M.answer_text(case, handle, answer)
end

function verbs.rcode(_, handle, rest)
  local answer, wanted = question(handle, rest)
  return wanted, answer.rcode
end

function verbs.ttl(_, handle, rest)
  local answer, wanted = question(handle, rest)
  return wanted, ("%d"):format(answer.ttl or answer.negative_ttl)
end

local LISTED = { error = true, warning = true, info = true, record = true }

--- Everything in which a zone is not what its case says: { "file:line: …" }.
---@return string[] complaints
function M.check(case, handle)
  local complaints = {}
  local function complain(line, text)
    complaints[#complaints + 1] = ("%s:%d: %s"):format(case.file, line, text)
  end
  check_reports(case, handle, complain)
  check_records(case, handle, complain)
  local has_error, has_status = false, false
  for _, expected in ipairs(case.expect) do
    has_error = has_error or expected.verb == "error"
    has_status = has_status or expected.verb == "status"
    if not LISTED[expected.verb] then
      local wanted, found = assert(verbs[expected.verb], expected.verb)(case, handle, expected.rest)
      if wanted ~= found then
        complain(expected.line, ("%s %s, found: %s"):format(expected.verb, expected.rest, found))
      end
    end
  end
  local status = has_error and "broken" or "loadable"
  if not has_status and handle:status() ~= status then
    complain(case.line, ("status %s, found: %s"):format(status, handle:status()))
  end
  return complaints
end

--- What `named-checkzone -i none` says of each of some zones: true loads.
---@param list { texts: table<string, string>, origin?: string }[]
---@return boolean[] loads
---@return string[] messages
function M.checkzone(list)
  local folder = shell.folder()
  for i, item in ipairs(list) do
    lfs.mkdir(("%s/%d"):format(folder, i))
    for path, text in pairs(item.texts) do
      local sub = path:match("^(.*)/[^/]*$")
      if sub then
        lfs.mkdir(("%s/%d/%s"):format(folder, i, sub))
      end
      shell.write(("%s/%d/%s"):format(folder, i, path), text)
    end
    shell.write(("%s/%d/.origin"):format(folder, i), item.origin or "example.com")
  end
  local status, out, err = shell.run(("cd %s || exit 2\ni=1\nwhile [ $i -le %d ]; do\n"):format(shell.quote(folder), #list)
    .. "  (cd $i && read -r o <.origin || :; cd $i; named-checkzone -i none \"$o\" zone >.said 2>&1; echo $?)\n  i=$((i + 1))\ndone")
  assert(status == 0, err)
  local loads, messages = {}, {}
  for code in out:gmatch("%d+") do
    loads[#loads + 1] = code == "0"
    messages[#loads] = shell.read(("%s/%d/.said"):format(folder, #loads))
  end
  shell.remove(folder)
  assert(#loads == #list, out .. err)
  return loads, messages
end

return M
