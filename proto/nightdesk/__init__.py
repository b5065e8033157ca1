"""Nightdesk's contract in Python: the generated code under `nightdesk.v1` and a small typed client.

import nightdesk

with nightdesk.Client() as client:
    for event in client.chat("How do I get a refund?"):
        print(event.delta.text, end="")
"""

from nightdesk.client import DEFAULT_ADDRESS, Client
from nightdesk.errors import ApiError, FieldViolation

__all__ = ["DEFAULT_ADDRESS", "ApiError", "Client", "FieldViolation"]
