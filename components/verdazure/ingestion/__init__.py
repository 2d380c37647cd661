"""Ingestion that moves little and lets no bad batch through.

specification   what a batch must be like, and which rows a sample takes: one document for laptops and pipelines
files           which files a batch is
quality         whether a batch is like that, with the rows that are not
sampling        the same small part of a batch, every time
dataflow        the specification as the script of a mapping data flow
pipeline        read, judge, then let in or put aside
resources       the parts of a data factory
component       BatchIngestion; imported by its own name, as it needs Pulumi
triggers        start and stop what Pulumi cannot
"""

from verdazure.ingestion.quality import Breach, Report, check
from verdazure.ingestion.sampling import sample
from verdazure.ingestion.specification import (
    Column,
    Limits,
    Sampling,
    Specification,
    SpecificationError,
    parse_specification,
    read_specification,
)

__all__ = [
    "Breach",
    "Column",
    "Limits",
    "Report",
    "Sampling",
    "Specification",
    "SpecificationError",
    "check",
    "parse_specification",
    "read_specification",
    "sample",
]
