#!/bin/sh
# SPDX-License-Identifier: MIT
# The same by curl. It takes the address from TASKROUTER_API_URL, or is Twilio's:
#
#   ./curl.sh
set -eu
base=${TASKROUTER_API_URL:-https://taskrouter.twilio.com}/v1/Workspaces

# A file for curl, as the list of processes shows arguments to everybody.
ask() {
	printf 'user = "%s:%s"\n' "$TWILIO_ACCOUNT_SID" "$TWILIO_AUTH_TOKEN" |
		curl --silent --show-error --fail-with-body --config - "$@"
}

# What is shown of an answer.
values() {
	grep -o "\"\($1\)\": *\"[^\"]*\""
}

ask "$base?PageSize=1000" | values 'sid\|friendly_name'
ask "$base/$TASKROUTER_WORKSPACE_SID/Tasks" \
	-d "WorkflowSid=$TASKROUTER_WORKFLOW_SID" \
	--data-urlencode 'Attributes={"selected_language":"es"}' |
	values 'sid\|assignment_status'
