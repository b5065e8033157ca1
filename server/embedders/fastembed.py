"""ONNX sentence embedders by fastembed: from a folder, or downloaded once from the model's public home."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np

from server.domain import ComponentState, ComponentStatus
from server.embedders.unit_vectors import unit_rows
from server.errors import SettingsError, Unavailable
from server.ports import Vectors

DEFAULT_MODEL = "BAAI/bge-small-en-v1.5"

_BATCH = 32
_MODEL_FILES = ("model.onnx", "onnx/model.onnx", "model_optimized.onnx")


class FastEmbedEmbedder:
    """One of fastembed's models, or any ONNX encoder with its tokenizer in a folder.

    Texts longer than the model's context (512 tokens for most) are cut by the model's own tokenizer.
    """

    def __init__(self, model: str = "", path: Path | None = None) -> None:
        """Load the model, which takes seconds, and downloads it first where `path` is None and it is not cached.

        `path` is a folder with an ONNX file, tokenizer.json and tokenizer_config.json. A `model` that fastembed knows
        keeps its own pooling there; any other is mean-pooled, as sentence-transformers exports expect.

        Raises:
            SettingsError: fastembed does not know the model, or the folder does not hold one.
            Unavailable: the model could not be downloaded.
        """
        model = model or (path.name if path else DEFAULT_MODEL)
        self.name = f"fastembed/{model}"
        self._model = _load_folder(model, path) if path else _load_known(model)
        # A copy without truncation, which would cap the count, and without padding, which would raise it.
        self._counter = _untruncated(self._model.model.tokenizer)
        self.dimension = len(next(iter(self._model.embed(["dimension"]))))

    def count_tokens(self, text: str) -> int:
        return len(self._counter.encode(text, add_special_tokens=False).ids)

    def count_tokens_of(self, texts: Sequence[str]) -> list[int]:
        return [len(found) for found in self._counter.encode_batch_fast(list(texts), add_special_tokens=False)]

    async def embed(self, texts: Sequence[str]) -> Vectors:
        """One unit vector a text, shape (n, dimension); zeros for a blank text."""
        return await asyncio.to_thread(self._embed, list(texts))

    async def check(self) -> ComponentStatus:
        await self.embed(["Does it work?"])
        return ComponentStatus("embedder", "fastembed", ComponentState.OK, f"{self.name}, {self.dimension} dimensions")

    async def close(self) -> None:
        """Nothing is held but memory."""

    def _embed(self, texts: list[str]) -> Vectors:
        vectors = np.zeros((len(texts), self.dimension), dtype=np.float32)
        filled = [number for number, text in enumerate(texts) if text.strip()]
        if filled:
            vectors[filled] = list(self._model.embed([texts[number] for number in filled], batch_size=_BATCH))
        return unit_rows(vectors)


def _load_known(model: str) -> Any:
    from fastembed import TextEmbedding  # noqa: PLC0415 - brings onnxruntime; only this embedder needs it

    known = sorted(entry["model"] for entry in TextEmbedding.list_supported_models())
    if model.lower() not in {name.lower() for name in known}:
        raise SettingsError(
            f"fastembed has no model {model!r}.",
            fix=f"Set NIGHTDESK_EMBEDDER_MODEL to one of {', '.join(known)}, or NIGHTDESK_EMBEDDER_PATH to a folder.",
        )
    try:
        return TextEmbedding(model)
    except (ValueError, OSError) as error:
        raise Unavailable(
            f"The embedding model {model} is not on this machine and could not be downloaded: {error}",
            fix="Set NIGHTDESK_EMBEDDER_PATH to a folder that holds it (model.onnx, tokenizer.json, "
            "tokenizer_config.json), or use NIGHTDESK_EMBEDDER=wordllama, which needs no download.",
        ) from error


def _load_folder(model: str, path: Path) -> Any:
    from fastembed import TextEmbedding  # noqa: PLC0415 - brings onnxruntime; only this embedder needs it
    from fastembed.common.model_description import ModelSource, PoolingType  # noqa: PLC0415

    folder = path.expanduser().resolve()
    known = {entry["model"].lower() for entry in TextEmbedding.list_supported_models()}
    registered = model if model.lower() in known else str(folder)
    try:
        if registered.lower() not in known:
            TextEmbedding.add_custom_model(
                model=registered,
                pooling=PoolingType.MEAN,
                normalization=True,
                sources=ModelSource(url=folder.as_uri()),
                dim=0,  # learnt from the first embedding; fastembed only lists it
                model_file=_model_file(folder),
            )
        return TextEmbedding(registered, specific_model_path=str(folder))
    except (ValueError, OSError, RuntimeError) as error:
        raise SettingsError(
            f"NIGHTDESK_EMBEDDER_PATH: {path} holds no usable ONNX embedding model: {error}",
            fix="It needs model.onnx, tokenizer.json and tokenizer_config.json.",
        ) from error


def _model_file(folder: Path) -> str:
    for name in _MODEL_FILES:
        if (folder / name).is_file():
            return name
    raise FileNotFoundError(f"none of {', '.join(_MODEL_FILES)} is there")


def _untruncated(tokenizer: Any) -> Any:
    copy = type(tokenizer).from_str(tokenizer.to_str())
    copy.no_truncation()
    copy.no_padding()
    return copy
