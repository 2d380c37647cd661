"""PublicDataset: public data as a data asset that carries its papers, and no licence that nobody allowed."""

import re
from collections.abc import Mapping
from functools import partial
from typing import Annotated, NotRequired, Optional, TypedDict

import pulumi
from pulumi import Input, Output, ResourceOptions
from pulumi_azure_native import machinelearningservices as ml
from pydantic import AfterValidator, Field, ValidationInfo, model_validator

from verdazure import facts, tags
from verdazure.args import Count, Record, Text, TextLeaf, component_name, normalise, refuse, resource_type
from verdazure.datasets.licences import ALLOWED, LicenceError, Verdict, judge, listed
from verdazure.datasets.movement import movement
from verdazure.datasets.source import (
    LAKE_SCHEMES,
    NOT_KNOWN,
    SCHEMES,
    AssetType,
    Source,
    fault_of_uri,
    of_open_dataset,
    without_key,
)
from verdazure.ingestion.specification import SpecificationError, parse_specification
from verdazure.interfaces import LandingRef, Site, known_region, name_of, resource_group_of

# Machine Learning Services REST API, names of assets.
ASSET_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]{0,254}")
WORKSPACE_ID = re.compile(
    r"/subscriptions/[^/]+/resourceGroups/[^/]+/providers/Microsoft\.MachineLearningServices/workspaces/[^/]+",
    re.IGNORECASE,
)

DATA_VERSIONS = {
    AssetType.URI_FILE: ml.UriFileDataVersionArgs,
    AssetType.URI_FOLDER: ml.UriFolderDataVersionArgs,
    AssetType.MLTABLE: ml.MLTableDataArgs,
}


class DatasetSourceArgs(TypedDict):
    """Public data that no row of the facts table `open_datasets` stands for."""

    title: str
    """What it is, as a person says it."""
    uri: Input[str]
    """Where it lies, readable without a key in the URI: `https://`, `wasbs://`, `abfss://` or `azureml://`."""
    asset_type: AssetType
    """What the URI points to: `uri_file`, `uri_folder` or `mltable`."""
    format: str
    """What its files are: `parquet`, `csv`, `jpeg`."""
    attribution: str
    """Whom to name as its maker: person, publisher or citation."""
    sha256: str
    """SHA-256 of the file, 64 hexadecimal digits; of a folder, that of the list of its files' hashes, or `unknown`."""
    size_bytes: NotRequired[int]
    """Its size. Without one, nobody can say what reading it moves."""
    region: NotRequired[str]
    """Azure region that it lies in."""


class FilteredCopyArgs(TypedDict):
    """A part of the data, in a lake of yours."""

    to: Input[str]
    """Folder of the copy: `abfss://` or `azureml://`."""
    specification: str
    """Which columns and rows it takes, as JSON text: the specification that `verdazure data check` reads."""
    sha256: NotRequired[str]
    """SHA-256 of the list of its files' hashes. Default `unknown`."""


class PublicDatasetArgs(TypedDict):
    """What a team decides about public data: `open_dataset` or `source`, by reference or as a filtered copy."""

    landing: LandingRef
    """Where it is used: `landing.ref`."""
    workspace_id: Input[str]
    """ARM id of the Azure ML workspace that lists it: `workspace.resource_id`."""
    open_dataset: NotRequired[str]
    """A row of the facts table `open_datasets` (`verdazure facts show open_datasets`): `seattle-safety`."""
    source: NotRequired[DatasetSourceArgs]
    """Public data from elsewhere."""
    licence: NotRequired[str]
    """SPDX expression; needed for a source, and for an open dataset whose licence no page states."""
    licence_evidence: NotRequired[str]
    """Where that licence can be read: `https://`. Needed with `licence`."""
    allowed_licences: NotRequired[list[str]]
    """SPDX ids that data may come under, in place of the default list (`verdazure data licence` judges by it)."""
    version: NotRequired[str]
    """Version of the data asset, default `1`. Azure ML keeps a version as it is: any other change needs a new one."""
    filtered_copy: NotRequired[FilteredCopyArgs]
    """Have the asset point to a part of the data, which `BatchIngestion` copies by `copy_specification`."""
    tags: NotRequired[dict[str, Input[str]]]
    """Further tags of the asset."""


class PublicDataset(pulumi.ComponentResource):
    """A data asset of Azure ML for public data: registered by reference, so that nothing is copied, or as a filtered
    copy; with licence, source, hash, size and maker as its properties, which cannot be changed, and as its tags.

    A licence that is unknown, or not on the list, is refused. A new version leaves the versions before it in the
    workspace, as jobs point to them; without the component, the asset goes with all of them.

    Raises: `ArgumentError` before any resource is registered, naming key, value, allowed values and fix.
    """

    resource_id: Output[str]
    """ARM id of the version."""
    resource_name: Output[str]
    """Name of the data asset."""
    asset_uri: Output[str]
    """How a job asks for it: `azureml:seattle:1`."""
    source_uri: Output[str]
    """Where the data is from."""
    licence: Output[str]
    """SPDX expression."""
    copy_specification: Output[Optional[str]]
    """For `BatchIngestion`: what the filtered copy takes, as JSON text; nothing for data by reference."""
    movement: Output[str]
    """What reading it moves between regions, in GB, kWh and gCO2e, or why that is not known."""

    def __init__(self, name: str, args: PublicDatasetArgs, opts: Optional[ResourceOptions] = None) -> None:
        spec = normalise(self, name, args, _PublicDataset)
        super().__init__(resource_type(PublicDataset), name, dict(args), opts)

        asset = self._asset(name, spec)
        version = self._asset_version(name, spec, asset)

        self.resource_id = version.id
        self.resource_name = asset.name
        self.asset_uri = Output.concat("azureml:", asset.name, ":", spec.version)
        self.source_uri = Output.from_input(spec.origin.uri)
        self.licence = Output.from_input(spec.verdict.expression)
        self.copy_specification = Output.from_input(spec.copy_specification)
        self.movement = Output.from_input(spec.landing.location).apply(lambda region: self._movement(spec, region))
        self.register_outputs(
            {
                "resource_id": self.resource_id,
                "resource_name": self.resource_name,
                "asset_uri": self.asset_uri,
                "source_uri": self.source_uri,
                "licence": self.licence,
                "copy_specification": self.copy_specification,
                "movement": self.movement,
            }
        )

    def _asset(self, name: str, spec: "_PublicDataset") -> ml.DataContainer:
        return ml.DataContainer(
            name,
            name=name,
            workspace_name=spec.workspace_name,
            resource_group_name=spec.workspace_group,
            properties={
                "data_type": spec.asset_type.value,
                "description": spec.origin.title,
                "tags": tags.merged(spec.landing.tags, spec.tags),
            },
            opts=ResourceOptions(parent=self),
        )

    def _asset_version(self, name: str, spec: "_PublicDataset", asset: ml.DataContainer) -> ml.DataVersion:
        pointing = DATA_VERSIONS[spec.asset_type](
            data_type=spec.asset_type.value,
            data_uri=spec.filtered_copy.to if spec.filtered_copy else spec.origin.uri,
            description=spec.origin.title,
            properties=spec.papers(),
            tags=tags.merged(spec.landing.tags, spec.tags, spec.papers()),
        )
        return ml.DataVersion(
            f"{name}-version",
            name=asset.name,
            version=spec.version,
            workspace_name=spec.workspace_name,
            resource_group_name=spec.workspace_group,
            properties=pointing,
            opts=ResourceOptions(parent=self, retain_on_delete=True),  # jobs point to the versions before
        )

    def _movement(self, spec: "_PublicDataset", region: str) -> str:
        origin = spec.origin
        if origin.region is None or origin.gigabytes is None:
            missing = "region" if origin.region is None else "size"
            return f"not known, as the {missing} of {origin.title} is not"
        try:
            moved = movement(origin.gigabytes, origin.region, region)
        except facts.UnknownFact as unknown:
            return (
                f"{origin.gigabytes:,.6g} GB from {origin.region} to {region}; what that emits is not known: {unknown}"
            )
        if moved is None:
            return f"nothing, as it lies in {region} too"
        if spec.filtered_copy is not None:
            return f"once, while it is copied, at most: {moved}"
        advice = f"A filtered copy in {region} moves it once: that much less from the second reading on."
        pulumi.log.warn(f"Each reading of all of {origin.title} moves {moved}. {advice}", self)
        return f"at each reading of all of it: {moved}"


# The checked arguments


def _readable(uri: Input[str], schemes: tuple[str, ...] = SCHEMES) -> Input[str]:
    fault = fault_of_uri(uri, schemes) if isinstance(uri, str) else None
    if isinstance(uri, str) and fault is not None:
        refuse("", without_key(uri), fault, "point to the data itself")
    return uri


def _hash(text: str) -> str:
    if not re.fullmatch(r"[0-9a-f]{64}", text.lower()) and text != NOT_KNOWN:
        fix = "write what `sha256sum` prints for it"
        refuse("", text, f"64 hexadecimal digits, or {NOT_KNOWN!r} for a folder", fix)
    return text.lower()


def _specification(document: str) -> str:
    try:
        return parse_specification(document).model_dump_json(exclude_unset=True)
    except SpecificationError as error:
        refuse("", document, "a specification as JSON text, with the columns to take", str(error))


def _listed(terms: tuple[str, ...]) -> tuple[str, ...]:
    for each in terms:
        try:
            listed([each])
        except LicenceError as error:
            refuse("", each, "SPDX ids", str(error))
    return terms


def _workspace(resource_id: Input[str]) -> Input[str]:
    if isinstance(resource_id, str) and not WORKSPACE_ID.fullmatch(resource_id):
        refuse("", resource_id, "the ARM id of an Azure ML workspace", "pass workspace.resource_id")
    return resource_id


AllowedLicences = Annotated[tuple[Text, ...], Field(min_length=1), AfterValidator(_listed)]
Sha256 = Annotated[Text, AfterValidator(_hash)]
WorkspaceId = Annotated[TextLeaf, AfterValidator(_workspace)]


def place(workspace_id: Input[str]) -> dict[str, Output[str]]:
    """Where a workspace's own resources lie: its resource group may be another than the landing's."""
    known = Output.from_input(workspace_id)
    return {"workspace_name": known.apply(name_of), "resource_group_name": known.apply(resource_group_of)}


class _DatasetSource(Record):
    title: Text
    uri: Annotated[TextLeaf, AfterValidator(_readable)]
    asset_type: AssetType
    format: Text
    attribution: Text
    sha256: Sha256
    size_bytes: Annotated[Count, Field(ge=0)] | None = None
    region: Annotated[Text, AfterValidator(known_region)] | None = None

    @model_validator(mode="after")
    def _a_file_has_a_hash(self) -> "_DatasetSource":
        if self.asset_type is AssetType.URI_FILE and self.sha256 == NOT_KNOWN:
            refuse("sha256", NOT_KNOWN, "64 hexadecimal digits for a file", "write what `sha256sum` prints for it")
        return self

    def origin(self) -> Source:
        """As the component goes on with it."""
        return Source(as_of=None, **{key: getattr(self, key) for key in type(self).model_fields})


class _FilteredCopy(Record):
    to: Annotated[TextLeaf, AfterValidator(partial(_readable, schemes=LAKE_SCHEMES))]
    specification: Annotated[Text, AfterValidator(_specification)]
    sha256: Sha256 = NOT_KNOWN


class _PublicDataset(Record):
    landing: Site
    workspace_id: WorkspaceId
    open_dataset: Text | None = None
    source: _DatasetSource | None = None
    licence: Text | None = None
    licence_evidence: Annotated[Text, Field(pattern="^https://")] | None = None
    allowed_licences: AllowedLicences = tuple(ALLOWED)
    version: Annotated[Text, Field(pattern=r"^[A-Za-z0-9._-]+$")] = "1"
    filtered_copy: _FilteredCopy | None = None
    tags: Mapping[str, TextLeaf] = {}

    @model_validator(mode="after")
    def _check(self, info: ValidationInfo) -> "_PublicDataset":
        if not ASSET_NAME.fullmatch(component_name(info)):
            allowed = "1 to 255 letters, digits, dashes and underscores, as Azure ML allows a data asset"
            refuse("name", component_name(info), allowed, "rename the component")
        if (self.open_dataset is None) == (self.source is None):
            given = "both" if self.source else None
            refuse("open_dataset", given, "either open_dataset or source", "give one of them")
        if self.open_dataset is not None:
            self._check_open_dataset(self.open_dataset)
        self._check_licence()
        return self

    def _check_open_dataset(self, asked: str) -> None:
        try:
            known = facts.open_datasets.get(asked)
        except facts.UnknownFact as unknown:
            refuse("open_dataset", asked, "a row of the facts table open_datasets", str(unknown))
        for key in ("licence", "licence_evidence"):
            given = getattr(self, key)
            if known.dataset_licence is not None and given is not None:
                refuse(key, given, f"nothing, as {asked} comes under {known.dataset_licence}", "remove it")

    def _check_licence(self) -> None:
        expression, evidence = self._licence()
        if expression is None or evidence is None:
            key = "licence" if expression is None else "licence_evidence"
            what = "an SPDX expression" if expression is None else "the https:// address where the licence can be read"
            refuse(
                key, None, f"{what}, as no known page states the licence of {self.origin.title}", self._where_to_look()
            )
        try:
            verdict = self.verdict
        except LicenceError as error:
            refuse("licence", expression, "an SPDX expression", str(error))
        if not verdict.allowed:
            fix = f"{verdict.reason}; take other data, or have whoever answers for licences add it to allowed_licences"
            refuse("licence", expression, ", ".join(self.allowed_licences), fix)

    def _where_to_look(self) -> str:
        if self.open_dataset is None:
            return "read its publisher's page, and give licence and licence_evidence"
        row = facts.open_datasets.get(self.open_dataset)
        return f"read {row.licence_evidence or row.source}, and give licence and licence_evidence"

    def _licence(self) -> tuple[str | None, str | None]:
        """The expression and where it can be read, by the facts table or by the caller."""
        row = None if self.open_dataset is None else facts.open_datasets.get(self.open_dataset)
        if row is not None and row.dataset_licence is not None:
            return row.dataset_licence, row.licence_evidence
        return self.licence, self.licence_evidence

    @property
    def verdict(self) -> Verdict:
        """What the list says of the licence. Raises `LicenceError`."""
        return judge(self._licence()[0] or "", self.allowed_licences)

    @property
    def origin(self) -> Source:
        """The data before anybody filters it."""
        if self.source is not None:
            return self.source.origin()
        return of_open_dataset(facts.open_datasets.get(self.open_dataset or ""))

    @property
    def asset_type(self) -> AssetType:
        """Of what the asset points to; a copy is a folder of Parquet files."""
        return AssetType.URI_FOLDER if self.filtered_copy else self.origin.asset_type

    @property
    def copy_specification(self) -> str | None:
        """What the copy takes."""
        return self.filtered_copy.specification if self.filtered_copy else None

    @property
    def workspace_name(self) -> Output[str]:
        """Of the workspace."""
        return Output.from_input(self.workspace_id).apply(name_of)

    @property
    def workspace_group(self) -> Output[str]:
        """Resource group of the workspace, which may be another than the landing's."""
        return Output.from_input(self.workspace_id).apply(resource_group_of)

    def papers(self) -> dict[str, Input[str]]:
        """What goes with the data wherever it is used; of a copy, its own hash and that of its source."""
        origin, (_, evidence) = self.origin, self._licence()
        size = NOT_KNOWN if origin.size_bytes is None else str(origin.size_bytes)
        papers: dict[str, Input[str]] = {
            "licence": self.verdict.expression,
            "licence_evidence": evidence or NOT_KNOWN,
            "attribution": origin.attribution,
            "source": origin.uri,
            "source_format": origin.format,
        }
        if self.verdict.duties:
            papers["licence_duties"] = "; ".join(self.verdict.duties)
        if origin.as_of is not None:
            papers["as_of"] = origin.as_of
        if self.filtered_copy is None:
            return {**papers, "sha256": origin.sha256, "size_bytes": size}
        of_source = {"source_sha256": origin.sha256, "source_size_bytes": size}
        return {**papers, **of_source, "sha256": self.filtered_copy.sha256, "filter": self.filtered_copy.specification}
