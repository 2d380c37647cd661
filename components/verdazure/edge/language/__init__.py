"""IoT Hub's query language, as target conditions and routes use it: parsed by a grammar, evaluated as the hub does."""

from verdazure.edge.language.conditions import TargetCondition
from verdazure.edge.language.expressions import LanguageError
from verdazure.edge.language.queries import check_query
from verdazure.edge.language.routes import Message, Route

__all__ = ["LanguageError", "Message", "Route", "TargetCondition", "check_query"]
