"""Which Azure region work should run in.

cleanest   the regions inside a residency, cleanest first
choice     hard constraints, then a score over carbon, price and latency; why each other region was not chosen
offers     what each region sells, from the user's own answers of the Azure CLI
switching  what moving every hour would add to one choice
"""

from verdazure.carbon.regions.choice import (
    Candidate,
    Choice,
    Figures,
    Needs,
    NoRegion,
    Weights,
    choose,
    gpu_sizes,
    pareto,
)
from verdazure.carbon.regions.cleanest import cleanest, residencies
from verdazure.carbon.regions.offers import Offers, OffersError, read_providers, read_skus
from verdazure.carbon.regions.switching import Switching, switching

__all__ = [
    "Candidate",
    "Choice",
    "Figures",
    "Needs",
    "NoRegion",
    "Offers",
    "OffersError",
    "Switching",
    "Weights",
    "choose",
    "cleanest",
    "gpu_sizes",
    "pareto",
    "read_providers",
    "read_skus",
    "residencies",
    "switching",
]
