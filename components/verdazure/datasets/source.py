"""Where public data is from: one record for an open dataset of Azure's and for a source of your own."""

from dataclasses import dataclass
from enum import Enum
from typing import Optional
from urllib.parse import urlsplit

from pulumi import Input

from verdazure.facts import OpenDataset

NOT_KNOWN = "unknown"
"""What a tag says of a hash or a size that nobody states: a gap that is seen is not taken for a fact."""
SCHEMES = ("https", "wasbs", "abfss", "azureml")
"""What Azure ML reads from, encrypted on the way: Microsoft Learn, Create and manage data assets."""
LAKE_SCHEMES = ("abfss", "azureml")


class AssetType(str, Enum):
    """What a data asset points to, by Azure's own names."""

    URI_FILE = "uri_file"
    URI_FOLDER = "uri_folder"
    MLTABLE = "mltable"
    """A folder with a file `MLTable` that says how it is read as a table."""


@dataclass(frozen=True, slots=True)
class Source:
    """What is known about the data before anybody filters it."""

    title: str
    uri: Input[str]
    asset_type: AssetType
    format: str
    attribution: str
    sha256: str
    """64 hexadecimal digits, or `unknown`."""
    size_bytes: Optional[int]
    as_of: Optional[str]
    """When the size was counted, where that is told."""
    region: Optional[str]

    @property
    def gigabytes(self) -> Optional[float]:
        """GB (10^9 bytes)."""
        return None if self.size_bytes is None else self.size_bytes / 1e9


def of_open_dataset(dataset: OpenDataset) -> Source:
    """Microsoft publishes no hash of these, and some change every day: it is not known."""
    return Source(
        title=dataset.title,
        uri=dataset.uri,
        asset_type=AssetType(dataset.asset_type),
        format=dataset.format,
        attribution=dataset.attribution,
        sha256=NOT_KNOWN,
        size_bytes=None if dataset.size_gb is None else round(dataset.size_gb * 1e9),
        as_of=dataset.as_of,
        region=dataset.region,
    )


def fault_of_uri(uri: str, schemes: tuple[str, ...] = SCHEMES) -> Optional[str]:
    """Why no data asset can point there, or nothing."""
    parts = urlsplit(uri)
    if parts.scheme not in schemes or not parts.netloc:
        return f"a URI that begins with {', '.join(f'{scheme}://' for scheme in schemes)}"
    if parts.query or parts.password is not None:
        return "a URI without a query or password, as a key in it would be written down with it"
    return None


def without_key(uri: str) -> str:
    """The URI as an error message may show it: without password, query and fragment."""
    parts = urlsplit(uri)
    host = parts.netloc if parts.password is None else parts.netloc.rpartition("@")[2]
    return parts._replace(netloc=host, query="", fragment="").geturl()
