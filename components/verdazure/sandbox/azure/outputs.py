"""What the service answers to a create or an update, in the SDK's shape.

The inputs come back as far as the type's outputs declare them, which leaves out passwords and other write-only
properties; the rest is what the service computes. A preview gets the same shape with `UNKNOWN` for the computed part.
"""

from collections.abc import Mapping
from typing import Any

from verdazure.sandbox.azure.schema import ObjectType, ResourceSchema, Shape
from verdazure.sandbox.azure.wire import UNKNOWN, is_asset


def predicted(schema: ResourceSchema, inputs: Mapping[str, Any], stable: Mapping[str, Any]) -> dict[str, Any]:
    """What a preview can say: the inputs, `UNKNOWN` for what the service computes, and `stable` as it is."""
    shaper = _Shaper(schema, fill=UNKNOWN)
    return {**shaper.object(schema.outputs, inputs), **stable}


def echoed(schema: ResourceSchema, inputs: Mapping[str, Any]) -> dict[str, Any]:
    """The part of the inputs that the service answers with."""
    return _Shaper(schema, fill=None).object(schema.outputs, inputs)


class _Shaper:
    """Casts a value into a declared shape; a declared property without a value becomes `fill`, or is left out."""

    def __init__(self, schema: ResourceSchema, fill: Any) -> None:
        self._types = schema.types
        self._fill = fill

    def object(self, properties: ObjectType, value: Mapping[str, Any]) -> dict[str, Any]:
        shaped = {}
        for name, declared in properties.items():
            if name in value:
                shaped[name] = self._value(declared.shape, value[name])
            elif declared.const:
                shaped[name] = declared.const
            elif self._fill is not None:
                shaped[name] = self._fill
        return shaped

    def _value(self, shape: Shape, value: Any) -> Any:
        if isinstance(value, list):
            if shape.kind == "array":
                return [self._value(shape.of[0], item) for item in value]
            # Azure answers a list of identities with a map; its values are for the service to fill.
            return (
                {item: {} for item in value}
                if shape.kind == "map" and self._fill is None
                else UNKNOWN
                if self._fill
                else value
            )
        if isinstance(value, dict) and not is_asset(value):
            if shape.kind == "object":
                return self.object(self._types[shape.ref], value)
            if shape.kind == "map":
                return {key: self._value(shape.of[0], item) for key, item in value.items()}
        return value
