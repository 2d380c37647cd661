"""The finished model, smaller: merged, pruned, as ONNX, of 8 bits. Each is kept only if its answers stay.

What an answer is: the log-probability of each actual next token of the validation texts. Its mean absolute difference
to that of the merged model, nats, is held against the tolerance.
"""

import json
import shutil
import tempfile
from collections.abc import Callable, Iterable, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import torch
from torch.nn.utils import prune
from transformers.pytorch_utils import Conv1D

from verdazure_jobs.training import learner, texts
from verdazure_jobs.training.settings import Settings

SAMPLE = 64
"""Validation texts that answers are compared on."""
LARGE = 2**30
"""Bytes of weights above which an ONNX file keeps them in a file beside it: protobuf ends at 2 GiB."""
Answer = Callable[[dict[str, torch.Tensor]], torch.Tensor]


@dataclass(frozen=True, slots=True)
class Made:
    """One form of the model."""

    form: str
    kept: bool
    bytes: int
    difference: float
    """Mean absolute difference of log-probabilities to the merged model, nats."""
    tolerance: float
    zeros: float | None = None
    """Share of the weights of its linear layers, but the last one, that are 0."""


def finish(model: torch.nn.Module, settings: Settings) -> list[Made]:
    """Writes the model and its smaller forms below `settings.output`, and `optimise.json` beside them."""
    merged = learner.merged(model, settings).to("cpu").eval()
    kind = merged.dtype
    merged.float()
    tokeniser = learner.tokeniser_of(settings.model)
    sample = texts.read(settings.data / "validation.jsonl", settings.max_tokens, tokeniser)[:SAMPLE]
    answers = log_probabilities(_torch_answer(merged), sample)

    made = []
    if settings.prune:
        merged, pruned = _pruned(merged, sample, answers, settings)
        made.append(pruned)
    place = settings.output / "model"
    merged.to(kind).save_pretrained(place, safe_serialization=True)
    merged.float()
    if tokeniser is not None:
        tokeniser.save_pretrained(place)
    made.append(
        Made(
            "safetensors",
            True,
            _size(place.glob("*.safetensors")),
            _difference(merged, sample, answers),
            settings.tolerance,
        )
    )
    if settings.quantise == "int8":
        made += _onnx(merged, sample, answers, settings)
    (settings.output / "optimise.json").write_text(json.dumps([asdict(each) for each in made], indent=2))
    return made


def log_probabilities(answer: Answer, sample: Sequence[texts.Tokens]) -> torch.Tensor:
    """Of each actual next token, text after text."""
    found = []
    for text in sample:
        batch = texts.padded([text])
        logits = answer(batch)[:, :-1].float()
        chosen = logits.log_softmax(-1).gather(-1, batch["input_ids"][:, 1:, None])
        found.append(chosen.flatten())
    return torch.cat(found)


def _torch_answer(model: torch.nn.Module) -> Answer:
    def answer(batch: dict[str, torch.Tensor]) -> torch.Tensor:
        with torch.no_grad():
            return _logits(model, batch["input_ids"], batch["attention_mask"])

    return answer


def _logits(model: torch.nn.Module, input_ids: torch.Tensor, attention_mask: torch.Tensor) -> torch.Tensor:
    logits: torch.Tensor = model(input_ids=input_ids, attention_mask=attention_mask, use_cache=False).logits
    return logits


def _difference(model: torch.nn.Module, sample: Sequence[texts.Tokens], answers: torch.Tensor) -> float:
    return float((log_probabilities(_torch_answer(model), sample) - answers).abs().mean())


def _pruned(model: Any, sample: Sequence[texts.Tokens], answers: torch.Tensor, settings: Settings) -> tuple[Any, Made]:
    """The smallest weights of each linear layer become 0; all of them come back if the answers do not stay."""
    before = {name: tensor.clone() for name, tensor in model.state_dict().items()}
    # The answers' own layer often shares its weights with the words'.
    answering = model.get_output_embeddings()
    layers = [
        layer for layer in model.modules() if isinstance(layer, torch.nn.Linear | Conv1D) and layer is not answering
    ]
    for layer in layers:
        prune.l1_unstructured(layer, "weight", settings.prune)
        prune.remove(layer, "weight")
    difference = _difference(model, sample, answers)
    zeros = sum(int((layer.weight == 0).sum()) for layer in layers) / sum(layer.weight.numel() for layer in layers)
    kept = difference <= settings.tolerance
    if not kept:
        model.load_state_dict(before)
    size = sum(tensor.numel() * tensor.element_size() for tensor in before.values())
    return model, Made("pruned", kept, size, difference, settings.tolerance, zeros)


def _onnx(model: Any, sample: Sequence[texts.Tokens], answers: torch.Tensor, settings: Settings) -> list[Made]:
    """As ONNX, and with weights of 8 bits."""
    place = settings.output / "onnx"
    shutil.rmtree(place, ignore_errors=True)
    place.mkdir(parents=True)
    whole, small = place / "model.onnx", place / "model.int8.onnx"
    beside = sum(weight.nbytes for weight in model.parameters()) > LARGE
    _export(model, sample, whole, beside)
    _quantise(whole, small, beside)
    return [_judged("onnx", whole, sample, answers, settings), _judged("int8", small, sample, answers, settings)]


def _quantise(whole: Path, small: Path, beside: bool) -> None:
    from onnxruntime.quantization import QuantType, quantize_dynamic
    from onnxruntime.quantization.shape_inference import quant_pre_process

    with tempfile.TemporaryDirectory() as folder:
        prepared = Path(folder) / "prepared.onnx"
        quant_pre_process(
            whole,
            prepared,
            skip_symbolic_shape=True,
            save_as_external_data=beside,
            all_tensors_to_one_file=beside,
            external_data_location="prepared.data" if beside else None,
        )
        quantize_dynamic(
            prepared, small, weight_type=QuantType.QInt8, per_channel=True, use_external_data_format=beside
        )


def _export(model: Any, sample: Sequence[texts.Tokens], file: Path, beside: bool) -> None:
    batch = texts.padded(sample[:2] if len(sample) > 1 else [*sample, *sample])
    free = {0: torch.export.Dim.DYNAMIC, 1: torch.export.Dim.DYNAMIC}
    torch.onnx.export(
        _Logits(model),
        (batch["input_ids"], batch["attention_mask"]),
        file,
        input_names=["input_ids", "attention_mask"],
        output_names=["logits"],
        dynamic_shapes={"input_ids": free, "attention_mask": free},
        dynamo=True,
        external_data=beside,
        verbose=False,
    )


class _Logits(torch.nn.Module):  # type: ignore[misc]  # PyTorch is not there when types are checked
    """The model with one answer, as an exporter wants it."""

    def __init__(self, model: torch.nn.Module) -> None:
        super().__init__()
        self.model = model

    def forward(self, input_ids: torch.Tensor, attention_mask: torch.Tensor) -> torch.Tensor:
        return _logits(self.model, input_ids, attention_mask)


def _judged(form: str, file: Path, sample: Sequence[texts.Tokens], answers: torch.Tensor, settings: Settings) -> Made:
    """What does not stay within the tolerance is not handed over."""
    from onnxruntime import InferenceSession

    session = InferenceSession(file, providers=["CPUExecutionProvider"])

    def answer(batch: dict[str, torch.Tensor]) -> torch.Tensor:
        fed = {name: batch[name].numpy() for name in ("input_ids", "attention_mask")}
        return torch.from_numpy(session.run(["logits"], fed)[0])

    difference = float((log_probabilities(answer, sample) - answers).abs().mean())
    kept = difference <= settings.tolerance
    files = list(file.parent.glob(f"{file.name}*"))
    size = _size(files)
    if not kept:
        for each in files:
            each.unlink()
    return Made(form, kept, size, difference, settings.tolerance)


def _size(files: Iterable[Path]) -> int:
    return sum(file.stat().st_size for file in files)
