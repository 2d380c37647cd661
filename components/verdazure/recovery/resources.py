"""What a protection needs: a vault that nobody empties by mistake, policies, instances, and who is told.

Shapes: Microsoft Learn, Data Protection REST API, Backup Policies, Backup Instances, Create Or Update; Configure object
replication (a rule copies what is new, unless it names a time); 2026-11-23.
"""

from collections.abc import Mapping, Sequence

import pulumi
from pulumi import Input, Output, ResourceOptions
from pulumi_azure_native import alertsmanagement, dataprotection, storage

from verdazure.contacts import action_group
from verdazure.interfaces import Site, name_of, resource_group_of
from verdazure.naming import Kind, physical_name

BLOBS = "Microsoft.Storage/storageAccounts/blobServices"
ACCOUNTS = "Microsoft.Storage/storageAccounts"
SOFT_DELETE_DAYS = 14
OPERATIONAL, VAULT = "OperationalStore", "VaultStore"
SINCE_EVER = "1601-01-01T00:00:00Z"
"""What the Terraform provider sends for `Everything`."""


def vault(
    name: str, across_zones: bool, site: Site, labels: Mapping[str, Input[str]], opts: ResourceOptions
) -> dataprotection.BackupVault:
    """Copies are in one region, thrice; neither they nor what was deleted of them can be removed at once."""
    properties = {
        "storage_settings": [
            {"datastore_type": VAULT, "type": "ZoneRedundant" if across_zones else "LocallyRedundant"}
        ],
        "security_settings": {
            "immutability_settings": {"state": "Unlocked"},
            "soft_delete_settings": {"state": "On", "retention_duration_in_days": SOFT_DELETE_DAYS},
        },
        "feature_settings": {"cross_subscription_restore_settings": {"state": "Disabled"}},
        "monitoring_settings": {"azure_monitor_alert_settings": {"alerts_for_all_job_failures": "Enabled"}},
    }
    return dataprotection.BackupVault(
        name,
        vault_name=physical_name(Kind.BACKUP_VAULT, name, site.name_suffix),
        resource_group_name=site.resource_group_name,
        location=site.location,
        identity={"type": "SystemAssigned"},
        properties=properties,
        tags=labels,
        opts=opts,
    )


def policy(
    name: str,
    held: dataprotection.BackupVault,
    store: str,
    retention_days: int,
    hour: int,
    site: Site,
    opts: ResourceOptions,
) -> dataprotection.BackupPolicy:
    """Operational backup goes on all the time; a vaulted one is taken daily at that UTC hour."""
    place = dataprotection.DataStoreInfoBaseArgs(data_store_type=store, object_type="DataStoreInfoBase")
    kept = dataprotection.AzureRetentionRuleArgs(
        name="Default",
        object_type="AzureRetentionRule",
        is_default=True,
        lifecycles=[
            dataprotection.SourceLifeCycleArgs(
                source_data_store=place,
                delete_after=dataprotection.AbsoluteDeleteOptionArgs(
                    duration=f"P{retention_days}D", object_type="AbsoluteDeleteOption"
                ),
            )
        ],
    )
    return dataprotection.BackupPolicy(
        name,
        backup_policy_name=name,
        vault_name=held.name,
        resource_group_name=site.resource_group_name,
        properties=dataprotection.BackupPolicyArgs(
            datasource_types=[BLOBS],
            object_type="BackupPolicy",
            policy_rules=[kept, _daily(place, hour)] if store == VAULT else [kept],
        ),
        opts=opts,
    )


def _daily(place: dataprotection.DataStoreInfoBaseArgs, hour: int) -> dataprotection.AzureBackupRuleArgs:
    schedule = dataprotection.BackupScheduleArgs(
        repeating_time_intervals=[f"R/2026-01-01T{hour:02}:00:00+00:00/P1D"], time_zone="UTC"
    )
    tagged = dataprotection.TaggingCriteriaArgs(
        is_default=True, tagging_priority=99, tag_info=dataprotection.RetentionTagArgs(tag_name="Default")
    )
    return dataprotection.AzureBackupRuleArgs(
        name="BackupDaily",
        object_type="AzureBackupRule",
        data_store=place,
        backup_parameters=dataprotection.AzureBackupParamsArgs(backup_type="Discrete", object_type="AzureBackupParams"),
        trigger=dataprotection.ScheduleBasedTriggerContextArgs(
            object_type="ScheduleBasedTriggerContext", schedule=schedule, tagging_criteria=[tagged]
        ),
    )


def instance(
    name: str,
    held: dataprotection.BackupVault,
    followed: dataprotection.BackupPolicy,
    account_id: Input[str],
    containers: Sequence[str] | None,
    site: Site,
    opts: ResourceOptions,
) -> dataprotection.BackupInstance:
    """One account under a policy. `containers`: those that a vaulted backup copies; None for an operational one."""
    account = Output.from_input(account_id)
    source = dataprotection.DatasourceArgs(
        object_type="Datasource",
        datasource_type=BLOBS,
        resource_id=account,
        resource_uri=account,
        resource_name=account.apply(name_of),
        resource_type=ACCOUNTS,
        resource_location=site.location,
    )
    chosen = containers and dataprotection.PolicyParametersArgs(
        backup_datasource_parameters_list=[
            dataprotection.BlobBackupDatasourceParametersArgs(
                containers_list=list(containers), object_type="BlobBackupDatasourceParameters"
            )
        ]
    )
    return dataprotection.BackupInstance(
        name,
        backup_instance_name=name,
        vault_name=held.name,
        resource_group_name=site.resource_group_name,
        properties=dataprotection.BackupInstanceArgs(
            object_type="BackupInstance",
            friendly_name=name,
            data_source_info=source,
            policy_info=dataprotection.PolicyInfoArgs(policy_id=followed.id, policy_parameters=chosen or None),
        ),
        opts=opts,
    )


def replication(
    name: str,
    source_id: Input[str],
    destination_id: Input[str],
    containers: Sequence[str],
    prefixes: Sequence[str],
    opts: ResourceOptions,
) -> list[pulumi.Resource]:
    """Azure numbers the policy and its rules at the destination; the source is told those numbers.

    What was there before the policy is copied as well.
    """
    ends = {"source_account": source_id, "destination_account": destination_id}
    chosen = {"min_creation_time": SINCE_EVER, "prefix_match": list(prefixes) or None}
    rules = [{"source_container": each, "destination_container": each, "filters": chosen} for each in containers]
    there = storage.ObjectReplicationPolicy(
        f"{name}-destination",
        object_replication_policy_id="default",
        rules=rules,
        opts=opts,
        **_of_account(destination_id),
        **ends,
    )
    numbered = [
        {**rule, "rule_id": there.rules.apply(lambda made, at=at: made[at].rule_id if made else None)}
        for at, rule in enumerate(rules)
    ]
    here = storage.ObjectReplicationPolicy(
        f"{name}-source",
        object_replication_policy_id=there.policy_id,
        rules=numbered,
        opts=opts,
        **_of_account(source_id),
        **ends,
    )
    return [there, here]


def _of_account(account_id: Input[str]) -> Mapping[str, Output[str]]:
    account = Output.from_input(account_id)
    return {"account_name": account.apply(name_of), "resource_group_name": account.apply(resource_group_of)}


def alerts(
    name: str,
    held: dataprotection.BackupVault,
    emails: Sequence[str],
    site: Site,
    labels: Mapping[str, Input[str]],
    opts: ResourceOptions,
) -> list[pulumi.Resource]:
    """The vault raises alerts by itself; this says who is told."""
    group = action_group(name, "recovery", emails, site, labels, opts)
    rule = alertsmanagement.AlertProcessingRuleByName(
        name,
        alert_processing_rule_name=physical_name(Kind.ALERT_PROCESSING_RULE, name, site.name_suffix),
        resource_group_name=site.resource_group_name,
        location="global",
        properties=alertsmanagement.AlertProcessingRulePropertiesArgs(
            scopes=[held.id],
            enabled=True,
            actions=[alertsmanagement.AddActionGroupsArgs(action_type="AddActionGroups", action_group_ids=[group.id])],
        ),
        tags=labels,
        opts=opts,
    )
    return [group, rule]
