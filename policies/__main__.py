"""The pack as Pulumi runs it: `pulumi preview --policy-pack policies`."""

from verdazure_policies.serving import serve

serve()
