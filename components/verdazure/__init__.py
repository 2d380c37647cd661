"""Verdazure: Pulumi components that make sustainable AI on Azure the default."""
