"""What a row of each table holds. Units stand in the column's name or its docstring; a value not known is `None`."""

from datetime import date
from typing import Annotated, Any, ClassVar, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, field_serializer, model_validator


def _missing_as_none(cell: object) -> object:
    return None if cell == "" else cell


def _words(cell: object) -> object:
    return frozenset(cell.split()) if isinstance(cell, str) else cell


Text = Annotated[str | None, BeforeValidator(_missing_as_none)]
Number = Annotated[float | None, BeforeValidator(_missing_as_none)]
Whole = Annotated[int | None, BeforeValidator(_missing_as_none)]
Flag = Annotated[bool | None, BeforeValidator(_missing_as_none)]
Day = Annotated[date | None, BeforeValidator(_missing_as_none)]


class Row(BaseModel):
    """What every row tells: its name and when its sources were read. Source and licence stand beside the values."""

    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)
    name: str
    read_on: date
    """The day on which the sources were read."""
    EMPTY_SAYS_SOMETHING: ClassVar[frozenset[str]] = frozenset()
    """Columns in which an empty cell is an answer (no pair, no GPU), not a gap."""

    def origins(self) -> tuple[tuple[str, str], ...]:
        """Sources and their licences; a row must have both."""
        raise NotImplementedError

    def gaps(self) -> tuple[str, ...]:
        """Columns whose value no source gave."""
        return tuple(
            column
            for column in type(self).model_fields
            if column not in self.EMPTY_SAYS_SOMETHING and getattr(self, column) is None
        )


class Sourced(Row):
    """A row whose values share one source."""

    source: str
    licence: str

    def origins(self) -> tuple[tuple[str, str], ...]:
        return ((self.source, self.licence),)


class Region(Row):
    """An Azure region and the grid that feeds it."""

    EMPTY_SAYS_SOMETHING = frozenset({"paired_region", "intensity_year", "intensity_source", "intensity_licence"})
    display_name: str
    geography: str
    country: str
    """ISO 3166-1 alpha-3."""
    residencies: Annotated[frozenset[str], BeforeValidator(_words)]
    """Residency areas that hold the region: the country's code (`se`, `uk`, `us`, ...), `eu`, `eea`."""
    access: Literal["open", "restricted"]
    """`restricted`: open to a subscription only on request (disaster-recovery regions)."""
    availability_zones: Flag
    paired_region: Text
    """Where Azure replicates to; None for a region without a pair. Some pairs lead one way only."""
    latitude: Number
    """Degrees north, as Azure Resource Manager lists it; exact to the city, not to the building."""
    longitude: Number
    """Degrees east."""
    grid_zone: str
    """Electricity Maps zone."""
    intensity_g_per_kwh: Number
    """gCO2e/kWh: annual mean of the hourly, flow-traced, lifecycle average; one vintage and basis for all regions."""
    intensity_year: Whole
    intensity_source: Text
    intensity_licence: Text
    region_source: str
    region_licence: str

    @field_serializer("residencies")
    def _in_order(self, residencies: frozenset[str]) -> list[str]:
        return sorted(residencies)

    def origins(self) -> tuple[tuple[str, str], ...]:
        """Of the region and, where it is known, of the intensity."""
        of_region = (self.region_source, self.region_licence)
        if self.intensity_g_per_kwh is None:
            return (of_region,)
        return (of_region, (self.intensity_source or "", self.intensity_licence or ""))


class VmSize(Sourced):
    """A VM size as Azure names it."""

    EMPTY_SAYS_SOMETHING = frozenset({"gpu", "retires_on", "successor"})
    family: str
    status: Literal["current", "preview", "retiring", "retired"]
    retires_on: Day
    """The day that Azure announced for its retirement; None where none is announced, or not known."""
    gpu: Text
    """Model of the accelerator, a name of the accelerator table; None for a CPU size."""
    gpu_count: float
    """Boards; a fraction where a board is shared."""
    gpu_memory_gib: Number
    """GiB of one board."""
    gpu_tdp_w: Number
    """W of one board at its limit."""
    vcpus: int
    memory_gib: Number
    architecture: Literal["x64", "arm64"]
    """What its processors understand, as Azure names it."""
    cpu: Text
    """Name of the CPU table; `average` where the maker's generation has no coefficients of its own. None: not known, as
    for Arm processors, whose power nobody published."""
    embodied_kg: Number
    """kgCO2e: the size's share, by vCPU, of what making the whole server emitted."""
    successor: Text
    """For a retiring or retired size: the current size with about as many boards that this library suggests."""

    @property
    def deployable(self) -> bool:
        """Whether new work should start on it: neither retired nor announced to be."""
        return self.status in ("current", "preview")

    @property
    def runs_in_azure_ml(self) -> bool:
        """Whether Azure ML may take it for its nodes.

        Microsoft Learn, "Understand compute targets": of the series that Azure ML supports, none has Arm processors and
        no GPU.
        """
        return self.gpu is not None or self.architecture == "x64"

    def gaps(self) -> tuple[str, ...]:
        """As for every row; a size without a GPU has no gap in the GPU's columns."""
        return tuple(column for column in super().gaps() if self.gpu is not None or not column.startswith("gpu_"))


class Cpu(Sourced):
    """What one vCPU of a CPU generation draws, W; low and high bound what two editions of the source say."""

    idle_w_low: float
    idle_w: float
    idle_w_high: float
    full_w_low: float
    full_w: float
    full_w_high: float


class Accelerator(Sourced):
    """What one board draws and what making it emitted."""

    tdp_w: Number
    """W at its limit, as its maker says."""
    idle_w: Number
    full_w: Number
    method: Literal["published", "from TDP", "unknown"]
    """Whether idle and full power are published for the board or are fixed shares of its TDP."""
    embodied_kg_low: float
    """kgCO2e: flat for any board."""
    embodied_kg_high: Number
    """kgCO2e: a bottom-up estimate for this board; None where nobody made one."""


class StorageTier(Sourced):
    """What a service tier keeps data on, and what that draws."""

    medium: Text
    """What the central value counts it as: `ssd` or `hdd`."""
    wh_per_tb_hour_low: Number
    wh_per_tb_hour: Number
    """Wh for one TB kept for one hour, one copy; low and high span the media that the tier may be kept on."""
    wh_per_tb_hour_high: Number


class Replication(Sourced):
    """How many copies a redundancy keeps."""

    copies: int


class Coefficient(Sourced):
    """One number of the footprint model; low and high where the source gives or implies a range."""

    low: Number
    value: float
    high: Number
    unit: str


class Runtime(Sourced):
    """A runtime that Azure runs code on, and until when it is supported."""

    product: str
    version: str
    supported_until: Day
    """Last day of support; the last day of the month where only a month is published. None: not known."""


class IotHubTier(Sourced):
    """What one unit of an IoT Hub takes. The basic tiers are not there: they have no IoT Edge."""

    messages_per_day: int
    """Of one unit."""
    meter_bytes: int
    """A message counts once for each so many bytes, or part of them."""
    most_units: int
    edge_deployments: int
    """Most automatic deployments of a hub, base and layered together."""


class IotOperations(Sourced):
    """A release of Azure IoT Operations, by year and month: the extensions of a cluster that go together."""

    iot_operations: str
    """Version of `microsoft.iotoperations`."""
    cert_manager: str
    """Version of `microsoft.certmanagement`."""
    secret_store: str
    """Version of `microsoft.azure.secretstore`."""
    train: str
    """Release train of all three."""


class Model(Sourced):
    """A pre-trained model. `licence` is that of the facts; `model_licence` that of the weights."""

    EMPTY_SAYS_SOMETHING = frozenset(
        {"azure_format", "azure_version", "azure_skus", "lifecycle", "retires_on", "smaller_sibling"}
    )
    publisher: str
    task: str
    """`chat`, `embedding`, `image-classification`, `text-classification`, `transcription`."""
    modalities: Annotated[frozenset[str], BeforeValidator(_words)]
    """What it takes: `audio`, `image`, `text`."""
    languages: Annotated[frozenset[str], BeforeValidator(_words)]
    """ISO 639-1 codes that its publisher names; empty where none are named, which does not mean that it knows none."""
    parameters_millions: Number
    """All of them, also those that a mixture of experts leaves out of a token; None: not published."""
    context_tokens: Whole
    """None also where a model has no context to speak of."""
    weights: Literal["open", "closed"]
    """`open`: they can be run on compute of one's own."""
    model_licence: Text
    """SPDX id; None where its publisher states none."""
    azure_format: Text
    """Azure's name of who made it, as a deployment asks for it; None: Azure does not host it."""
    azure_version: Text
    azure_skus: Annotated[frozenset[str], BeforeValidator(_words)]
    """Deployment types that some region offers, those of a data zone with the zone: `DataZoneStandard:eu`."""
    lifecycle: Annotated[Literal["ga", "preview", "deprecated", "retired"] | None, BeforeValidator(_missing_as_none)]
    """As Azure hosts it. A deprecated model takes no new customers."""
    retires_on: Day
    """The day from which Azure may turn its deployments off; None: none is announced."""
    smaller_sibling: Text
    """The next smaller model of its series by its publisher's own words: all that is known of secret sizes."""

    @property
    def energy_class(self) -> Literal["XS", "S", "M", "L"] | None:
        """By the memory and boards that its parameters need: XS up to 1 billion, S up to 10, M up to 100, L above.

        None where the parameters are not known.
        """
        if self.parameters_millions is None:
            return None
        if self.parameters_millions <= 1_000:
            return "XS"
        if self.parameters_millions <= 10_000:
            return "S"
        return "M" if self.parameters_millions <= 100_000 else "L"

    @field_serializer("modalities", "languages", "azure_skus")
    def _in_order(self, words: frozenset[str]) -> list[str]:
        return sorted(words)

    def gaps(self) -> tuple[str, ...]:
        """As for every row; a model whose weights are not given out has no gap in their licence."""
        return tuple(column for column in super().gaps() if self.weights == "open" or column != "model_licence")


class OpenDataset(Sourced):
    """A dataset that Azure hosts for everybody. `licence` is that of the facts; `dataset_licence` that of the data."""

    EMPTY_SAYS_SOMETHING = frozenset({"path"})
    title: str
    attribution: str
    """Whom to name as its maker."""
    storage_account: str
    container: str
    path: Text
    """Blob or folder in the container; None: all of the container."""
    asset_type: Literal["uri_file", "uri_folder"]
    format: str
    """What its files are: `parquet`, `csv`, `png npy txt`."""
    dataset_licence: Text
    """SPDX id, or a LicenseRef for terms that forbid some use; None: not known, as no page states one."""
    licence_basis: Literal["stated", "terms", "none"]
    """`stated`: the page names a licence. `terms`: it links its publisher's own terms. `none`: it says nothing."""
    licence_evidence: Text
    """Where the licence or the terms can be read."""
    size_gb: Number
    """GB (10^9 bytes)."""
    rows: Whole
    """Rows, images or utterances."""
    as_of: Text
    """When size and rows were counted: a year or a day."""
    updated: Annotated[Literal["daily", "snapshot"] | None, BeforeValidator(_missing_as_none)]
    """`snapshot`: of a time that is over."""
    region: Text
    """Azure region of the storage account."""

    @property
    def uri(self) -> str:
        """Where Azure ML reads it without a key: a blob by https, a folder by wasbs."""
        host = f"{self.storage_account}.blob.core.windows.net"
        if self.asset_type == "uri_file":
            return f"https://{host}/{self.container}/{self.path}"
        return f"wasbs://{self.container}@{host}/{self.path or ''}"


class Retention(Sourced):
    """How long a law or standard has a kind of record kept. It is no legal advice: whether it applies, you decide."""

    EMPTY_SAYS_SOMETHING = frozenset({"min_days", "max_days"})
    about: str
    min_days: Whole
    """Days that it must be kept at least; None: it sets no shortest time."""
    max_days: Whole
    """Days after which it must be gone; None: it sets no longest time."""
    region: str
    """Where it holds: `EU`, `US`, `US-IL`, `global`."""


class TypicalDay(Sourced):
    """The average day of one grid zone in one month. Signal: average, lifecycle."""

    zone: str
    """Electricity Maps zone."""
    month: int
    hours: tuple[float, ...]
    """24 values, columns `h00` to `h23`: the mean of the hour that starts then, UTC."""
    unit: Literal["gCO2e/kWh"]
    year: int
    """The year whose days were averaged."""

    @model_validator(mode="before")
    @classmethod
    def _gather_hours(cls, cells: dict[str, Any]) -> dict[str, Any]:
        hours = [f"h{hour:02}" for hour in range(24)]
        others = {column: cell for column, cell in cells.items() if column not in hours}
        return {**others, "hours": [cells[hour] for hour in hours]}
