rockspec_format = "3.0"
package = "issuable"
version = "scm-1"
source = {
  url = "git+https://git.issuable.example/issuable.git",
  branch = "main",
}
description = {
  summary = "Will a public CA be allowed, by DNS CAA records, to issue the certificates that these manifests ask for?",
  detailed = [[
Reads zone files and Kubernetes manifests, asks RFC 8659 and RFC 8657 as the certificate authority will,
says which names would be refused and why, and makes the smallest edit that lets them be issued
without giving anybody else more or less than before.]],
  homepage = "https://issuable.example",
  issues_url = "https://issuable.example/issues",
  maintainer = "the issuable authors",
  license = "MIT",
  labels = { "dns", "certificates", "kubernetes", "linter", "security" },
}
supported_platforms = { "unix" }
dependencies = {
  "lua >= 5.1, < 5.6",
  "lua-cjson",
  "lpeg",
  "argparse",
  "luafilesystem",
}
external_dependencies = {
  LDNS = { header = "ldns/ldns.h", library = "ldns" },
  YAML = { header = "yaml.h", library = "yaml" },
}
-- The lists of modules are written by `lua5.4 spec/support/rockspec.lua write`; a test fails when they are not current.
build = {
  type = "builtin",
  modules = {
    ["issuable.file"] = {
      sources = {
        "csrc/file/digest.c",
        "csrc/file/errors.c",
        "csrc/file/read.c",
        "csrc/file/replace.c",
        "csrc/file/target.c",
        "csrc/lua/compat.c",
        "csrc/lua/lua_file.c",
      },
      defines = { "_GNU_SOURCE" },
      incdirs = { "csrc", "$(LDNS_INCDIR)" },
      libdirs = { "$(LDNS_LIBDIR)" },
      libraries = { "ldns" },
    },
    ["issuable.ask"] = "lua/issuable/ask.lua",
    ["issuable.authority"] = "lua/issuable/authority.lua",
    ["issuable.check"] = "lua/issuable/check.lua",
    ["issuable.cli.check"] = "lua/issuable/cli/check.lua",
    ["issuable.cli.decide"] = "lua/issuable/cli/decide.lua",
    ["issuable.cli.explain"] = "lua/issuable/cli/explain.lua",
    ["issuable.cli.fix"] = "lua/issuable/cli/fix.lua",
    ["issuable.cli"] = "lua/issuable/cli/init.lua",
    ["issuable.cli.lookup"] = "lua/issuable/cli/lookup.lua",
    ["issuable.cli.names"] = "lua/issuable/cli/names.lua",
    ["issuable.cli.options"] = "lua/issuable/cli/options.lua",
    ["issuable.dates"] = "lua/issuable/dates.lua",
    ["issuable.fixes.diff"] = "lua/issuable/fixes/diff.lua",
    ["issuable.fixes.edits"] = "lua/issuable/fixes/edits.lua",
    ["issuable.fixes.serial"] = "lua/issuable/fixes/serial.lua",
    ["issuable"] = "lua/issuable/init.lua",
    ["issuable.judge"] = "lua/issuable/judge.lua",
    ["issuable.pipeline"] = "lua/issuable/pipeline.lua",
    ["issuable.policy.load"] = "lua/issuable/policy/load.lua",
    ["issuable.reports.explain"] = "lua/issuable/reports/explain.lua",
    ["issuable.reports.json"] = "lua/issuable/reports/json.lua",
    ["issuable.reports.jsonwriter"] = "lua/issuable/reports/jsonwriter.lua",
    ["issuable.reports.shapes"] = "lua/issuable/reports/shapes.lua",
    ["issuable.reports.snippet"] = "lua/issuable/reports/snippet.lua",
    ["issuable.reports.terminal"] = "lua/issuable/reports/terminal.lua",
    ["issuable.reports.text"] = "lua/issuable/reports/text.lua",
    ["issuable.rules.common_name"] = "lua/issuable/rules/common_name.lua",
    ["issuable.rules.denied"] = "lua/issuable/rules/denied.lua",
    ["issuable.rules.describe"] = "lua/issuable/rules/describe.lua",
    ["issuable.rules.input"] = "lua/issuable/rules/input.lua",
    ["issuable.rules.undecided"] = "lua/issuable/rules/undecided.lua",
    ["issuable.sources.certmanager"] = "lua/issuable/sources/certmanager.lua",
    ["issuable.sources.files"] = "lua/issuable/sources/files.lua",
    ["issuable.sources.globs"] = "lua/issuable/sources/globs.lua",
    ["issuable.sources.ingress"] = "lua/issuable/sources/ingress.lua",
    ["issuable.sources"] = "lua/issuable/sources/init.lua",
    ["issuable.sources.issuers"] = "lua/issuable/sources/issuers.lua",
    ["issuable.sources.manifests"] = "lua/issuable/sources/manifests.lua",
    ["issuable.sources.solvers"] = "lua/issuable/sources/solvers.lua",
    ["issuable.sources.walk"] = "lua/issuable/sources/walk.lua",
    ["issuable.sources.zones"] = "lua/issuable/sources/zones.lua",
    ["issuable.version"] = "lua/issuable/version.lua",
  },
  install = {
    bin = { issuable = "lua/issuable/cli/main.lua" },
  },
  copy_directories = { "examples" },
}
test = {
  type = "command",
  command = "sh spec/run",
}
