-- Tests beside the rules: `issuable test examples/policies/platform` runs them.

test { rule = "PLAT001", caa = '0 issue "letsencrypt.org"', secret = "www", finds = 1, says = "the Secret www" }
test { rule = "PLAT001", caa = '0 issue "letsencrypt.org"', secret = "www-tls", finds = 0 }
test { rule = "PLAT002", caa = '0 issue "letsencrypt.org"', scope = "prod-eu", issuer = "test-issuer", finds = 1 }
test { rule = "PLAT002", caa = '0 issue "letsencrypt.org"', scope = "prod-eu", issuer = "prod-issuer", finds = 0 }
test { rule = "PLAT002", caa = '0 issue "letsencrypt.org"', scope = "test", issuer = "test-issuer", finds = 0 }
-- a built-in rule, with the settings of this folder
test { rule = "caa-ttl", zone = '@ 86400 CAA 0 issue "letsencrypt.org"', finds = 1 }
