"""The policy of an API whose answers are cached by what the prompt means.

Source: Microsoft Learn, llm-semantic-cache-lookup and llm-semantic-cache-store policy reference; read 2026-11-24. Its
threshold is a distance: a lower one asks for more similarity.
"""

from collections.abc import Sequence
from xml.etree import ElementTree

# Who asks. A request without a subscription has an id of its own here: it shares its answer with nobody.
TENANT = "@(context.Subscription?.Id ?? context.RequestId.ToString())"
# Of which deployment, where the path names it.
PATH = "@(context.Request.Url.Path)"
# Of which model, where the body names it, and how it may answer: all that the body says besides the question.
BODY = (
    "@{ var body = context.Request.Body.As<JObject>(preserveContent: true); "
    'body.Remove("messages"); body.Remove("input"); '
    "return body.ToString(Newtonsoft.Json.Formatting.None); }"
)
SECTIONS = ("inbound", "backend", "outbound", "on-error")


def semantic_cache_policy(
    backend: str, threshold: float, ttl_seconds: int, most_messages: int, vary_by: Sequence[str]
) -> str:
    """The whole policy document, as XML: what products and the service say stays, by `<base />`."""
    policies = ElementTree.Element("policies")
    inbound, _, outbound, _ = (ElementTree.SubElement(policies, section) for section in SECTIONS)
    for section in policies:
        ElementTree.SubElement(section, "base")
    lookup = ElementTree.SubElement(
        inbound,
        "llm-semantic-cache-lookup",
        {
            "score-threshold": f"{threshold:g}",
            "embeddings-backend-id": backend,
            "embeddings-backend-auth": "system-assigned",
            "ignore-system-messages": "false",
            "max-message-count": str(most_messages),
        },
    )
    for expression in (TENANT, PATH, BODY, *vary_by):
        ElementTree.SubElement(lookup, "vary-by").text = expression
    ElementTree.SubElement(outbound, "llm-semantic-cache-store", {"duration": str(ttl_seconds)})
    ElementTree.indent(policies)
    return ElementTree.tostring(policies, encoding="unicode")
