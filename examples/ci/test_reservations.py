# SPDX-License-Identifier: MIT
#
# Tests of a contact centre, as an example: what becomes of callers when Alice
# is there, and when nobody is. They need Python's standard library alone, and
# no sleep: the clock stands still until a test advances it.
import base64
import json
import os
import unittest
import urllib.parse
import urllib.request

URL = os.environ["TASKROUTER_API_URL"]
CREDENTIALS = os.environ["TWILIO_ACCOUNT_SID"] + ":" + os.environ["TWILIO_AUTH_TOKEN"]
HEADERS = {"Authorization": "Basic " + base64.b64encode(CREDENTIALS.encode()).decode()}


def ask(path, method=None, **form):
    """The JSON at a path; with parameters they are POSTed."""
    url = path if path.startswith("http") else URL + path
    body = urllib.parse.urlencode(form).encode() if form else None
    request = urllib.request.Request(url, body, HEADERS, method=method)
    with urllib.request.urlopen(request) as answer:
        text = answer.read()
    return json.loads(text) if text else None


def advance(seconds):
    """Lets time pass: returns when all that happened in it was answered."""
    return ask("/_local/clock", advance=seconds)


class ContactCentre(unittest.TestCase):
    def setUp(self):
        ask("/_local/reset", method="POST")  # as the seed says
        self.links = ask("/v1/Workspaces")["workspaces"][0]["links"]
        self.workflow = ask(self.links["workflows"])["workflows"][0]

    def worker(self, name):
        return ask(self.links["workers"] + "?FriendlyName=" + name)["workers"][0]

    def move(self, name, activity):
        activities = ask(self.links["activities"] + "?FriendlyName=" + activity)["activities"]
        ask(self.worker(name)["url"], ActivitySid=activities[0]["sid"])

    def call(self, language):
        return ask(self.links["tasks"], WorkflowSid=self.workflow["sid"],
                   Attributes=json.dumps({"selected_language": language}))

    def assertWhy(self, task, words):
        """TaskRouter itself says why a Task waits."""
        self.assertIn(words, " ".join(ask("/_local/why/" + task["sid"])["would_change"]))

    def test_a_spanish_caller_gets_alice(self):
        task = self.call("es")
        advance(0)
        self.assertEqual(ask(task["url"])["assignment_status"], "assigned")
        self.assertEqual(self.worker("Alice")["activity_name"], "Busy")
        self.assertEqual(self.worker("Bob")["activity_name"], "Offline")

    def test_the_next_caller_waits_until_she_is_free(self):
        first, second = self.call("es"), self.call("es")
        advance(600)
        self.assertEqual(ask(second["url"])["assignment_status"], "pending")
        ask(first["url"], AssignmentStatus="completed", Reason="answered")
        self.move("Alice", "Idle")
        advance(0)
        self.assertEqual(ask(second["url"])["assignment_status"], "assigned")

    def test_a_spanish_caller_is_not_for_bob(self):
        self.move("Alice", "Offline")
        self.move("Bob", "Idle")
        task = self.call("es")
        advance(0)
        self.assertEqual(ask(task["url"])["assignment_status"], "pending")
        self.assertWhy(task, "Alice")

    def test_nobody_comes_for_a_day(self):
        self.move("Alice", "Offline")
        task = self.call("en")
        advance(24 * 60 * 60)
        self.assertEqual(ask(task["url"])["assignment_status"], "canceled")


if __name__ == "__main__":
    unittest.main()
