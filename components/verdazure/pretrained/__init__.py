"""Models that others trained, and the papers without which none is registered.

hashing     SHA-256 of every file of a model
pickles     what a pickle imports, found without unpickling
archives    zip archives that PyTorch and NumPy write
references  files that an ONNX model points to
scanning    every file of a model by what it holds: safe to load, or why not
provenance  hashes, origin, publisher, licence and verdict as one document
component   PretrainedModel; imported by its own name, as it needs Pulumi
"""
