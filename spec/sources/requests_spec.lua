-- Whole streams: what is read of them, after one certificate was made one request.
-- SPDX-License-Identifier: MIT
-- Source: spec/sources/cases/*.txt (format: README.txt there).

local Files = require "issuable.sources.files"
local authorities = require "issuable.authorities"
local requests = require "spec.request.requests"
local sources = require "issuable.sources"

local directory = authorities.new()

local function show_identifier(identifier)
  if identifier.unresolved then
    return "!" .. identifier.unresolved
  end
  local text = identifier.type == "dns" and identifier.text or identifier.type .. ":" .. identifier.text
  if identifier.a_label then
    text = text .. "=" .. identifier.a_label
  end
  local methods = identifier.methods
  return methods and ("%s(%s)"):format(text, methods[1] or "no solver") or text
end

local function show(input)
  local lines = {}
  for _, request in ipairs(input.requests) do
    local reference, names = request.issuer_ref, {}
    for i, identifier in ipairs(request.identifiers) do
      names[i] = show_identifier(identifier)
      assert.is_table(identifier.span)
    end
    local group = reference.group ~= "cert-manager.io" and "@" .. reference.group or ""
    lines[#lines + 1] = ("%s of %s/%s%s -> %s"):format(request.subject, reference.kind, reference.name or "?", group, table.concat(names, " ")):gsub(" $", "")
    if request.stray_common_name then
      lines[#lines + 1] = "stray " .. request.stray_common_name.text
    end
  end
  for _, warning in ipairs(input.warnings) do
    lines[#lines + 1] = ("warning %s %s %d:%d %s"):format(warning.code, warning.severity or "warning", warning.line, warning.column, warning.message)
  end
  return table.concat(lines, "\n")
end

local function read(text)
  local name = text:match("^options default_issuer=ClusterIssuer/(%S+)\n")
  text = text:gsub("^options [^\n]*\n", ""):gsub("@(%l+)@", requests)
  return sources.read {
    paths = { "-" },
    directory = directory,
    default_issuer = name and { kind = "ClusterIssuer", name = name },
    files = Files.new {
      stdin = function()
        return text
      end,
    },
  }
end

for _, file in ipairs { "01-ingress.txt", "02-gateway.txt", "03-requests.txt", "04-names.txt" } do
  describe(file, function()
    local handle = assert(io.open((os.getenv("ISSUABLE_ROOT") or ".") .. "/spec/sources/cases/" .. file))
    local text = "\n" .. handle:read("*a") .. "\n=== "
    handle:close()
    local at, count = 1, 0
    while true do
      local _, start, title = text:find("\n=== ([^\n]+)\n", at)
      if not start then
        break
      end
      at = text:find("\n=== ", start, true)
      local stream, expected = text:sub(start + 1, at - 1):match("^(.-\n)=>\n?(.-)%s*$")
      count = count + 1
      it(title, function()
        assert.equal(expected, show(read(stream)))
      end)
    end
    assert(count > 3, "no cases in " .. file)
  end)
end
