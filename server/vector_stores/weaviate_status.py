"""What `doctor` and the readiness check say of the Weaviate nodes."""

from __future__ import annotations

from server.domain import ComponentState, ComponentStatus
from server.errors import NightdeskError
from server.vector_stores.weaviate_connection import REACH_FIX
from server.vector_stores.weaviate_nodes import Patience, WeaviateNodes
from server.vector_stores.weaviate_schema import REPLICAS


async def cluster_status(nodes: WeaviateNodes, factor: int, embedder: str) -> ComponentStatus:
    """Ask every node; `factor` is how many replicas the index keeps, `embedder` what it was made for.

    FAILED where no node answers; DEGRADED where one does not, or where the cluster has grown and the index has not.
    """
    metas = await nodes.each("checking", lambda client: client.get_meta())
    failures = {address: meta for address, meta in metas.items() if isinstance(meta, NightdeskError)}
    versions = {address: meta["version"] for address, meta in metas.items() if not isinstance(meta, NightdeskError)}
    if not versions:
        detail = f"no node answers: {'; '.join(f'{address} {error.message}' for address, error in failures.items())}"
        return ComponentStatus("vector_store", "weaviate", ComponentState.FAILED, detail, REACH_FIX)
    parts = [f"{address} {f'Weaviate {versions[address]}' if address in versions else 'away'}" for address in metas]
    fixes = []
    if failures:
        fixes.append(f"See what is wrong with {', '.join(failures)}.")
    members = await _members(nodes)
    parts.append(f"members {'unsettled' if members is None else members}, replicas {factor}")
    if factor < REPLICAS <= (members or 0):
        fixes.append(
            f"The index was made with {factor} replicas when the cluster was smaller: what one node loses is lost. "
            "Make the index anew to have 3 (drop it and ingest again)."
        )
    state = ComponentState.DEGRADED if fixes else ComponentState.OK
    return ComponentStatus("vector_store", "weaviate", state, f"{'; '.join(parts)} ({embedder})", " ".join(fixes))


async def _members(nodes: WeaviateNodes) -> int | None:
    """How many nodes the cluster counts; None while they do not agree."""
    try:
        found = await nodes.call(
            "counting nodes", lambda client: client.cluster.nodes(output="minimal"), Patience(1.0, 2.0)
        )
    except NightdeskError:
        return None
    return len(found)
