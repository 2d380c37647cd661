"""ARM ids of what a simulation holds. Pure."""

_ROOT = "/subscriptions/simulated/resourceGroups/simulated/providers"
_ML = f"{_ROOT}/Microsoft.MachineLearningServices/workspaces/simulated"


def workspace() -> str:
    """The one workspace."""
    return _ML


def deployment(name: str) -> str:
    """Of a service."""
    return f"{_ML}/onlineEndpoints/{name}/deployments/blue"


def setting(name: str) -> str:
    """A service's autoscale setting."""
    return f"{_ROOT}/Microsoft.Insights/autoscaleSettings/{name}"


def profile(route: str) -> str:
    """A route's Front Door."""
    return f"{_ROOT}/Microsoft.Cdn/profiles/{route}"


def origin(route: str, name: str) -> str:
    """A way to serve its requests."""
    return f"{profile(route)}/originGroups/{route}/origins/{name}"


def model_schedule(name: str) -> str:
    """Name of the schedule that trains a model again."""
    return f"{name}-training"
