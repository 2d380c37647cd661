"""docs/footprint-examples.md: the pencil, the page and the code agree to the last printed digit."""

import ast
import operator
import re
from pathlib import Path

import pytest
from verdazure.carbon import footprint as module
from verdazure.carbon.footprint import Footprint
from verdazure.carbon.quantities import Emissions, Energy

PAGE = (Path(__file__).parents[3] / "docs" / "footprint-examples.md").read_text("utf-8")
EXAMPLES = {text.splitlines()[0]: text for text in PAGE.split("\n## ")[1:]}
STEP = re.compile(r"^\| ([a-z ]+) \| (.+?) \| ([\d.]+) (kWh|g) \|", re.MULTILINE)
SIGNS = str.maketrans("\N{MULTIPLICATION SIGN}\N{DIVISION SIGN}\N{MINUS SIGN}", "*/-")
OPERATORS = {ast.Add: operator.add, ast.Sub: operator.sub, ast.Mult: operator.mul, ast.Div: operator.truediv}


def by_pencil(calculation: str) -> float:
    """The value of a calculation of numbers, the four operations and brackets, in the signs that the page uses."""

    def value(node: ast.expr) -> float:
        if isinstance(node, ast.BinOp):
            return OPERATORS[type(node.op)](value(node.left), value(node.right))
        assert isinstance(node, ast.Constant), ast.dump(node)
        return node.value

    return value(ast.parse(calculation.translate(SIGNS), mode="eval").body)


def by_code(example: str) -> Footprint:
    (call,) = re.findall(r"```python\n(.*?)```", example, re.DOTALL)
    names = {**vars(module), "Energy": Energy}
    exec(call, names)  # noqa: S102  # our own page
    return names["result"]


def named(result: Footprint, step: str) -> Energy | Emissions:
    """What the code has under the step's name: `gpu energy high`, `operational`, `per unit`, ..."""
    name, bound = step.rsplit(" ", 1) if step.endswith((" low", " high")) else (step, "central")
    lines = {f"{line.name} energy": line.energy for line in result.lines}
    ranges = {**lines, **{field: getattr(result, field) for field in ("energy", "operational", "embodied")}}
    return getattr({**ranges, "per unit": result.per_unit}[name], bound)


def test_the_page_has_its_examples_and_steps():
    assert [len(STEP.findall(example)) for example in EXAMPLES.values()] == [7, 8, 9, 8]


@pytest.mark.parametrize("example", EXAMPLES.values(), ids=EXAMPLES)
def test_pencil_page_and_code_agree(example: str):
    result = by_code(example)
    for step, calculation, printed, unit in STEP.findall(example):
        decimals = len(printed.partition(".")[2])
        quantity = named(result, step)
        assert isinstance(quantity, Energy if unit == "kWh" else Emissions), step
        assert f"{by_pencil(calculation):.{decimals}f}" == printed, f"pencil: {step}"
        assert f"{quantity.amount:.{decimals}f}" == printed, f"code: {step}"


@pytest.mark.parametrize("example", EXAMPLES.values(), ids=EXAMPLES)
def test_no_line_of_the_result_is_left_out_of_the_page(example: str):
    steps = {step.removesuffix(" low").removesuffix(" high") for step, *_ in STEP.findall(example)}
    assert {f"{line.name} energy" for line in by_code(example).lines} <= steps
