"""Where public data may lie, and what is shown of an address that is refused."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from verdazure.datasets.source import LAKE_SCHEMES, fault_of_uri, without_key

GOOD = [
    "https://data.example.org/leaves.zip",
    "wasbs://public@account.blob.core.windows.net/",
    "abfss://dataset@stlake.dfs.core.windows.net/leaves/",
    "azureml://datastores/lake/paths/leaves/",
    "azureml://subscriptions/s/resourcegroups/g/workspaces/w/datastores/lake/paths/leaves/",
]


@pytest.mark.parametrize("uri", GOOD)
def test_what_azure_ml_reads_encrypted_is_taken(uri):
    assert fault_of_uri(uri) is None
    assert (fault_of_uri(uri, LAKE_SCHEMES) is None) == uri.startswith(("abfss://", "azureml://"))


@pytest.mark.parametrize(
    "uri", ["http://a/b", "wasb://c@a/b", "abfs://c@a/b", "s3://b/c", "leaves.zip", "https://", ""]
)
def test_what_it_does_not_read_or_not_encrypted_is_refused(uri):
    assert fault_of_uri(uri) == "a URI that begins with https://, wasbs://, abfss://, azureml://"


@given(st.sampled_from(GOOD), st.from_regex(r"[A-Za-z0-9%=&-]{1,60}", fullmatch=True))
def test_no_key_is_taken_or_shown(uri, key):
    for keyed in (f"{uri}?{key}", uri.replace("://", f"://who:{key}@", 1)):
        assert fault_of_uri(keyed) == (
            "a URI without a query or password, as a key in it would be written down with it"
        )
    assert without_key(f"{uri}?{key}") == uri
    assert without_key("https://who:secret@data.example.org/a?b#c") == "https://data.example.org/a"
