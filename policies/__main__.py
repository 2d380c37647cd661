"""The pack as Pulumi runs it: `pulumi preview --policy-pack policies`."""

from pulumi_policy import PolicyPack
from verdazure_policies.pack import policies

PolicyPack("verdazure", policies=policies())
