"""Deduplication: find blobs that are the same by their inventory, say what they cost, and on request keep one of each.

`inventory` finds candidates out of core, `savings` says what they cost, `acting` removes verified duplicates and leaves
a manifest from which `undoing` brings them back. `tidying` is all of it, from the newest inventory, as a job does it.
"""

from verdazure.deduplication.acting import Outcome, consolidate
from verdazure.deduplication.inventory import Found, InventoryError, TierSum, find_duplicates
from verdazure.deduplication.manifest import Manifest
from verdazure.deduplication.savings import Saving, savings
from verdazure.deduplication.tidying import Tidied, tidy
from verdazure.deduplication.undoing import restore

__all__ = [
    "Found",
    "InventoryError",
    "Manifest",
    "Outcome",
    "Saving",
    "Tidied",
    "TierSum",
    "consolidate",
    "find_duplicates",
    "restore",
    "savings",
    "tidy",
]
