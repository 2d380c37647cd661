"""Who is told: an action group of e-mail addresses."""

from collections.abc import Mapping, Sequence

from pulumi import Input, ResourceOptions
from pulumi_azure_native import monitor

from verdazure.interfaces import Site
from verdazure.naming import Kind, physical_name


def action_group(
    name: str,
    short_name: str,
    emails: Sequence[str],
    site: Site,
    labels: Mapping[str, Input[str]],
    opts: ResourceOptions,
) -> monitor.ActionGroup:
    """`short_name`, which messages show, has 12 characters at most."""
    return monitor.ActionGroup(
        name,
        action_group_name=physical_name(Kind.ACTION_GROUP, name, site.name_suffix),
        group_short_name=short_name,
        resource_group_name=site.resource_group_name,
        location="global",
        enabled=True,
        email_receivers=[
            {"name": f"email-{number}", "email_address": email, "use_common_alert_schema": True}
            for number, email in enumerate(emails)
        ],
        tags=labels,
        opts=opts,
    )
