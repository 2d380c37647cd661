"""Bad batches are stopped with the rule and the rows; samples are the same everywhere."""

import hashlib
import json
from datetime import UTC, date, datetime

import polars
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from verdazure.ingestion import Breach, Report, Specification, SpecificationError, check, read_specification, sample
from verdazure.ingestion.sampling import bound

SPECIFICATION = Specification.model_validate_json(
    json.dumps(
        {
            "columns": {
                "id": {"type": "integer"},
                "price": {"type": "number", "most_nulls": 0.25, "least": 0, "most": 100},
                "label": {"type": "text", "allowed": ["cat", "dog"]},
                "code": {"type": "text", "most_nulls": 1, "pattern": "^[A-Z]{2}$"},
            },
            "key": ["id"],
            "least_rows": 4,
        }
    )
)


def sampled(*columns, by=(), share=1, seed=0, **others):
    kinds = {name: {"type": "text" if name in ("part", "zip") else "integer"} for name in columns}
    drawn = {"share": share, "by": by or columns, "seed": seed}
    return Specification.model_validate({"columns": kinds, "sample": drawn, **others})


GOOD = {
    "id": [1, 2, 3, 4],
    "price": [1.5, 2.0, None, 100.0],
    "label": ["cat", "dog", "cat", "cat"],
    "code": ["AB", None, "CD", None],
    "more": [True, False, None, True],
}


@pytest.fixture
def batch(tmp_path):
    """`batch(**columns)` writes the good batch with other columns, None takes one out."""

    def write(suffix=".parquet", **columns):
        file = tmp_path / f"batch{suffix}"
        frame = polars.DataFrame({name: values for name, values in (GOOD | columns).items() if values is not None})
        if suffix == ".csv":
            frame.write_csv(file)
        else:
            frame.write_parquet(file)
        return file

    return write


@pytest.mark.parametrize("suffix", [".parquet", ".csv"])
def test_a_good_batch_passes(batch, suffix):
    report = check([batch(suffix)], SPECIFICATION)
    assert (report.rows, report.breaches, report.passed) == (4, (), True)


@pytest.mark.parametrize(
    ("columns", "breach"),
    [
        ({"label": None}, Breach("column-missing", "label", 4, "a column of type text", "no such column")),
        ({"price": ["a", "b", "c", "d"]}, Breach("type", "price", 4, "number", "String")),
        ({"id": [1.5, 2, 3, 4]}, Breach("type", "id", 4, "integer", "Float64")),
        (
            {"price": [None, None, 1.0, 2.0]},
            Breach("nulls", "price", 2, "at most 25% missing", "2 of 4 rows"),
        ),
        ({"label": [None, "cat", "cat", "dog"]}, Breach("nulls", "label", 1, "none missing", "1 of 4 rows")),
        ({"price": [-1.0, 0.0, 1.0, 2.0]}, Breach("least", "price", 1, "0 or more", "1 of 4 rows")),
        ({"price": [101.0, 102.0, 1.0, 2.0]}, Breach("most", "price", 2, "100 or less", "2 of 4 rows")),
        ({"label": ["cow", "cat", "cat", "dog"]}, Breach("allowed", "label", 1, "one of cat, dog", "1 of 4 rows")),
        ({"code": ["ab", "CD", None, "EFG"]}, Breach("pattern", "code", 2, "text like ^[A-Z]{2}$", "2 of 4 rows")),
        ({"id": [1, 2, 2, 4]}, Breach("key", "id", 2, "no two rows alike", "2 of 4 rows")),
    ],
)
@pytest.mark.parametrize("suffix", [".parquet", ".csv"])
def test_a_bad_batch_is_stopped_by_the_rule_it_breaks(batch, columns, breach, suffix):
    assert check([batch(suffix, **columns)], SPECIFICATION).breaches == (breach,)


def test_every_rule_that_is_broken_is_told(batch):
    found = check([batch(id=[1, 1, 1, None], label=None)], SPECIFICATION)
    assert [(each.rule, each.failing) for each in found.breaches] == [("column-missing", 4), ("nulls", 1), ("key", 3)]


def test_a_batch_of_too_few_rows_and_an_empty_one(batch):
    few = {name: values[:2] for name, values in GOOD.items()}
    assert check([batch(**few)], SPECIFICATION).breaches == (Breach("least-rows", "", 2, "at least 4 rows", "2 rows"),)
    empty = {name: [] for name in GOOD}
    assert [each.rule for each in check([batch(**empty)], SPECIFICATION).breaches] == ["least-rows"]


def test_files_are_judged_together(batch, tmp_path):
    first = batch()
    second = tmp_path / "second.parquet"
    second.write_bytes(first.read_bytes())
    assert check([first, second], SPECIFICATION).breaches == (
        Breach("key", "id", 8, "no two rows alike", "8 of 8 rows"),
    )


def test_days_and_moments_are_known(tmp_path):
    file = tmp_path / "batch.parquet"
    polars.DataFrame({"day": [date(2026, 1, 1)], "at": [datetime(2026, 1, 1, tzinfo=UTC)]}).write_parquet(file)
    typed = Specification.model_validate({"columns": {"day": {"type": "date"}, "at": {"type": "timestamp"}}})
    swapped = Specification.model_validate({"columns": {"day": {"type": "timestamp"}, "at": {"type": "date"}}})
    assert check([file], typed).passed
    assert [each.rule for each in check([file], swapped).breaches] == ["type", "type"]


@pytest.mark.parametrize(
    ("document", "message"),
    [
        ("{", "the document: Invalid JSON"),
        ('{"columns": {}}', "columns: Dictionary should have at least 1 item"),
        ('{"columns": {"a": {"type": "int"}}}', "columns.a.type: Input should be 'integer', 'number', 'text'"),
        ('{"columns": {"a": {"type": "text", "least": 1}}}', "columns.a: least and most are for integer and number"),
        ('{"columns": {"a": {"type": "number", "pattern": "x"}}}', "columns.a: pattern is for text, not for number"),
        ('{"columns": {"a": {"type": "text", "pattern": "("}}}', "columns.a.pattern: is no regular expression"),
        ('{"columns": {"a": {"type": "number", "least": 2, "most": 1}}}', "least is 2 and most 1: nothing is between"),
        ('{"columns": {"a": {"type": "text"}}, "keep": {"a": {"least": 1}}}', "least and most are for integer"),
        ('{"columns": {"a": {"type": "text"}}, "keep": {"b": {}}}', "keep names 'b', which is not in columns: a"),
        ('{"columns": {"a": {"type": "text"}}, "key": ["b"]}', "key names 'b', which is not in columns: a"),
        ('{"columns": {"a": {"type": "text"}}, "sample": {"share": 2, "by": ["a"]}}', "sample.share: Input should be"),
        ('{"columns": {"a": {"type": "text"}}, "keys": []}', "keys: Extra inputs are not permitted"),
    ],
)
def test_a_bad_specification_is_one_clear_error(tmp_path, document, message):
    file = tmp_path / "spec.json"
    file.write_text(document)
    with pytest.raises(SpecificationError) as refused:
        read_specification(file)
    assert str(refused.value).startswith(f"{file}: ")
    assert message in str(refused.value)


def test_what_is_no_batch_is_one_clear_error(tmp_path):
    file = tmp_path / "batch.parquet"
    file.write_text("no parquet")
    for ask in (lambda: check([file], SPECIFICATION), lambda: sample([file], sampled("id"), file)):
        with pytest.raises(SpecificationError, match=r"batch\.parquet: cannot be"):
            ask()
    for ask in (lambda: check([], SPECIFICATION), lambda: sample([], sampled("id"), file)):
        with pytest.raises(SpecificationError, match="the batch is nothing; give"):
            ask()
    with pytest.raises(SpecificationError, match="cannot be read: No such file"):
        read_specification(tmp_path / "none.json")


def test_what_is_not_kept_is_neither_judged_nor_taken(tmp_path):
    file, output = tmp_path / "batch.csv", tmp_path / "out.parquet"
    frame = {"id": [1, 2, 3, 4, 4], "zip": ["007", "010", "210", None, "011"], "more": [1, 2, 3, 4, 5]}
    polars.DataFrame(frame).write_csv(file)
    kept = sampled("id", "zip", by=("id",), keep={"zip": {"pattern": "^0"}, "id": {"least": 2}}, key=("id",))
    assert check([file], kept).rows == 2
    assert sample([file], kept, output) == 2
    assert sorted(polars.read_parquet(output).rows()) == [(2, "010"), (4, "011")]
    chosen = sampled("id", "zip", by=("id",), keep={"id": {"most": 3, "allowed": [1, 4]}})
    assert sample([file], chosen, output) == check([file], chosen).rows == 1


@pytest.mark.parametrize("suffix", [".parquet", ".csv"])
def test_rows_that_are_alike_are_dropped_on_request_and_break_the_key_otherwise(batch, suffix, tmp_path):
    file = batch(suffix, id=[1, 1, 3, 4], price=[2.0, 2.0, 1, 1], label=["cat"] * 4, code=["AB"] * 4, more=[1, 2, 3, 4])
    dropping = SPECIFICATION.model_copy(update={"duplicates": "drop", "least_rows": 3})
    assert check([file], SPECIFICATION).breaches == (Breach("key", "id", 2, "no two rows alike", "2 of 4 rows"),)
    assert check([file], dropping) == Report(3, ())
    assert sample([file], sampled("id", duplicates="drop"), tmp_path / "out.parquet") == 3


def test_a_limit_on_a_column_that_is_missing_or_of_another_type_does_not_hide_that(batch):
    keeping = {"label": {"allowed": ["cat"]}, "price": {"least": 1}}
    asked = Specification.model_validate(SPECIFICATION.model_dump() | {"keep": keeping})
    found = check([batch(label=None, price=["a", "b", "c", "d"])], asked)
    assert [(each.rule, each.column) for each in found.breaches] == [("type", "price"), ("column-missing", "label")]


# Samples


def test_a_sample_takes_the_rows_whose_hash_is_small(tmp_path):
    """Against the rule written again with hashlib."""
    file, output = tmp_path / "batch.csv", tmp_path / "sample.parquet"
    polars.DataFrame({"id": range(2000), "part": [f"p{row % 7}" for row in range(2000)]}).write_csv(file)
    taken = sample([file], sampled("id", "part", share=0.1, seed=7), output)
    rows = polars.read_parquet(output)["id"].to_list()
    expected = [
        row
        for row in range(2000)
        if hashlib.md5(f"7|{row}|p{row % 7}".encode()).hexdigest()[:8] < "1999999a"  # noqa: S324
    ]
    assert rows == expected
    assert taken == len(expected) == 188


def test_rows_that_belong_together_stay_together_and_small_samples_lie_in_large_ones(tmp_path):
    file = tmp_path / "batch.parquet"
    polars.DataFrame({"patient": [row // 10 for row in range(3000)], "row": range(3000)}).write_parquet(file)

    def drawn(share, seed=0):
        sample([file], sampled("patient", "row", by=("patient",), share=share, seed=seed), tmp_path / "out.parquet")
        return polars.read_parquet(tmp_path / "out.parquet")

    small, large = drawn(0.1), drawn(0.5)
    assert set(small["patient"].value_counts()["count"]) == {10}
    assert set(small["row"]) < set(large["row"])
    assert set(drawn(0.1, seed=1)["row"]) != set(small["row"])
    assert drawn(1).height == 3000


@given(st.floats(1e-9, 1), st.floats(1e-9, 1))
@settings(max_examples=200)
def test_a_larger_share_has_a_larger_bound(one, other):
    small, large = sorted((one, other))
    assert bound(small) <= bound(large)
    assert bound(1) > "f" * 8
