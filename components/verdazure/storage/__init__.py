"""Storage that ages well: data classes decide where data lies, how it cools and when it goes.

plans       what becomes of each class
compliance  how long laws have it kept
lifecycle   plans as Azure's lifecycle rules
ageing      how long data stays in each tier, and what that costs the climate
resources   the resources of one account
component   TieredStorage
"""

from verdazure.storage.component import InventorySchedule, TieredStorage, TieredStorageArgs
from verdazure.storage.plans import DataClass

__all__ = ["DataClass", "InventorySchedule", "TieredStorage", "TieredStorageArgs"]
