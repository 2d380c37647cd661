"""Runs a mapping data flow's script on DuckDB: each function stands for what its documentation says."""
# ruff: noqa: S608

import re

import duckdb
import polars
from verdazure.ingestion.dataflow import DataFlow

MACROS = """
CREATE MACRO f_iif(test, yes, no) AS CASE WHEN test THEN yes ELSE no END;
CREATE MACRO f_isNull(x) AS x IS NULL;
CREATE MACRO f_iifNull(x, other) AS coalesce(x, other);
CREATE MACRO f_null() AS NULL;
CREATE MACRO f_true() AS true;
CREATE MACRO f_false() AS false;
CREATE MACRO f_toString(x) AS CAST(x AS VARCHAR);
CREATE MACRO f_toLong(x) AS TRY_CAST(x AS BIGINT);
CREATE MACRO f_toDouble(x) AS TRY_CAST(x AS DOUBLE);
CREATE MACRO f_toBoolean(x) AS TRY_CAST(x AS BOOLEAN);
CREATE MACRO f_toDate(x, form) AS TRY_CAST(x AS DATE);
CREATE MACRO f_toTimestamp(x) AS TRY_CAST(x AS TIMESTAMP);
CREATE MACRO f_replace(x, old, new) AS replace(x, old, new);
CREATE MACRO f_left(x, count) AS left(x, count);
CREATE MACRO f_md5(x) AS md5(x);
CREATE MACRO f_in(list, x) AS list_contains(list, x);
CREATE MACRO f_count() AS count(*);
CREATE MACRO f_countIf(test) AS count_if(test);
"""
STEP = re.compile(r"(\w+) (derive|filter|aggregate|select)\((.*?)\) ~> (\w+)$", re.DOTALL | re.MULTILINE)


def run(database: duckdb.DuckDBPyConnection, flow: DataFlow, batch: polars.DataFrame) -> tuple[tuple, list[tuple]]:
    """The verdict's row, and the rows that are staged."""
    texts = ", ".join(f'"{name}" VARCHAR' for name in batch.columns)
    database.execute(f"CREATE OR REPLACE TABLE read ({texts})")
    for row in batch.rows():
        values = [None if each is None else str(each) for each in row]
        database.execute(f"INSERT INTO read VALUES ({', '.join('?' * len(row))})", values)
    for source, kind, inside, name in STEP.findall("\n".join(flow.script)):
        query = step(source, kind, inside, batch.columns)
        database.execute(f"CREATE OR REPLACE TEMP VIEW {name} AS {query}")
    (verdict,) = database.execute("SELECT row_count, breaches, judgement FROM judged").fetchall()
    return verdict, database.execute("SELECT * FROM named").fetchall()


def step(source: str, kind: str, inside: str, columns: list[str]) -> str:
    if kind == "select":
        mapped = inside.partition("mapColumn(")[2].partition(")")[0]
        chosen = (" AS ".join(reversed(each.strip().split(" = "))) for each in mapped.split(","))
        return f"SELECT {', '.join(chosen)} FROM {source}"
    parts = [sql(part, columns) for part in split(inside)]
    if kind == "filter":
        return f"SELECT * FROM {source} WHERE {parts[0]}"
    named = [" AS ".join(reversed(part.split(" = ", 1))) for part in parts]
    if kind == "derive":
        return f"SELECT *, {', '.join(named)} FROM {source}"
    if parts[0].startswith("f_groupBy"):
        keys = parts[0].removeprefix("f_groupBy(").removesuffix(")")
        return f"SELECT {keys}, {named[1]} FROM {source} GROUP BY {keys}"
    return f"SELECT {', '.join(named)} FROM {source}"


def split(inside: str) -> list[str]:
    """At the commas outside of brackets and quotes."""
    parts, depth, quoted, start = [], 0, False, 0
    for at, char in enumerate(inside):
        if char == "'" and inside[at - 1] != "\\":
            quoted = not quoted
        if not quoted:
            depth += (char in "([") - (char in ")]")
            if char == "," and depth == 0:
                parts.append(inside[start:at].strip())
                start = at + 1
    return [*parts, inside[start:].strip()]


def sql(expression: str, columns: list[str]) -> str:
    def plain(part):
        part = re.sub(r"byName\((\x00\d+\x00)\)", lambda found: column(found[1]), part)
        part = re.sub(r"hasColumn\((\x00\d+\x00)\)", lambda found: str(name(found[1]) in columns).lower(), part)
        part = re.sub(r"\b(\w+)\(", r"f_\1(", part)
        part = part.replace("f_concatWS", "concat_ws").replace("f_concat(", "concat(")
        part = re.sub(r"f_countDistinct\((.*)\)$", r"count(DISTINCT (\1))", part)
        part = part.replace("&&", " AND ").replace("||", " OR ").replace("==", "=").replace("!", " NOT ")
        return re.sub(r"\b(\d+)L\b", r"\1", part)

    def name(mark):
        return literals[int(mark.strip("\x00"))]

    def column(mark):
        return f'"{name(mark)}"' if name(mark) in columns else "NULL"

    literals: list[str] = []

    def keep(found):
        literals.append(found[1].replace("\\'", "'").replace("\\\\", "\\"))
        return f"\x00{len(literals) - 1}\x00"

    marked = plain(re.sub(r"'((?:[^'\\]|\\.)*)'", keep, expression))
    return re.sub(r"\x00(\d+)\x00", lambda found: "'" + literals[int(found[1])].replace("'", "''") + "'", marked)
