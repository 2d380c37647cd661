"""The smallest model that Azure hosts for chat, paid by the token."""

from verdazure import Environment, Landing, ModelDeployment

landing = Landing("ml", {"team": "vision", "environment": Environment.DEV})
models = ModelDeployment(
    "assistant",
    {
        "landing": landing.ref,
        "deployments": {"chat": {"model": "Phi-4-mini-instruct", "need": {"task": "chat"}, "capacity": 1}},
    },
)
