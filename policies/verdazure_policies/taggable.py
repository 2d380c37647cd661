"""Which resources take tags. Nearly every azure-native resource with a location does: the exceptions are listed."""

from verdazure_policies.view import Resource, State

# Types whose arguments have `location` but no `tags`. Source: the Args classes of pulumi-azure-native 3.29.
LOCATED_WITHOUT_TAGS = frozenset(
    {
        "appconfiguration:Replica",
        "applicationinsights:ProactiveDetectionConfiguration",
        "appplatform:App",
        "authorization:PolicyAssignment",
        "authorization:ResourceManagementPrivateLink",
        "azurestack:LinkedSubscription",
        "azurestack:Registration",
        "azurestackhci:Update",
        "azurestackhci:UpdateRun",
        "azurestackhci:UpdateSummary",
        "blueprint:Assignment",
        "chaos:Target",
        "cloudngfw:GlobalRulestack",
        "cognitiveservices:PrivateEndpointConnection",
        "compute:VirtualMachineScaleSetVMExtension",
        "computelimit:GuestSubscription",
        "computelimit:SharedLimit",
        "containerregistry:ExportPipeline",
        "containerregistry:ImportPipeline",
        "containerregistry:TaskRun",
        "costmanagement:Export",
        "guestconfiguration:GuestConfigurationAssignment",
        "guestconfiguration:GuestConfigurationAssignmentsVMSS",
        "guestconfiguration:GuestConfigurationConnectedVMwarevSphereAssignment",
        "guestconfiguration:GuestConfigurationHCRPAssignment",
        "healthcareapis:IotConnectorFhirDestination",
        "kusto:AttachedDatabaseConfiguration",
        "kusto:CosmosDbDataConnection",
        "kusto:EventGridDataConnection",
        "kusto:EventHubConnection",
        "kusto:EventHubDataConnection",
        "kusto:IotHubDataConnection",
        "kusto:ReadOnlyFollowingDatabase",
        "kusto:ReadWriteDatabase",
        "machinelearningservices:LinkedService",
        "maintenance:ConfigurationAssignment",
        "maintenance:ConfigurationAssignmentParent",
        "maintenance:ConfigurationAssignmentsForResourceGroup",
        "maintenance:ConfigurationAssignmentsForSubscription",
        "managednetwork:ManagedNetworkGroup",
        "managednetwork:ManagedNetworkPeeringPolicy",
        "managednetwork:ScopeAssignment",
        "migrate:MigrateProjectsControllerMigrateProject",
        "netapp:CapacityPoolBackup",
        "netapp:CapacityPoolSnapshot",
        "netapp:VolumeGroup",
        "network:LoadBalancerBackendAddressPool",
        "network:RouteFilterRule",
        "operationsmanagement:ManagementAssociation",
        "operationsmanagement:ManagementConfiguration",
        "portal:ConsoleWithLocation",
        "portal:UserSettingsWithLocation",
        "servicelinker:Connector",
        "servicelinker:ConnectorDryrun",
        "sql:DatabaseThreatDetectionPolicy",
        "synapse:EventGridDataConnection",
        "synapse:EventHubDataConnection",
        "synapse:IotHubDataConnection",
        "synapse:KustoPoolAttachedDatabaseConfiguration",
        "synapse:ReadOnlyFollowingDatabase",
        "synapse:ReadWriteDatabase",
    }
)

# Types whose `tags` are a list of their own, no names with values. Same source.
TAGS_OF_ANOTHER_KIND = frozenset(
    {
        "apimanagement:NamedValue",
        "apimanagement:WorkspaceNamedValue",
        "applicationinsights:Favorite",
        "cloudngfw:LocalRule",
        "cloudngfw:PostRule",
        "cloudngfw:PreRule",
        "operationalinsights:SavedSearch",
        "storage:BlobContainerLegalHold",
    }
)


def is_taggable(resource: Resource) -> bool:
    """Whether the resource can carry tags. A type without a location is judged once it has some."""
    if resource.type in TAGS_OF_ANOTHER_KIND:
        return False
    if resource["tags"].state is not State.MISSING:
        return True
    return resource["location"].state is not State.MISSING and resource.type not in LOCATED_WITHOUT_TAGS
