"""Where a command runs: an environment that is the same tomorrow."""

import re
from enum import Enum

from verdazure.args import refuse

IMAGE = re.compile(r"[a-z0-9.-]+(:\d+)?(/[a-z0-9._-]+)+@sha256:(?P<digest>[0-9a-f]{64})")
CURATED = re.compile(r"azureml://registries/[A-Za-z0-9._-]+/environments/[A-Za-z0-9._-]+/versions/[A-Za-z0-9._-]+")
OWN = re.compile(r"azureml:[A-Za-z0-9._-]+:[A-Za-z0-9._-]+")


class Source(Enum):
    """Where an environment is from."""

    IMAGE = "an image"
    CURATED = "a registry of Azure ML"
    OWN = "the workspace"


def source(environment: str) -> Source | None:
    """Which of the forms it has; None for one that may be another tomorrow."""
    forms = {Source.IMAGE: IMAGE, Source.CURATED: CURATED, Source.OWN: OWN}
    return next((form for form, pattern in forms.items() if pattern.fullmatch(environment)), None)


def check_environment(environment: str) -> str:
    """Refuses tags, labels and names without a version."""
    if source(environment) is None:
        allowed = (
            "an image by digest (crml.azurecr.io/train@sha256:<64 hexadecimal digits>), "
            "azureml://registries/<registry>/environments/<name>/versions/<version>, or azureml:<name>:<version>"
        )
        refuse("", environment, allowed, "name the digest or the version: tags and labels move")
    return environment


def digest(image: str) -> str:
    """The digest's hexadecimal digits."""
    found = IMAGE.fullmatch(image)
    if found is None:
        raise ValueError(f"{image} is no image by digest")
    return found["digest"]
