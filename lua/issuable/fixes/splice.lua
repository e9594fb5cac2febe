-- Edits of a manifest by splicing: the bytes that an edit names change, every other byte stays, whatever the layout.
-- SPDX-License-Identifier: MIT
-- YAML 1.1 styles; an edit is read again before it is handed out, and refused when anything but its own place would change.

local edit_list = require "issuable.fixes.edits"
local manifest = require "issuable.manifest"

local M = {}

---@class issuable.Splice
---@field bytes string
---@field path string
---@field digest string?
---@field stream table
local Splice = {}
Splice.__index = Splice

local function refuse(code, why, ...)
  return nil, { refused = code, why = select("#", ...) > 0 and why:format(...) or why }
end

---@param bytes string
---@param path string
---@param digest string?
---@return issuable.Splice?
---@return { refused: string, why: string }? problem
function M.open(bytes, path, digest)
  local stream, message = manifest.read(bytes, { path = path })
  if not stream then
    return refuse("unreadable", message)
  end
  return setmetatable({ bytes = bytes, path = path, digest = digest, stream = stream }, Splice)
end

-- ---- the text around a place ----

--- First and last byte of the line that holds a byte, without the line's end.
local function line_around(bytes, byte)
  local first = byte
  while first > 1 and bytes:byte(first - 1) ~= 10 do
    first = first - 1
  end
  local newline = bytes:find("\n", math.max(byte, first), true)
  local last = newline and newline - 1 or #bytes
  if newline and bytes:byte(last) == 13 then
    last = last - 1
  end
  return first, last, newline
end

--- A new line after the one that holds `byte`: an edit that keeps the file's way of ending lines, and its lack of a last end.
local function line_after(self, byte, text)
  local _, last, newline = line_around(self.bytes, byte)
  if newline then
    local eol = self.bytes:sub(last + 1, newline)
    return { first = newline + 1, last = newline, text = text .. eol }
  end
  local eol = self.bytes:find("\r\n", 1, true) and "\r\n" or "\n"
  return { first = #self.bytes + 1, last = #self.bytes, text = eol .. text }
end

--- The lines from one byte to another, with one line end.
local function lines_of(self, from, to)
  local first = line_around(self.bytes, from)
  local _, last, newline = line_around(self.bytes, to)
  if newline then
    return { first = first, last = newline, text = "" }
  end
  if first > 1 then
    first = first - 1 -- the line before loses its end, as this one had none
    if self.bytes:byte(first - 1) == 13 then
      first = first - 1
    end
  end
  return { first = first, last = last, text = "" }
end

-- ---- scalars ----

local NAMED = { ["\n"] = "\\n", ["\r"] = "\\r", ["\t"] = "\\t", ['"'] = '\\"', ["\\"] = "\\\\" }

--- A text in double quotes, for YAML and JSON alike.
local function double_quoted(text)
  return '"' .. text:gsub('[%c"\\\127]', function(c)
    return NAMED[c] or ("\\u%04x"):format(c:byte())
  end) .. '"'
end

--- May this text stand without quotes, in a flow collection too, and is it a text then?
local function is_plain(text)
  local safe = text:find("^[%w_/][%w._/@+~-]*$") or text:find("^%a[%w+.-]*://[%w._~/@%%+=&?-]*[%w_~/]$")
  local stream = safe and manifest.read("- " .. text)
  local value = stream and stream.documents[1].value[1]
  if stream then
    stream:close()
  end
  return value == text
end

--- A text in the style of the token that it replaces; nil for styles that have lines of their own.
local function in_style(token, text, json)
  local quote = token:sub(1, 1)
  if json or quote == '"' then
    return double_quoted(text)
  elseif quote == "'" then
    if text:find("[%c\127]") then
      return double_quoted(text)
    end
    return "'" .. text:gsub("'", "''") .. "'"
  elseif quote == "|" or quote == ">" then
    return nil
  end
  return is_plain(text) and text or double_quoted(text)
end

-- ---- places by path ----

local function show(keys)
  local out = {}
  for i, key in ipairs(keys) do
    out[i] = type(key) == "number" and ("%d"):format(key) or key
  end
  return table.concat(out, "/")
end

--- The table that holds the last key, and the value there.
local function walk(document, keys)
  local container, value = nil, document and document.value
  for _, key in ipairs(keys) do
    if type(value) ~= "table" then
      return nil
    end
    container, value = value, value[key]
  end
  return container, value
end

local function at(self, document, keys)
  local doc = self.stream.documents[document]
  local container, value = walk(doc, keys)
  if value == nil then
    return refuse("no-such-place", "there is no %s", show(keys))
  end
  if doc.withheld then
    return refuse("secret", "the document holds a Secret")
  end
  local span = container and self.stream:span(container, keys[#keys]) or self.stream:span(value)
  if not span then
    return refuse("no-such-place", "UTF-16 is not edited: write the file in UTF-8")
  end
  if span.alias then
    return refuse("shared-value", "the value comes through the alias at line %d: what it stands for is at line %d", span.alias.line, span.line)
  end
  return { document = doc, container = container, value = value, span = span, json = doc.kind == "json" }
end

-- ---- reading again ----

--- Deep equality; every pair of tables is looked at once, however often aliases lead to it.
local function differences(left, right, limit)
  local found, seen = {}, {}
  local pending = { { left, right, "" } }
  while #pending > 0 and #found < limit do
    local pair = table.remove(pending)
    local a, b, path = pair[1], pair[2], pair[3]
    if type(a) ~= "table" or type(b) ~= "table" then
      if a ~= b then
        found[#found + 1] = path:sub(2)
      end
    elseif not (seen[a] and seen[a][b]) then
      seen[a] = seen[a] or {}
      seen[a][b] = true
      for key, value in pairs(a) do
        pending[#pending + 1] = { value, b[key], path .. "/" .. tostring(key) }
      end
      for key in pairs(b) do
        if a[key] == nil then
          found[#found + 1] = (path .. "/" .. tostring(key)):sub(2)
        end
      end
    end
  end
  table.sort(found)
  return found
end

--- A copy of the tables along a path, the last one changed by `change`: shared parts stay as they are everywhere else.
local function changed_copy(value, keys, change)
  local root = {}
  local holder, slot = root, "value"
  for _, key in ipairs(keys) do
    local copy = {}
    for k, v in pairs(value) do
      copy[k] = v
    end
    holder[slot] = copy
    holder, slot, value = copy, key, value[key]
  end
  holder[slot] = change(value)
  return root.value
end

--- The edit, when reading the edited bytes gives what was wanted and nothing else.
local function proven(self, edit, document, keys, change)
  edit.path, edit.digest = self.path, self.digest
  local after = assert(edit_list.apply(self.bytes, { edit }))
  local stream, message = manifest.read(after, { path = self.path })
  if not stream then
    return refuse("unreadable", message)
  end
  local before = self.stream
  local places = {}
  if #stream.errors ~= #before.errors or #stream.documents ~= #before.documents then
    stream:close()
    return refuse("layout", "the edited file would not be read in the same way")
  end
  for i, old in ipairs(before.documents) do
    local wanted = i == document and changed_copy(old.value, keys, change) or old.value
    for _, place in ipairs(differences(wanted, stream.documents[i].value, 10)) do
      places[#places + 1] = place
    end
  end
  stream:close()
  if #places > 0 then
    return refuse("shared-value", "the same bytes are read in other places, or in another way: %s", table.concat(places, ", "))
  end
  return edit
end

-- ---- edits ----

--- Another text for a scalar. Quotes and comments stay as they are.
---@param document integer position in stream.documents
---@param keys (string|integer)[]
---@param text string
---@return { path: string, digest: string?, first: integer, last: integer, text: string }? edit
---@return { refused: string, why: string }? problem
function Splice:replace(document, keys, text)
  local place, problem = at(self, document, keys)
  if not place then
    return nil, problem
  elseif type(place.value) == "table" then
    return refuse("not-a-scalar", "%s is no single value", show(keys))
  end
  local span = place.span
  local token = in_style(self.bytes:sub(span.first, span.last), text, place.json)
  if not token then
    return refuse("layout", "a text in a block (| or >) is not edited")
  end
  if span.last < span.first then
    token = " " .. token -- right behind the colon of an empty value
  end
  return proven(self, { first = span.first, last = span.last, text = token }, document, keys, function()
    return text
  end)
end

--- Only blanks and a dash before the item, on its line: then the line is the item's own.
local function dash_prefix(self, span)
  local first = line_around(self.bytes, span.first)
  local prefix = self.bytes:sub(first, span.first - 1)
  return prefix:find("^ *%-[ \t]+$") and prefix or nil
end

local function list_at(self, document, keys)
  local place, problem = at(self, document, keys)
  if not place then
    return nil, problem
  elseif type(place.value) ~= "table" or (place.value[1] == nil and next(place.value) ~= nil) then
    return refuse("not-a-list", "%s is no list", show(keys))
  end
  place.flow = self.bytes:sub(place.span.first, place.span.first) == "["
  if not place.flow and self.bytes:sub(place.span.first, place.span.first) ~= "-" then
    return refuse("not-a-list", "%s is no list", show(keys))
  end
  return place
end

local function item_span(self, list, position)
  local span = self.stream:span(list, position)
  if span and span.alias then
    span = span.alias
  end
  return span
end

local function inserted(list, position, text)
  local copy = {}
  for i = 1, #list do
    copy[i] = list[i]
  end
  table.insert(copy, position, text)
  return copy
end

local function insert_into_flow(self, place, position, token)
  local list, span = place.value, place.span
  if #list == 0 then
    return { first = span.first + 1, last = span.first, text = token }
  elseif position > 1 then
    local before = item_span(self, list, position - 1)
    local start = line_around(self.bytes, before.first)
    local indent = self.bytes:sub(start, before.first - 1)
    local own_line = indent:find("^[ \t]*$") and start > span.first
    local _, last, newline = line_around(self.bytes, start)
    local eol = newline and self.bytes:sub(last + 1, newline) or "\n"
    return { first = before.last + 1, last = before.last, text = "," .. (own_line and eol .. indent or " ") .. token }
  end
  local after = item_span(self, list, 1)
  return { first = after.first, last = after.first - 1, text = token .. ", " }
end

--- One more text in a list, in the style of its neighbours.
---@param document integer
---@param keys (string|integer)[] of the list
---@param text string
---@param position integer? nil: at the end
---@return table? edit
---@return { refused: string, why: string }? problem
function Splice:insert_item(document, keys, text, position)
  local place, problem = list_at(self, document, keys)
  if not place then
    return nil, problem
  end
  local list = place.value
  position = position or #list + 1
  if position < 1 or position > #list + 1 then
    return refuse("no-such-place", "%s has %d items", show(keys), #list)
  end
  local neighbour = #list > 0 and item_span(self, list, math.max(position - 1, 1))
  local model = neighbour and type(list[math.max(position - 1, 1)]) ~= "table" and self.bytes:sub(neighbour.first, neighbour.last) or ""
  local token = in_style(model, text, place.json) or double_quoted(text)
  local edit
  if place.flow then
    edit = insert_into_flow(self, place, position, token)
  else
    local prefix = dash_prefix(self, neighbour)
    if not prefix then
      return refuse("layout", "the items of %s do not stand on lines of their own", show(keys))
    elseif position == 1 then
      local first, last, newline = line_around(self.bytes, neighbour.first)
      local eol = newline and self.bytes:sub(last + 1, newline) or "\n"
      edit = { first = first, last = first - 1, text = prefix .. token .. eol }
    else
      edit = line_after(self, math.max(neighbour.last, neighbour.first), prefix .. token)
    end
  end
  return proven(self, edit, document, keys, function(value)
    return inserted(value, position, text)
  end)
end

local function remove_from_flow(self, list, position)
  local span = item_span(self, list, position)
  local from, to = span.first, span.last
  local neighbour = position > 1 and item_span(self, list, position - 1) or #list > 1 and item_span(self, list, 2)
  if neighbour then
    local gap
    if position > 1 then
      from, gap = neighbour.last + 1, self.bytes:sub(neighbour.last + 1, span.first - 1)
    else
      to, gap = neighbour.first - 1, self.bytes:sub(span.last + 1, neighbour.first - 1)
    end
    if not gap:find("^%s*,%s*$") then
      return nil
    end
  end
  return { first = from, last = to, text = "" }
end

--- Takes an item out of a list, with its line and the comment on it.
---@param document integer
---@param keys (string|integer)[] of the item
---@return table? edit
---@return { refused: string, why: string }? problem
function Splice:remove_item(document, keys)
  local list_keys, position = {}, keys[#keys]
  for i = 1, #keys - 1 do
    list_keys[i] = keys[i]
  end
  local place, problem = list_at(self, document, list_keys)
  if not place then
    return nil, problem
  elseif place.value[position] == nil then
    return refuse("no-such-place", "there is no %s", show(keys))
  end
  local list = place.value
  local edit
  if place.flow then
    edit = remove_from_flow(self, list, position)
  elseif #list == 1 then
    return refuse("layout", "%s has no other item: remove the list itself", show(list_keys))
  else
    local span = item_span(self, list, position)
    edit = dash_prefix(self, span) and lines_of(self, span.first, math.max(span.first, span.last))
  end
  if not edit then
    return refuse("layout", "the items of %s do not stand on lines of their own", show(list_keys))
  end
  return proven(self, edit, document, list_keys, function(value)
    local copy = inserted(value, 1, value[1])
    table.remove(copy, 1)
    table.remove(copy, position)
    return copy
  end)
end

--- A new key with a text, after its sibling.
---@param document integer
---@param keys (string|integer)[] of the mapping
---@param sibling string
---@param key string
---@param text string
---@return table? edit
---@return { refused: string, why: string }? problem
function Splice:add_key(document, keys, sibling, key, text)
  local path = {}
  for i, step in ipairs(keys) do
    path[i] = step
  end
  local mapping, problem = at(self, document, keys)
  if not mapping then
    return nil, problem
  elseif type(mapping.value) ~= "table" or mapping.value[key] ~= nil then
    return refuse("no-such-place", "%s has the key %s already, or is no mapping", show(keys), key)
  end
  path[#path + 1] = sibling
  local place
  place, problem = at(self, document, path)
  if not place then
    return nil, problem
  end
  local key_span = self.stream:key_span(mapping.value, sibling)
  local flow = self.bytes:sub(mapping.span.first, mapping.span.first) == "{"
  local written = (mapping.json or not is_plain(key)) and double_quoted(key) or key
  local token = in_style("", text, mapping.json)
  local last = math.max(place.span.last, key_span.last)
  local edit
  if flow then
    edit = { first = last + 1, last = last, text = (", %s: %s"):format(written, token) }
  else
    local prefix = self.bytes:sub((line_around(self.bytes, key_span.first)), key_span.first - 1)
    if not prefix:find("^ *$") and not prefix:find("^ *%-[ ]+$") then
      return refuse("layout", "the keys of %s do not stand on lines of their own", show(keys))
    end
    edit = line_after(self, last, ("%s%s: %s"):format(prefix:gsub("%-", " "), written, token))
  end
  return proven(self, edit, document, keys, function(value)
    local copy = {}
    for k, v in pairs(value) do
      copy[k] = v
    end
    copy[key] = text
    return copy
  end)
end

--- The path of the scalar that stands exactly at these bytes.
---@param first integer
---@param last integer
---@return integer? document
---@return (string|integer)[]? keys
function Splice:find(first, last)
  for index, document in ipairs(self.stream.documents) do
    if document.first and document.first <= first and document.last >= last and type(document.value) == "table" then
      local pending, seen = { { document.value, {} } }, {}
      while #pending > 0 do
        local entry = table.remove(pending)
        local container, keys = entry[1], entry[2]
        if not seen[container] then
          seen[container] = true
          for key, value in pairs(container) do
            local path = {}
            for i, step in ipairs(keys) do
              path[i] = step
            end
            path[#path + 1] = key
            local span = self.stream:span(container, key)
            if type(value) == "table" then
              if span and span.first <= first and span.last >= last then
                pending[#pending + 1] = { value, path }
              end
            elseif span and span.first == first and span.last == last then
              return index, path
            end
          end
        end
      end
    end
  end
end

function Splice:close()
  self.stream:close()
end

return M
