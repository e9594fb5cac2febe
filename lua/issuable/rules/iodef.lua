-- Rule caa-iodef: an RRset without an address to which a CA can report what it refused.
-- SPDX-License-Identifier: MIT
-- RFC 8659 section 4.4: mailto:, http: and https: URLs.

local function valid(property)
  local value = property.value:lower()
  return value:find("^mailto:[^%s@]+@[^%s@]+%.?[^%s@]*$") ~= nil or value:find("^https?://[%w%[]") ~= nil
end

return {
  id = "caa-iodef",
  title = "No valid iodef says where to report refused orders",
  severity = "error",
  on = "rrset",
  why = "A CA that refuses an order may tell the owner of the name, if CAA says where. It is the only sign of somebody else's attempts.",
  fix = "Add an iodef property with a mailto: or https: URL.",
  check = function(rrset, report)
    local wrong
    for _, property in ipairs(rrset.properties) do
      if property.tag == "iodef" then
        if valid(property) then
          return
        end
        wrong = property
      end
    end
    local text = wrong and "the iodef at %s is no URL that a CA can report to" or "the CAA records at %s have no iodef"
    report {
      message = text:format(rrset.owner),
      labels = { { span = (wrong or rrset.properties[1]).span, text = "", primary = true } },
    }
  end,
  test = {
    { caa = '0 issue "letsencrypt.org"', finds = 1, says = "have no iodef" },
    { caa = { '0 issue "letsencrypt.org"', '0 iodef "security@example.com"' }, finds = 1, says = "no URL" },
    { caa = { '0 issue "letsencrypt.org"', '0 iodef "mailto:security@example.com"' }, finds = 0 },
    { caa = { '0 issue "letsencrypt.org"', '0 iodef "https://example.com/caa"' }, finds = 0 },
  },
}
