"""Verdazure's policy pack: the rulebook that holds a stack to sustainable, closed and accountable defaults.

`rules/` holds the rules, one module a topic; each rule is one record (`rulebook.Rule`) around one small pure check.
`view` is what a check sees of a resource, `stack` what it sees of the resource's neighbours, `judging` runs a rule and
keeps a crash inside it, `pack` turns the records into Pulumi policies.
"""
