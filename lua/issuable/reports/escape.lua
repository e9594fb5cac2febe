-- Escapes for the formats that share one: whatever came from DNS or files goes through here, our own words too.
-- SPDX-License-Identifier: MIT
-- XML 1.0 section 2.2 (characters) and 4.6; HTML; GitHub Flavored Markdown; workflow commands of the Actions runner.

local terminal = require "issuable.reports.terminal"

local M = {}

local ENTITIES = { ["&"] = "&amp;", ["<"] = "&lt;", [">"] = "&gt;", ['"'] = "&quot;", ["'"] = "&#39;" }

--- Text or an attribute's value of XML and HTML. Control characters are shown as \xNN: XML has no way to write them.
---@param text string
---@return string
function M.xml(text)
  if not text:find("[%c\127-\255&<>\"']") then
    return text
  end
  text = terminal.visible(text, true)
  return (text:gsub("[&<>\"'\t]", function(c)
    return c == "\t" and " " or ENTITIES[c] -- an attribute's tab would be read as a blank anyway
  end))
end

local MARKDOWN = { ["&"] = "&amp;", ["<"] = "&lt;", [">"] = "&gt;" }

--- What begins a link, an emphasis, a table cell, a tag, a formula or an emoji, as entities.
local function plain_markdown(text)
  text = terminal.visible(text):gsub("[&<>*_`~%[%]\\|#@$]", function(c)
    return MARKDOWN[c] or ("&#%d;"):format(c:byte())
  end)
  return (text:gsub(":([%w_+/%-])", "&#58;%1"):gsub("([Ww][Ww][Ww])%.", "%1&#46;"))
end

--- Words between Markdown's own.
---@param text string
---@return string
function M.markdown(text)
  text = plain_markdown(text)
  -- a zero width space after it, or somebody is called and an issue linked
  text = text:gsub("&#64;", "&#64;&#8203;"):gsub("&#35;", "&#35;&#8203;")
  return (text:gsub("^[-+=]", function(c)
    return ("&#%d;"):format(c:byte())
  end):gsub("^(%d+)%.", "%1&#46;"):gsub("^(%d+)%)", "%1&#41;"):gsub("^ +", ""))
end

--- A piece of code in Markdown: HTML's element with entities, because a backtick inside ends Markdown's own.
---@param text string
---@return string
function M.markdown_code(text)
  return "<code>" .. plain_markdown(text) .. "</code>"
end

local function percent(text, pattern)
  return (text:gsub(pattern, function(c)
    return ("%%%02X"):format(c:byte())
  end))
end

--- The message of a GitHub workflow command.
function M.github_data(text)
  return percent(text, "[%%\r\n]")
end

--- A property (file, title) of a GitHub workflow command.
function M.github_property(text)
  return percent(text, "[%%\r\n:,]")
end

--- A line of a GitHub log that is none of its commands: `::` counts at the start, `##[` anywhere.
function M.github_line(text)
  return (terminal.visible(text):gsub("##%[", "## ["))
end

--- A path as a URI reference (RFC 3986), every byte that is not unreserved as %XX.
function M.uri(path)
  return percent(path, "[^%w%-%._~/]")
end

return M
