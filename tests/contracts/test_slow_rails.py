"""A team's own rail that computes for ever: told at the start, ended in a turn, seen in the metrics."""

from __future__ import annotations

import asyncio
import shutil
from collections.abc import AsyncIterator
from pathlib import Path

import prometheus_client
import pytest
import structlog

import guardrails_config
from server.domain import ComponentState, RailReport, RailVerdict, Verdict
from server.rails.checks import RailRunner
from server.rails.engine import NemoRailEngine
from server.rails.holds import Holds
from server.rails.trial import RailTrial

PACKAGED = Path(guardrails_config.__file__).parent
RAIL = '''"""Serial numbers."""

import re

from guardrails_config.detectors.patterns import Finding
from guardrails_config.rail_action import rail

_SERIAL = re.compile(r"{expression}")


@rail("serials", direction="input")
async def check_serials(text: str) -> Finding | None:
    return Finding("serial", 0.9) if _SERIAL.search(text) else None
'''
BACKTRACKING = RAIL.format(expression=r"serial no\. (?:[0-9a-f]+-?)+!$")
BOUNDED = RAIL.format(expression=r"serial no\. (?:[0-9a-f]{1,8}-){0,8}[0-9a-f]{1,8}!$")
STUBBORN = """from guardrails_config.rail_action import rail


@rail("stubborn", direction="input")
async def check_stubborn(text):
    while "again" in text:
        try:
            sum(range(1000))
        except BaseException:
            break
"""
WAITING_FIRST = """import asyncio

from guardrails_config.rail_action import rail


@rail("waiting", direction="input")
async def check_waiting(text):
    await asyncio.sleep(0)
    while "again" in text:
        pass
"""
HOSTILE = "serial no. " + "a" * 60
STATED = Verdict.BLOCK, "rail_error"


def own(tmp_path: Path, **actions: str) -> Path:
    folder = tmp_path / "rails"
    shutil.copytree(PACKAGED, folder, ignore=shutil.ignore_patterns("__pycache__"))
    for name, source in actions.items():
        (folder / "actions" / f"{name}.py").write_text(source)
    return folder


@pytest.fixture
async def engine(tmp_path: Path) -> AsyncIterator[NemoRailEngine]:
    """Ends a rail after 0.2 s, and after 0.05 s where it was ended before."""
    folder = own(tmp_path, serials=BACKTRACKING, stubborn=STUBBORN, waiting=WAITING_FIRST)
    loaded = NemoRailEngine.load(folder)
    loaded._runner = RailRunner(loaded._runtime, loaded.redact, holds=Holds(longest=0.2, again=0.05))
    async with loaded.holds.ended():
        yield loaded


def of_rail(report: RailReport, rail: str) -> RailVerdict:
    [verdict] = [verdict for verdict in report.verdicts if verdict.rail == rail]
    return verdict


@pytest.mark.parametrize(
    ("rail", "hostile"), [("serials", HOSTILE), ("stubborn", "again"), ("waiting", "again")], ids=lambda text: text[:8]
)
async def test_a_rail_that_computes_for_ever_is_ended_and_the_others_are_asked(
    engine: NemoRailEngine, rail: str, hostile: str
) -> None:
    for times in (1, 2):
        with structlog.testing.capture_logs() as logged:
            report = await engine.check_input(hostile)
        [overran] = [line for line in logged if (line["event"], line.get("rail")) == ("rail_overran", rail)]
        assert f"actions/{rail}.py:" in overran["place"]
        verdict = of_rail(report, rail)
        assert (verdict.verdict, verdict.category) == STATED
        assert of_rail(report, "prompt injection").verdict is Verdict.ALLOW
        assert {v.rail for v in report.verdicts if (v.verdict, v.category) == STATED} <= {rail, "stubborn", "waiting"}
        assert engine.holds.overruns[rail] == times

    assert (await engine.check_input("Where is my invoice?")).deciding is None
    await asyncio.sleep(0.3)  # No alarm is left that would end anything else.
    status = await engine.check()
    assert status.state is ComponentState.DEGRADED
    assert repr(rail) in status.detail
    told = prometheus_client.generate_latest().decode()
    assert f'nightdesk_rail_overruns_total{{rail="{rail}"}}' in told
    assert f'nightdesk_rail_hold_seconds_bucket{{le="+Inf",rail="{rail}"}}' in told


async def test_a_rail_that_hostile_texts_can_stop_is_told_at_the_start_with_file_and_fix(
    tmp_path: Path,
) -> None:
    trial = RailTrial.of(own(tmp_path, serials=BACKTRACKING))
    assert trial.files == ("serials.py",)
    engine = NemoRailEngine.load(trial.folder)
    assert "own files being tried" in trial.worsen(await engine.check()).detail

    with structlog.testing.capture_logs() as logged:
        trial.run()

    [slow] = trial.slow
    assert (slow.rail, slow.file) == ("serials", "serials.py")
    assert [(line["event"], line["rail"], line["file"]) for line in logged] == [("rail_slow", "serials", "serials.py")]
    status = trial.worsen(await engine.check())
    assert status.state is ComponentState.DEGRADED
    assert "rail 'serials' (actions/serials.py)" in status.detail
    assert "Bound each repetition" in status.fix


async def test_a_rail_that_asks_nobody_for_long_is_not(tmp_path: Path) -> None:
    trial = RailTrial.of(own(tmp_path, serials=BOUNDED))
    trial.run()
    assert (trial.ended, trial.failed, trial.slow) == (True, False, ())
    status = trial.worsen(await NemoRailEngine.load(trial.folder).check())
    assert (status.state, status.detail.endswith("; 1 own files tried")) == (ComponentState.OK, True)


async def test_the_packages_rails_are_not_tried_again_and_leaving_ends_a_trial(tmp_path: Path) -> None:
    assert RailTrial.of(PACKAGED).files == ()
    trial = RailTrial.of(own(tmp_path, serials=BACKTRACKING))
    async with trial.beside():
        await asyncio.sleep(0.2)
    assert not trial.ended
