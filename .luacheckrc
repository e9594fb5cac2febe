-- lua/ runs on Lua 5.4 and on LuaJIT: only what both have.
std = "min"
max_line_length = 140
include_files = { "lua", "spec", "examples", "*.rockspec", ".luacheckrc" }
exclude_files = { ".build", "spec/fixtures" }

files["lua/issuable/openresty"] = { std = "ngx_lua" }
files["spec"] = { std = "+busted" }
files["spec/support/launcher.lua"] = { globals = {} }
files["*.rockspec"] = { std = "rockspec" }
files[".luacheckrc"] = { std = "luacheckrc" }
