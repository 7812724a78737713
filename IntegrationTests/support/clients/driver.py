"""The far end of `support.drivers`: a request a line on standard input, an answer a line on standard output, in JSON.

Each client of the tests is a class with the same methods (`mkdir`, `write`, `read`, ...), run by `serve`. What a method
raises becomes {"status": number} where the client tells an NTSTATUS, else {"trouble": text}.
"""

import json
import sys
import traceback


def serve(client, status_of):
    """`status_of(error)`: the NTSTATUS in an exception of the client's, or None."""
    answers, sys.stdout = sys.stdout, sys.stderr  # A client that prints must not spoil an answer.
    for line in sys.stdin:
        request = json.loads(line)
        try:
            answer = {"result": getattr(client, request["do"])(*request["with"])}
        except Exception as error:
            status = status_of(error)
            answer = {"trouble": traceback.format_exc()} if status is None else {"status": status}
        answers.write(json.dumps(answer) + "\n")
        answers.flush()


def chain(error):
    """The exception and those that it was raised from."""
    while error is not None:
        yield error
        error = error.__cause__ or error.__context__
