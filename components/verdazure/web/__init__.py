"""Web services that are asked for facts: one wire, one cache, one family of errors, whoever asks.

wire    JSON over HTTP from one service: its rate kept, what may pass retried; the only module that touches the network
cache   answers kept on disk for a while
errors  what can go wrong, each with what, where and fix
limits  how often a service is asked
shapes  what the answers of several services share
"""

from verdazure.web.cache import AnswerCache
from verdazure.web.errors import (
    BadAnswer,
    NotCovered,
    SourceError,
    Stale,
    Throttled,
    Unauthorised,
    Unavailable,
)
from verdazure.web.wire import Service, Signature, Wire

__all__ = [
    "AnswerCache",
    "BadAnswer",
    "NotCovered",
    "Service",
    "Signature",
    "SourceError",
    "Stale",
    "Throttled",
    "Unauthorised",
    "Unavailable",
    "Wire",
]
