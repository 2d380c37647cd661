"""Physical names: within Azure's limits for every name that passes the check."""

import re

import pulumi
import pytest
from hypothesis import given
from hypothesis import strategies as st
from verdazure.args import Refusal
from verdazure.naming import SUFFIX_LENGTH, Kind, check_name, new_suffix, physical_name

PATTERNS = {
    Kind.APPLICATION_INSIGHTS: r"[a-z0-9-]{1,255}",
    Kind.BUDGET: r"[a-z0-9-]{1,63}",
    Kind.ACTION_GROUP: r"[a-z0-9-]{1,260}",
    Kind.ALERT_PROCESSING_RULE: r"[a-z0-9-]{1,160}",
    Kind.AUTOSCALE_SETTING: r"[a-z0-9-]{1,260}",
    Kind.BATCH_ENDPOINT: r"[a-z][a-z0-9-]{1,30}[a-z0-9]",
    Kind.DATA_COLLECTION_ENDPOINT: r"[a-z][a-z0-9-]{1,42}[a-z0-9]",
    Kind.DATA_COLLECTION_RULE: r"[a-z0-9-]{1,64}",
    Kind.FRONT_DOOR: r"[a-z0-9]([a-z0-9-]*[a-z0-9])?",
    Kind.FUNCTION_APP: r"[a-z0-9][a-z0-9-]{0,58}[a-z0-9]",
    Kind.FUNCTION_PLAN: r"[a-z0-9-]{1,60}",
    Kind.ONLINE_ENDPOINT: r"[a-z][a-z0-9-]{1,30}[a-z0-9]",
    Kind.TRAFFIC_MANAGER: r"[a-z0-9][a-z0-9-]{0,61}[a-z0-9]",
    Kind.BACKUP_VAULT: r"[A-Za-z][A-Za-z0-9-]{0,48}[A-Za-z0-9]",
    Kind.CONTAINER_APPS_ENVIRONMENT: r"[a-z](-?[a-z0-9]){1,31}",
    Kind.CONTAINER_APPS_JOB: r"[a-z](-?[a-z0-9]){1,31}",
    Kind.CONTAINER_REGISTRY: r"[a-z0-9]{5,50}",
    Kind.CUSTOM_LOCATION: r"[A-Za-z0-9][-_A-Za-z0-9]{0,61}[A-Za-z0-9]",
    Kind.DATA_FACTORY: r"[A-Za-z0-9](-?[A-Za-z0-9]){2,62}",
    Kind.DEVICE_UPDATE: r"(?=.{3,24}$)[A-Za-z0-9]+(-[A-Za-z0-9]+)*",
    Kind.FOUNDRY_ACCOUNT: r"[a-z][a-z0-9-]{1,63}",
    Kind.IDENTITY: r"[a-z][a-z0-9-]{2,127}",
    Kind.IOT_HUB: r"[a-z][a-z0-9-]{1,48}[a-z0-9]",
    Kind.IOT_OPERATIONS: r"[a-z0-9][a-z0-9-]{1,61}[a-z0-9]",
    Kind.KEY_VAULT: r"[a-z](?!.*--)[a-z0-9-]{1,22}[a-z0-9]",
    Kind.LOG_WORKSPACE: r"[a-z][a-z0-9-]{2,61}[a-z0-9]",
    Kind.MANAGED_REDIS: r"(?=.{1,60}$)[A-Za-z0-9]+(-[A-Za-z0-9]+)*",
    Kind.ML_WORKSPACE: r"[a-z][a-z0-9-]{2,32}",
    Kind.OPENAI_ACCOUNT: r"[a-z][a-z0-9-]{1,63}",
    Kind.PRIVATE_ENDPOINT: r"[a-z][a-z0-9-]{0,62}[a-z0-9]",
    Kind.PROVISIONING: r"[a-z][a-z0-9-]{1,62}[a-z0-9]",
    Kind.RESOURCE_GROUP: r"[a-z0-9-]{1,89}[a-z0-9]",
    Kind.SCHEMA_REGISTRY: r"(?!.*--)[a-z0-9][a-z0-9-]{1,61}[a-z0-9]",  # as the container of its schemas too
    Kind.STORAGE_ACCOUNT: r"[a-z0-9]{3,24}",
}


def resolved(output: pulumi.Output[str]) -> str:
    found: list[str] = []

    @pulumi.runtime.test
    def run() -> pulumi.Output[None]:
        return output.apply(found.append)

    run()
    return found[0]


@given(st.sampled_from(list(Kind)), st.text("abzA9-_. ", min_size=1, max_size=40))
def test_a_name_that_passes_the_check_fits_the_pattern(kind: Kind, name: str):
    try:
        check_name(name, kind)
    except Refusal:
        return
    assert re.fullmatch(PATTERNS[kind], resolved(physical_name(kind, name, "x1y2z3")))


def test_the_limit_is_sharp():
    check_name("a" * 14, Kind.KEY_VAULT)
    with pytest.raises(Refusal, match=r"name is 'a{15}'\. Allowed: at most 14 characters.*Fix: shorten it by 1\."):
        check_name("a" * 15, Kind.KEY_VAULT)
    assert len(resolved(physical_name(Kind.KEY_VAULT, "a" * 14, "x1y2z3"))) == 24


def test_suffixes_differ_and_fit():
    suffixes = {new_suffix() for _ in range(200)}
    assert len(suffixes) == 200
    assert all(re.fullmatch(rf"[a-z0-9]{{{SUFFIX_LENGTH}}}", suffix) for suffix in suffixes)
