"""Kills the server at random moments of an ingest, and checks that nothing acknowledged is lost.

    python -m benchmarks.ingest_crashes [--kills 50] [--documents 300] [--seed 1]

A client streams small documents, new versions of them and deletions among them, and resumes after each kill. When the
server is up again and has caught up, every acknowledged document must be listed and found in its acknowledged version,
none twice, nothing of a replaced version or a deleted document; both database files must be sound and the spool empty.
Ends with 1 where that does not hold.
"""

from __future__ import annotations

import argparse
import random
import shutil
import sqlite3
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path
from threading import Thread

import grpc

import nightdesk
from benchmarks.server_process import ServerProcess, environment, launch, wait_until_ready
from nightdesk.v1 import ingest_pb2

ADDRESS = "127.0.0.1:20410"
SEARCHED = 25
"""Documents that are searched for after each kill; at the end it is all of them."""
CATCH_UP_SECONDS = 60.0
DELETED = 0
_GONE = (grpc.StatusCode.UNAVAILABLE, grpc.StatusCode.CANCELLED, grpc.StatusCode.UNKNOWN)
"""How a call ends whose server was killed."""
LIFE_SECONDS = (0.02, 0.9)
"""How long a server may work after it is ready, before it is killed."""


@dataclass(slots=True)
class Expected:
    """What the server has promised. Versions count from 1; DELETED is the promise that a document is gone.

    Where a call was cut off by a kill, the promise may be the old or the new one: `allowed` has both.
    """

    allowed: dict[str, set[int]] = field(default_factory=dict)
    acknowledged: int = 0
    deletions: int = 0

    def promise(self, document_id: str, version: int) -> None:
        self.allowed[document_id] = {version}

    def perhaps(self, document_id: str, version: int) -> None:
        self.allowed.setdefault(document_id, {DELETED}).add(version)


@dataclass(slots=True)
class Result:
    """What a whole run came to."""

    kills: int = 0
    checks: int = 0
    acknowledged: int = 0
    deletions: int = 0
    recovered: int = 0
    violations: list[str] = field(default_factory=list)


def main() -> None:
    options = argparse.ArgumentParser()
    options.add_argument("--kills", type=int, default=50)
    options.add_argument("--documents", type=int, default=300)
    options.add_argument("--seed", type=int, default=1)
    given = options.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        result = run(Path(folder), ADDRESS, kills=given.kills, documents=given.documents, seed=given.seed)
    print(
        f"{result.kills} kills, {result.acknowledged} documents acknowledged, {result.deletions} deleted, "
        f"{result.recovered} indexed only after a restart, {result.checks} checks, {len(result.violations)} violations"
    )
    for violation in result.violations[:20]:
        print(f"  {violation}")
    sys.exit(bool(result.violations))


def run(folder: Path, address: str, *, kills: int, documents: int, seed: int) -> Result:
    """Let a server live and die `kills` times over the same data, then check everything."""
    chance = random.Random(seed)
    result, expected = Result(), Expected()
    settings, log = environment(folder / "data", address), folder / "server.log"
    writer = Writer(address, documents, expected, random.Random(seed + 1))
    for _ in range(kills):
        result.recovered += _left_behind(folder)
        server = launch(settings, log)
        try:
            wait_until_ready(server, log)
            check(server, folder, expected, chance, result, SEARCHED)
            work = Thread(target=writer.work)
            work.start()
            time.sleep(chance.uniform(*LIFE_SECONDS))
        finally:
            server.process.kill()
            server.process.wait()
        work.join()
        result.kills += 1
    result.recovered += _left_behind(folder)
    server = launch(settings, log)
    try:
        wait_until_ready(server, log)
        check(server, folder, expected, chance, result, len(expected.allowed))
    finally:
        server.process.terminate()
        server.process.wait(60)
    result.violations += writer.violations
    result.acknowledged, result.deletions = expected.acknowledged, expected.deletions
    return result


class Writer:
    """The client: works on one ingestion until the server dies, and goes on with it the next time."""

    def __init__(self, address: str, documents: int, expected: Expected, chance: random.Random) -> None:
        self._address = address
        self._documents = documents
        self._expected = expected
        self._chance = chance
        self._versions: Counter[str] = Counter()
        self._ingestion_id = ""
        self._on_their_way: list[tuple[str, int]] = []
        self.violations: list[str] = []

    def work(self) -> None:
        """Stream documents, and delete some on the way, until the server is gone."""
        with nightdesk.Client(self._address, "", timeout=30) as client:
            try:
                while True:
                    self._stream(client)
            except nightdesk.ApiError as error:
                if error.code not in _GONE:
                    raise
        for document_id, version in self._on_their_way:
            self._expected.perhaps(document_id, version)
        self._on_their_way.clear()

    def _stream(self, client: nightdesk.Client) -> None:
        for response in client.ingest(self._requests(client)):
            if response.HasField("started"):
                self._ingestion_id = response.started.ingestion_id
            elif response.HasField("acknowledged"):
                document_id, version = self._on_their_way.pop(0)
                assert response.acknowledged.document_id == document_id
                self._expected.promise(document_id, version)
                self._expected.acknowledged += 1

    def _requests(self, client: nightdesk.Client) -> Iterator[ingest_pb2.IngestRequest]:
        if self._ingestion_id:
            client.call(client.ingests.GetIngestion, ingest_pb2.GetIngestionRequest(ingestion_id=self._ingestion_id))
        yield ingest_pb2.IngestRequest(start=ingest_pb2.IngestStart(ingestion_id=self._ingestion_id))
        for place in range(40):
            if place % 10 == 9 and not self._deleted(client):
                return
            document_id = f"note-{self._chance.randrange(self._documents)}"
            self._versions[document_id] += 1
            version = self._versions[document_id]
            text = text_of(document_id, version)
            header = ingest_pb2.DocumentHeader(document_id=document_id, media_type="text/plain")
            self._on_their_way.append((document_id, version))
            yield ingest_pb2.IngestRequest(document=header)
            yield ingest_pb2.IngestRequest(part=ingest_pb2.DocumentPart(data=text.encode()))
            yield ingest_pb2.IngestRequest(document_end=ingest_pb2.DocumentEnd())
        yield ingest_pb2.IngestRequest(stop=ingest_pb2.IngestStop())

    def _deleted(self, client: nightdesk.Client) -> bool:
        """Delete a document that is not on its way. False where the server is gone."""
        on_their_way = {document_id for document_id, _ in self._on_their_way}
        known = sorted(set(self._expected.allowed) - on_their_way)
        if not known:
            return True
        document_id = self._chance.choice(known)
        before = set(self._expected.allowed[document_id])
        self._expected.perhaps(document_id, DELETED)
        try:
            client.call(client.ingests.DeleteDocument, ingest_pb2.DeleteDocumentRequest(document_id=document_id))
        except nightdesk.ApiError as error:
            if error.code in _GONE:
                return False
            if error.reason != "DOCUMENT_NOT_FOUND":
                raise
            if DELETED not in before:
                self.violations.append(f"{document_id} was not there to be deleted; {before} were promised")
        self._expected.promise(document_id, DELETED)
        self._expected.deletions += 1
        return True


def text_of(document_id: str, version: int) -> str:
    """A text that only this version has: `word` finds the document, the next word tells the version."""
    return f"The lamp {word(document_id)} has the setting version{version}of{word(document_id)} in this house."


def word(document_id: str) -> str:
    return f"lamp{document_id.removeprefix('note-')}x"


def check(
    server: ServerProcess, folder: Path, expected: Expected, chance: random.Random, result: Result, searched: int
) -> None:
    """When the server has caught up, add what is wrong to the result's violations."""
    result.checks += 1
    _wait_for_backlog(folder / "data" / "ingest.db")
    with nightdesk.Client(server.address, "") as client:
        listed = dict(_listed(client))
        found = {}
        for document_id in chance.sample(sorted(expected.allowed), min(searched, len(expected.allowed))):
            found[document_id] = _versions_found(client, document_id)
    problems = list(_problems(expected, listed, found))
    for name in ("ingest.db", "knowledge.db"):
        problems += [f"{name}: {verdict}" for verdict in _integrity(folder / "data" / name) if verdict != "ok"]
    result.violations += [f"after kill {result.kills}: {problem}" for problem in problems]
    # What was allowed to be either is settled from here on.
    for document_id, versions in found.items():
        if len(versions) <= 1:
            expected.promise(document_id, next(iter(versions), DELETED))


def _problems(expected: Expected, listed: dict[str, int], found: dict[str, list[int]]) -> Iterator[str]:
    for document_id, allowed in expected.allowed.items():
        count = listed.get(document_id, 0)
        if count > 1:
            yield f"{document_id} is listed {count} times"
        if not count and DELETED not in allowed:
            yield f"{document_id} is lost; version {max(allowed)} was acknowledged"
        if count and allowed == {DELETED}:
            yield f"{document_id} is listed although it was deleted"
    yield from (f"{document_id} was never sent" for document_id in listed if document_id not in expected.allowed)
    for document_id, versions in found.items():
        if len(versions) > 1:
            yield f"{document_id} is found in versions {versions}"
        elif (versions[0] if versions else DELETED) not in expected.allowed[document_id]:
            yield f"{document_id} is found in version {versions}, allowed are {sorted(expected.allowed[document_id])}"
        if bool(versions) != (document_id in listed):
            yield f"{document_id} is listed {document_id in listed} and found {bool(versions)}"


def _listed(client: nightdesk.Client) -> Counter[str]:
    listed: Counter[str] = Counter()
    token = ""
    while True:
        request = ingest_pb2.ListDocumentsRequest(page_size=1000, page_token=token)
        page = client.call(client.ingests.ListDocuments, request)
        listed.update(document.document_id for document in page.documents)
        token = page.next_page_token
        if not token:
            return listed


def _versions_found(client: nightdesk.Client, document_id: str) -> list[int]:
    """The versions of a document that a search for its word finds."""
    request = ingest_pb2.SearchRequest(question=f"setting of {word(document_id)}", limit=20)
    results = client.call(client.ingests.Search, request).results
    texts = [result.text for result in results if result.document_id == document_id]
    return [int(text.split(" version", 1)[1].split("of", 1)[0]) for text in texts]


def _wait_for_backlog(spool: Path) -> None:
    """Wait until nothing waits to be indexed. Raises TimeoutError."""
    deadline = time.monotonic() + CATCH_UP_SECONDS
    while waiting := _waiting(spool):
        if time.monotonic() > deadline:
            raise TimeoutError(f"{waiting} documents still wait after {CATCH_UP_SECONDS:g} s")
        time.sleep(0.05)


def _left_behind(folder: Path) -> int:
    """Documents that wait in the files of a server that is gone; looked at in a copy, so that these stay untouched."""
    with tempfile.TemporaryDirectory(dir=folder) as copy:
        for part in (folder / "data").glob("ingest.db*"):
            shutil.copy(part, copy)
        return _waiting(Path(copy) / "ingest.db")


def _waiting(spool: Path) -> int:
    """Documents in the spool that are not indexed, or whose bytes are still kept."""
    if not spool.exists():
        return 0
    with closing(sqlite3.connect(spool, timeout=10)) as db:
        return int(db.execute("SELECT count(*) FROM documents WHERE outcome IS NULL OR data IS NOT NULL").fetchone()[0])


def _integrity(path: Path) -> list[str]:
    with closing(sqlite3.connect(path, timeout=10)) as db:
        return [str(row[0]) for row in db.execute("PRAGMA integrity_check")]


if __name__ == "__main__":
    main()
