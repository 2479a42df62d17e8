#!/bin/sh
# SPDX-License-Identifier: MIT
# The same by Twilio's command line (npm install -g twilio-cli), which reads TWILIO_ACCOUNT_SID and TWILIO_AUTH_TOKEN.
# It has no option for another host, and it is a Node.js program: to let it use taskrouterd,
#
#   NODE_OPTIONS="--require $PWD/taskrouter-local.js" ./twilio-cli.sh
set -eu
twilio api:taskrouter:v1:workspaces:list \
	--no-limit --properties sid,friendlyName
twilio api:taskrouter:v1:workspaces:tasks:create \
	--workspace-sid "$TASKROUTER_WORKSPACE_SID" \
	--workflow-sid "$TASKROUTER_WORKFLOW_SID" \
	--attributes '{"selected_language":"es"}' \
	--properties sid,assignmentStatus
