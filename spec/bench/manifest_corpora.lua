-- Makes the corpora of the manifest benchmark: a kustomize-like stream, Certificates, and many small files.
-- SPDX-License-Identifier: MIT
-- Usage: lua manifest_corpora.lua FOLDER [SCALE]   (SCALE 1: 20 MB, 10 MB, 5,000 files); always the same bytes for one scale.

local folder, scale = arg[1], tonumber(arg[2] or "1")

local state = 20261124
local function below(n)
  state = state * 16807 % 2147483647
  return state % n + 1
end

local function hex(n)
  local out = {}
  for i = 1, n do
    out[i] = ("%x"):format(below(16) - 1)
  end
  return table.concat(out)
end

local function certificate(n)
  local names = {}
  for i = 1, below(6) do
    names[i] = ("    - %s.team-%d.example.com"):format(i == 1 and '"*' or "www" .. i, n):gsub('"%*(.*)$', '"*%1"')
  end
  return ([[
apiVersion: cert-manager.io/v1
kind: Certificate
metadata:
  name: cert-%d
  namespace: team-%d
  labels:
    app.kubernetes.io/name: web-%d
    app.kubernetes.io/managed-by: Kustomize
spec:
  # the names of this team
  secretName: cert-%d-tls
  duration: 2160h
  renewBefore: 360h
  privateKey:
    algorithm: ECDSA
    size: 256
  dnsNames:
%s
  issuerRef:
    name: letsencrypt-prod
    kind: ClusterIssuer
    group: cert-manager.io
]]):format(n, n % 97, n % 13, n, table.concat(names, "\n"))
end

local function deployment(n)
  return ([[
apiVersion: apps/v1
kind: Deployment
metadata:
  annotations: {checksum/config: "%s"}
  labels: {app: web-%d, tier: backend}
  name: web-%d
  namespace: team-%d
spec:
  replicas: %d
  selector:
    matchLabels: {app: web-%d}
  template:
    metadata:
      labels:
        app: web-%d
    spec:
      containers:
      - name: web
        image: registry.example/team/web:%s
        args: ["--port=8080", "--log-level=info"]
        env:
        - name: DATABASE_URL
          valueFrom:
            secretKeyRef:
              key: url
              name: db
        - {name: REGION, value: eu-west-1}
        ports:
        - containerPort: 8080
          name: http
        resources:
          limits: {cpu: 500m, memory: 512Mi}
          requests: {cpu: 100m, memory: 128Mi}
        readinessProbe:
          httpGet: {path: /healthz, port: http}
          periodSeconds: 10
]]):format(hex(40), n, n, n % 97, below(9), n, n, hex(12))
end

local function config_map(n)
  local lines = {}
  for i = 1, below(30) do
    lines[i] = ("    %s = %s ; line %d"):format(hex(8), hex(24), i)
  end
  return ([[
apiVersion: v1
kind: ConfigMap
metadata:
  name: config-%d
  namespace: team-%d
data:
  app.ini: |
    [main]
%s
]]):format(n, n % 97, table.concat(lines, "\n"))
end

local function service(n)
  return ([[
apiVersion: v1
kind: Service
metadata:
  name: web-%d
  namespace: team-%d
spec:
  ports:
  - name: http
    port: 80
    targetPort: http
  selector:
    app: web-%d
]]):format(n, n % 97, n)
end

local function write(path, bytes)
  local file = assert(io.open(path, "wb"))
  assert(file:write(bytes))
  assert(file:close())
end

local function stream(size, next_document)
  local parts, length, n = {}, 0, 0
  while length < size do
    n = n + 1
    local text = next_document(n)
    parts[n] = text
    length = length + #text + 4
  end
  return table.concat(parts, "---\n")
end

local OTHERS = { deployment, config_map, service }
local function mixed(n)
  if n % 50 == 0 then
    return certificate(n)
  end
  return OTHERS[below(3)](n)
end

write(folder .. "/mixed.yaml", stream(20e6 * scale, mixed))
write(folder .. "/certs.yaml", stream(10e6 * scale, certificate))
os.execute("mkdir -p " .. folder .. "/small")
for i = 1, math.floor(5000 * scale) do
  write(("%s/small/%05d.yaml"):format(folder, i), mixed(i))
end
