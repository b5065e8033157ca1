"""One pool of connections to Redis or Valkey for all that replicas share."""

from __future__ import annotations

from redis.asyncio import BlockingConnectionPool, Redis
from redis.exceptions import RedisError

from server.domain import ComponentState, ComponentStatus
from server.errors import SettingsError, Unavailable

MAX_CONNECTIONS = 64
CONNECT_SECONDS = 2.0
ANSWER_SECONDS = 2.0


async def connect_redis(url: str) -> Redis:
    """A client whose server has answered. Raises SettingsError for a bad address, Unavailable."""
    try:
        pool = BlockingConnectionPool.from_url(
            url,
            max_connections=MAX_CONNECTIONS,
            timeout=ANSWER_SECONDS,
            socket_connect_timeout=CONNECT_SECONDS,
            socket_timeout=ANSWER_SECONDS,
        )
    except ValueError as error:
        raise SettingsError(f"NIGHTDESK_REDIS_URL: {error}.", fix="Use redis://host:6379/0.") from None
    client = Redis(connection_pool=pool)
    try:
        await check_redis(client)
    except Unavailable:
        await client.aclose()
        raise
    return client


async def check_redis(client: Redis) -> ComponentStatus:
    """Raises Unavailable where it does not answer."""
    try:
        server = await client.info("server")
    except (RedisError, OSError) as error:
        raise Unavailable(
            f"Redis cannot be reached ({type(error).__name__}).",
            reason="REDIS_UNAVAILABLE",
            fix="Start it, or correct NIGHTDESK_REDIS_URL.",
        ) from None
    name = "Valkey" if "valkey_version" in server else "Redis"
    detail = f"{name} {server.get('valkey_version') or server.get('redis_version')}; shared by replicas"
    return ComponentStatus("redis", name.lower(), ComponentState.OK, detail)
