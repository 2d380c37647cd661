"""Public data with its papers: where it is from, under which licence, how large it is and whether it is the same.

licences   SPDX expressions against a list of allowed licences
movement   what reading data from afar moves and emits
source     an open dataset or one of your own, as one record
component  PublicDataset

Nothing is imported here: a licence is judged without loading Pulumi.
"""
