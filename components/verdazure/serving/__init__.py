"""Serving: models that answer, on no more instances than load and availability need.

redundancy  how many instances, and how many regions, an availability target takes; pure
scaling     the autoscale setting of a deployment: load, quiet hours, and what the controller takes over; pure
scoring     the code that asks a model
online      OnlineEndpoint, for callers that wait
batch       BatchEndpoint, for everything else
traffic     CarbonAwareTraffic, over endpoints in several regions
"""
