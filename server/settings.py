"""Every setting, from the environment and `.env`, checked once at start."""

from __future__ import annotations

import ipaddress
from functools import cached_property
from pathlib import Path
from typing import Literal, Self

from pydantic import Field, SecretStr, ValidationError, field_validator, model_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

from server.errors import SettingsError

DEFAULT_ADDRESS = "127.0.0.1:8700"
DEFAULT_OPENAI_MODEL = "gpt-4.1-mini"
DEFAULT_ANTHROPIC_MODEL = "claude-haiku-4-5"


class Settings(BaseSettings):
    """The server's settings; `.env.example` says what each is for."""

    model_config = SettingsConfigDict(
        env_prefix="NIGHTDESK_", env_file=".env", env_file_encoding="utf-8", extra="ignore", populate_by_name=True
    )

    data_dir: Path = Path(".nightdesk")
    address: str = DEFAULT_ADDRESS
    metrics_address: str = ""
    product: str = "Larkbook"

    auth: Literal["off", "keys"] = "off"
    api_keys: dict[str, str] = Field(default_factory=dict)
    """SHA-256 of a key (hex) → "tenant:role:name"."""

    model: str = ""
    openai_api_key: SecretStr | None = Field(default=None, validation_alias="OPENAI_API_KEY")
    openai_base_url: str = Field(default="", validation_alias="OPENAI_BASE_URL")
    anthropic_api_key: SecretStr | None = Field(default=None, validation_alias="ANTHROPIC_API_KEY")
    anthropic_base_url: str = Field(default="", validation_alias="ANTHROPIC_BASE_URL")
    models_file: Path | None = None
    """TOML with deployments and routes, in place of `model`."""
    model_first_token_timeout: float = Field(default=20.0, gt=0, le=600)
    model_idle_timeout: float = Field(default=15.0, gt=0, le=600)
    search_question_timeout: float = Field(default=2.0, gt=0, le=60)

    embedder: Literal["wordllama", "fastembed", "openai"] = "wordllama"
    embedder_model: str = ""
    embedder_path: Path | None = None
    embedder_base_url: str = ""
    embedder_api_key: SecretStr | None = None
    embedder_dimension: int = Field(default=0, ge=0, le=8192)

    reranker: Literal["none", "endpoint"] = "none"
    reranker_url: str = ""
    reranker_model: str = ""
    reranker_api_key: SecretStr | None = None
    reranker_timeout: float = Field(default=3.0, gt=0, le=60)

    vector_store: Literal["sqlite", "weaviate"] = "sqlite"
    weaviate_http_address: str = "127.0.0.1:8080"
    weaviate_grpc_address: str = "127.0.0.1:50051"
    weaviate_api_key: SecretStr | None = None

    guardrails_dir: Path | None = None
    judge_timeout: float = Field(default=4.0, gt=0, le=60)
    """Seconds that a model may take for one rail's question."""
    originals_key: SecretStr | None = None
    """Keeps turns' texts before masking, encrypted with this Fernet key; unset: they are not kept. Several with commas
    between them: the first encrypts, all decrypt."""
    originals_hours: float = Field(default=72.0, gt=0, le=24 * 90)

    cache: Literal["off", "exact", "semantic"] = "exact"
    cache_hours: float = Field(default=24.0, gt=0, le=24 * 365)

    redis_url: SecretStr | None = None
    """Where breakers, spending and kept answers are shared by replicas; unset: in this process."""

    max_concurrent_calls: int = Field(default=256, ge=1, le=100_000)
    turn_timeout: float = Field(default=120.0, gt=0, le=3600)
    max_document_bytes: int = Field(default=32 * 1024 * 1024, ge=1024, le=1024 * 1024 * 1024)
    parse_timeout: float = Field(default=30.0, gt=0, le=600)

    log_format: Literal["console", "json"] = "console"
    log_level: Literal["debug", "info", "warning", "error"] = "info"

    @field_validator("address", "metrics_address")
    @classmethod
    def _host_and_port(cls, value: str) -> str:
        if value:
            split_address(value)
        return value

    @field_validator("weaviate_http_address", "weaviate_grpc_address")
    @classmethod
    def _hosts_and_ports(cls, value: str) -> str:
        for address in _listed(value):
            split_address(address)
        return value

    @field_validator("model")
    @classmethod
    def _known_provider(cls, value: str) -> str:
        provider, _, name = value.partition(":")
        if value in ("", "extractive") or (provider in ("openai", "anthropic") and name):
            return value
        raise ValueError('use "extractive", "openai:MODEL" or "anthropic:MODEL"')

    @model_validator(mode="after")
    def _fill_and_check(self) -> Self:
        if not self.metrics_address:
            host, port = split_address(self.address)
            self.metrics_address = f"{host}:{port + 1}"
        http, grpc = _listed(self.weaviate_http_address), _listed(self.weaviate_grpc_address)
        if len(http) != len(grpc):
            raise ValueError(
                f"NIGHTDESK_WEAVIATE_HTTP_ADDRESS names {len(http)} nodes and NIGHTDESK_WEAVIATE_GRPC_ADDRESS "
                f"{len(grpc)}. Name each node in both, in the same order."
            )
        if self.auth == "off" and not is_loopback(self.address):
            raise ValueError(
                f"NIGHTDESK_AUTH=off would let anybody who reaches {self.address} in. "
                "Set NIGHTDESK_AUTH=keys with NIGHTDESK_API_KEYS, or listen on 127.0.0.1."
            )
        if self.auth == "keys" and not self.api_keys:
            raise ValueError("NIGHTDESK_AUTH=keys needs NIGHTDESK_API_KEYS. `nightdesk keys new` prints an entry.")
        if self.reranker == "endpoint" and not self.reranker_url.startswith(("http://", "https://")):
            raise ValueError(
                "NIGHTDESK_RERANKER=endpoint needs NIGHTDESK_RERANKER_URL, like http://127.0.0.1:8080/rerank."
            )
        if self.model.startswith("anthropic:") and self.anthropic_api_key is None and not self.anthropic_base_url:
            raise ValueError(f"NIGHTDESK_MODEL={self.model} needs ANTHROPIC_API_KEY.")
        if self.model.startswith("openai:") and self.openai_api_key is None and not self.openai_base_url:
            raise ValueError(f"NIGHTDESK_MODEL={self.model} needs OPENAI_API_KEY or OPENAI_BASE_URL.")
        return self

    @property
    def weaviate_addresses(self) -> list[tuple[str, str]]:
        """The HTTP and the gRPC address of each node."""
        addresses = zip(_listed(self.weaviate_http_address), _listed(self.weaviate_grpc_address), strict=True)
        return list(addresses)

    @cached_property
    def chosen_model(self) -> tuple[str, str, str]:
        """Provider, model name, and which setting decided it."""
        if self.model:
            provider, _, name = self.model.partition(":")
            return provider, name or "extractive", "NIGHTDESK_MODEL"
        if self.openai_api_key or self.openai_base_url:
            decided = "OPENAI_API_KEY" if self.openai_api_key else "OPENAI_BASE_URL"
            return "openai", DEFAULT_OPENAI_MODEL, decided
        if self.anthropic_api_key:
            return "anthropic", DEFAULT_ANTHROPIC_MODEL, "ANTHROPIC_API_KEY"
        return "extractive", "extractive", "no key is set"


def load_settings() -> Settings:
    """Read the settings. Raises SettingsError naming each variable that is wrong."""
    try:
        return Settings()
    except ValidationError as error:
        problems = []
        for item in error.errors():
            name = str(item["loc"][0]) if item["loc"] else ""
            variable = name if name.isupper() else f"NIGHTDESK_{name.upper()}"
            message = str(item["msg"]).removeprefix("Value error, ")
            problems.append(f"{variable}: {message}" if name else message)
        raise SettingsError("; ".join(problems), fix="`.env.example` lists every setting.") from None


def _listed(value: str) -> list[str]:
    return [part.strip() for part in value.split(",")]


def split_address(address: str) -> tuple[str, int]:
    """Host and port of "host:port" or "[v6]:port". Raises ValueError saying what is expected."""
    host, separator, port = address.rpartition(":")
    if not separator or not host or not port.isdigit() or not 0 < int(port) < 65536:
        raise ValueError(f"{address!r} is not host:port with a port from 1 to 65535, like 127.0.0.1:8700")
    return host.strip("[]"), int(port)


def is_loopback(address: str) -> bool:
    """Whether only this machine can reach the address."""
    host, _ = split_address(address)
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False
