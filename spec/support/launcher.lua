-- Prints the script `bin/issuable` of a build tree: it runs the checkout from any folder, through links too.
-- SPDX-License-Identifier: MIT
-- Usage: launcher.lua INTERPRETER ROOT TREE VERSION   (TREE relative to ROOT; called by spec/build.mk)

local interpreter, root, tree, version = arg[1], arg[2], arg[3], arg[4]

local script = [==[
#!@INTERPRETER@
-- Made by spec/build.mk; runs the sources of one checkout with the modules of one build tree.
local root, tree = @ROOT@, @TREE@

-- Ours first; of the rest only absolute places, so that the current folder is never searched.
local function search(first, rest)
  local kept = { first }
  for place in rest:gmatch("[^;]+") do
    if place:sub(1, 1) == "/" then kept[#kept + 1] = place end
  end
  return table.concat(kept, ";")
end
package.path = search(root .. "/lua/?.lua;" .. root .. "/lua/?/init.lua", package.path)
package.cpath = search(tree .. "/lib/lua/@VERSION@/?.so", package.cpath)

os.exit(require("issuable.cli").main(arg), true)
]==]

local values = {
  INTERPRETER = interpreter,
  ROOT = ("%q"):format(root),
  TREE = ("%q"):format(root .. "/" .. tree),
  VERSION = version,
}
io.write((script:gsub("@(%u+)@", values)))
