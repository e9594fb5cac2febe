// Validates JSON documents against JSON Schemas with ajv; strict about keys that a schema of ours does not name.
// SPDX-License-Identifier: MIT
// Usage: node validate.js NODE_MODULES SCHEMA DOCUMENT...   One line for each document: "ok" or what is wrong.
"use strict";
const fs = require("fs");
const path = require("path");
const [, , modules, schemaPath, ...documents] = process.argv;
const load = (name) => require(path.join(modules, name));
const schema = JSON.parse(fs.readFileSync(schemaPath, "utf8"));

function close(node) {
  if (Array.isArray(node)) {
    node.forEach(close);
  } else if (node && typeof node === "object") {
    if (node.properties && node.additionalProperties === undefined) {
      node.additionalProperties = false;
    }
    Object.values(node).forEach(close);
  }
}

const draft = String(schema.$schema);
let Ajv = load("ajv");
if (draft.includes("draft-04")) {
  Ajv = load("ajv-draft-04");
} else if (draft.includes("2020-12")) {
  Ajv = load("ajv/dist/2020");
  close(schema);
}
const ajv = new (Ajv.default || Ajv)({ strict: false, allErrors: true });
(load("ajv-formats").default || load("ajv-formats"))(ajv);
const validate = ajv.compile(schema);
for (const document of documents) {
  const fine = validate(JSON.parse(fs.readFileSync(document, "utf8")));
  const errors = (validate.errors || []).slice(0, 3).map((e) => `${e.instancePath} ${e.message} ${JSON.stringify(e.params)}`);
  console.log(fine ? "ok" : errors.join("; "));
}
