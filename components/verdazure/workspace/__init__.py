"""MlWorkspace: an Azure ML workspace with what it stands on, what it may reach and what it knows of.

component    the workspace, its storage, vault, registry and telemetry
reaching     outbound rules of its managed network
knowing      data stores and connections, by identity
"""

from verdazure.workspace.component import ManagedNetwork, MlWorkspace, MlWorkspaceArgs

__all__ = ["ManagedNetwork", "MlWorkspace", "MlWorkspaceArgs"]
