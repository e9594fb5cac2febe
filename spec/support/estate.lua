-- Writes a monorepo as teams have it: two clusters, a chart, kustomize, zones good and bad, a dump with Secrets, broken files.
-- SPDX-License-Identifier: MIT
-- Everything in it is made up; what each part must come to stands in spec/estate.

local shell = require "spec.support.shell"

local M = {}

--- Bytes that may appear in no output, no message and no value: every Secret of the estate is made of them. In base64 too.
M.SECRETS = { "hunter2-plain", "aHVudGVyMi1iYXNlNjQ", "hunter2-applied", "hunter2-flow", "hunter2-json", "hunter2-torn" }

local function zone(apex, records, serial)
  return ("$ORIGIN %s.\n$TTL 3600\n@ IN SOA ns1.dns.test. hostmaster.dns.test. %s 7200 900 1209600 300\n@ IN NS ns1.dns.test.\n%s"):format(
    apex,
    serial or "2026010101",
    records
  )
end

local function cluster_issuer(name, server, rest)
  return ([[
apiVersion: cert-manager.io/v1
kind: ClusterIssuer
metadata:
  name: %s
spec:
  acme:
    server: %s
    privateKeySecretRef: {name: account-key}
    solvers:
      - dns01: {cloudDNS: {project: p}}
%s]]):format(name, server, rest or "")
end

local function certificate(namespace, name, issuer, names)
  return ([[
apiVersion: cert-manager.io/v1
kind: Certificate
metadata:
  name: %s
  namespace: %s
spec:
  secretName: %s-tls
  issuerRef:
    kind: ClusterIssuer
    name: %s
  dnsNames:
    - %s
]]):format(name, namespace, name, issuer, table.concat(names, "\n    - "))
end

local LETS_ENCRYPT = "https://acme-v02.api.letsencrypt.org/directory"
local ZEROSSL = "https://acme.zerossl.com/v2/DV90"

--- What `kubectl get all,secret,certificate,ingress,clusterissuer -A -o yaml` prints: the Secrets between the rest.
local DUMP = [[
apiVersion: v1
kind: List
metadata: {resourceVersion: ""}
items:
- apiVersion: v1
  kind: Secret
  metadata:
    name: front-door-tls
    namespace: web
    annotations:
      kubectl.kubernetes.io/last-applied-configuration: |
        {"apiVersion":"v1","kind":"Secret","stringData":{"password":"hunter2-applied"}}
  data:
    tls.key: aHVudGVyMi1iYXNlNjQ=
  stringData:
    password: hunter2-plain
- apiVersion: cert-manager.io/v1
  kind: Certificate
  metadata: {name: from-dump, namespace: web}
  spec:
    secretName: from-dump-tls
    issuerRef: {kind: ClusterIssuer, name: letsencrypt-dump}
    dnsNames: [dump.example.com]
- {apiVersion: v1, kind: Secret, metadata: {name: flow}, stringData: {password: hunter2-flow}}
- {"apiVersion": "v1", "kind": "Secret", "metadata": {"name": "json"}, "stringData": {"password": "hunter2-json"}}
- apiVersion: cert-manager.io/v1
  kind: ClusterIssuer
  metadata: {name: letsencrypt-dump}
  spec:
    acme:
      server: https://acme-v02.api.letsencrypt.org/directory
      solvers: [{dns01: {cloudDNS: {project: p}}}]
  status:
    acme: {uri: "https://acme-v02.api.letsencrypt.org/acme/acct/77"}
- apiVersion: networking.k8s.io/v1
  kind: Ingress
  metadata:
    name: shop
    namespace: web
    annotations: {cert-manager.io/cluster-issuer: letsencrypt-dump}
  spec:
    tls:
    - hosts: [shop.pinned.test]
      secretName: shop-tls
]]

--- Files by path. Lines and columns in spec/estate count in these texts.
M.FILES = {
  ["clusters/prod/issuers.yaml"] = cluster_issuer("letsencrypt", LETS_ENCRYPT),
  ["clusters/prod/web.yaml"] = certificate("web", "front-door", "letsencrypt", { "example.com", "'*.example.com'" }),
  -- the same names of objects in another cluster, where they mean another CA
  ["clusters/test/issuers.yaml"] = cluster_issuer("letsencrypt", ZEROSSL),
  ["clusters/test/web.yaml"] = certificate("web", "front-door", "letsencrypt", { "www.example.com", "test.closed.test" }),

  ["charts/shop/Chart.yaml"] = "apiVersion: v2\nname: shop\nversion: 1.0.0\n",
  ["charts/shop/values.yaml"] = "host: shop.example.com\nissuer: letsencrypt\n",
  ["charts/shop/templates/_helpers.tpl"] = '{{- define "shop.host" -}}{{ .Values.host }}{{- end -}}\n',
  ["charts/shop/templates/certificate.yaml"] = [[
{{- if .Values.tls }}
apiVersion: cert-manager.io/v1
kind: Certificate
metadata:
  name: {{ .Release.Name }}
spec:
  dnsNames:
    - {{ include "shop.host" . }}
{{- end }}
]],
  ["charts/shop/templates/service.yaml"] = "apiVersion: v1\nkind: Service\nmetadata:\n  name: {{ .Release.Name }}\n",

  ["apps/base/kustomization.yaml"] = "resources: [certificate.yaml]\n",
  ["apps/base/certificate.yaml"] = certificate("apps", "base", "letsencrypt-elsewhere", { "base.example.com" }),
  ["apps/overlays/eu/kustomization.yaml"] = "resources: [../../base]\npatches: [{path: patch.yaml}]\n",
  ["apps/overlays/eu/patch.yaml"] = "apiVersion: cert-manager.io/v1\nkind: Certificate\nmetadata:\n  name: base\nspec:\n  duration: 2160h\n",

  ["more/ambiguous.yaml"] = certificate("web", "ambiguous", "letsencrypt-dump", { "www.example.net" }),
  ["more/fragment.yaml"] = certificate("web", "fragment", "letsencrypt-dump", { "www.example.org" }),
  ["more/broken.yaml"] = certificate("web", "broken", "letsencrypt-dump", { "www.broken.test" }),
  ["more/outside.yaml"] = certificate("web", "outside", "letsencrypt-dump", { "www.elsewhere.test" }),
  ["more/wildcard.yaml"] = certificate("web", "wildcard", "letsencrypt-dump", { "www.fine.example.com", "*.example.com" })
    .. "---\n" .. certificate("web", "after", "letsencrypt-dump", { "after.example.com" }),
  ["more/empty.yaml"] = "",
  ["more/binary.yaml"] = "\0\1\2\255\254 cert\200\n\0",
  ["more/binary"] = "\127ELF\0\0SOA\0",
  -- a Secret that a tab tears apart: the error must not quote it
  ["more/torn.yaml"] = "apiVersion: v1\nkind: Secret\nmetadata: {name: torn}\nstringData:\n\tpassword: hunter2-torn\n",
  ["more/foreign.yaml"] = "a: b: c\n",
  ["more/README.md"] = "An SOA record is what a zone begins with.\n",
  ["dump.yaml"] = DUMP,

  ["dns/example.com.zone"] = zone("example.com", '@ IN CAA 0 issue "letsencrypt.org"\n@ IN CAA 0 issue "sectigo.com"\nwww IN A 192.0.2.1\n'),
  ["dns/closed.test.zone"] = zone("closed.test", '@ IN CAA 0 issue "digicert.com"\n'),
  ["dns/pinned.test.zone"] = zone(
    "pinned.test",
    '@ IN CAA 0 issue "letsencrypt.org; accounturi=https://acme-v02.api.letsencrypt.org/acme/acct/77"\n'
  ),
  ["dns/example.net.zone"] = zone("example.net", '@ IN CAA 0 issue "letsencrypt.org"\n'),
  ["dns/old/example.net.zone"] = zone("example.net", '@ IN CAA 0 issue "digicert.com"\n', "2019010101"),
  ["dns/example.org.zone"] = '; a part of the zone, without its SOA\n$TTL 300\nwww IN A 192.0.2.1\nwww IN CAA 0 issue "letsencrypt.org"\n',
  ["dns/broken.test.zone"] = zone("broken.test", '@ IN CAA 0 issue "letsencrypt.org"\nwww IN A 192.0.2.256\n'),
}

--- Links and a file that may not be read; `missing.yaml` is nowhere.
local LINKS = [[
ln -s loop-b.yaml more/loop-a.yaml && ln -s loop-a.yaml more/loop-b.yaml
ln -s .. more/up && ln -s /etc/hostname more/leaves.yaml && ln -s nowhere more/dangling.yaml
printf 'apiVersion: cert-manager.io/v1\nkind: Certificate\n' >more/locked.yaml && chmod 0 more/locked.yaml
chmod -R go+rX clusters charts apps dns && chmod 755 . more
]]

--- Writes all of it.
---@param folder string an empty folder
function M.write(folder)
  local folders = {}
  for path in pairs(M.FILES) do
    folders[#folders + 1] = shell.quote(folder .. "/" .. (path:match("^(.*)/") or "."))
  end
  assert(shell.run("umask 022; mkdir -p " .. table.concat(folders, " ")) == 0)
  for path, text in pairs(M.FILES) do
    shell.write(folder .. "/" .. path, text)
  end
  local status, _, err = shell.run(("cd %s && %s"):format(shell.quote(folder), LINKS))
  assert(status == 0, err)
end

--- The line before a command that must not be able to read what mode 0 forbids: root drops its rights.
---@return string
function M.without_rights()
  return shell.run("test $(id -u) = 0") == 0 and "setpriv --reuid=65534 --regid=65534 --clear-groups " or ""
end

return M
