# SPDX-License-Identifier: MIT
"""Lets a Python program that is left as it is use taskrouterd.

    python3 taskrouter_local.py create_task.py [ARGUMENT...]
    python3 taskrouter_local.py -m flask run

Requests of Twilio's library for https://taskrouter.twilio.com go to
TASKROUTER_API_URL; all others where they always went. Without that variable
the program does not start: a test must not reach a real account by mistake.
"""
import functools
import os
import runpy
import sys

from twilio.http.http_client import TwilioHttpClient

LOCAL = os.environ.get("TASKROUTER_API_URL")
real_request = TwilioHttpClient.request


@functools.wraps(real_request)
def request(self, method, url, *arguments, **named):
    url = url.replace("https://taskrouter.twilio.com", LOCAL, 1)
    return real_request(self, method, url, *arguments, **named)


def main():
    if not LOCAL:
        sys.exit("TASKROUTER_API_URL is not set")
    del sys.argv[0]
    if not sys.argv or sys.argv == ["-m"]:
        sys.exit(__doc__)
    TwilioHttpClient.request = request
    if sys.argv[0] == "-m":
        del sys.argv[0]
        sys.path[0] = os.getcwd()
        runpy.run_module(sys.argv[0], run_name="__main__", alter_sys=True)
    else:
        sys.path[0] = os.path.dirname(os.path.abspath(sys.argv[0]))
        runpy.run_path(sys.argv[0], run_name="__main__")


main()
