"""Results that are not computed twice: exactly equal requests, and by choice those that mean the same.

requests  what is asked, and the key of it: a tenant never sees another tenant's result
envelope  how a result is stored: JSON, of bounded size, nothing that runs when it is read
store     Redis, left alone for a while when it is down
similar   requests that mean the same, by their embeddings
metrics   hits, misses, errors, and the energy that was saved
results   all of it: `ResultCache.get_or_compute`
"""

from verdazure_jobs.cache.metrics import Snapshot
from verdazure_jobs.cache.requests import Request
from verdazure_jobs.cache.results import Computed, Policy, ResultCache, from_environment
from verdazure_jobs.cache.similar import Semantic
from verdazure_jobs.cache.store import connect

__all__ = ["Computed", "Policy", "Request", "ResultCache", "Semantic", "Snapshot", "connect", "from_environment"]
