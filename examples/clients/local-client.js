// SPDX-License-Identifier: MIT
// create-task.js, changed so that it uses taskrouterd where TASKROUTER_API_URL is set, and Twilio where it is not. Twilio's
// library makes every request by its httpClient; this one puts another address in front of the path.
//
//   node local-client.js
"use strict";
const twilio = require("twilio");

class LocalClient extends twilio.RequestClient {
  request(options) {
    const uri = options.uri.replace("https://taskrouter.twilio.com", process.env.TASKROUTER_API_URL);
    return super.request({ ...options, uri });
  }
}

async function main() {
  const options = process.env.TASKROUTER_API_URL ? { httpClient: new LocalClient() } : {};
  const client = twilio(process.env.TWILIO_ACCOUNT_SID, process.env.TWILIO_AUTH_TOKEN, options);
  for (const workspace of await client.taskrouter.v1.workspaces.list()) {
    console.log(workspace.sid, workspace.friendlyName);
  }
  const tasks = client.taskrouter.v1.workspaces(process.env.TASKROUTER_WORKSPACE_SID).tasks;
  const task = await tasks.create({
    workflowSid: process.env.TASKROUTER_WORKFLOW_SID,
    attributes: JSON.stringify({ selected_language: "es" }),
  });
  console.log(task.sid, task.assignmentStatus);
}

main().catch((error) => {
  console.error(error.message);
  process.exitCode = 1;
});
