"""Models by task: the smallest that meets a need, why each other does not, and where it runs.

skus       Azure's deployment types: where each processes what it is sent, and which a need takes
choosing   every model of the facts table, judged by a need
component  ModelDeployment; imported by its own name, as it needs Pulumi
"""

from verdazure.catalogue.choosing import Choice, Hosting, Judged, Need, choose
from verdazure.catalogue.skus import NoSku, Sku

__all__ = ["Choice", "Hosting", "Judged", "Need", "NoSku", "Sku", "choose"]
