"""What can go wrong between a question and its answer. Every message says what happened, where, and what helps."""

from datetime import timedelta


class SourceError(Exception):
    """A source has no usable answer. A chain of sources turns to the next one on any of these.

    `source` names the service or table, `what` the failure, `where` the request or file, `fix` what helps. None of them
    holds a key, a password or a token.
    """

    def __init__(self, source: str, what: str, *, where: str, fix: str, retry_after: timedelta | None = None) -> None:
        super().__init__(f"{source}: {what} ({where}); {fix}")
        self.source = source
        self.what = what
        self.where = where
        self.fix = fix
        self.retry_after = retry_after
        """How long the service asks to be left alone; None where it does not say."""


class Unauthorised(SourceError):
    """No key, or one that the service refuses."""


class NotCovered(SourceError):
    """The source has nothing for this place or time, or the plan behind the key leaves it out."""


class Throttled(SourceError):
    """Too many requests, also after waiting."""


class Unavailable(SourceError):
    """The service or file cannot be reached, or fails; also after retries."""


class BadAnswer(SourceError):
    """The answer is not what the service documents."""


class Stale(SourceError):
    """The newest value is older than the caller accepts."""
