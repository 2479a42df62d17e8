// SPDX-License-Identifier: MIT
// A program like any other that uses Twilio's library for Node.js: it lists the Workspaces and creates a Task. Nothing
// in it knows of taskrouterd. It reads TWILIO_ACCOUNT_SID and TWILIO_AUTH_TOKEN, as Twilio's library does, and
// TASKROUTER_WORKSPACE_SID and TASKROUTER_WORKFLOW_SID. To let it use taskrouterd:
//
//   node --require ./taskrouter-local.js create-task.js
"use strict";
const twilio = require("twilio");

async function main() {
  const taskrouter = twilio().taskrouter.v1;
  for (const workspace of await taskrouter.workspaces.list()) {
    console.log(workspace.sid, workspace.friendlyName);
  }
  const task = await taskrouter.workspaces(process.env.TASKROUTER_WORKSPACE_SID).tasks.create({
    workflowSid: process.env.TASKROUTER_WORKFLOW_SID,
    attributes: JSON.stringify({ selected_language: "es" }),
  });
  console.log(task.sid, task.assignmentStatus);
}

main().catch((error) => {
  console.error(error.message);
  process.exitCode = 1;
});
