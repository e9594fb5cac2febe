-- Walking folders: which files of a tree can matter, in byte order, without leaving the tree.
-- SPDX-License-Identifier: MIT
-- Design section 4: `.git`, `node_modules` and ignore globs skipped, links not followed out of the root.

local Files = require "issuable.sources.files"
local file = require "issuable.file"
local globs = require "issuable.sources.globs"

local M = {}

local SKIPPED_FOLDERS = { [".git"] = true, ["node_modules"] = true, [".terraform"] = true }
local MANIFESTS = { yaml = "yaml", yml = "yaml", json = "json" }
--- Deeper trees than this are built by links or by malice.
local MAX_DEPTH = 64

---@param path string
---@return string? kind "yaml", "json" or "zone" by extension, nil when only a look inside can tell
function M.kind_by_name(path)
  local extension = path:match("%.([%w]+)$")
  if not extension then
    return nil
  end
  extension = extension:lower()
  return MANIFESTS[extension] or (extension == "zone" and "zone") or nil
end

--- Extensions whose files are never zone files: not opened at all. Everything else is looked into.
local NEVER_ZONES = {}
for extension in ([[
  lua c h cc cpp hpp rs go py pyc rb js mjs ts tsx jsx java class jar kt swift php pl sh bash md rst adoc html htm css scss svg xml
  tf tfvars tfstate hcl toml ini lock sum mod png jpg jpeg gif ico webp pdf zip gz tgz bz2 xz zst tar so a o dll exe wasm woff woff2
  ttf otf eot mp3 mp4 mov csv sql sqlite proto tpl tmpl jsonnet libsonnet rego cue nix diff patch pem crt key csr p12 jks pub sig asc log
]]):gmatch("%S+") do
  NEVER_ZONES[extension] = true
end

--- How far a file is looked into, and how long a line with an SOA record is.
local MAX_HEAD, MAX_RECORD_LINE = 65536, 2048

--- The shape of a record's first line: an owner or none, then TTL and class in any order, then SOA and what may follow it.
--- A sentence that speaks of SOA records has more words before the type, or none of a name's bytes after it.
local function is_soa_line(line)
  local text = line:match("^[^;]*"):upper()
  local before, after = text:match("^(.-)%f[%w]SOA%f[^%w-](.*)$")
  if not before then
    return false
  end
  local owner = before:match("^%S+")
  if before ~= "" and not before:find("%s$") or (owner and owner:find("[\"'<>{}#:,=]")) then
    return false
  end
  for word in before:gsub("^%S+", "", 1):gmatch("%S+") do
    if not (word == "IN" or word == "CH" or word == "HS" or word == "(" or word:find("^%d+[%dSMHDW]*$")) then
      return false
    end
  end
  local words = {}
  for word in after:gsub("[()]", " "):gmatch("%S+") do
    words[#words + 1] = word
    if #words <= 2 and word:find("[\"'<>{}#:,=]") or #words == 3 and not word:find("^%d") then
      return false
    end
  end
  return #words >= 7 or after:find("(", 1, true) ~= nil
end

--- Could this file, without a telling name, be a zone file? Its text would hold an SOA record near the start.
---@param bytes string the file, or its first part
---@return boolean
function M.looks_like_zone(bytes)
  local head = bytes:sub(1, MAX_HEAD)
  if head:find("\0", 1, true) then
    return false
  end
  local at = 1
  while true do
    local word = head:find("[sS][oO][aA]", at)
    if not word then
      return false
    end
    -- The line around it. Of one that is too long, so much that this shows.
    local before = head:sub(math.max(1, word - MAX_RECORD_LINE), word - 1):match("[^\r\n]*$")
    local line = before .. head:match("^[^\r\n]*", word)
    if #line <= MAX_RECORD_LINE and is_soa_line(line) then
      return true
    end
    at = word - #before + #line
  end
end

--- The name of a file that issuable.file.replace was writing when it was killed: a copy of a zone, not another one.
local LEFT_BEHIND = "^%..*%.issuable%-[a-z2-7]+$"

local function skipped(state, path, why)
  state.skipped[#state.skipped + 1] = { path = path, why = why }
end

local function inside(root, real)
  return real == root or real:sub(1, #root + 1) == root .. "/" or root == "/"
end

--- A link is read when it stays inside the root and is not a folder (its folder is walked under its own name).
local function resolve_link(state, path)
  local real, message = file.realpath(path)
  if not real then
    skipped(state, path, Files.reason(message))
    return nil
  end
  if not inside(state.root, real) then
    skipped(state, path, "a link that leaves the folder")
    return nil
  end
  local stat = file.stat(real)
  if not stat or stat.type ~= "file" then
    return nil
  end
  if state.seen[real] then
    return nil
  end
  return stat, real
end

local function visit(state, path, name, relative, depth, pending)
  local stat, message = file.lstat(path)
  if not stat then
    skipped(state, path, Files.reason(message))
    return
  end
  local real
  if stat.type == "link" then
    stat, real = resolve_link(state, path)
    if not stat then
      return
    end
  end
  if stat.type == "directory" then
    if SKIPPED_FOLDERS[name] or state.ignored(relative, true) then
      return
    end
    if depth >= MAX_DEPTH then
      skipped(state, path, "deeper than " .. MAX_DEPTH .. " folders")
      return
    end
    pending[#pending + 1] = { path = path, relative = relative, depth = depth + 1 }
  elseif name:find(LEFT_BEHIND) then
    skipped(state, path, "being written by issuable, or left by a run that was killed: remove it then")
  elseif stat.type == "file" and not state.ignored(relative, false) then
    local kind = M.kind_by_name(name)
    local extension = name:match("%.([%w]+)$")
    if kind or not (extension and NEVER_ZONES[extension:lower()]) then
      if real then
        state.seen[real] = true
      end
      state.files[#state.files + 1] = { path = path, kind = kind, explicit = false }
    end
  end
end

--- All files below a folder that can matter, sorted by bytes.
---@param folder string
---@param options? { ignore?: string[] }
---@return { path: string, kind: string?, explicit: boolean }[]? files kind nil: look inside for an SOA
---@return { path: string, why: string }[]|string skipped or the message
---@return string? code
function M.folder(folder, options)
  local root, message, code = file.realpath(folder)
  if not root then
    return nil, Files.reason(message), code
  end
  local state = {
    root = root,
    files = {},
    skipped = {},
    seen = {},
    ignored = globs.compile(options and options.ignore or {}),
  }
  local pending = { { path = folder:gsub("(.)/+$", "%1"), relative = "", depth = 0 } }
  while #pending > 0 do
    local current = table.remove(pending)
    local names, why, list_code = file.list(current.path)
    if not names then
      if current.depth == 0 then
        return nil, Files.reason(why), list_code
      end
      skipped(state, current.path, Files.reason(why))
    else
      for _, name in ipairs(names) do
        local prefix = current.path == "." and "" or (current.path:gsub("/$", "") .. "/")
        if current.path == "/" then
          prefix = "/"
        end
        local relative = current.relative == "" and name or current.relative .. "/" .. name
        visit(state, prefix .. name, name, relative, current.depth, pending)
      end
    end
  end
  table.sort(state.files, function(a, b)
    return a.path < b.path
  end)
  return state.files, state.skipped
end

return M
