-- lua/ runs on Lua 5.4 and on LuaJIT: only what both have.
std = "min"
-- How the two engines are told apart, and `table.unpack or unpack`.
read_globals = { "jit", "unpack", table = { fields = { "unpack" } } }
max_line_length = 160
include_files = { "lua/**/*.lua", "spec/**/*.lua", "examples/**/*.lua", "*.rockspec", ".luacheckrc" }
exclude_files = { ".build", "spec/fixtures" }

files["lua/issuable/openresty"] = { std = "ngx_lua" }
files["spec"] = { std = "+busted", max_line_length = 240 } -- tables of cases
files["examples/policies"] = { read_globals = { "extends", "set", "rule", "waive", "test" } } -- the words of a policy
files["*.rockspec"] = { std = "rockspec" }
files[".luacheckrc"] = { std = "luacheckrc" }
