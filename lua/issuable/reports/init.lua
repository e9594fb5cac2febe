-- The reports: which formats there are, and how the command line names them.
-- SPDX-License-Identifier: MIT
-- One file a format; all of one run are made from the same result.

local file = require "issuable.file"

local M = {}

M.FORMATS = { "text", "json", "sarif", "junit", "github", "gitlab", "tap", "prometheus", "markdown", "html" }

local KNOWN = {}
for _, name in ipairs(M.FORMATS) do
  KNOWN[name] = true
end

---@class issuable.WantedReport
---@field format string
---@field path? string where it is written; nil: standard output

--- Values of `--format NAME[=FILE]`; none: text.
---@param values string[]?
---@return issuable.WantedReport[]?
---@return string? message what is wrong
function M.parse(values)
  local list, places = {}, {}
  for _, value in ipairs(values or {}) do
    local format, path = value:match("^([^=]*)=(.*)$")
    format = format or value
    if not KNOWN[format] then
      return nil, ("--format: %q is not one of %s"):format(format, table.concat(M.FORMATS, ", "))
    elseif path == "" then
      return nil, ("--format %s=FILE wants a file"):format(format)
    end
    if path == "-" then
      path = nil
    end
    local place = path or "-"
    if places[place] then
      return nil,
        path and ("--format: two reports would be written to %s"):format(path)
          or "--format: only one report can go to standard output; write NAME=FILE"
    end
    places[place] = true
    list[#list + 1] = { format = format, path = path }
  end
  if #list == 0 then
    list[1] = { format = "text" }
  end
  return list
end

--- The repository that a folder belongs to, or the folder itself: paths in reports for machines start there.
---@param folder? string default: the current one
---@return string? absolute path
function M.root(folder)
  local here = file.realpath(folder or ".")
  local at = here
  while at do
    if file.stat((at == "/" and "" or at) .. "/.git") then
      return at
    end
    local above = at:match("^(.*)/[^/]*$")
    at = at ~= "/" and (above == "" and "/" or above) or nil
  end
  return here
end

---@param format string of M.FORMATS
---@param result table what issuable.check returned
---@param options? issuable.ReportOptions
---@return string
function M.render(format, result, options)
  return require("issuable.reports." .. format).render(result, options)
end

return M
