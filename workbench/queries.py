"""The questions that pages ask of the server, as calls of the contract."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta

from google.protobuf.duration_pb2 import Duration
from google.protobuf.timestamp_pb2 import Timestamp

from nightdesk import Client
from nightdesk.v1 import evaluation_pb2, operations_pb2, prompt_pb2, rail_pb2

MAX_TURNS = 500
"""Turns in one page of ListTurns."""


def newest_turns(client: Client, since: datetime, limit: int = MAX_TURNS) -> list[operations_pb2.TurnSummary]:
    """At most `limit` (500) turns made since then, newest first. Raises ApiError."""
    request = operations_pb2.ListTurnsRequest(page_size=limit, start_time=_timestamp(since))
    return list(client.call(client.operations.ListTurns, request).turns)


def turn(client: Client, turn_id: str) -> operations_pb2.Turn:
    """Raises ApiError, also where there is no such turn."""
    return client.call(client.operations.GetTurn, operations_pb2.GetTurnRequest(turn_id=turn_id)).turn


def metrics(
    client: Client, start: datetime, end: datetime, step: timedelta | None = None
) -> list[operations_pb2.MetricPoint]:
    """A point for each prompt version and interval with turns; without `step` the span is cut into at most 60."""
    request = operations_pb2.QueryMetricsRequest(start_time=_timestamp(start), end_time=_timestamp(end))
    if step is not None:
        request.step.CopyFrom(_duration(step))
    return list(client.call(client.operations.QueryMetrics, request).points)


def totals(client: Client, start: datetime, end: datetime) -> list[operations_pb2.MetricPoint]:
    """One point for each prompt version over the whole span, by version."""
    points = metrics(client, start, end, end - start)
    return sorted(points, key=lambda point: point.prompt_version)


def prompt_versions(client: Client) -> list[prompt_pb2.PromptVersion]:
    """All versions, newest first. Raises ApiError."""
    versions: list[prompt_pb2.PromptVersion] = []
    request = prompt_pb2.ListPromptVersionsRequest(page_size=100)
    while True:
        response = client.call(client.prompts.ListPromptVersions, request)
        versions += response.prompt_versions
        if not response.next_page_token:
            return versions
        request.page_token = response.next_page_token


def bundle_difference(client: Client, left: int, right: int) -> str:
    """What differs between two versions' bundles, as a unified diff; empty where nothing does."""
    request = prompt_pb2.DiffPromptVersionsRequest(from_prompt_version=str(left), to_prompt_version=str(right))
    return client.call(client.prompts.DiffPromptVersions, request).unified_diff


def newest_runs(client: Client, limit: int = 100) -> list[evaluation_pb2.Run]:
    """At most `limit` evaluation runs, newest first. Raises ApiError."""
    return list(client.call(client.evaluations.ListRuns, evaluation_pb2.ListRunsRequest(page_size=limit)).runs)


def results(client: Client, run_id: str) -> list[evaluation_pb2.CaseResult]:
    """All results of a run, by case. Raises ApiError."""
    found: list[evaluation_pb2.CaseResult] = []
    request = evaluation_pb2.ListResultsRequest(run_id=run_id, page_size=500)
    while True:
        response = client.call(client.evaluations.ListResults, request)
        found += response.results
        if not response.next_page_token:
            return found
        request.page_token = response.next_page_token


def routes(client: Client) -> operations_pb2.ListRoutesResponse:
    """The deployments and routes of the server's settings. Raises ApiError."""
    return client.call(client.operations.ListRoutes, operations_pb2.ListRoutesRequest())


def explain_route(client: Client, request: operations_pb2.ExplainRouteRequest) -> operations_pb2.ExplainRouteResponse:
    """What a routing decides for the request's facts. Raises ApiError."""
    return client.call(client.operations.ExplainRoute, request)


def budgets(client: Client) -> list[operations_pb2.Budget]:
    """All budgets of the tenant. Raises ApiError."""
    return list(client.call(client.operations.ListBudgets, operations_pb2.ListBudgetsRequest()).budgets)


def set_budget(client: Client, budget: operations_pb2.Budget) -> operations_pb2.Budget:
    """Make a budget or change its limits. Raises ApiError, also where the key's role may not."""
    return client.call(client.operations.SetBudget, operations_pb2.SetBudgetRequest(budget=budget)).budget


def delete_budget(client: Client, budget_id: str) -> None:
    """Raises ApiError, also where the key's role may not."""
    client.call(client.operations.DeleteBudget, operations_pb2.DeleteBudgetRequest(budget_id=budget_id))


def spend(
    client: Client, span: tuple[datetime, datetime], step: timedelta, group: operations_pb2.SpendGroup.ValueType
) -> list[operations_pb2.SpendPoint]:
    """A point for each group and step in which a model was called. Raises ApiError."""
    request = operations_pb2.QuerySpendRequest(
        start_time=_timestamp(span[0]), end_time=_timestamp(span[1]), step=_duration(step), group=group
    )
    return list(client.call(client.operations.QuerySpend, request).points)


def rails(client: Client) -> list[rail_pb2.Rail]:
    """The rails of the server's configuration, in the order in which they run. Raises ApiError."""
    return list(client.call(client.rails.ListRails, rail_pb2.ListRailsRequest()).rails)


def rail_metrics(
    client: Client, span: tuple[datetime, datetime], step: timedelta
) -> list[operations_pb2.RailMetricPoint]:
    """A point for each rail, kind of verdict, category, prompt version and step in which there was one."""
    request = operations_pb2.QueryRailMetricsRequest(
        start_time=_timestamp(span[0]), end_time=_timestamp(span[1]), step=_duration(step)
    )
    return list(client.call(client.operations.QueryRailMetrics, request).points)


def simulate(
    client: Client, span: tuple[datetime, datetime], thresholds: Mapping[str, float], prompt_version: int = 0
) -> rail_pb2.SimulateThresholdsResponse:
    """What these thresholds would have decided on the turns of a period. Raises ApiError."""
    request = rail_pb2.SimulateThresholdsRequest(
        rail_thresholds=thresholds,
        start_time=_timestamp(span[0]),
        end_time=_timestamp(span[1]),
        prompt_version=prompt_version,
    )
    return client.call(client.rails.SimulateThresholds, request)


def create_version(client: Client, bundle: prompt_pb2.PromptBundle, description: str) -> prompt_pb2.PromptVersion:
    """The version that holds this bundle now: a new one, or the one that held it before. Raises ApiError."""
    request = prompt_pb2.CreatePromptVersionRequest(bundle=bundle, description=description)
    return client.call(client.prompts.CreatePromptVersion, request).prompt_version


def _timestamp(value: datetime) -> Timestamp:
    timestamp = Timestamp()
    timestamp.FromDatetime(value)
    return timestamp


def _duration(value: timedelta) -> Duration:
    duration = Duration()
    duration.FromTimedelta(value)
    return duration
