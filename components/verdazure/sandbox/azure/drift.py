"""What a refresh makes of an answer: the inputs that a program would need to have for things to be as they are.

Services fill in defaults, which are no drift. So, as azure-native does (`Read` in provider/pkg/provider/provider.go),
the answer of the last update is compared with the answer of now, and only what differs is carried into the inputs.
"""

from collections.abc import Mapping
from typing import Any

from verdazure.sandbox.azure.outputs import as_inputs
from verdazure.sandbox.azure.schema import ResourceSchema

_ABSENT = object()


def inputs_now(
    schema: ResourceSchema, inputs: Mapping[str, Any], then: Mapping[str, Any], now: Mapping[str, Any]
) -> dict[str, Any]:
    """The inputs with what changed in the answers between `then` and `now`."""
    return _object(inputs, as_inputs(schema, then), as_inputs(schema, now))


def _object(base: Mapping[str, Any], then: Mapping[str, Any], now: Mapping[str, Any]) -> dict[str, Any]:
    merged = dict(base)
    for name in {**then, **now}:
        before, after = then.get(name, _ABSENT), now.get(name, _ABSENT)
        if before == after:
            continue
        if after is _ABSENT:
            merged.pop(name, None)
        else:
            merged[name] = _value(base.get(name, _ABSENT), before, after)
    return merged


def _value(base: Any, then: Any, now: Any) -> Any:
    if all(isinstance(each, dict) for each in (base, then, now)):
        return _object(base, then, now)
    if all(isinstance(each, list) for each in (base, then, now)):
        known = min(len(base), len(then))
        kept = [_value(b, t, n) if t != n else b for b, t, n in zip(base[:known], then, now, strict=False)]
        return [*kept, *now[known:]]
    return now
