"""`nightdesk index`: another embedder while the old index serves, and another engine."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from nightdesk.v1 import ingest_pb2, operations_pb2
from tests.conftest import RunningServer, start_server, stop_server
from tests.integration.weaviate_server import weaviate_server
from tests.twins.embeddings import embeddings_twin

FACTS = ("The lamp turns itself off after 45 minutes.", "Refunds take five days.", "The desk rises to 120 cm.")


def write_documents(folder: Path) -> Path:
    folder.mkdir()
    for number, fact in enumerate(FACTS):
        (folder / f"fact{number}.md").write_text(f"# Fact {number}\n\n{fact}\n")
    return folder


def run_json(server: RunningServer, *arguments: str, **settings: str) -> list[dict[str, Any]]:
    """The events that an index command prints; settings are for this command alone."""
    again = RunningServer(server.address, server.data_dir, server.client, {**server.environment, **settings})
    done = again.command("index", *arguments, "--json")
    assert done.returncode == 0, done.stderr
    return [json.loads(line) for line in done.stdout.splitlines()]


def found_texts(server: RunningServer, question: str) -> str:
    found = server.client.call(server.client.ingests.Search, ingest_pb2.SearchRequest(question=question))
    return " ".join(result.text for result in found.results)


@pytest.mark.integration
def test_another_embedder_takes_over_after_re_embedding_beside_the_running_server(tmp_path: Path) -> None:
    documents = write_documents(tmp_path / "documents")
    with embeddings_twin() as twin:
        other = {
            "NIGHTDESK_EMBEDDER": "openai",
            "NIGHTDESK_EMBEDDER_MODEL": "letters",
            "NIGHTDESK_EMBEDDER_BASE_URL": twin.base_url,
            "NIGHTDESK_EMBEDDER_API_KEY": "key",
        }
        process, server = start_server(tmp_path / "data")
        try:
            assert server.command("ingest", str(documents)).returncode == 0
            *_, compared, ready = run_json(server, "re-embed", **other)
            assert (compared["target_documents"], compared["problems"], ready["event"]) == (3, [], "ready")
            assert "45 minutes" in found_texts(server, "When does the lamp turn itself off?")
            (documents / "fact3.md").write_text("# Fact 3\n\nThe chair has five legs.\n")
            assert server.command("ingest", str(documents)).returncode == 0
        finally:
            assert stop_server(process) == 0
        process, server = start_server(tmp_path / "data", **other)
        try:
            status = server.client.call(server.client.operations.GetStatus, operations_pb2.GetStatusRequest())
            assert status.document_count == 4
            assert any("letters" in part.detail for part in status.components if part.component == "vector_store")
            assert "five legs" in found_texts(server, "How many legs has the chair?")
            shown = run_json(server, "show", **other)
            assert sorted((index["serving"], index["documents"]) for index in shown) == [(False, 4), (True, 4)]
        finally:
            assert stop_server(process) == 0


@pytest.mark.integration
def test_an_embedder_without_an_index_is_refused_with_the_way(tmp_path: Path) -> None:
    process, server = start_server(tmp_path / "data")
    assert stop_server(process) == 0
    with embeddings_twin() as twin:
        other = {"NIGHTDESK_EMBEDDER": "openai", "NIGHTDESK_EMBEDDER_MODEL": "letters"}
        environment = {**server.environment, **other, "NIGHTDESK_EMBEDDER_BASE_URL": twin.base_url}
        environment["NIGHTDESK_EMBEDDER_API_KEY"] = "key"
        refused = RunningServer(server.address, server.data_dir, server.client, environment).command("serve")

    assert refused.returncode == 1
    assert "nightdesk index re-embed" in refused.stderr


@pytest.mark.integration
def test_an_index_moves_to_weaviate_and_back(tmp_path: Path) -> None:
    documents = write_documents(tmp_path / "documents")
    (tmp_path / "weaviate").mkdir()
    with weaviate_server(tmp_path / "weaviate") as weaviate:
        settings = {
            "NIGHTDESK_WEAVIATE_HTTP_ADDRESS": weaviate.http_address,
            "NIGHTDESK_WEAVIATE_GRPC_ADDRESS": weaviate.grpc_address,
            "NIGHTDESK_WEAVIATE_API_KEY": weaviate.api_key,
        }
        process, server = start_server(tmp_path / "data", **settings)
        try:
            assert server.command("ingest", str(documents)).returncode == 0
            *_, compared, ready = run_json(server, "move", "--to", "weaviate")
            assert (compared["target_chunks"], compared["problems"], ready["event"]) == (3, [], "ready")
        finally:
            assert stop_server(process) == 0
        process, server = start_server(tmp_path / "data", **settings, NIGHTDESK_VECTOR_STORE="weaviate")
        try:
            assert "45 minutes" in found_texts(server, "When does the lamp turn itself off?")
            assert server.command("documents", "delete", "fact1.md").returncode == 0
            *_, compared, _ready = run_json(server, "move", "--to", "sqlite")
            assert (compared["source_documents"], compared["target_documents"]) == (2, 2)
        finally:
            assert stop_server(process) == 0
