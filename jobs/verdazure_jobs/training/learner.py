"""The model, and the weights of it that learn: adapters of low rank unless it is told otherwise."""

from dataclasses import replace
from pathlib import Path
from typing import Any

import torch

from verdazure_jobs.training.checkpoints import Weights
from verdazure_jobs.training.settings import Settings, SettingsError


def device() -> torch.device:
    """A GPU where there is one."""
    return torch.device("cuda" if torch.cuda.is_available() else "cpu")


def tokeniser_of(folder: Path) -> Any:
    """The model's tokeniser; None where its folder has none."""
    from transformers import AutoTokenizer

    if not any((folder / name).exists() for name in ("tokenizer.json", "tokenizer_config.json")):
        return None
    return AutoTokenizer.from_pretrained(folder, local_files_only=True, trust_remote_code=False)


def check_files(settings: Settings) -> None:
    """Raises `SettingsError` if the model's folder lacks what it is loaded from."""
    wanted = ["config.json"] if settings.from_scratch else ["config.json", "*.safetensors"]
    if not all(any(settings.model.glob(pattern)) for pattern in wanted):
        raise SettingsError(
            f"--model is '{settings.model}'. Allowed: a folder with {' and '.join(wanted)}. Fix: save the model with "
            "save_pretrained; weights in pickles are not read."
        )


def load(settings: Settings) -> torch.nn.Module:
    """The base model with what learns, on the device. Nothing is downloaded and no code of the folder is run."""
    torch.manual_seed(settings.seed)
    model = _base(settings)
    if settings.method != "full":
        model = _adapted(model, settings)
    if settings.gradient_checkpointing:
        model.gradient_checkpointing_enable(gradient_checkpointing_kwargs={"use_reentrant": False})
        model.enable_input_require_grads()
    placed: torch.nn.Module = model.to(device())
    return placed


def _base(settings: Settings) -> Any:
    from transformers import AutoConfig, AutoModelForCausalLM

    local: dict[str, Any] = {"local_files_only": True, "trust_remote_code": False}
    if settings.from_scratch:
        config = AutoConfig.from_pretrained(settings.model, **local)
        return AutoModelForCausalLM.from_config(config, dtype=torch.float32)
    if settings.method == "qlora":
        local["quantization_config"] = _four_bits(settings)
    # Small steps are lost in 16 bits. A base that does not learn keeps those that it came with.
    local["dtype"] = torch.float32 if settings.method == "full" else "auto"
    return AutoModelForCausalLM.from_pretrained(settings.model, use_safetensors=True, **local)


def _four_bits(settings: Settings) -> Any:
    """As the paper on QLoRA does it, https://arxiv.org/abs/2305.14314: NF4, its constants quantised as well."""
    from transformers import BitsAndBytesConfig

    return BitsAndBytesConfig(
        load_in_4bit=True,
        bnb_4bit_quant_type="nf4",
        bnb_4bit_compute_dtype=precision(settings) or torch.float32,
        bnb_4bit_use_double_quant=True,
    )


def _adapted(model: Any, settings: Settings) -> Any:
    from peft import LoraConfig, get_peft_model

    if settings.method == "qlora":
        from peft import prepare_model_for_kbit_training

        model = prepare_model_for_kbit_training(model, use_gradient_checkpointing=False)
    adapters = LoraConfig(
        r=settings.rank,
        lora_alpha=settings.alpha,
        lora_dropout=settings.dropout,
        target_modules="all-linear",
        task_type="CAUSAL_LM",
    )
    return get_peft_model(model, adapters)


def merged(model: Any, settings: Settings) -> Any:
    """The model with its adapters worked in: into the base as it came, not into its 4 bits."""
    if settings.method == "qlora":
        adapters = weights(model)
        model = load(replace(settings, method="lora"))
        put(model, adapters)
    return model if settings.method == "full" else model.merge_and_unload()


def learning(model: torch.nn.Module) -> dict[str, torch.nn.Parameter]:
    """The weights that learn, by name."""
    return {name: weight for name, weight in model.named_parameters() if weight.requires_grad}


def weights(model: torch.nn.Module) -> Weights:
    """Copies of the weights that learn."""
    return {name: weight.detach().to("cpu", copy=True) for name, weight in learning(model).items()}


def put(model: torch.nn.Module, kept: Weights) -> None:
    """The weights that learn become those that were kept."""
    with torch.no_grad():
        for name, weight in learning(model).items():
            weight.copy_(kept[name])


def precision(settings: Settings) -> torch.dtype | None:
    """What products are computed in; None for the weights' own precision."""
    on_gpu = torch.cuda.is_available() and torch.cuda.is_bf16_supported()
    wanted = settings.precision == "bf16" or (settings.precision == "auto" and on_gpu)
    return torch.bfloat16 if wanted else None
