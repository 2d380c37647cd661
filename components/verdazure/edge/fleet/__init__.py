"""EdgeFleet: the hub that devices talk to, the service that lets them in, and somebody who is told when one fails."""

from verdazure.edge.fleet.component import EdgeFleet as EdgeFleet
from verdazure.edge.fleet.component import EdgeFleetArgs as EdgeFleetArgs
from verdazure.edge.fleet.hub import BlobEncoding as BlobEncoding
from verdazure.edge.fleet.hub import HubTier as HubTier
from verdazure.edge.fleet.hub import MessageSource as MessageSource
