"""The specification as the script of a mapping data flow: what a laptop checks, Data Factory checks at scale.

    read     what changed in the window, by name and as text where the source has no types
    found    each column's text, and whether there is such a column
    typed    each column's value, and whether its text is not of its type
    kept     the rows within `keep`, each once if alike rows are dropped
    staged   (sink) the columns of those rows, or of their sample, as Parquet
    verdict  (sink) one row for the pipeline: how many rows, which rules are broken, and the judgement

Script: Microsoft Learn, Data flow script; Mapping data flow expression functions; Sink transformation (cache sink);
Parquet and delimited text format; read 2026-11-23. The cache sink's properties are those that Data Factory writes
itself (repository Azure/Azure-Orbital-Analytics-Samples). Not verified live: that an aggregate over no rows answers a
row of zeros, and that `modifiedAfter` takes its own moment in.
"""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from enum import Enum

from verdazure.ingestion.sampling import DIGITS, bound
from verdazure.ingestion.specification import Column, Limits, Sampling, Specification, SpecificationError

COLUMN_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")
SINCE, UNTIL = "since", "until"
READ, STAGED, VERDICT = "read", "staged", "verdict"
_MOMENT = "yyyy-MM-dd HH:mm:ss"


class FileFormat(str, Enum):
    """What a source's files are."""

    CSV = "csv"
    """Delimited by commas, with a header, quotes doubled within quotes."""
    PARQUET = "parquet"


@dataclass(frozen=True, slots=True)
class Files:
    """Files below a prefix, of which those are read that changed in the window."""

    format: FileFormat
    prefix: str


@dataclass(frozen=True, slots=True)
class Table:
    """A table of an SQL database, of which those rows are read whose watermark lies in the window."""

    schema: str
    name: str
    watermark: str
    """Column with the moment of the last change; a row without one is never read."""


@dataclass(frozen=True, slots=True)
class DataFlow:
    """What Data Factory is given."""

    script: tuple[str, ...]
    """Lines."""
    transformations: tuple[str, ...]
    """Names of what stands between source and sinks."""


def data_flow(specification: Specification, source: Files | Table, *, sampled: bool) -> DataFlow:
    """Raises `SpecificationError` for what a laptop can do and Data Factory cannot."""
    columns = tuple(_numbered(specification))
    steps = [
        ("found", f"{READ} derive({_listed(each for column in columns for each in column.found())})"),
        ("typed", f"found derive({_listed(each for column in columns for each in column.typed())})"),
        ("kept", f"typed filter({_kept(specification, columns)})"),
    ]
    if specification.duplicates == "drop":
        told_apart = ", ".join(name for column in columns for name in column.told_apart)
        steps.append(("once", f"kept aggregate(groupBy({told_apart}), alike = count())"))
    rows = steps[-1][0]
    if sampled:
        steps.append(("drawn", f"{rows} filter({_drawn(specification, columns)})"))
    steps.append(("named", f"{steps[-1][0]} {_select(f'{column.name} = {column.value}' for column in columns)}"))
    steps += _judged(rows, specification, columns)
    script = [_PARAMETERS, f"{_source(source, specification)} ~> {READ}"]
    script += [f"{text} ~> {name}" for name, text in steps]
    script += [f"judged sink({_CACHE_SINK}) ~> {VERDICT}", f"named sink({_PARQUET_SINK}) ~> {STAGED}"]
    return DataFlow(tuple("\n".join(script).splitlines()), tuple(name for name, _ in steps))


# Source and sinks

_PARAMETERS = f"parameters{{\n\t{SINCE} as string,\n\t{UNTIL} as string\n}}"
_CACHE_SINK = (
    "validateSchema: false,\n\tskipDuplicateMapInputs: true,\n\tskipDuplicateMapOutputs: true,\n\t"
    "store: 'cache',\n\tformat: 'inline',\n\toutput: true,\n\tsaveOrder: 1"
)
_PARQUET_SINK = (
    "allowSchemaDrift: false,\n\tvalidateSchema: false,\n\tformat: 'parquet',\n\ttruncate: true,\n\t"
    "skipDuplicateMapInputs: true,\n\tskipDuplicateMapOutputs: true,\n\tsaveOrder: 2"
)


def _source(source: Files | Table, specification: Specification) -> str:
    if isinstance(source, Table):
        columns = ", ".join(f"[{name}]" for name in specification.columns)
        table, watermark = f"[{source.schema}].[{source.name}]", f"[{source.watermark}]"
        # Names that were checked, and two moments that the pipeline formats: nothing else reaches the query.
        query = f"{_text(f'select {columns} from {table} where {watermark} >= ')} + {_quoted(SINCE)}"  # noqa: S608
        query += f" + {_text(f' and {watermark} < ')} + {_quoted(UNTIL)}"
        settings = [f"query: ({query})", "format: 'query'", "isolationLevel: 'READ_COMMITTED'"]
    else:
        path = f"{source.prefix.strip('/')}/**/*.{source.format.value}".lstrip("/")
        settings = [
            "ignoreNoFilesFound: true",
            f"modifiedAfter: (toTimestamp(${SINCE}, {_text(_MOMENT)}))",
            f"modifiedBefore: (toTimestamp(${UNTIL}, {_text(_MOMENT)}))",
            f"wildcardPaths: [{_text(path)}]",
        ]
        settings += ["multiLineRow: true"] if source.format is FileFormat.CSV else ["format: 'parquet'"]
    return f"source({_listed(('allowSchemaDrift: true', 'validateSchema: false', *settings))})"


def _quoted(parameter: str) -> str:
    return rf"'\'' + ${parameter} + '\''"


# Columns


@dataclass(frozen=True, slots=True)
class _Numbered:
    """A column, and the names that it has within the data flow."""

    name: str
    column: Column
    number: int

    @property
    def value(self) -> str:
        return f"value_{self.number}"

    @property
    def text(self) -> str:
        return f"text_{self.number}"

    @property
    def known(self) -> str:
        return f"known_{self.number}"

    @property
    def untyped(self) -> str:
        return f"untyped_{self.number}"

    @property
    def unsound(self) -> str:
        """No limit hides that a column is missing or of another type."""
        return f"!{self.known} || {self.untyped}"

    @property
    def told_apart(self) -> tuple[str, str, str]:
        return self.value, self.untyped, self.known

    def found(self) -> Iterator[str]:
        yield f"{self.text} = toString(byName({_text(self.name)}))"
        yield f"{self.known} = hasColumn({_text(self.name)})"

    def typed(self) -> Iterator[str]:
        """A text that is not of the type becomes a missing value and is counted; Spark alone would make 1.5 to 1."""
        if self.column.type == "text":
            yield f"{self.value} = {self.text}"
            yield f"{self.untyped} = false()"
            return
        shape, convert = _TYPES[self.column.type]
        fits = f"regexMatch({self.text}, {_text(shape)})"
        yield f"{self.value} = iif({fits}, {convert.format(self.text)}, {convert.format('toString(null())')})"
        yield f"{self.untyped} = !isNull({self.text}) && !{fits}"

    def within(self, limits: Limits) -> Iterator[tuple[str, str, str]]:
        """For each limit its rule, what is wanted, and the expression that is true for a value within it."""
        for rule, limit, sign, words in (
            ("least", limits.least, ">=", "or more"),
            ("most", limits.most, "<=", "or less"),
        ):
            if limit is not None:
                yield rule, f"{limit:g} {words}", f"toDouble({self.value}) {sign} {_number(limit)}"
        if limits.allowed is not None:
            literal = _text if self.column.type == "text" else _number
            value = self.value if self.column.type == "text" else f"toDouble({self.value})"
            known = ", ".join(literal(each) for each in limits.allowed)
            yield "allowed", f"one of {', '.join(map(str, limits.allowed))}", f"in([{known}], {value})"
        if limits.pattern is not None:
            # Whether Data Factory matches all of a text or a part of it is not documented: this means the same in both.
            pattern = _text(f"(?s)^.*(?:{limits.pattern}).*$")
            yield "pattern", f"text like {limits.pattern}", f"regexMatch({self.value}, {pattern})"


_TYPES = {
    "integer": (r"^[+-]?\d+$", "toLong({})"),
    "number": (r"^[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?$", "toDouble({})"),
    "boolean": (r"^(true|false)$", "toBoolean({})"),
    "date": (r"^\d{4}-\d{2}-\d{2}$", "toDate({}, 'yyyy-MM-dd')"),
    "timestamp": (
        r"^\d{4}-\d{2}-\d{2}[T ]\d{2}:\d{2}:\d{2}(\.\d+)?Z?$",
        "toTimestamp(replace(replace({}, 'T', ' '), 'Z', ''))",
    ),
}
"""By type: the texts that are of it, and how one becomes a value."""


def _numbered(specification: Specification) -> Iterator[_Numbered]:
    for number, (name, column) in enumerate(specification.columns.items(), 1):
        if not COLUMN_NAME.fullmatch(name):
            raise SpecificationError(
                f"columns.{name}: a pipeline takes names of letters, digits and underscores, as Parquet does; rename it"
            )
        yield _Numbered(name, column, number)


# Rows


def _kept(specification: Specification, columns: tuple[_Numbered, ...]) -> str:
    by_name = {column.name: column for column in columns}
    wanted = [
        f"({by_name[name].unsound} || (!isNull({by_name[name].value}) && {inside}))"
        for name, limits in specification.keep.items()
        for _, _, inside in by_name[name].within(limits)
    ]
    return " && ".join(wanted) or "true()"


def _drawn(specification: Specification, columns: tuple[_Numbered, ...]) -> str:
    """The rows that `sampling.sample` takes: MD5 over seed and keys, as text, below the bound."""
    sampling = _sampling(specification)
    by_name = {column.name: column for column in columns}
    keys = ", ".join(f"toString({by_name[name].value})" for name in sampling.by)
    digits = f"left(md5(concatWS('|', {_text(str(sampling.seed))}, {keys})), {DIGITS})"
    return f"{digits} < {_text(bound(sampling.share))}"


def _sampling(specification: Specification) -> Sampling:
    if specification.sample is None:
        raise SpecificationError('there is no sample; add one, such as "sample": {"share": 0.01, "by": ["id"]}')
    for name in specification.sample.by:
        column = specification.columns[name]
        if column.type in ("number", "timestamp") or column.most_nulls:
            raise SpecificationError(
                f"sample.by names {name!r}, of type {column.type}: a pipeline and a laptop write it as the same text "
                "only if it is an integer, a text, a boolean or a date, and never missing; choose such a column"
            )
    return specification.sample


# The verdict


def _judged(rows: str, specification: Specification, columns: tuple[_Numbered, ...]) -> Iterator[tuple[str, str]]:
    """One row: `row_count`, `breaches` in words, and `judgement`: `empty`, `sound` or `broken`."""
    counted, told = ["row_count = count()"], []
    if specification.key:
        keys = [column.value for column in columns if column.name in specification.key]
        complete = " && ".join(f"!isNull({key})" for key in keys)
        texts = ", ".join(f"iif({complete}, toString({key}), '')" for key in keys)
        # No missing value reaches countDistinct, whose documentation does not say whether it would count it.
        counted += [f"keyed = countIf({complete})", f"keys = countDistinct(toString({complete}), {texts})"]
        surplus = "(keyed - keys + iif(keyed < row_count, 1L, 0L))"
        told.append(_broken(surplus, "0L", f"key {', '.join(specification.key)}", "no two rows alike"))
    fewest = f"{specification.least_rows}L"
    told.append(f"iif(row_count < {fewest}, {_text(f'least-rows: at least {specification.least_rows} rows; ')}, '')")
    for column in columns:
        rules = tuple(_rules(column))
        counted += [f"{name} = countIf({failing})" for name, _, _, failing, _ in rules]
        told += [_broken(name, allowed, f"{rule} {column.name}", wanted) for name, rule, wanted, _, allowed in rules]
    breaches = ",\n\t\t".join(told)
    judgement = "iif(row_count == 0L, 'empty', iif(breaches == '', 'sound', 'broken'))"
    yield "counted", f"{rows} aggregate({_listed(counted)})"
    yield "told", f"counted derive(breaches = concat({breaches}, ''))"
    yield "weighed", f"told derive(judgement = {judgement})"
    yield "judged", f"weighed {_select(('row_count', 'breaches', 'judgement'))}"


def _rules(column: _Numbered) -> Iterator[tuple[str, str, str, str, str]]:
    """Name of the count, rule, what is wanted, which rows fail, and how many may."""
    number = column.number
    yield f"unknown_{number}", "column-missing", f"a column of type {column.column.type}", f"!{column.known}", "0L"
    yield f"mistyped_{number}", "type", column.column.type, column.untyped, "0L"
    missing = f"{column.known} && isNull({column.value}) && !{column.untyped}"
    share = column.column.most_nulls
    shown = f"at most {share:.0%} missing" if share else "none missing"
    yield f"nulls_{number}", "nulls", shown, missing, f"{_number(share)} * toDouble(row_count)" if share else "0L"
    for rule, wanted, inside in column.within(column.column):
        yield f"{rule}_{number}", rule, wanted, f"!isNull({column.value}) && !({inside})", "0L"


def _broken(count: str, allowed: str, rule: str, wanted: str) -> str:
    words = f"concat({_text(f'{rule}: ')}, toString({count}), {_text(f' rows, wanted {wanted}; ')})"
    return f"iif({count} > {allowed}, {words}, '')"


# Words of the script


def _text(value: object) -> str:
    """A literal text; single quotes, as double ones would interpolate."""
    escaped = str(value).replace("\\", "\\\\").replace("'", "\\'").replace("\n", "\\n").replace("\r", "\\r")
    return f"'{escaped}'"


def _number(value: object) -> str:
    return f"toDouble('{value}')"


def _listed(parts: Iterable[str]) -> str:
    return ",\n\t".join(parts)


def _select(columns: Iterable[str]) -> str:
    inside = ",\n\t\t".join(columns)
    return f"select(mapColumn(\n\t\t{inside}\n\t),\n\tskipDuplicateMapInputs: true,\n\tskipDuplicateMapOutputs: true)"
