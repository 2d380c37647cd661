"""Nothing is computed twice: a cache of results, and the same for an API that a gateway stands before.

component  ResultCache: Azure Managed Redis, which `verdazure_jobs.cache` asks
gateway    GatewayCache: API Management asks it for prompts that mean the same
policy     the policy that tells API Management so
"""
