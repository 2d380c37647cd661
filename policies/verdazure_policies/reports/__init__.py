"""What a check found, as text for people, JSON, SARIF, JUnit XML, and Markdown for a pull request."""

from collections.abc import Callable, Mapping

from verdazure_policies.checking import Report
from verdazure_policies.reports import document, junit, markdown, sarif, text

FORMATS: Mapping[str, Callable[[Report], str]] = {
    "text": text.render,
    "json": document.render,
    "sarif": sarif.render,
    "junit": junit.render,
    "markdown": markdown.render,
}
