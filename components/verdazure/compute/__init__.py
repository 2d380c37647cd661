"""Compute that is there while it is needed, of the size that is needed.

nodes         what clusters have in common: scale to zero, spare capacity, closed nodes
gpu, cpu      GpuCluster and CpuCluster
fleet         Clusters: several of them, by name
dev           DevInstance: a person's workstation that switches itself off
attach        KubernetesCompute: a cluster that is there already
rightsizing   the VM size that does a job with the least energy, pure
preflight     whether quota and region have room for clusters, before they are deployed
"""
