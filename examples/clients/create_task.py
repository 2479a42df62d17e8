# SPDX-License-Identifier: MIT
"""A program like any other that uses Twilio's library for Python.

It lists the Workspaces and creates a Task. Nothing in it knows of
taskrouterd. It reads TWILIO_ACCOUNT_SID and TWILIO_AUTH_TOKEN, as Twilio's
library does, and TASKROUTER_WORKSPACE_SID and TASKROUTER_WORKFLOW_SID. To let
it use taskrouterd:

    python3 taskrouter_local.py create_task.py
"""
import json
import os

from twilio.rest import Client

taskrouter = Client().taskrouter
for workspace in taskrouter.workspaces.list():
    print(workspace.sid, workspace.friendly_name)
task = taskrouter.workspaces(os.environ["TASKROUTER_WORKSPACE_SID"]).tasks.create(
    workflow_sid=os.environ["TASKROUTER_WORKFLOW_SID"],
    attributes=json.dumps({"selected_language": "es"}),
)
print(task.sid, task.assignment_status)
