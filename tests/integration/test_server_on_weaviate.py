"""The same server with Weaviate in place of the embedded store: one setting, the same contract."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from nightdesk.v1 import common_pb2, ingest_pb2
from tests.conftest import start_server, stop_server
from tests.integration.weaviate_server import weaviate_server

LAMP = "# Lamp guide\n\n## Timer\n\nThe lamp turns itself off after 45 minutes.\n"


@pytest.mark.integration
def test_ingest_chat_search_and_delete_work_as_on_the_embedded_store(tmp_path: Path) -> None:
    (tmp_path / "lamp.md").write_text(LAMP)
    (tmp_path / "weaviate").mkdir()
    with weaviate_server(tmp_path / "weaviate") as weaviate:
        process, server = start_server(
            tmp_path / "data",
            NIGHTDESK_VECTOR_STORE="weaviate",
            NIGHTDESK_WEAVIATE_HTTP_ADDRESS=weaviate.http_address,
            NIGHTDESK_WEAVIATE_GRPC_ADDRESS=weaviate.grpc_address,
            NIGHTDESK_WEAVIATE_API_KEY=weaviate.api_key,
        )
        try:
            for outcome in ("created", "unchanged"):
                ingested = server.command("ingest", str(tmp_path / "lamp.md"), "--json")
                assert json.loads(ingested.stdout.splitlines()[-1])["summary"][outcome] == 1, ingested.stderr
            *_, last = server.client.chat("When does the lamp turn itself off?")
            assert last.completed.finish_reason == common_pb2.FINISH_REASON_ANSWERED
            assert "45 minutes" in last.completed.answer

            server.client.call(
                server.client.ingests.DeleteDocument, ingest_pb2.DeleteDocumentRequest(document_id="lamp.md")
            )
            found = server.client.call(server.client.ingests.Search, ingest_pb2.SearchRequest(question="lamp"))
            assert not found.results
        finally:
            assert stop_server(process) == 0
