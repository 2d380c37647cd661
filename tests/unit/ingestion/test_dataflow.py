"""The data flow judges as the local check does.

Its script is run here by DuckDB, each function of the expression language standing for what its documentation says, on
the same batches that the local check reads. So what is proved is that both say the same, not that Spark does.
"""

import json

import duckdb
import polars
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from verdazure.ingestion import Specification, SpecificationError, check, sample
from verdazure.ingestion.dataflow import FileFormat, Files, Table, data_flow

from tests.unit.ingestion.stand_in import MACROS, run

PRICES = Files(FileFormat.CSV, "prices")


@pytest.fixture(scope="module", params=["regexp_matches", "regexp_full_match"])
def engine(request):
    """Both readings of `regexMatch`, as its documentation does not say whether it matches all of a text."""
    with duckdb.connect(":memory:") as database:
        database.execute(MACROS + f"CREATE MACRO f_regexMatch(x, pattern) AS {request.param}(x, pattern);")
        yield database


SPECIFICATION = {
    "columns": {
        "id": {"type": "integer"},
        "price": {"type": "number", "most_nulls": 0.5, "least": 0, "most": 100},
        "label": {"type": "text", "most_nulls": 1, "allowed": ["cat", "it's"]},
        "code": {"type": "text", "most_nulls": 1, "pattern": "[A-Z]\\d$"},
        "day": {"type": "date", "most_nulls": 1},
    },
    "key": ["id"],
    "least_rows": 2,
}
GOOD = {
    "id": [1, 2, 3],
    "price": [0.0, None, 99.5],
    "label": ["cat", "it's", None],
    "code": ["xA1", None, "B2"],
    "day": ["2026-01-01", "2026-01-02", None],
    "more": ["x", "y", "z"],
}


def told(database, columns, tmp_path, **changed):
    """The rules that the data flow says are broken, and those that the local check says."""
    specification = Specification.model_validate_json(json.dumps(SPECIFICATION | changed))
    batch = polars.DataFrame({name: values for name, values in columns.items() if values is not None}, strict=False)
    (rows, breaches, judgement), _ = run(database, data_flow(specification, PRICES, sampled=False), batch)
    file = tmp_path / "batch.csv"
    batch.write_csv(file)
    report = check([file], specification)
    there = [each.partition(":")[0].strip() for each in breaches.split("; ") if each]
    here = [f"{each.rule} {each.column}".strip() for each in report.breaches]
    return rows, sorted(there), judgement, report.rows, sorted(here)


@pytest.mark.parametrize(
    ("changed", "broken"),
    [
        ({}, []),
        ({"id": None}, ["column-missing id"]),
        ({"id": [1, 2, 2]}, ["key id"]),
        ({"id": ["1", "2", "x"]}, ["type id"]),
        ({"id": [1.5, 2.0, 3.0]}, ["type id"]),
        ({"price": [None, None, 1.0]}, ["nulls price"]),
        ({"price": [-0.1, 100.5, 1]}, ["least price", "most price"]),
        ({"label": ["cow", "cat", None]}, ["allowed label"]),
        ({"code": ["A1x", "A1", None]}, ["pattern code"]),
        ({"day": ["yesterday", None, None]}, ["type day"]),
    ],
)
def test_the_pipeline_stops_what_the_local_check_stops(engine, tmp_path, changed, broken):
    rows, there, judgement, here_rows, here = told(engine, GOOD | changed, tmp_path)
    assert there == here == broken
    assert judgement == ("broken" if broken else "sound")
    assert rows == here_rows == 3


def test_few_rows_are_broken_and_none_at_all_are_nothing_to_do(engine, tmp_path):
    one = {name: values[:1] for name, values in GOOD.items()}
    assert told(engine, one, tmp_path)[1:3] == (["least-rows"], "broken")
    none = polars.DataFrame({name: [] for name in GOOD})
    specification = Specification.model_validate(SPECIFICATION)
    (_, _, judgement), staged = run(engine, data_flow(specification, PRICES, sampled=False), none)
    assert (judgement, staged) == ("empty", [])


def test_what_is_not_kept_is_not_judged_and_hides_nothing(engine, tmp_path):
    keep = {"price": {"least": 50}}
    assert told(engine, GOOD, tmp_path, keep=keep, least_rows=1) == (1, [], "sound", 1, [])
    assert told(engine, GOOD | {"price": None}, tmp_path, keep=keep)[1:3] == (["column-missing price"], "broken")


def test_rows_that_are_alike_are_taken_once(engine, tmp_path):
    twice = {name: [*values, values[0]] for name, values in GOOD.items()} | {"more": list("abcd")}
    assert told(engine, twice, tmp_path)[1] == ["key id"]
    assert told(engine, twice, tmp_path, duplicates="drop") == (3, [], "sound", 3, [])


rows = st.fixed_dictionaries(
    {
        "id": st.integers(0, 5) | st.none(),
        "price": st.floats(-1, 101).map(lambda number: round(number, 3)) | st.none(),
        "label": st.sampled_from(["cat", "it's", "cow", None]),
        "code": st.sampled_from(["A1", "A1x", "b2", None]),
        "day": st.dates().map(str) | st.none(),
    }
)


@given(
    st.lists(rows, min_size=1, max_size=8), st.sampled_from(["refuse", "drop"]), st.sampled_from([{}, {"least": 50}])
)
@settings(max_examples=25, deadline=None)
def test_both_say_the_same_of_any_batch(tmp_path_factory, batch, duplicates, limits):
    columns = {name: [row[name] for row in batch] for name in batch[0]}
    # A column of nothing but missing values has no type in a CSV file: the local check says so, by its own rule.
    for name, values in columns.items():
        if all(value is None for value in values):
            values[0] = {"id": 1, "price": 60.0, "label": "cat", "code": "A1", "day": "2026-01-01"}[name]
    with duckdb.connect(":memory:") as database:
        database.execute(MACROS + "CREATE MACRO f_regexMatch(x, pattern) AS regexp_matches(x, pattern);")
        keep = {"price": limits} if limits else {}
        changed = {"keep": keep, "duplicates": duplicates}
        count, there, judgement, here_count, here = told(database, columns, tmp_path_factory.mktemp("any"), **changed)
    assert count == here_count
    assert judgement == ("empty" if not count else "broken" if there else "sound")
    # The local check takes two missing keys for equal, the pipeline does not: both refuse each missing one by itself.
    ignored = {"key id"} if columns["id"].count(None) > 1 else set()
    assert set(there) - ignored == set(here) - ignored


def test_the_same_sample_is_drawn(engine, tmp_path):
    asked = SPECIFICATION | {"sample": {"share": 0.3, "by": ["id", "label"], "seed": 3}, "least_rows": 1}
    asked["columns"] = {"id": {"type": "integer"}, "label": {"type": "text"}}
    specification = Specification.model_validate(asked)
    batch = polars.DataFrame({"id": range(200), "label": [f"l{row % 3}" for row in range(200)]})
    file, output = tmp_path / "batch.csv", tmp_path / "sample.parquet"
    batch.write_csv(file)
    count = sample([file], specification, output)
    _, staged = run(engine, data_flow(specification, PRICES, sampled=True), batch)
    assert staged == polars.read_parquet(output).rows()
    assert 0 < count < 100


@pytest.mark.parametrize(
    ("changed", "message"),
    [
        ({"columns": {"a b": {"type": "text"}}}, "columns.a b: a pipeline takes names of letters"),
        ({"columns": {"a": {"type": "text"}}}, "there is no sample; add one"),
        (
            {"columns": {"a": {"type": "number"}}, "sample": {"share": 0.1, "by": ["a"]}},
            "sample.by names 'a', of type number: a pipeline and a laptop write it as the same text only",
        ),
        (
            {"columns": {"a": {"type": "text", "most_nulls": 1}}, "sample": {"share": 0.1, "by": ["a"]}},
            "and never missing; choose such a column",
        ),
    ],
)
def test_what_only_a_laptop_can_do_is_refused(changed, message):
    with pytest.raises(SpecificationError) as refused:
        data_flow(Specification.model_validate(changed), PRICES, sampled=True)
    assert message in str(refused.value)


def test_a_table_is_asked_for_the_columns_and_the_window_alone():
    specification = Specification.model_validate({"columns": {"id": {"type": "integer"}, "price": {"type": "number"}}})
    flow = data_flow(specification, Table("sales", "prices", "changed"), sampled=False)
    asked = "select [id], [price] from [sales].[prices] where [changed] >= "
    assert f"'{asked}' + '\\'' + $since + '\\'' + ' and [changed] < ' + '\\'' + $until + '\\''" in "\n".join(
        flow.script
    )


def test_files_are_read_below_the_prefix_if_they_changed_in_the_window():
    specification = Specification.model_validate({"columns": {"id": {"type": "integer"}}})
    script = "\n".join(data_flow(specification, Files(FileFormat.PARQUET, "/a/b/"), sampled=False).script)
    assert "wildcardPaths: ['a/b/**/*.parquet']" in script
    assert "modifiedAfter: (toTimestamp($since, 'yyyy-MM-dd HH:mm:ss'))" in script
    assert "modifiedBefore: (toTimestamp($until, 'yyyy-MM-dd HH:mm:ss'))" in script
