-- What can be said of an identifier before anybody is asked: values that are not final, what CAA is not about, and names no CA issues for.
-- SPDX-License-Identifier: MIT
-- Baseline Requirements 7.1.2.7.12 (names in certificates) and 1.6.1 (internal names); RFC 1034 section 3.5 and RFC 5890 section 2.3.1 (labels).

local idn = require "issuable.idn"
local words = require "issuable.decide.words"

local M = {}

--- Marks of a value that is filled in later (patterns): Helm and Go templates, Terraform and envsubst, Kubernetes and kustomize.
local UNRESOLVED = { "{{", "%$%{", "%$%(", "%$[%a_]", "%%{" }

--- Suffixes that the public DNS never delegates; an internal name in a certificate is forbidden since 2016-10-01.
--- `.test` and `.example` (RFC 2606) are not here: they stand for a public name in somebody's documentation or trial.
local INTERNAL = {
  ["localhost"] = "RFC 6761",
  ["invalid"] = "RFC 6761",
  ["local"] = "RFC 6762",
  ["internal"] = "reserved for private use, ICANN board 2024-07-29",
  ["home.arpa"] = "RFC 8375",
  ["alt"] = "RFC 9476",
  ["svc"] = "a Kubernetes service name",
}

local function settled(verdict, reason, detail)
  return { verdict = verdict, reason = reason, detail = detail }
end

local function refuse(detail)
  return settled("denied", "name-not-issuable", detail)
end

--- The labels of a name, without its final dot.
local function labels_of(name)
  local labels = {}
  for label in (name:gsub("%.$", "") .. "."):gmatch("([^.]*)%.") do
    labels[#labels + 1] = label
  end
  return labels
end

local function label_problem(label)
  if label == "" then
    return "it has an empty label"
  elseif #label > 63 then
    return "it has a label of more than 63 bytes"
  elseif label:find("*", 1, true) then
    return "a wildcard is only the whole first label"
  elseif label:find("_", 1, true) then
    return "an underscore is not allowed in a certificate's name"
  elseif label:find("[\128-\255]") or label:find("\\[12]%d%d") then -- octets above 127, plain or escaped as the DNS does
    return "a name in a certificate is written in A-labels (xn--…)"
  elseif label:find("[^%w-]") then
    return ("%q is no host name label"):format(words.printable(label))
  elseif label:sub(1, 1) == "-" or label:sub(-1) == "-" then
    return "a label neither begins nor ends with a hyphen"
  elseif label:sub(3, 4) == "--" and label:sub(1, 2):lower() ~= "xn" then
    return ("%q is reserved: a hyphen as third and fourth character is for A-labels"):format(label)
  elseif label:lower():sub(1, 4) == "xn--" and select(3, idn.to_ascii(label)) == "punycode" then
    return ("%q is no A-label: what follows xn-- is not Punycode (RFC 3492)"):format(label) -- Baseline Requirements 1.6.1, P-Label
  end
end

local function internal_suffix(name)
  local suffix = name:lower()
  while suffix do
    if INTERNAL[suffix] then
      return suffix, INTERNAL[suffix]
    end
    suffix = suffix:match("^[^.]*%.(.+)$")
  end
end

--- Is this a name a public CA can put into a certificate at all?
---@param name string without "*.", any case
---@param wildcard boolean
---@return table? settled nil: yes
local function judge_name(name, wildcard)
  if name == "" or name == "." then
    return refuse("it is no name")
  elseif #name:gsub("%.$", "") > 253 then
    return refuse("it is longer than 253 bytes")
  end
  local labels = labels_of(name)
  local last = labels[#labels]
  if last:lower() == "onion" then
    return settled("exempt", "onion", "onion names are not in the DNS (RFC 7686), so no CAA record is asked for")
  end
  for _, label in ipairs(labels) do
    local problem = label_problem(label)
    if problem then
      return refuse(problem)
    end
  end
  if last:find("^%d+$") then
    return refuse(#labels == 4 and "it is an IP address, not a DNS name" or "no top-level domain is a number")
  end
  local suffix, why = internal_suffix(table.concat(labels, "."))
  if suffix then
    return refuse(("%s is no public domain (%s)"):format(suffix, why))
  elseif #labels == 1 then
    return refuse(wildcard and "a wildcard directly below a top-level domain" or "a name of one label is no public name")
  end
end

--- The verdict that stands without a lookup.
---@param identifier { type: string, name: string?, text: string?, wildcard: boolean?, problem: string?, no_text: boolean?, unresolved: string?, span: table? }
---   name: canonical, without "*."; nil when the text is no DNS name; text: as written;
---   unresolved: why nobody can tell the name; span: its place in a manifest
---@return { verdict: string, reason: string, detail: string }? settled nil: ask
function M.judge(identifier)
  local text = identifier.text or identifier.name or ""
  if identifier.type == "ip" then
    return settled("exempt", "ip-address", "CAA is about domain names, not IP addresses (RFC 8659 section 1)")
  elseif identifier.type ~= "dns" and identifier.type ~= nil then
    return settled("exempt", "not-tls-server", ("issue and issuewild are not about %s names"):format(words.printable(identifier.type)))
  end
  if identifier.unresolved then
    return settled("undecided", "unresolved-name", words.printable(identifier.unresolved))
  end
  for _, mark in ipairs(UNRESOLVED) do
    if text:find(mark) then
      return settled("undecided", "unresolved-name", ("%s is filled in later"):format(words.printable(text)))
    end
  end
  if identifier.no_text then -- a number, a list …: what it would be as text is beside the point
    return refuse(words.printable(identifier.problem))
  elseif identifier.span and text:find("[^.]%.$") then -- in a manifest the dot goes into the order as it is; people may type it
    return refuse("a CA takes no name that ends with a dot: write it without")
  elseif identifier.name then
    return judge_name(identifier.name, identifier.wildcard or false)
  end
  local wildcard = identifier.wildcard or text:sub(1, 2) == "*."
  return judge_name(text:sub(1, 2) == "*." and text:sub(3) or text, wildcard)
    or refuse(identifier.problem and words.printable(identifier.problem) or "it is no domain name")
end

return M
