"""The list of types that have a location and take no tags, against the installed SDK."""

import re
from pathlib import Path

import pulumi_azure_native
from verdazure_policies.taggable import LOCATED_WITHOUT_TAGS, TAGS_OF_ANOTHER_KIND

ARGUMENTS = re.compile(r"class \w+Args:\n.*?def __init__\(__self__, \*?,?(.*?)\):\n", re.DOTALL)
TOKEN = re.compile(r'@pulumi\.type_token\("azure-native:([^"]+)"\)')


def test_the_lists_are_those_of_the_installed_sdk() -> None:
    """Reads the sources: importing every module of the SDK takes minutes."""
    located, listed = set(), set()
    for source in Path(pulumi_azure_native.__path__[0]).glob("*/[!_]*.py"):
        text = source.read_text(encoding="utf-8")
        arguments, token = ARGUMENTS.search(text), TOKEN.search(text)
        if arguments and token:
            if " location: " in arguments[1] and " tags: " not in arguments[1]:
                located.add(token[1])
            if re.search(r" tags: [^,\n]*Sequence\[", arguments[1]):
                listed.add(token[1])
    assert located == LOCATED_WITHOUT_TAGS
    assert listed == TAGS_OF_ANOTHER_KIND
