"""Ask one question and print the answer as it comes, with the package `nightdesk` alone.

    python examples/python/chat.py "How do I get a refund?"

The server is at NIGHTDESK_ADDRESS (127.0.0.1:8700), the key in NIGHTDESK_API_KEY.
"""

from __future__ import annotations

import sys

import nightdesk
from nightdesk.v1 import common_pb2


def main() -> int:
    question = " ".join(sys.argv[1:]) or "How do I get a refund for a yearly plan?"
    titles: dict[str, str] = {}
    with nightdesk.Client() as client:
        try:
            for event in client.chat(question):
                match event.WhichOneof("event"):
                    case "citations":
                        titles = {citation.chunk_id: citation.title for citation in event.citations.citations}
                    case "delta":
                        sys.stdout.write(event.delta.text)
                        sys.stdout.flush()
                    case "completed":
                        reason = common_pb2.FinishReason.Name(event.completed.finish_reason)
                        cited = [titles.get(chunk_id, chunk_id) for chunk_id in event.completed.citation_ids]
                        sys.stdout.write(f"\n{reason}; cites: {', '.join(cited) or 'nothing'}\n")
        except nightdesk.ApiError as error:
            sys.stderr.write(f"error: {error}\n")
            return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
