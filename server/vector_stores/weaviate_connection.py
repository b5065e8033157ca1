"""Reaching Weaviate: the client, a deadline around every call, and its errors in our words."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from weaviate import WeaviateAsyncClient, use_async_with_custom
from weaviate.classes.init import AdditionalConfig, Auth, Timeout
from weaviate.exceptions import UnexpectedStatusCodeError, WeaviateBaseError

from server.errors import FailedPrecondition, NightdeskError, Unavailable

CALL_SECONDS = 10.0
"""Of each call. The client's own timeouts do not cover a node that stops answering."""

_CONNECT_SECONDS = 20
_FIX = (
    "Check NIGHTDESK_WEAVIATE_HTTP_ADDRESS and NIGHTDESK_WEAVIATE_GRPC_ADDRESS and that Weaviate is up "
    "(`deploy/weaviate.sh start` runs one node)."
)


async def connected_client(http_address: str, grpc_address: str, api_key: str) -> WeaviateAsyncClient:
    """A client for the running event loop. Addresses are host:port. Raises as `weaviate_call` does."""
    http_host, _, http_port = http_address.rpartition(":")
    grpc_host, _, grpc_port = grpc_address.rpartition(":")
    client = use_async_with_custom(
        http_host=http_host.strip("[]"),
        http_port=int(http_port),
        http_secure=False,
        grpc_host=grpc_host.strip("[]"),
        grpc_port=int(grpc_port),
        grpc_secure=False,
        auth_credentials=Auth.api_key(api_key) if api_key else None,
        additional_config=AdditionalConfig(timeout=Timeout(init=_CONNECT_SECONDS)),
    )
    try:
        async with weaviate_call(f"connecting to Weaviate at {http_address}", seconds=_CONNECT_SECONDS):
            await client.connect()
    except NightdeskError:
        await client.close()
        raise
    return client


@asynccontextmanager
async def weaviate_call(what: str, *, seconds: float = CALL_SECONDS) -> AsyncIterator[None]:
    """Raise Unavailable where the block takes longer than `seconds` or Weaviate fails.

    A refused API key is FailedPrecondition instead, because trying again does not help.
    """
    try:
        async with asyncio.timeout(seconds):
            yield
    except TimeoutError as error:
        raise Unavailable(f"Weaviate did not answer within {seconds:g} s ({what}).", fix=_FIX) from error
    except UnexpectedStatusCodeError as error:
        if error.status_code in {401, 403}:
            raise FailedPrecondition(
                f"Weaviate refused the API key ({what}).", fix="Check NIGHTDESK_WEAVIATE_API_KEY."
            ) from error
        raise Unavailable(f"Weaviate failed ({what}): {error.message}", fix=_FIX) from error
    except WeaviateBaseError as error:
        raise Unavailable(f"Weaviate failed ({what}): {error.message}", fix=_FIX) from error
