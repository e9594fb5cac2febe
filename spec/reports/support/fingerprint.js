// GitHub's fingerprint of every line of files, as a rolling hash over all characters: the way its upload action goes.
// SPDX-License-Identifier: MIT
// Usage: node fingerprint.js FILE...   One line for each file: the fingerprints, separated by blanks.
"use strict";
const fs = require("fs");
const WINDOW = 100;
const MASK = (1n << 64n) - 1n;
const BASE = 37n;
const OUT = BASE ** BigInt(WINDOW) & MASK; // what a character that leaves the window weighs

function fingerprints(text) {
  const characters = [];
  const starts = [];
  let fresh = true;
  let afterReturn = false;
  for (let i = 0; i < text.length; i++) {
    let c = text.charCodeAt(i);
    if (c === 32 || c === 9 || (afterReturn && c === 10)) {
      afterReturn = false;
      continue;
    }
    afterReturn = c === 13;
    c = afterReturn ? 10 : c;
    if (fresh) starts.push(characters.length);
    fresh = c === 10;
    characters.push(c);
  }
  if (fresh) starts.push(characters.length);
  characters.push(65535);
  const wanted = new Map(starts.map((start, line) => [start + WINDOW, line]));
  const found = [];
  const seen = new Map();
  let hash = 0n;
  for (let at = 0; at <= starts[starts.length - 1] + WINDOW; at++) {
    if (wanted.has(at)) {
      const value = hash.toString(16);
      seen.set(value, (seen.get(value) || 0) + 1);
      found[wanted.get(at)] = `${value}:${seen.get(value)}`;
    }
    const coming = BigInt(characters[at] || 0);
    const leaving = BigInt(at >= WINDOW ? characters[at - WINDOW] || 0 : 0);
    hash = (BASE * hash + coming - OUT * leaving) & MASK;
  }
  return found;
}

for (const path of process.argv.slice(2)) {
  console.log(fingerprints(new TextDecoder("utf-8", { ignoreBOM: true }).decode(fs.readFileSync(path))).join(" "));
}
