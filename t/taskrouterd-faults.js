// Lists the Workspaces by Twilio's own npm package, against the server of the arguments: BASE_URL ACCOUNT_SID AUTH_TOKEN
// [autoRetry]. Prints what came of it as one JSON object.
"use strict";
const twilio = require("twilio");
const RequestClient = require("twilio/lib/base/RequestClient").default || require("twilio/lib/base/RequestClient");

const [base, account, token, option] = process.argv.slice(2);

// The package as it is, but for the host.
class Redirected extends RequestClient {
  request(options) {
    const url = new URL(options.uri);
    return super.request({ ...options, uri: base + url.pathname + url.search });
  }
}

twilio(account, token, { httpClient: new Redirected({ autoRetry: option === "autoRetry", maxRetries: 3 }) })
  .taskrouter.v1.workspaces.list()
  .then(() => ({ ok: true }), ({ status, code, message, moreInfo }) => ({ status, code, message, moreInfo }))
  .then((result) => console.log(JSON.stringify(result)));
