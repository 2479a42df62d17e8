// SPDX-License-Identifier: MIT
// Lets a Node.js program that is left as it is use taskrouterd at TASKROUTER_API_URL:
//
//   node --require ./taskrouter-local.js create-task.js
//   NODE_OPTIONS="--require $PWD/taskrouter-local.js" twilio api:taskrouter:v1:workspaces:list
//
// Requests for https://taskrouter.twilio.com go there; all others where they always went. It stands in for Node's own
// https.request, so that it does not matter which version of Twilio's library there is, how often, and who uses it. (Not
// of the fetch that Node has built in, which Twilio's library does not use.)
// Without TASKROUTER_API_URL the program does not start: a test must not reach a real account by mistake.
"use strict";
const http = require("http");
const https = require("https");
const { syncBuiltinESMExports } = require("module");

if (!process.env.TASKROUTER_API_URL) throw new Error("TASKROUTER_API_URL is not set");
const host = "taskrouter.twilio.com";
const local = new URL(process.env.TASKROUTER_API_URL);
const real = { request: https.request, get: https.get };

// The three forms of Node's arguments, (url), (url, options) and (options), as one.
function optionsOf(first, second) {
  if (typeof first !== "string" && !(first instanceof URL)) return { ...first };
  const { hostname, port, pathname, search } = new URL(first);
  return { hostname, port, path: pathname + search, ...(typeof second === "object" ? second : {}) };
}

function replacement(method) {
  return function (...given) {
    const options = optionsOf(...given);
    if ((options.hostname || options.host) !== host) return real[method].apply(https, given);
    const target = local.protocol === "http:" ? http[method] : real[method];
    // An agent is made for one protocol, and a host that is given twice is looked for in the wrong place.
    for (const name of ["agent", "agents", "host", "servername", "href", "protocol", "defaultPort"]) delete options[name];
    Object.assign(options, { hostname: local.hostname.replace(/^\[|\]$/g, ""), port: local.port });
    return target(options, given.find((argument) => typeof argument === "function"));
  };
}

https.request = replacement("request");
https.get = replacement("get");
syncBuiltinESMExports();
