"""The pipeline of one source: read and judge into a staging folder, then let the batch in or put it aside.

Nothing is copied twice: a folder of the lake becomes another by a rename, which moves no bytes. A window that has
landed is never written over: the rename refuses a folder that is there.

Sources: Microsoft Learn, Data Flow activity; Switch, Web and Fail activity; Data Lake Storage Gen2, Path - Create
(`x-ms-rename-source`, `If-None-Match`); read 2026-11-23. Not verified live: that a Web activity whose body is an
expression for the empty text sends no body.
"""

from typing import Any

from pulumi import Input, Output
from pulumi_azure_native import datafactory as adf

from verdazure.ingestion.dataflow import SINCE, STAGED, UNTIL, VERDICT

SPECIFICATION = "specification"
STAGING, QUARANTINE = "_staging", "_quarantine"
_VERDICT = f"activity('Read').output.runStatus.output.{VERDICT}.value[0]"
_WINDOW = f"formatDateTime(pipeline().parameters.{SINCE}, 'yyyyMMddTHHmm')"
_STORAGE = "https://storage.azure.com/"
_API_VERSION = "2023-11-03"
# A step that fails by chance is tried again; the run is not, as a broken batch would be read once more for nothing.
_POLICY = adf.ActivityPolicyArgs(timeout="0.04:00:00", retry=1, retry_interval_in_seconds=300)


def parameters(specification: str) -> dict[str, adf.ParameterSpecificationArgs]:
    """The window, which the trigger fills in, and the specification word for word, for whoever looks at the run."""
    return {
        SINCE: adf.ParameterSpecificationArgs(type="String"),
        UNTIL: adf.ParameterSpecificationArgs(type="String"),
        SPECIFICATION: adf.ParameterSpecificationArgs(type="String", default_value=specification),
    }


def activities(
    source: str, flow: Input[str], runtime: Input[str], file_system: Input[str]
) -> list[adf.ExecuteDataFlowActivityArgs | adf.SwitchActivityArgs]:
    """`file_system` is the URL of the container that receives the batch: `https://stlake.dfs.core.windows.net/raw`."""
    folder = f"{STAGING}/{source}/"
    landed = f"{source}/window="
    aside = f"{QUARANTINE}/{source}/window="
    make_room = _put("MakeRoom", file_system, f"concat('{source}', '?resource=directory')", {})
    land = _rename("Land", file_system, folder, f"concat('{landed}', {_WINDOW})", after="MakeRoom")
    set_apart = _put("SetApart", file_system, f"concat('{QUARANTINE}/{source}', '?resource=directory')", {})
    to_quarantine = f"concat('{aside}', {_WINDOW}, '-', pipeline().RunId)"
    quarantine = _rename("Quarantine", file_system, folder, to_quarantine, after="SetApart")
    words = f"concat('{source}, window ', {_WINDOW}, ', is in ', {to_quarantine}, '. ', {_VERDICT}.breaches)"
    stop = adf.FailActivityArgs(
        name="Stop",
        type="Fail",
        message=_expression(words),
        error_code="broken-batch",
        depends_on=[_after("Quarantine")],
    )
    return [
        _read(folder, flow, runtime),
        adf.SwitchActivityArgs(
            name="Judge",
            type="Switch",
            on=adf.ExpressionArgs(type="Expression", value=f"@{_VERDICT}.judgement"),
            cases=[
                adf.SwitchCaseArgs(value="sound", activities=[make_room, land]),
                adf.SwitchCaseArgs(value="broken", activities=[set_apart, quarantine, stop]),
            ],
            depends_on=[_after("Read")],
        ),
    ]


def _read(folder: str, flow: Input[str], runtime: Input[str]) -> adf.ExecuteDataFlowActivityArgs:
    window = {
        name: _expression(f"'@{{formatDateTime(pipeline().parameters.{name}, 'yyyy-MM-dd HH:mm:ss')}}'", prefix="")
        for name in (SINCE, UNTIL)
    }
    return adf.ExecuteDataFlowActivityArgs(
        name="Read",
        type="ExecuteDataFlow",
        data_flow=adf.DataFlowReferenceArgs(
            reference_name=flow,
            type="DataFlowReference",
            parameters=window,
            dataset_parameters={STAGED: {"folder": _expression(f"concat('{folder}', pipeline().RunId)")}},
        ),
        integration_runtime=adf.IntegrationRuntimeReferenceArgs(
            reference_name=runtime, type="IntegrationRuntimeReference"
        ),
        trace_level="Coarse",
        policy=_POLICY,
    )


def _rename(name: str, file_system: Input[str], folder: str, target: str, *, after: str) -> adf.WebActivityArgs:
    container = Output.from_input(file_system).apply(lambda url: url.rsplit("/", 1)[-1])
    staged = Output.concat("@concat('/", container, f"/{folder}', pipeline().RunId)")
    headers = {"x-ms-rename-source": {"value": staged, "type": "Expression"}, "If-None-Match": "*"}
    return _put(name, file_system, target, headers, after=after)


def _put(
    name: str, file_system: Input[str], path: str, headers: dict[str, Any], *, after: str | None = None
) -> adf.WebActivityArgs:
    return adf.WebActivityArgs(
        name=name,
        type="WebActivity",
        method="PUT",
        url={"value": Output.concat("@concat('", file_system, f"/', {path})"), "type": "Expression"},
        headers={"x-ms-version": _API_VERSION, **headers},
        body=_expression("string('')"),
        authentication=adf.WebActivityAuthenticationArgs(type="MSI", resource=_STORAGE),
        policy=_POLICY,
        depends_on=[_after(after)] if after else None,
    )


def _after(activity: str) -> adf.ActivityDependencyArgs:
    return adf.ActivityDependencyArgs(activity=activity, dependency_conditions=["Succeeded"])


def _expression(text: str, prefix: str = "@") -> dict[str, str]:
    return {"value": prefix + text, "type": "Expression"}
