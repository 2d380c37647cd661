"""`verdazure models`: what a person and a program read, and the exit codes."""

import json

import pytest
from typer.testing import CliRunner
from verdazure.cli import app

HOSTED = ("--hosting", "azure", "--on", "2026-12-01")


def run(*arguments):
    return CliRunner().invoke(app, ["models", *arguments], env={"COLUMNS": "160", "NO_COLOR": "1"})


def test_a_person_reads_the_smallest_first_and_why_not_the_others():
    shown = run("--task", "chat", *HOSTED, "--residency", "eu")
    assert shown.exit_code == 0
    lines = [" ".join(line.split()) for line in shown.output.splitlines() if line.strip()]
    assert lines[2] == "Qwen2.5-0.5B-Instruct 490 M XS 32,768 Apache-2.0 is not hosted by Azure"
    assert lines[3] == "Phi-4-mini-instruct 3,800 M S 131,072 MIT is not offered as DataZoneStandard:eu"
    assert "gpt-5-nano not published - 400,000 - yes, and the smallest" in lines
    assert "gpt-5.5 not published - 1,050,000 - yes" in lines
    assert lines[-1] == "Smallest: gpt-5-nano"
    assert "resnet50" not in shown.output


def test_a_program_reads_the_same_with_its_sources():
    shown = run("--task", "transcription", "--json")
    told = json.loads(shown.output)
    assert (told["task"], told["smallest"]) == ("transcription", ["whisper-tiny"])
    assert told["models"][0] == {
        "name": "whisper-tiny",
        "publisher": "OpenAI",
        "parameters_millions": 39.0,
        "energy_class": "XS",
        "context_tokens": None,
        "licence": "MIT",
        "meets": True,
        "why_not": [],
        "source": "openai/whisper README, available models",
        "read_on": "2026-11-23",
    }
    assert (told["models"][-1]["name"], told["models"][-1]["parameters_millions"]) == ("whisper", None)


@pytest.mark.parametrize(
    ("arguments", "smallest"),
    [
        (["--task", "chat", "--modality", "image", "--modality", "audio"], "Phi-4-multimodal-instruct"),
        (["--task", "chat", "--language", "sv", "--context-tokens", "100000"], "Phi-4-mini-instruct"),
        (["--task", "chat", "--licence", "MIT", "--hosting", "own"], "Phi-4-mini-instruct"),
        (["--task", "chat", *HOSTED, "--offline"], "gpt-5.4-mini"),
    ],
)
def test_each_option_narrows(arguments, smallest):
    shown = run(*arguments)
    assert (shown.exit_code, shown.output.splitlines()[-1]) == (0, f"Smallest: {smallest}")


def test_where_none_serves_the_exit_code_says_so():
    shown = run("--task", "chat", "--language", "tlh")
    assert (shown.exit_code, shown.output.splitlines()[-1]) == (1, "Smallest: none meets it")


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (["--task", "poetry"], "there are chat, embedding, image-classification"),
        (["--task", "chat", "--hosting", "moon"], "'moon' is not a valid Hosting"),
        (["--task", "chat", "--residency", "eu"], "need --hosting azure"),
        (["--task", "chat", *HOSTED, "--residency", "mars"], "residency: 'mars': there are "),
        (["--task", "chat", "--on", "soon"], "Invalid isoformat string: 'soon'"),
    ],
)
def test_wrong_use(arguments, told):
    shown = run(*arguments)
    assert shown.exit_code == 2
    assert told in shown.output
