-- Rule zone-drift: a server serves other CAA records than the zone file holds.
-- SPDX-License-Identifier: MIT
-- Asked for with `check --against`: after a merge, the DNS has to follow.

return {
  id = "zone-drift",
  title = "The CAA that is served is not that of the zone file",
  severity = "error",
  on = "difference",
  why = "What was merged is not what CAs see until the servers serve it. `check --against` compares the two; a difference means that the change has not "
    .. "arrived, or that somebody changed the DNS elsewhere.",
  fix = "Deploy the zone file, or bring what is served into it.",
  check = function(difference, report)
    local labels, texts = {}, {}
    for text in pairs(difference.only_file) do
      texts[#texts + 1] = text
    end
    table.sort(texts)
    for i, text in ipairs(texts) do
      local record = difference.only_file[text]
      labels[i] = {
        span = { path = record.path, first = record.first, last = record.last, line = record.line, column = record.column },
        text = "only in the file",
        primary = i == 1,
      }
    end
    local notes = {}
    for i, text in ipairs(difference.only_served) do
      notes[i] = ("only served: %s CAA %s"):format(difference.owner, text)
    end
    local message = ("the CAA of %s that %s serves is not that of %s"):format(difference.owner, difference.server, difference.zone.path)
    if difference.why then
      message = ("the CAA of %s in %s cannot be compared with what is served: %s"):format(difference.owner, difference.zone.path, difference.why)
    end
    report { message = message, labels = labels, notes = notes }
  end,
  untestable = "it compares with what a server serves: spec/live/",
  test = {
    { caa = '0 issue "letsencrypt.org"', finds = 0 },
  },
}
