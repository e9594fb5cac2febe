-- One of several files of a policy folder: how things are called.

rule {
  id = "PLAT001",
  title = "Secrets of certificates end in -tls",
  severity = "info",
  on = "request",
  check = function(request, report)
    if request.secret and not request.secret:find "%-tls$" then
      report("%s writes the Secret %s", request.subject, request.secret)
    end
  end,
}

rule {
  id = "PLAT002",
  title = "Each cluster uses its own issuer",
  severity = "warning",
  on = "decision",
  when = { scope = "prod-*" },
  check = function(decision, report)
    if decision.issuer.name and decision.issuer.name:find "^test" then
      report("%s in the cluster %s is issued by %s", decision.text, decision.scope, decision.issuer.name)
    end
  end,
}
