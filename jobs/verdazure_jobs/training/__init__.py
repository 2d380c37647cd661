"""Fine-tuning that resumes exactly, spends no more energy than it may, and hands over a model that is small.

settings     what the command line says, checked
texts        what is learned from, in an order that only seed and epoch decide
checkpoints  progress that survives the loss of a node, and runs nothing when it is read
energy       kWh by codecarbon, over all interruptions
learner      the model and the weights of it that learn
loop         step by step, until it is done, interrupted, or out of energy
finishing    merged, pruned, as ONNX, of 8 bits: each kept only if its answers stay
"""
