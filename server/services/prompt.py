"""PromptService: prompt versions and their labels."""

from __future__ import annotations

from typing import Any

from grpc.aio import ServicerContext

from nightdesk.v1 import common_pb2, prompt_pb2, prompt_pb2_grpc
from server.domain import DocumentKind, PromptBundle, PromptVersion, Role, SearchQuestionSource
from server.domain.prompts import DEFAULT_HALF_LIFE_DAYS
from server.errors import InvalidArgument
from server.interceptors.callers import current_principal, require_role
from server.ledger.prompts import PromptStore, unified_diff
from server.services import convert, validate
from server.services.routing import examples_to_proto, parse_examples, parse_routing, routing_to_proto

MAX_TEMPLATE_BYTES = 64 * 1024
KINDS = tuple(kind.value for kind in DocumentKind)


class PromptService(prompt_pb2_grpc.PromptServiceServicer):
    """Serves the prompt versions of the caller's tenant. `routes`, `deployments` and `rails` are the names a bundle
    may use."""

    def __init__(
        self,
        prompts: PromptStore,
        routes: frozenset[str],
        deployments: frozenset[str] = frozenset(),
        rails: frozenset[str] = frozenset(),
    ) -> None:
        self._prompts = prompts
        self._rails = rails
        self._routes = routes
        self._deployments = deployments

    async def CreatePromptVersion(
        self, request: prompt_pb2.CreatePromptVersionRequest, context: ServicerContext[Any, Any]
    ) -> prompt_pb2.CreatePromptVersionResponse:
        principal = require_role(Role.ENGINEER, Role.ADMIN)
        description = validate.text("description", request.description, max_bytes=8000, required=False)
        version = await self._prompts.create(
            principal.tenant, self._bundle(request.bundle), description, principal.name
        )
        return prompt_pb2.CreatePromptVersionResponse(prompt_version=_to_proto(version))

    async def GetPromptVersion(
        self, request: prompt_pb2.GetPromptVersionRequest, context: ServicerContext[Any, Any]
    ) -> prompt_pb2.GetPromptVersionResponse:
        name = validate.identifier("prompt_version", request.prompt_version, max_characters=64)
        version = await self._prompts.resolve(current_principal().tenant, name)
        return prompt_pb2.GetPromptVersionResponse(prompt_version=_to_proto(version))

    async def ListPromptVersions(
        self, request: prompt_pb2.ListPromptVersionsRequest, context: ServicerContext[Any, Any]
    ) -> prompt_pb2.ListPromptVersionsResponse:
        limit = validate.page_size(request.page_size, default=100, maximum=1000)
        if request.page_token and not request.page_token.isdecimal():
            raise InvalidArgument("page_token", "This is not a token that a list returned.")
        before = int(request.page_token) if request.page_token else None
        versions = await self._prompts.page(current_principal().tenant, before=before, limit=limit)
        more = len(versions) == limit and versions[-1].version > 1
        return prompt_pb2.ListPromptVersionsResponse(
            prompt_versions=[_to_proto(version) for version in versions],
            next_page_token=str(versions[-1].version) if more else "",
        )

    async def SetPromptLabel(
        self, request: prompt_pb2.SetPromptLabelRequest, context: ServicerContext[Any, Any]
    ) -> prompt_pb2.SetPromptLabelResponse:
        principal = require_role(Role.ENGINEER, Role.ADMIN)
        version = await self._prompts.set_label(principal.tenant, request.label, request.version)
        return prompt_pb2.SetPromptLabelResponse(prompt_version=_to_proto(version))

    async def DiffPromptVersions(
        self, request: prompt_pb2.DiffPromptVersionsRequest, context: ServicerContext[Any, Any]
    ) -> prompt_pb2.DiffPromptVersionsResponse:
        tenant = current_principal().tenant
        old = await self._prompts.resolve(
            tenant, validate.identifier("from_prompt_version", request.from_prompt_version)
        )
        new = await self._prompts.resolve(tenant, validate.identifier("to_prompt_version", request.to_prompt_version))
        return prompt_pb2.DiffPromptVersionsResponse(unified_diff=unified_diff(old, new))

    def _bundle(self, bundle: prompt_pb2.PromptBundle) -> PromptBundle:
        validate.text("bundle.template", bundle.template, max_bytes=MAX_TEMPLATE_BYTES)
        if "{context}" not in bundle.template:
            raise InvalidArgument(
                "bundle.template",
                "The template has no place for the sources.",
                fix="Put {context} where the retrieved chunks go.",
            )
        route = bundle.route or "default"
        if route not in self._routes:
            raise InvalidArgument(
                "bundle.route", f"There is no route {route!r}.", fix=f"Use one of: {', '.join(sorted(self._routes))}."
            )
        check = validate.in_range
        temperature = check("bundle.temperature", bundle.temperature, 0, 2) if bundle.HasField("temperature") else None
        half_life = bundle.recency_half_life_days or DEFAULT_HALF_LIFE_DAYS
        return PromptBundle(
            template=bundle.template,
            route=route,
            temperature=temperature,
            max_output_tokens=int(check("bundle.max_output_tokens", bundle.max_output_tokens, 1, 32_768)),
            retrieval_limit=int(check("bundle.retrieval_limit", bundle.retrieval_limit, 1, 50)),
            vector_weight=check("bundle.vector_weight", bundle.vector_weight, 0, 1),
            answerability_floor=check("bundle.answerability_floor", bundle.answerability_floor, 0, 1),
            history_turns=int(check("bundle.history_turns", bundle.history_turns, 0, 50)),
            rail_thresholds=validate.rail_thresholds("bundle.rail_thresholds", bundle.rail_thresholds, self._rails),
            kind_weights={kind: _kind_weight(kind, weight) for kind, weight in sorted(bundle.kind_weights.items())},
            recency_weight=check("bundle.recency_weight", bundle.recency_weight, 0, 1),
            recency_half_life_days=int(check("bundle.recency_half_life_days", half_life, 1, 36_500)),
            rerank=bundle.rerank,
            search_question=_search_question(bundle.search_question),
            routing=parse_routing("bundle.routing", bundle.routing, self._deployments)
            if bundle.HasField("routing")
            else None,
            examples=parse_examples("bundle.examples", bundle.examples),
        )


def _kind_weight(kind: str, weight: float) -> float:
    field = f"bundle.kind_weights[{kind}]"
    if kind not in KINDS:
        raise InvalidArgument(field, f"There is no kind {kind!r}.", fix=f"Use one of: {', '.join(KINDS)}.")
    return validate.in_range(field, weight, 0, 2)


def _search_question(value: common_pb2.SearchQuestionSource.ValueType) -> SearchQuestionSource | None:
    if value == common_pb2.SEARCH_QUESTION_SOURCE_UNSPECIFIED:
        return None
    if value not in convert.SOURCES_BACK:
        raise InvalidArgument(
            "bundle.search_question",
            f"There is no search question source {value}.",
            fix="Use MESSAGE, CONVERSATION or MODEL, or leave it out.",
        )
    return convert.SOURCES_BACK[value]


def _to_proto(version: PromptVersion) -> prompt_pb2.PromptVersion:
    bundle = version.bundle
    return prompt_pb2.PromptVersion(
        version=version.version,
        bundle=prompt_pb2.PromptBundle(
            template=bundle.template,
            route=bundle.route,
            temperature=bundle.temperature,
            max_output_tokens=bundle.max_output_tokens,
            retrieval_limit=bundle.retrieval_limit,
            vector_weight=bundle.vector_weight,
            answerability_floor=bundle.answerability_floor,
            history_turns=bundle.history_turns,
            rail_thresholds=bundle.rail_thresholds,
            kind_weights=bundle.kind_weights,
            recency_weight=bundle.recency_weight,
            recency_half_life_days=bundle.recency_half_life_days,
            rerank=bundle.rerank,
            search_question=convert.source(bundle.search_question),
            routing=routing_to_proto(bundle.routing),
            examples=examples_to_proto(bundle.examples),
        ),
        content_hash=version.content_hash,
        description=version.description,
        labels=version.labels,
        create_time=convert.timestamp(version.created_at),
        author=version.author,
    )
