# SPDX-License-Identifier: MIT
"""create_task.py, changed so that it uses taskrouterd where
TASKROUTER_API_URL is set, and Twilio where it is not.

Twilio's library makes every request by its http_client; this one puts another
address in front of the path.

    python3 local_client.py
"""
import json
import os

from twilio.http.http_client import TwilioHttpClient
from twilio.rest import Client


class LocalClient(TwilioHttpClient):
    def request(self, method, url, *arguments, **named):
        local = os.environ["TASKROUTER_API_URL"]
        url = url.replace("https://taskrouter.twilio.com", local, 1)
        return super().request(method, url, *arguments, **named)


is_local = os.environ.get("TASKROUTER_API_URL")
taskrouter = Client(http_client=LocalClient() if is_local else None).taskrouter
for workspace in taskrouter.workspaces.list():
    print(workspace.sid, workspace.friendly_name)
task = taskrouter.workspaces(os.environ["TASKROUTER_WORKSPACE_SID"]).tasks.create(
    workflow_sid=os.environ["TASKROUTER_WORKFLOW_SID"],
    attributes=json.dumps({"selected_language": "es"}),
)
print(task.sid, task.assignment_status)
