-- Where the first record of an owner and type goes: beside the owner's other records, else behind the closest names.
-- SPDX-License-Identifier: MIT
-- RFC 1034 sections 3.6.2 and 4.3.2, RFC 4592, RFC 6672; design section 6: never beside a CNAME, never where it would hide a wildcard.

local names = require "issuable.fixes.names"

local M = {}

--- How many of the closest names are tried before the zone's own.
local CANDIDATES = 8
--- How many records above and below show columns.
local NEARBY = 4

local function refusal(code, why, ...)
  return nil, { refused = code, why = why:format(...) }
end

--- Why no record may be put at a name, whatever its place in the file.
---@param zone table issuable.zone handle of a loadable zone
---@param owner string canonical
---@param type_name string
---@return boolean? fine
---@return { refused: string, why: string }?
function M.check(zone, owner, type_name)
  local answer = zone:answer(owner, type_name)
  local alias = answer.aliases[1]
  local wildcard = alias and alias.wildcard or not alias and answer.wildcard
  if answer.kind == "outside" then
    return refusal("out-of-zone", "%s is not in the zone %s: a server that loads the file would drop the record", owner, zone:apex())
  elseif alias and alias.type == "DNAME" then
    local why = "%s lies below the DNAME at %s, which answers for everything below it: a record there would be dead"
    return refusal("below-dname", why, owner, alias.dname)
  elseif answer.kind == "referral" and not alias then
    local why = "%s is delegated to other servers at %s: a record in this file would be dead. Put it into the zone that those servers load"
    return refusal("below-cut", why, owner, answer.cut)
  elseif wildcard then
    local why = "%s is served by the wildcard %s: a record at the name itself would hide the wildcard's records from it. Put it at %s, or write out "
      .. "the name with all that it needs"
    return refusal("served-by-wildcard", why, owner, wildcard, wildcard)
  elseif alias then
    local why = "%s is an alias (CNAME %s), and no record may stand beside a CNAME: the records at %s count for it"
    return refusal("cname-owner", why, owner, alias.target, alias.target)
  elseif owner:sub(1, 2) == "*." and answer.kind == "nxdomain" then
    return refusal("new-wildcard", "%s is not there yet: a record would make every name below it exist", owner)
  end
  return true
end

--- The runs of an owner's records that stand together in one file.
local function runs_of(zone, owner)
  local runs = {}
  for _, index in ipairs(zone:find(owner)) do
    local record = zone:record(index)
    local run = runs[#runs]
    if not record.generated and not record.occluded then
      if run and run.last.file == record.file and run.last.index == index - 1 then
        run.last = record
        run[#run + 1] = record
      else
        runs[#runs + 1] = { record, last = record }
      end
    end
  end
  return runs
end

--- Would a line with an owner of its own, put behind a record, take a name away from lines below?
local function steals(zone, files, record)
  local index = record.index + 1
  local following = zone:record(index)
  while following and following.generated do
    index = index + 1
    following = zone:record(index)
  end
  if not following or following.owner_span then
    return false
  end
  -- a file that begins with a blank owner takes it from the one that includes it
  local file = following.file
  while file do
    if file == record.file then
      return true
    end
    file = files[file].included_from
  end
  return false
end

--- RFC 4034 section 6.1: names sort label by label from the right.
local function key_of(name)
  return table.concat(names.labels(name), "\0")
end

--- All names that have records, in that order.
local function sorted_names(zone)
  local index = { keys = {}, names = {} }
  for name in zone:owners() do
    local key = key_of(name)
    index.keys[#index.keys + 1], index.names[key] = key, name
  end
  table.sort(index.keys)
  return index
end

--- How many labels two keys have in common.
local function common(a, b)
  if not b then
    return -1
  end
  local count, at = 0, 1
  while true do
    local label = a:match("^[^%z]*", at)
    if b:match("^[^%z]*", at) ~= label or at > #a or at > #b then
      return count
    end
    count, at = count + 1, at + #label + 1
  end
end

--- The closest names that have records, best first: most labels in common, which in sorted order stand next to the name; of those the
--- ones in front of it.
local function neighbours(zone, owner, cache)
  local index = cache.names or sorted_names(zone)
  cache.names = index
  local keys, key = index.keys, key_of(owner)
  local low, high = 1, #keys + 1 -- the first key that is not in front
  while low < high do
    local middle = math.floor((low + high) / 2)
    if keys[middle] < key then
      low = middle + 1
    else
      high = middle
    end
  end
  local before, behind, list = low - 1, low, {}
  while #list < CANDIDATES and (keys[before] or keys[behind]) do
    if common(key, keys[before]) >= common(key, keys[behind]) then
      list[#list + 1] = index.names[keys[before]]
      before = before - 1
    else
      list[#list + 1] = index.names[keys[behind]]
      behind = behind + 1
    end
  end
  return list
end

---@class issuable.Place
---@field anchor table the record behind whose line the new one goes
---@field model table a record of the same run in whose style the head is written
---@field named table? the record of the run that writes its owner out
---@field own boolean the anchor has the owner itself

--- Where the words of a record's head stand in its line, as one text.
local function head_columns(record)
  local list = {}
  for _, kind in ipairs { "ttl_span", "class_span", "type_span" } do
    list[#list + 1] = record[kind] and record[kind].first - record.line_first or "-"
  end
  return table.concat(list, " ")
end

--- The longest name of a column leaves one blank behind it, which tells nothing: a record nearby whose words stand in the same columns
--- behind a shorter name shows that they are columns.
local function aligned_model(zone, model)
  if not model.owner_span then
    return model
  end
  local length, wanted = model.owner_span.last - model.owner_span.first, head_columns(model)
  for index = math.max(1, model.index - NEARBY), math.min(zone:size(), model.index + NEARBY) do
    local record = zone:record(index)
    local span = record.owner_span
    if record.file == model.file and span and span.last - span.first < length and not record.in_parens and head_columns(record) == wanted then
      return record
    end
  end
  return model
end

local function place_in(zone, run, own)
  local named
  for _, record in ipairs(run) do
    if record.owner_span then
      named = named or record
    end
  end
  local model = run.last
  for i = #run, 1, -1 do
    if not run[i].in_parens then
      model = run[i]
      break
    end
  end
  return { anchor = run.last, model = own and model or aligned_model(zone, named or model), named = named, own = own }
end

--- Where a record goes whose owner has none of its type.
---@param zone table issuable.zone handle of a loadable zone
---@param owner string canonical
---@param editable fun(record: table): boolean?, table? may this record's file be edited? else a refusal
---@param cache table empty at first, the same for every search in one zone
---@return issuable.Place?
---@return { refused: string, why: string }?
function M.find(zone, owner, editable, cache)
  local problem
  local function take(run, own)
    local ok, why = editable(run.last)
    problem = problem or why
    return ok and place_in(zone, run, own)
  end
  for _, run in ipairs(runs_of(zone, owner)) do
    local place = take(run, true)
    if place then
      return place
    end
  end
  local candidates, files = neighbours(zone, owner, cache), zone:files()
  candidates[#candidates + 1] = zone:apex()
  for _, allow_theft in ipairs { false, true } do
    for _, candidate in ipairs(candidates) do
      for _, run in ipairs(runs_of(zone, candidate)) do
        local place = (allow_theft or not steals(zone, files, run.last)) and take(run, false)
        if place then
          return place
        end
      end
    end
  end
  return nil, problem or { refused = "no-place", why = ("no line of the zone's files can be found that a record at %s could follow"):format(owner) }
end

return M
