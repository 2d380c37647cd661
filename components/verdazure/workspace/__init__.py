"""MlWorkspace: an Azure ML workspace with what it stands on, what it may reach and what it knows of.

component    the workspace, its storage, vault, registry and telemetry
reaching     outbound rules of its managed network
knowing      data stores and connections, by identity
features     what makes it a feature store
deleted      what Azure keeps of a deleted one, and how it is got rid of, or back
"""

from verdazure.workspace.component import ManagedNetwork, MlWorkspace, MlWorkspaceArgs

__all__ = ["ManagedNetwork", "MlWorkspace", "MlWorkspaceArgs"]
