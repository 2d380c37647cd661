"""PretrainedModel: a model that somebody else trained, registered with its papers or not at all."""

from collections.abc import Mapping
from enum import Enum
from pathlib import PurePosixPath
from typing import Annotated, NotRequired, Optional, TypedDict

import pulumi
from pulumi import Input, Output, ResourceOptions
from pulumi_azure_native import machinelearningservices as ml
from pydantic import AfterValidator, BeforeValidator, Field, ValidationInfo, model_validator

from verdazure import tags
from verdazure.args import Record, Text, TextLeaf, component_name, normalise, refuse, resource_type
from verdazure.datasets.component import ASSET_NAME, AllowedLicences, WorkspaceId
from verdazure.datasets.licences import ALLOWED, Verdict, judge
from verdazure.datasets.source import fault_of_uri, without_key
from verdazure.interfaces import LandingRef, Site, name_of, resource_group_of
from verdazure.pretrained.provenance import Predicate, Provenance, ProvenanceError, ScanVerdict, publishers, read

# What a model asset may point to: Microsoft Learn, Work with models in Azure Machine Learning.
MODEL_SCHEMES = ("azureml", "https")
# MLflow's documentation, Storage Format: a folder with this file at its top is an MLflow model.
MLFLOW_FILE = "MLmodel"


class ModelType(str, Enum):
    """How the model is stored, by Azure's own names."""

    CUSTOM = "custom_model"
    MLFLOW = "mlflow_model"
    """A folder with a file `MLmodel` at its top."""
    TRITON = "triton_model"
    """A model repository of NVIDIA Triton."""


class PretrainedModelArgs(TypedDict):
    """What a team decides about a model that it did not train."""

    landing: LandingRef
    """Where it is used: `landing.ref`."""
    workspace_id: Input[str]
    """ARM id of the Azure ML workspace that registers it: `workspace.resource_id`."""
    model_uri: Input[str]
    """Where your copy of the verified files lies: `azureml://` or `https://`, without a key."""
    provenance: str
    """The document that `verdazure model verify` wrote, as JSON text: hashes, origin, publisher, licence, verdict."""
    model_type: NotRequired[ModelType]
    """Default `custom_model`."""
    allowed_publishers: NotRequired[list[str]]
    """Whose models may come in. Default: the publishers of the facts table `models`."""
    allowed_licences: NotRequired[list[str]]
    """SPDX ids that models may come under, in place of the default list (`verdazure data licence` judges by it)."""
    version: NotRequired[str]
    """Version of the model asset, default `1`. Azure ML keeps a version as it is: any other change needs a new one."""
    tags: NotRequired[dict[str, Input[str]]]
    """Further tags of the asset."""


class PretrainedModel(pulumi.ComponentResource):
    """A model asset of Azure ML for a model that others trained: no training, and nothing that was not looked into.

    It is registered only with a provenance document whose scan was clean, from a publisher and under a licence that are
    on your lists. The document's digest, origin, publisher and licence become properties, which cannot be changed, and
    tags. That the files at `model_uri` are those of the document, `verdazure model check` sees before the upload.

    Raises: `ArgumentError` before any resource is registered, naming key, value, allowed values and fix.
    """

    resource_id: Output[str]
    """ARM id of the version."""
    resource_name: Output[str]
    """Name of the model asset."""
    asset_uri: Output[str]
    """How a job or a deployment asks for it: `azureml:minilm:1`."""
    publisher: Output[str]
    """Who published it."""
    licence: Output[str]
    """SPDX expression."""
    provenance_digest: Output[str]
    """SHA-256 of the document's canonical text: what `verdazure model check` prints."""

    def __init__(self, name: str, args: PretrainedModelArgs, opts: Optional[ResourceOptions] = None) -> None:
        spec = normalise(self, name, args, _PretrainedModel)
        super().__init__(resource_type(PretrainedModel), name, dict(args), opts)

        asset = self._asset(name, spec)
        version = self._asset_version(name, spec, asset)

        self.resource_id = version.id
        self.resource_name = asset.name
        self.asset_uri = Output.concat("azureml:", asset.name, ":", spec.version)
        self.publisher = Output.from_input(spec.vouched.publisher)
        self.licence = Output.from_input(spec.vouched.licence)
        self.provenance_digest = Output.from_input(spec.provenance.digest)
        self.register_outputs(
            {
                "resource_id": self.resource_id,
                "resource_name": self.resource_name,
                "asset_uri": self.asset_uri,
                "publisher": self.publisher,
                "licence": self.licence,
                "provenance_digest": self.provenance_digest,
            }
        )

    def _asset(self, name: str, spec: "_PretrainedModel") -> ml.ModelContainer:
        return ml.ModelContainer(
            name,
            name=name,
            workspace_name=spec.workspace_name,
            resource_group_name=spec.workspace_group,
            properties={"description": spec.title, "tags": tags.merged(spec.landing.tags, spec.tags)},
            opts=ResourceOptions(parent=self),
        )

    def _asset_version(self, name: str, spec: "_PretrainedModel", asset: ml.ModelContainer) -> ml.ModelVersion:
        return ml.ModelVersion(
            f"{name}-version",
            name=asset.name,
            version=spec.version,
            workspace_name=spec.workspace_name,
            resource_group_name=spec.workspace_group,
            properties={
                "model_type": spec.model_type.value,
                "model_uri": spec.model_uri,
                "description": spec.title,
                "properties": spec.papers(),
                "tags": tags.merged(spec.landing.tags, spec.tags, spec.papers()),
            },
            opts=ResourceOptions(parent=self, retain_on_delete=True),  # deployments point to the versions before
        )


# The checked arguments


def _readable(uri: Input[str]) -> Input[str]:
    fault = fault_of_uri(uri, MODEL_SCHEMES) if isinstance(uri, str) else None
    if isinstance(uri, str) and fault is not None:
        refuse("", without_key(uri), fault, "point to the model's file or folder")
    return uri


def _document(text: object) -> object:
    if not isinstance(text, str):
        refuse("", text, "a plain string", "read the file that `verdazure model verify` wrote")
    try:
        return read(text)
    except ProvenanceError as error:
        refuse("", text, "the document that `verdazure model verify` writes, as JSON text", str(error))


class _PretrainedModel(Record):
    landing: Site
    workspace_id: WorkspaceId
    model_uri: Annotated[TextLeaf, AfterValidator(_readable)]
    provenance: Annotated[Provenance, BeforeValidator(_document)]
    model_type: ModelType = ModelType.CUSTOM
    allowed_publishers: Annotated[tuple[Text, ...], Field(min_length=1)] = Field(default_factory=publishers)
    allowed_licences: AllowedLicences = tuple(ALLOWED)
    version: Annotated[Text, Field(pattern=r"^[A-Za-z0-9._-]+$")] = "1"
    tags: Mapping[str, TextLeaf] = {}

    @model_validator(mode="after")
    def _check(self, info: ValidationInfo) -> "_PretrainedModel":
        if not ASSET_NAME.fullmatch(component_name(info)):
            allowed = "1 to 255 letters, digits, dashes and underscores, as Azure ML allows a model asset"
            refuse("name", component_name(info), allowed, "rename the component")
        self._check_scan()
        if self.vouched.publisher not in self.allowed_publishers:
            fix = "take a model of theirs, or have whoever answers for models add it to allowed_publishers"
            refuse("provenance.publisher", self.vouched.publisher, ", ".join(self.allowed_publishers), fix)
        if not self.verdict.allowed:
            fix = "take another model, or have whoever answers for licences add it to allowed_licences"
            refuse(
                "provenance.licence",
                self.vouched.licence,
                ", ".join(self.allowed_licences),
                f"{self.verdict.reason}; {fix}",
            )
        if self.model_type is ModelType.MLFLOW and not self.provenance.holds(MLFLOW_FILE):
            fix = f"verify the folder that {MLFLOW_FILE} lies in, or take {ModelType.CUSTOM.value}"
            refuse("model_type", self.model_type, f"a model with a file {MLFLOW_FILE} at its top", fix)
        return self

    def _check_scan(self) -> None:
        if self.vouched.scan.verdict is not ScanVerdict.CLEAN:
            fix = "run `verdazure model verify` on its safetensors or ONNX files"
            refuse("provenance.scan.verdict", self.vouched.scan.verdict, ScanVerdict.CLEAN.value, fix)

    @property
    def vouched(self) -> Predicate:
        """What the document says of the files."""
        return self.provenance.predicate

    @property
    def verdict(self) -> Verdict:
        """What the list says of the licence."""
        return judge(self.vouched.licence, self.allowed_licences)

    @property
    def title(self) -> str:
        """For whoever reads the workspace's list of models."""
        return f"{self.vouched.publisher}: {self.vouched.origin}"

    @property
    def workspace_name(self) -> Output[str]:
        """Of the workspace."""
        return Output.from_input(self.workspace_id).apply(name_of)

    @property
    def workspace_group(self) -> Output[str]:
        """Resource group of the workspace, which may be another than the landing's."""
        return Output.from_input(self.workspace_id).apply(resource_group_of)

    def papers(self) -> dict[str, str]:
        """What goes with the model wherever it is used."""
        said, files = self.vouched, self.provenance.files
        duties = {"licence_duties": "; ".join(self.verdict.duties)} if self.verdict.duties else {}
        return {
            "origin": said.origin,
            "publisher": said.publisher,
            "licence": said.licence,
            **duties,
            "provenance_sha256": self.provenance.digest,
            "files": str(len(files)),
            "formats": " ".join(sorted({PurePosixPath(each.name).suffix[1:].lower() for each in files} - {""})),
            "size_bytes": str(sum(each.size for each in files)),
            "scan": f"{said.scan.verdict.value}, by {said.scan.scanner} {said.scan.version}",
            "verified_by": said.verified_by,
            "verified_on": said.verified_on,
        }
