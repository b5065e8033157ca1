"""Reaching one Weaviate node: its client, a deadline around every call, and its errors in our words."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import NamedTuple

import httpx
from weaviate import WeaviateAsyncClient, use_async_with_custom
from weaviate.classes.init import Auth
from weaviate.exceptions import (
    UnexpectedStatusCodeError,
    WeaviateBaseError,
    WeaviateClosedClientError,
    WeaviateConnectionError,
    WeaviateGRPCUnavailableError,
    WeaviateQueryError,
    WeaviateStartUpError,
    WeaviateTimeoutError,
)

from server.errors import FailedPrecondition, NightdeskError, Unavailable

_CONNECT_SECONDS = 10.0
_PING_SECONDS = 0.5
_NO_COLLECTION = "NightdeskNone"
_NODE_IS_AWAY = (
    WeaviateClosedClientError,
    WeaviateConnectionError,
    WeaviateGRPCUnavailableError,
    WeaviateQueryError,
    WeaviateStartUpError,
    WeaviateTimeoutError,
)
REACH_FIX = (
    "Check NIGHTDESK_WEAVIATE_HTTP_ADDRESS and NIGHTDESK_WEAVIATE_GRPC_ADDRESS and that Weaviate is up "
    "(`deploy/weaviate.sh start` runs one node)."
)


class NodeAddress(NamedTuple):
    """Where one node listens, each as host:port."""

    http: str
    grpc: str


class NodeAway(Unavailable):
    """The node did not answer at all, so that the next call had better go to another."""


class TimedOut(NodeAway):
    """Nothing came in time; the node may be away, or the question too hard for now."""


async def connected_client(
    address: NodeAddress, api_key: str, *, seconds: float = _CONNECT_SECONDS
) -> WeaviateAsyncClient:
    """A client for the running event loop, once the node answers by both ways. Raises as `weaviate_call` does."""
    http_host, http_port = _split(address.http)
    grpc_host, grpc_port = _split(address.grpc)
    client = use_async_with_custom(
        http_host=http_host,
        http_port=http_port,
        http_secure=False,
        grpc_host=grpc_host,
        grpc_port=grpc_port,
        grpc_secure=False,
        auth_credentials=Auth.api_key(api_key) if api_key else None,
        # The client's own checks also ask PyPI for its newest version; what they say of the node is asked here.
        skip_init_checks=True,
    )
    try:
        async with weaviate_call(f"connecting to Weaviate at {address.http}", seconds=seconds):
            await client.connect()
            await client.get_meta()  # the first call that needs the key
        async with weaviate_call(f"connecting to Weaviate at {address.grpc} by gRPC", seconds=seconds):
            await _ask_by_grpc(client)
    except BaseException:
        await client.close()
        raise
    return client


@asynccontextmanager
async def weaviate_call(what: str, *, seconds: float) -> AsyncIterator[None]:
    """Raise Unavailable where the block takes longer than `seconds` or Weaviate fails; NodeAway where it is not there.

    A refused API key is FailedPrecondition instead, because trying again does not help.
    """
    try:
        async with asyncio.timeout(seconds):
            yield
    except NightdeskError:
        raise
    except TimeoutError as error:
        raise TimedOut(f"Weaviate did not answer within {seconds:.3g} s ({what}).", fix=REACH_FIX) from error
    except UnexpectedStatusCodeError as error:
        if error.status_code in {401, 403}:
            raise FailedPrecondition(
                f"Weaviate refused the API key ({what}).", fix="Check NIGHTDESK_WEAVIATE_API_KEY."
            ) from error
        raise Unavailable(f"Weaviate failed ({what}): {error.message}", fix=REACH_FIX) from error
    except WeaviateBaseError as error:
        kind = NodeAway if isinstance(error, _NODE_IS_AWAY) else Unavailable
        raise kind(f"Weaviate failed ({what}): {error.message}", fix=REACH_FIX) from error
    except httpx.HTTPError as error:
        raise NodeAway(f"Weaviate broke off ({what}): {error}", fix=REACH_FIX) from error


async def answers(client: WeaviateAsyncClient) -> bool:
    """Whether the node says anything within half a second."""
    try:
        async with weaviate_call("asking whether it is there", seconds=_PING_SECONDS):
            await _ask_by_grpc(client)
    except Unavailable:
        return False
    return True


async def _ask_by_grpc(client: WeaviateAsyncClient) -> None:
    """The cheapest question of the client's that goes by gRPC; that there is no such collection is an answer."""
    try:
        await client.collections.use(_NO_COLLECTION).query.fetch_objects(limit=1)
    except WeaviateQueryError as error:
        if _NO_COLLECTION not in str(error):
            raise


def _split(address: str) -> tuple[str, int]:
    host, _, port = address.rpartition(":")
    return host.strip("[]"), int(port)
