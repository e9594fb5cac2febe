// Opens HTML reports in headless Chromium, at two widths and in both themes, and says what is wrong with them.
// SPDX-License-Identifier: MIT
// Usage: node page.js NODE_MODULES CHROMIUM REPORT...   Lines "ok WHAT" or "WRONG WHAT: …"; exit code 1 when one is wrong.
"use strict";
const fs = require("fs");
const path = require("path");
const [, , modules, chromium, ...reports] = process.argv;
const { chromium: launcher } = require(path.join(modules, "playwright-core"));
const axe = fs.readFileSync(path.join(modules, "axe-core/axe.min.js"), "utf8");
const SIZES = { phone: { width: 390, height: 844 }, desktop: { width: 1280, height: 900 } };
let wrong = 0;

function tell(what, problem) {
  if (problem) wrong++;
  console.log(problem ? `WRONG ${what}: ${problem}` : `ok ${what}`);
}

async function open(browser, report, options, watch) {
  const context = await browser.newContext(options);
  const page = await context.newPage();
  page.on("console", (m) => watch.push(`console: ${m.text()}`));
  page.on("pageerror", (e) => watch.push(`script: ${e.message}`));
  page.on("dialog", (d) => { watch.push(`dialog: ${d.message()}`); d.dismiss(); });
  page.on("request", (r) => { if (r.url() !== `file://${encodeURI(report)}`) watch.push(`request: ${r.url()}`); });
  await page.goto(`file://${encodeURI(report)}`);
  return { context, page };
}

// Everything that can be seen and asked without a script of ours in the page.
async function look(browser, report, size, theme) {
  const what = `${path.basename(report)} ${size} ${theme}`;
  const watch = [];
  const { context, page } = await open(browser, report, { viewport: SIZES[size], colorScheme: theme }, watch);
  const wide = await page.evaluate(() => document.documentElement.scrollWidth - window.innerWidth);
  tell(`${what}: nothing is loaded, thrown or logged`, watch.join("; "));
  tell(`${what}: fits the width`, wide > 0 ? `${wide} pixels too wide` : "");
  await page.evaluate(axe); // the page's own policy lets no other script in
  const result = await page.evaluate(() => window.axe.run());
  const found = result.violations.map((v) => `${v.id} (${v.nodes.length}): ${v.nodes[0].html.slice(0, 120)}`);
  tell(`${what}: axe-core has nothing to say`, found.join("; "));
  await context.close();
}

async function seen(page, selector) {
  return page.$$eval(selector, (items) => items.filter((i) => i.offsetParent !== null || i.getClientRects().length > 0)
    .map((i) => ["v", "k", "c", "r"].map((key) => i.getAttribute(`data-${key}`))));
}

async function filter(browser, report) {
  const name = path.basename(report);
  const watch = [];
  const { context, page } = await open(browser, report, { viewport: SIZES.desktop }, watch);
  const rows = await page.$$eval(".row", (items) => items.length);
  const fields = { verdict: 0, cluster: 1, ca: 2, rule: 3 };
  for (const field of Object.keys(fields)) {
    const values = await page.$$eval(`select[name=${field}] option`, (o) => o.map((i) => i.value).filter(Boolean));
    let sum = 0;
    for (const value of values) {
      await page.selectOption(`select[name=${field}]`, value);
      const shown = (await seen(page, ".row")).concat(await seen(page, ".finding"));
      const strangers = shown.filter((keys) => !(keys[fields[field]] || "").split(" ").includes(value));
      if (strangers.length) tell(`${name} ${field}=${value}`, `${strangers.length} items do not fit`);
      sum += (await seen(page, ".row")).length;
    }
    if (field !== "rule") tell(`${name}: every row has one ${field}`, sum === rows ? "" : `${sum} of ${rows}`);
    await page.selectOption(`select[name=${field}]`, "");
  }
  const wanted = await page.$$eval(".row", (items) => items.length && items[items.length >> 1].getAttribute("data-n"));
  if (wanted) {
    await page.fill("input[name=search]", wanted);
    await page.waitForFunction((total) => {
      const n = [...document.querySelectorAll(".row")].filter((r) => !r.hidden).length;
      return n > 0 && (n < total || total === 1);
    }, rows, { timeout: 20000 }).then(() => tell(`${name}: a name is found`, ""), (e) => tell(`${name}: a name is found`, e.message));
    await page.fill("input[name=search]", "no such name anywhere");
    await page.waitForFunction(() => [...document.querySelectorAll(".row, .finding, .node")].every((r) => r.hidden) && !document.getElementById("none").hidden);
    await page.click("button[type=reset]");
    await page.waitForFunction((total) => [...document.querySelectorAll(".row")].filter((r) => !r.hidden).length === total, rows);
  }
  const before = await page.evaluate(() => getComputedStyle(document.body).backgroundColor);
  await page.click("#theme");
  const after = await page.evaluate(() => getComputedStyle(document.body).backgroundColor);
  tell(`${name}: the theme can be changed`, before === after ? after : "");
  tell(`${name}: nothing went wrong meanwhile`, watch.join("; "));
  await context.close();
}

async function without(browser, report) {
  const name = path.basename(report);
  const watch = [];
  const { context, page } = await open(browser, report, { viewport: SIZES.desktop, javaScriptEnabled: false }, watch);
  const rows = await page.locator(".row:visible").count();
  const all = await page.locator(".row").count();
  const filters = await page.locator("#filters:visible, #theme:visible").count();
  tell(`${name}: whole without scripts`, rows === all && filters === 0 ? watch.join("; ") : `${rows} of ${all} rows, ${filters} controls`);
  await context.close();
}

(async () => {
  const browser = await launcher.launch({ executablePath: chromium, args: ["--no-sandbox", "--disable-gpu", "--disable-quic",
    "--no-first-run", "--disable-background-networking", "--disable-component-update", "--disable-sync"] });
  try {
    for (const report of reports) {
      if (!/wide/.test(report)) {
        await look(browser, report, "phone", "light");
        await look(browser, report, "desktop", "dark");
        if (/fixture/.test(report)) {
          await look(browser, report, "phone", "dark");
          await look(browser, report, "desktop", "light");
        }
        await without(browser, report);
      }
      await filter(browser, report);
    }
  } finally {
    await browser.close();
  }
  process.exit(wrong ? 1 : 0);
})().catch((e) => { console.log(`WRONG ${e.stack}`); process.exit(1); });
