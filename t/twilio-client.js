// Signs and validates with Twilio's own npm package: reads a list of requests {token, url, parameters or body} as JSON
// from standard input, prints what the package says about each.
"use strict";
const webhooks = require("twilio/lib/webhooks/webhooks");

let input = "";
process.stdin.on("data", (chunk) => (input += chunk));
process.stdin.on("end", () => {
  const answers = JSON.parse(input).map(({ token, url, parameters, body, signature }) => ({
    signature: webhooks.getExpectedTwilioSignature(token, url, parameters || {}),
    valid: signature === undefined ? null
      : body === undefined ? webhooks.validateRequest(token, signature, url, parameters || {})
      : webhooks.validateRequestWithBody(token, signature, url, body),
  }));
  process.stdout.write(JSON.stringify(answers));
});
