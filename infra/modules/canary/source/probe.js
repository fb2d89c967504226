// Asks for each URL as a customer would, from outside of the estate, and fails if one does not answer well and in time.
// Configured by the environment: PROBE_URLS (JSON, name → URL), PROBE_STATUS, PROBE_TIMEOUT_MS, PROBE_TEXT (may be empty).
"use strict";

const https = require("https");

const ask = (url, timeoutMs) =>
  new Promise((resolve, reject) => {
    const request = https.get(url, { timeout: timeoutMs, headers: { "user-agent": "estate-canary" } }, (response) => {
      let body = "";
      response.setEncoding("utf8");
      response.on("data", (chunk) => {
        if (body.length < 65536) body += chunk;
      });
      response.on("end", () => resolve({ status: response.statusCode, body }));
      response.on("error", reject);
    });
    request.on("timeout", () => request.destroy(new Error(`no answer within ${timeoutMs} ms`)));
    request.on("error", reject);
  });

const verdict = (answer, wanted) => {
  if (answer.status !== wanted.status) return `status ${answer.status}, wanted ${wanted.status}`;
  if (wanted.text && !answer.body.includes(wanted.text)) return "the text that was wanted is not in the answer";
  return null;
};

const probe = async (environment) => {
  const urls = JSON.parse(environment.PROBE_URLS);
  const wanted = { status: Number(environment.PROBE_STATUS || 200), text: environment.PROBE_TEXT || "" };
  const timeoutMs = Number(environment.PROBE_TIMEOUT_MS || 5000);
  const failures = [];
  // all of them, so that one run tells which of them fail
  for (const [name, url] of Object.entries(urls)) {
    const wrong = await ask(url, timeoutMs).then((answer) => verdict(answer, wanted), (error) => error.message);
    console.log(JSON.stringify({ probe: name, url, wrong }));
    if (wrong) failures.push(`${name}: ${wrong}`);
  }
  if (failures.length > 0) throw new Error(failures.join("; "));
};

exports.handler = async () => probe(process.env);
exports.verdict = verdict;
exports.probe = probe;
