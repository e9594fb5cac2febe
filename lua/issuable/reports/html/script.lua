-- The script of report `html`: search, filters and the choice of theme. Without it the page is whole, only longer.
-- SPDX-License-Identifier: MIT
-- Linear: each item is looked at once for each change of the filters. Nothing from the input is in here.

return [==[
(function () {
  "use strict";
  var root = document.documentElement;
  var form = document.getElementById("filters");
  var theme = document.getElementById("theme");
  var count = document.getElementById("count");
  var empty = document.getElementById("none");
  var rows = Array.prototype.slice.call(document.querySelectorAll(".row"));
  var nodes = Array.prototype.slice.call(document.querySelectorAll(".node"));
  var findings = Array.prototype.slice.call(document.querySelectorAll(".finding"));
  var fields = { v: form.verdict, k: form.cluster, c: form.ca, r: form.rule };
  var keys = Object.keys(fields);
  var texts = null;

  function text(item) {
    var own = item.textContent + " " + (item.getAttribute("data-n") || "");
    return own.toLowerCase();
  }
  function wanted(item, index, words) {
    for (var i = 0; i < keys.length; i++) {
      var value = fields[keys[i]].value;
      if (value !== "" && (" " + (item.getAttribute("data-" + keys[i]) || "") + " ").indexOf(" " + value + " ") < 0) { return false; }
    }
    for (var j = 0; j < words.length; j++) {
      if (texts.get(item).indexOf(words[j]) < 0) { return false; }
    }
    return true;
  }
  function apply() {
    var words = form.search.value.toLowerCase().split(/\s+/).filter(Boolean);
    if (words.length && !texts) {
      texts = new Map();
      rows.concat(findings).forEach(function (item) { texts.set(item, text(item)); });
    }
    var filtered = words.length > 0 || keys.some(function (key) { return fields[key].value !== ""; });
    var seen = 0, told = 0;
    nodes.forEach(function (node) { node.hidden = filtered; });
    rows.forEach(function (row, i) {
      row.hidden = !wanted(row, i, words);
      if (row.hidden) { return; }
      seen++;
      for (var at = row.parentElement; at; at = at.parentElement) {
        if (at.classList.contains("node")) {
          if (!at.hidden) { break; }
          at.hidden = false;
        }
      }
    });
    findings.forEach(function (item, i) {
      item.hidden = !wanted(item, i, words);
      if (!item.hidden) { told++; }
    });
    if (empty) { empty.hidden = seen > 0 || !filtered; }
    count.textContent = "Shown: " + seen + " of " + rows.length + " names, " + told + " of " + findings.length + " findings";
  }
  function reveal() {
    var target = location.hash && document.getElementById(location.hash.slice(1));
    if (target && target.hidden) { form.reset(); apply(); target.scrollIntoView(); }
  }
  var timer;
  form.addEventListener("input", function () { clearTimeout(timer); timer = setTimeout(apply, 80); });
  form.addEventListener("change", apply);
  form.addEventListener("reset", function () { setTimeout(apply, 0); });
  form.addEventListener("submit", function (event) { event.preventDefault(); apply(); });
  window.addEventListener("hashchange", reveal);

  function dark() {
    return root.getAttribute("data-theme") ? root.getAttribute("data-theme") === "dark" : matchMedia("(prefers-color-scheme: dark)").matches;
  }
  function label() { theme.textContent = dark() ? "Light theme" : "Dark theme"; }
  theme.addEventListener("click", function () {
    root.setAttribute("data-theme", dark() ? "light" : "dark");
    label();
  });
  label();
  theme.hidden = form.hidden = false;
  apply();
})();
]==]
