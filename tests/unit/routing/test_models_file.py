"""The models file: what it means, and what it says when it is wrong."""

from __future__ import annotations

import re
from decimal import Decimal
from pathlib import Path

import pytest

from server.domain import ModelPrices, PreviousFailure, RouteRule, Routing, TokenPrices
from server.errors import SettingsError
from server.models_file import ModelsFile, api_key, load_models, read_models_file, single_model
from server.settings import Settings

DOCS = Path(__file__).parents[3] / "docs" / "models.md"
SMALL = '[deployments.small]\nprovider = "openai"\nmodel = "gpt-4.1-mini"\n'
ROUTE = '[routes.default]\nchain = ["small"]\n'


@pytest.fixture
def settings(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Settings:
    for name in ("OPENAI_API_KEY", "OPENAI_BASE_URL", "ANTHROPIC_API_KEY", "ANTHROPIC_BASE_URL"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.chdir(tmp_path)
    return Settings(model_idle_timeout=7)


def read(text: str, settings: Settings) -> ModelsFile:
    path = Path("models.toml")
    path.write_text(text)
    return read_models_file(path, settings)


def test_the_example_of_the_documentation_can_be_read(settings: Settings) -> None:
    [example] = re.findall(r"```toml\n(.*?)```", DOCS.read_text(), re.DOTALL)
    models = read(example, settings)

    small, large = models.deployments["small"], models.deployments["large"]
    assert (small.provider, small.model, small.api_key_variable) == ("openai", "gpt-4.1-mini", "OPENAI_API_KEY")
    assert (small.first_token_timeout, small.idle_timeout, small.total_timeout) == (20.0, 7.0, 120.0)
    assert small.prices == ModelPrices(
        TokenPrices(Decimal("0.40"), Decimal("0.10"), Decimal("0.40"), Decimal("1.60")), "settings, 2026-10-01"
    )
    assert large.provider == "anthropic"
    assert models.routes["default"].rules[0] == RouteRule("hard", ("large", "small"), max_answerability=0.55)
    assert models.routes["default"].rules[-1].previous_failures == (
        PreviousFailure.UNANSWERED,
        PreviousFailure.THUMBS_DOWN,
    )


def test_a_chain_may_be_or_end_with_the_extractive_answer(settings: Settings) -> None:
    text = SMALL + '[routes.default]\nchain = ["small", "extractive"]\n[routes.free]\nchain = ["extractive"]\n'
    assert read(text, settings).routes["free"] == Routing(("extractive",))


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("[deployments", "not TOML"),
        (SMALL, "routes is missing"),
        (SMALL + '[routes.other]\nchain = ["small"]', "routes.default is missing"),
        (SMALL + "[routes.default]\n", "routes.default.chain is missing"),
        (SMALL + "[routes.default]\nchain = []", "routes.default.chain is empty"),
        (SMALL + '[routes.default]\nchain = ["smal"]', "routes.default.chain: There is no deployment 'smal'"),
        (SMALL + '[routes.default]\nchain = ["small", "small"]', "names a deployment twice"),
        (SMALL + '[routes.default]\nchain = ["extractive", "small"]', "never reached"),
        (SMALL + ROUTE + "hedge_after = 0\n", "routes.default.hedge_after"),
        (SMALL + ROUTE + "hedge = 2\n", "routes.default.hedge: there is no such field"),
        (
            SMALL + ROUTE + '[[routes.default.rules]]\nname = "a"\nchain = ["small"]',
            "routes.default.rules[0]: The rule",
        ),
        (
            SMALL + ROUTE + '[[routes.default.rules]]\nname = "default"\nchain = ["small"]\nmin_question_tokens = 1',
            "routes.default.rules[0].name",
        ),
        (
            SMALL + ROUTE + '[[routes.default.rules]]\nname = "a"\nchain = ["small"]\nmax_answerability = 55',
            "routes.default.rules[0].max_answerability",
        ),
        (
            SMALL + ROUTE + '[[routes.default.rules]]\nname = "a"\nchain = ["small"]\nprevious_failures = ["lost"]',
            "routes.default.rules[0].previous_failures[0]",
        ),
        (SMALL + "key = 'sk'\n" + ROUTE, "deployments.small.key: there is no such field"),
        (SMALL + "base_url = 'host:80'\n" + ROUTE, "deployments.small.base_url: use an address"),
        (SMALL + "idle_timeout = 0\n" + ROUTE, "deployments.small.idle_timeout"),
        (SMALL + "[deployments.small.prices]\ninput = 0.4\noutput = '1'\n" + ROUTE, "prices.input: write it in quotes"),
        (SMALL + "[deployments.small.prices]\ninput = '0.4'\n" + ROUTE, "deployments.small.prices.output is missing"),
        (SMALL + "[deployments.small.prices]\ninput = '-1'\noutput = '1'\n" + ROUTE, "deployments.small.prices.input"),
        (SMALL.replace("openai", "anthropic") + "api = 'responses'\n" + ROUTE, "deployments.small: api"),
        (SMALL.replace("openai", "mistral") + ROUTE, "deployments.small.provider"),
        (SMALL.replace("small", "extractive") + ROUTE, "deployments.extractive: the name is taken"),
        (SMALL.replace("small", '"my model"') + ROUTE, "names have 1 to 64 letters"),
        (
            SMALL + ROUTE + '[routes.judge]\nchain = ["small", "extractive"]',
            "routes.judge.chain: extractive cannot judge",
        ),
        (SMALL + ROUTE + '[routes.judge]\nchain = ["small"]\nhedge_after = 1', "routes.judge has more than a chain"),
    ],
)
def test_what_is_wrong_is_named_with_its_table_and_field(text: str, said: str, settings: Settings) -> None:
    with pytest.raises(SettingsError) as caught:
        read(text, settings)
    assert said in caught.value.message
    assert caught.value.message.startswith("NIGHTDESK_MODELS_FILE=models.toml: ")
    assert caught.value.fix


def test_a_file_that_is_not_there_is_named(settings: Settings) -> None:
    with pytest.raises(SettingsError, match="nowhere"):
        read_models_file(Path("nowhere.toml"), settings)


def test_without_a_file_the_settings_model_is_the_default_route(settings: Settings) -> None:
    assert single_model(settings) == ModelsFile({}, {"default": Routing(("extractive",))})

    chosen = Settings(model="anthropic:claude-haiku-4-5", anthropic_base_url="http://host")
    models = load_models(chosen)
    assert models.routes == {"default": Routing(("anthropic",))}
    deployment = models.deployments["anthropic"]
    assert (deployment.model, deployment.base_url) == ("claude-haiku-4-5", "http://host")
    assert deployment.api_key_variable == "ANTHROPIC_API_KEY"


def test_the_settings_name_the_file(settings: Settings, tmp_path: Path) -> None:
    (tmp_path / "models.toml").write_text(SMALL + ROUTE)
    models = load_models(settings.model_copy(update={"models_file": tmp_path / "models.toml"}))
    assert models.routes == {"default": Routing(("small",))}


def test_a_key_comes_from_the_variable_that_the_deployment_names(settings: Settings) -> None:
    deployment = read(SMALL + 'api_key_variable = "TEAM_KEY"\n' + ROUTE, settings).deployments["small"]
    assert api_key(deployment, settings, {"TEAM_KEY": "key-1", "OPENAI_API_KEY": "key-2"}) == "key-1"
    with pytest.raises(SettingsError, match="TEAM_KEY is not set"):
        api_key(deployment, settings, {"OPENAI_API_KEY": "key-2"})

    deployment = read(SMALL + 'base_url = "http://host/v1"\napi_key_variable = ""\n' + ROUTE, settings).deployments[
        "small"
    ]
    assert api_key(deployment, settings, {"": "no"}) == ""


def test_the_usual_key_may_stand_in_the_settings_file(settings: Settings, tmp_path: Path) -> None:
    (tmp_path / ".env").write_text("OPENAI_API_KEY=key-3\n")
    deployment = read(SMALL + ROUTE, settings).deployments["small"]
    assert api_key(deployment, Settings(), {}) == "key-3"
