"""A module for IoT Edge: reads a machine's signal, judges it on the spot, and sends on only what somebody will read.

readings    what comes from the broker; pure
judging     the model: an int8 ONNX autoencoder of a window, on the CPU
condensing  windows, verdicts and summaries of one source; pure
store       state and outbox in one SQLite file: a message is acknowledged once it is safe
uplink      the outbox sent on in order, by azure-iot-device
service     the module: broker in, hub out
"""
