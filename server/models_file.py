"""Deployments and routes of the settings: from a TOML file, or from the one model that the environment names."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import Annotated, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator, model_validator

from server.domain import ModelPrices, PreviousFailure, RouteRule, Routing, TokenPrices
from server.errors import InvalidArgument, SettingsError
from server.routing.decide import DEFAULT, EXTRACTIVE
from server.routing.judging import JUDGE
from server.routing.validate import validate_routing
from server.settings import Settings

Provider = Literal["openai", "anthropic"]
Api = Literal["chat_completions", "responses"]

KEY_VARIABLES: Mapping[str, str] = {"openai": "OPENAI_API_KEY", "anthropic": "ANTHROPIC_API_KEY"}

Seconds = Annotated[float, Field(gt=0, le=3600)]
DollarsPerMillion = Annotated[Decimal, Field(ge=0, le=1_000_000, max_digits=18, decimal_places=9)]
Name = Annotated[str, Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$")]


@dataclass(frozen=True, slots=True)
class DeploymentSettings:
    """Where a model runs and how long it may take, in seconds.

    `api` matters to openai alone. `api_key_variable` names the environment variable that has the key; it is empty where
    the server wants none. Prices are None where the file has none, so that the price table decides.
    """

    name: str
    provider: Provider
    model: str
    api: Api
    base_url: str
    api_key_variable: str
    first_token_timeout: float
    idle_timeout: float
    total_timeout: float
    prices: ModelPrices | None = None


@dataclass(frozen=True, slots=True)
class ModelsFile:
    """Deployments by name and routes by name; "default" is among the routes. The extractive deployment is not listed:
    it is always there."""

    deployments: Mapping[str, DeploymentSettings]
    routes: Mapping[str, Routing]


class _Table(BaseModel):
    model_config = ConfigDict(extra="forbid")


class _Prices(_Table):
    input: DollarsPerMillion
    output: DollarsPerMillion
    cache_read: DollarsPerMillion | None = None
    cache_write: DollarsPerMillion | None = None
    date: str = ""

    @field_validator("input", "output", "cache_read", "cache_write", mode="before")
    @classmethod
    def _exact(cls, value: object) -> object:
        if isinstance(value, float):
            raise ValueError('write it in quotes, like "0.40", so that no digit is lost')
        return value

    def token_prices(self) -> TokenPrices:
        """Cached tokens without a price of their own are input like any other."""
        read = self.input if self.cache_read is None else self.cache_read
        written = self.input if self.cache_write is None else self.cache_write
        return TokenPrices(self.input, read, written, self.output)


class _Deployment(_Table):
    provider: Provider
    model: str = Field(min_length=1, max_length=200)
    api: Api = "chat_completions"
    base_url: str = ""
    api_key_variable: str | None = Field(default=None, pattern=r"^([A-Za-z_][A-Za-z0-9_]*)?$")
    first_token_timeout: Seconds | None = None
    idle_timeout: Seconds | None = None
    total_timeout: Seconds | None = None
    prices: _Prices | None = None
    batch_prices: _Prices | None = None

    @field_validator("base_url")
    @classmethod
    def _address(cls, value: str) -> str:
        if value and not value.startswith(("http://", "https://")):
            raise ValueError("use an address like https://host/v1, or leave it out for the provider's own")
        return value

    @model_validator(mode="after")
    def _fits(self) -> Self:
        if self.provider != "openai" and self.api != "chat_completions":
            raise ValueError(f'api = "{self.api}" is for provider = "openai" alone; leave it out')
        if self.batch_prices is not None and self.prices is None:
            raise ValueError("batch_prices without prices; add [….prices], or leave both to the price table")
        return self

    def settings(self, name: str, defaults: Settings) -> DeploymentSettings:
        return DeploymentSettings(
            name=name,
            provider=self.provider,
            model=self.model,
            api=self.api,
            base_url=self.base_url,
            api_key_variable=KEY_VARIABLES[self.provider] if self.api_key_variable is None else self.api_key_variable,
            first_token_timeout=self.first_token_timeout or defaults.model_first_token_timeout,
            idle_timeout=self.idle_timeout or defaults.model_idle_timeout,
            total_timeout=self.total_timeout or defaults.turn_timeout,
            prices=self._prices(),
        )

    def _prices(self) -> ModelPrices | None:
        if self.prices is None:
            return None
        source = f"settings, {self.prices.date}" if self.prices.date else "settings"
        batch = self.batch_prices.token_prices() if self.batch_prices else None
        return ModelPrices(self.prices.token_prices(), source, batch=batch)


class _Rule(_Table):
    name: str
    chain: tuple[str, ...]
    min_question_tokens: int | None = None
    max_question_tokens: int | None = None
    min_answerability: float | None = None
    max_answerability: float | None = None
    topics: tuple[str, ...] = ()
    customer_tiers: tuple[str, ...] = ()
    previous_failures: tuple[PreviousFailure, ...] = ()


class _Route(_Table):
    chain: tuple[str, ...]
    economy_chain: tuple[str, ...] = ()
    hedge_after: float | None = None
    rules: tuple[_Rule, ...] = ()

    def routing(self) -> Routing:
        rules = tuple(RouteRule(**rule.model_dump()) for rule in self.rules)
        return Routing(self.chain, self.economy_chain, rules, self.hedge_after)


class _File(_Table):
    deployments: dict[Name, _Deployment] = Field(default_factory=dict)
    routes: dict[Name, _Route]


def read_models_file(path: Path, settings: Settings) -> ModelsFile:
    """The file's deployments and routes; `settings` has the timeouts that it leaves out.

    Raises SettingsError naming the table, the field and the way out.
    """
    try:
        data = tomllib.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise _invalid(
            path, f"it cannot be read ({error.strerror})", "Set it to a file that this user may read."
        ) from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise _invalid(path, f"it is not TOML ({error})") from None
    try:
        file = _File.model_validate(data)
    except ValidationError as error:
        raise _invalid(
            path, "; ".join(_problem(item["loc"], item["type"], item["msg"]) for item in error.errors())
        ) from None
    if EXTRACTIVE in file.deployments:
        raise _invalid(path, f"deployments.{EXTRACTIVE}: the name is taken", "Chains may use it; name yours otherwise.")
    if DEFAULT not in file.routes:
        raise _invalid(path, f"routes.{DEFAULT} is missing", f"Add [routes.{DEFAULT}] with a chain.")
    routes = {name: route.routing() for name, route in file.routes.items()}
    for name, routing in routes.items():
        try:
            validate_routing(routing, file.deployments.keys(), f"routes.{name}")
        except InvalidArgument as error:
            raise _invalid(path, f"{error.field}: {error.message}", error.fix) from None
    if JUDGE in routes and routes[JUDGE] != Routing(routes[JUDGE].chain):
        raise _invalid(
            path, f"routes.{JUDGE} has more than a chain", "Leave all but its chain out: judges have no rules."
        )
    if JUDGE in routes and EXTRACTIVE in routes[JUDGE].chain:
        raise _invalid(path, f"routes.{JUDGE}.chain: {EXTRACTIVE} cannot judge", "Name models alone.")
    return ModelsFile({name: each.settings(name, settings) for name, each in file.deployments.items()}, routes)


def single_model(settings: Settings) -> ModelsFile:
    """What the settings mean without a file: one deployment named like its provider, and the default route to it."""
    provider, model, _ = settings.chosen_model
    if provider == EXTRACTIVE:
        return ModelsFile({}, {DEFAULT: Routing((EXTRACTIVE,))})
    known: Provider = "anthropic" if provider == "anthropic" else "openai"
    deployment = DeploymentSettings(
        name=known,
        provider=known,
        model=model,
        api="chat_completions",
        base_url=settings.anthropic_base_url if known == "anthropic" else settings.openai_base_url,
        api_key_variable=KEY_VARIABLES[known],
        first_token_timeout=settings.model_first_token_timeout,
        idle_timeout=settings.model_idle_timeout,
        total_timeout=settings.turn_timeout,
    )
    return ModelsFile({known: deployment}, {DEFAULT: Routing((known,))})


def load_models(settings: Settings) -> ModelsFile:
    """The file's where NIGHTDESK_MODELS_FILE names one, else the single model's. Raises SettingsError."""
    return single_model(settings) if settings.models_file is None else read_models_file(settings.models_file, settings)


def api_key(deployment: DeploymentSettings, settings: Settings, environment: Mapping[str, str]) -> str:
    """The deployment's key; empty where its server wants none.

    It is looked for in the environment, and those that `.env` may hold in the settings too. Raises SettingsError where
    a provider's own address is to be called without one.
    """
    variable = deployment.api_key_variable
    ours = {"OPENAI_API_KEY": settings.openai_api_key, "ANTHROPIC_API_KEY": settings.anthropic_api_key}.get(variable)
    key = (environment.get(variable, "") if variable else "") or (ours.get_secret_value() if ours else "")
    if not key and not deployment.base_url:
        raise SettingsError(
            f"The deployment {deployment.name} has no key: {variable or 'api_key_variable'} is not set.",
            fix="Set it to the provider's key, or set base_url to a server that wants none.",
        )
    return key


def _problem(place: tuple[int | str, ...], kind: str, message: str) -> str:
    """One thing that is wrong: "deployments.small.provider: Input should be …"."""
    field = "".join(f"[{part}]" if isinstance(part, int) else f".{part}" for part in place if part != "[key]").lstrip(
        "."
    )
    if kind == "extra_forbidden":
        return f"{field}: there is no such field; remove it or check its spelling"
    if kind == "missing":
        return f"{field} is missing"
    if kind == "string_pattern_mismatch" and place and place[-1] == "[key]":
        return f"{field}: names have 1 to 64 letters, digits, dots, dashes or underscores"
    return f"{field}: {message.removeprefix('Value error, ')}" if field else message


def _invalid(path: Path, problem: str, fix: str = "") -> SettingsError:
    return SettingsError(
        f"NIGHTDESK_MODELS_FILE={path}: {problem.rstrip('.')}.", fix=fix or "docs/models.md has an example."
    )
