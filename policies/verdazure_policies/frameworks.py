"""What three frameworks ask for, as rules name it: the guide, the Green Software Patterns, Well-Architected articles.

Titles are the authors' own, so that a reader finds them again. A rule for which no pattern or article fits names none.
"""

import re
from dataclasses import dataclass
from datetime import date
from enum import Enum, StrEnum

READ_ON = date(2026, 11, 29)
"""The day on which the patterns and articles were read in their repositories."""

GUIDE = "Sustainable AI design for workloads on Azure"
PATTERNS = "Green Software Patterns"
"""Of the Green Software Foundation: its repository Green-Software-Foundation/patterns, whose names `Pattern` has."""
ARTICLES = "Azure Well-Architected Framework, sustainable workloads"
"""The articles beside the guide: MicrosoftDocs/well-architected, folder `well-architected/sustainability`."""


class Guide(StrEnum):
    """The recommendations of Microsoft's guide, in its order."""

    MODEL_SIZE = "Model size"
    MODEL_REUSABILITY = "Model reusability"
    """Also the row that asks to meet requirements of security and compliance."""
    FRAMEWORKS = "Energy-efficient frameworks"
    FINE_TUNING = "Fine-tuning"
    TRAINING_REGION = "Training region"
    CACHING = "Caching strategies"
    PUBLIC_DATASETS = "Public datasets"
    INGESTION = "Optimized ingestion methods"
    DATA_QUALITY = "Data quality optimization"
    EDGE = "Edge computing"
    STORAGE = "Storage optimization"
    REGIONAL_DATA = "Regional data strategy"
    RECOVERY = "Disaster recovery and backup"
    CARBON_AWARE = "Carbon-aware deployment"
    RETRAINING = "Retraining frequency"
    MONITORING = "Comprehensive monitoring strategy"
    SCALING = "Scaling and workload resiliency"
    OPERATIONS = "Sustainable machine learning operations practices"


@dataclass(frozen=True)
class _Pattern:
    folder: str
    """Below `docs`, where it was read; those below `catalog` stood there before the repository was ordered anew."""
    slug: str
    title: str

    @property
    def shown(self) -> str:
        """For a page."""
        return f"*{self.title}* (`{self.slug}`)"

    @property
    def file(self) -> str:
        """Where it was read."""
        return f"docs/{self.folder}/{self.slug}.md"


class Pattern(_Pattern, Enum):
    """Patterns that some rule makes a stack keep to."""

    CARBON_AWARE_SCHEDULING = (
        "operations",
        "carbon-aware-ai-scheduling",
        "Use carbon-aware scheduling and region selection for AI workloads",
    )
    CLOUD_NATIVE_NETWORK_SECURITY = (
        "operations",
        "use-cloud-native-network-security-tools-and-controls",
        "Use cloud native network security tools and controls",
    )
    COMPRESSED_MODELS = (
        "architecture",
        "compress-ml-models-for-inference",
        "Optimize the size of AI/ML models",
    )
    EFFICIENT_ACCELERATORS = (
        "architecture/system-topology",
        "efficient-hardware-ai-workloads",
        "Select efficient accelerators and instance types for AI workloads",
    )
    EFFICIENT_RUNTIMES = (
        "development",
        "select-efficient-ml-frameworks-inference-runtimes",
        "Select efficient ML frameworks and inference runtimes",
    )
    EXPIRING_STORAGE = (
        "operations/resource-lifecycle",
        "delete-or-auto-expire-unused-storage",
        "Delete or auto-expire unused storage",
    )
    LITTLE_DATA_SENT = (
        "catalog/development/data-handling",
        "reduce-transmitted-data",
        "Reduce transmitted data",
    )
    MATCHED_OBJECTIVES = (
        "catalog/requirements",
        "match-slo",
        "Match your service level objectives to business needs",
    )
    MATCHED_UTILISATION = (
        "operations/capacity-management",
        "match-cpu-capacity-to-average-and-peak-utilization",
        "Match CPU capacity to average and peak utilization",
    )
    MODELS_AT_THE_EDGE = (
        "architecture/system-topology",
        "run-ai-models-edge",
        "Run AI models at the edge",
    )
    ON_DEMAND = (
        "architecture/system-topology",
        "on-demand-execution-ai-agent-workloads",
        "Use on-demand execution for AI and agent workloads",
    )
    OTHER_CPUS = (
        "catalog/architecture/technology-selection",
        "evaluate-other-cpu-architectures",
        "Evaluate other CPU architectures",
    )
    PRETRAINED_MODELS = (
        "development",
        "pre-trained-transfer-learning",
        "Leverage pre-trained models and transfer learning",
    )
    QUEUED_REQUESTS = (
        "catalog/architecture/system-topology",
        "queue-non-urgent-requests",
        "Queue non-urgent processing requests",
    )
    RIGHT_SIZED_COMPUTE = (
        "operations/capacity-management",
        "rightsize-compute-to-match-utilization",
        "Rightsize compute to match utilization",
    )
    RIGHT_SIZED_MODELS = (
        "development",
        "right-sized-energy-efficient-ai-models",
        "Use right-sized and energy-efficient AI models",
    )
    SCALED_DOWN_APPLICATIONS = (
        "catalog/operations/capacity-management",
        "scale-down-unused-applications",
        "Scale down applications when not in use",
    )
    SCALED_DOWN_KUBERNETES = (
        "operations/capacity-management",
        "scale-down-kubernetes-workloads",
        "Scale down kubernetes applications when not in use",
    )
    SCALED_WITH_LOAD = (
        "catalog/operations/capacity-management",
        "scale-infrastructure-with-user-load",
        "Scale infrastructure with user load",
    )
    UNUSED_ASSETS = (
        "operations/resource-lifecycle",
        "remove-unused-assets",
        "Remove unused assets",
    )


@dataclass(frozen=True)
class _Article:
    file: str
    title: str
    """As their table of contents gives it."""


class Article(_Article, Enum):
    """The articles whose recommendations rules name."""

    APPLICATION_DESIGN = "sustainability-application-design.md", "Application design"
    APPLICATION_PLATFORM = "sustainability-application-platform.md", "Application platform"
    NETWORKING = "sustainability-networking.md", "Networking and connectivity"
    OPERATIONAL_PROCEDURES = "sustainability-operational-procedures.md", "Operational procedures"
    SECURITY = "sustainability-security.md", "Security"
    STORAGE = "sustainability-storage.md", "Storage"


@dataclass(frozen=True)
class _Recommendation:
    article: Article
    title: str

    @property
    def slug(self) -> str:
        """The title as the anchor of its heading."""
        return re.sub(r"[^a-z0-9-]", "", self.title.lower().replace(" ", "-"))

    @property
    def shown(self) -> str:
        """For a page."""
        return f"*{self.title}*, in its article *{self.article.title}*"


class Recommendation(_Recommendation, Enum):
    """Recommendations that some rule makes a stack keep to."""

    ACCESS_TIER = Article.STORAGE, "Use the best suited storage access tier"
    ARM_PROCESSORS = Article.APPLICATION_PLATFORM, "Evaluate Ampere Altra Arm-based processors for Virtual Machines"
    ASYNC_ACCESS = Article.APPLICATION_DESIGN, "Optimize for async access patterns"
    AUTOSCALING = Article.APPLICATION_PLATFORM, "Utilize auto-scaling and bursting capabilities"
    BACKUP_POLICIES = Article.STORAGE, "Revise backup and retention policies"
    BATCHES_IN_CLEAN_HOURS = (
        Article.APPLICATION_PLATFORM,
        "Run batch workloads during low-carbon intensity periods",
    )
    BLOB_TIER = Article.STORAGE, "Determine the most suitable access tier for blob data"
    BUSINESS_HOURS = Article.APPLICATION_PLATFORM, "Turn off workloads outside of business hours"
    COST_AS_PROXY = Article.OPERATIONAL_PROCEDURES, "Cost optimization as a proxy"
    EMISSIONS_TARGET = Article.OPERATIONAL_PROCEDURES, "Define emissions target"
    LOG_COLLECTION = Article.STORAGE, "Optimize the collection of logs"
    LOW_CARBON_REGIONS = Article.APPLICATION_PLATFORM, "Deploy to low-carbon regions"
    METRICS = Article.OPERATIONAL_PROCEDURES, "Identify the metrics and set improvement goals"
    NETWORK_CONTROLS = (
        Article.SECURITY,
        "Use cloud native network security controls to eliminate unnecessary network traffic",
    )
    RECOVERY_POINTS = Article.STORAGE, "Reduce the number of recovery points for VM backups"
    RELEVANT_DATA = Article.STORAGE, "Only store what is relevant"
    SAME_REGION = Article.NETWORKING, "Maximize network utilization within the same cloud and region"
    SCALABILITY_NEEDS = Article.APPLICATION_PLATFORM, "Match the scalability needs"
    SPOT = Article.APPLICATION_PLATFORM, "Use SPOT VMs where possible"
    UPDATES = Article.APPLICATION_PLATFORM, "Review platform and service updates regularly"
    ZOMBIES = Article.APPLICATION_PLATFORM, "Delete zombie workloads"
