"""What IoT Hub and IoT Edge take at most, and what we hold ourselves to.

After Microsoft Learn (CC-BY-4.0): "IoT Hub quotas and throttling" of 2019-08-08 and "IoT Hub limits" of 2018-10-26, in
their public repository, read on 2026-11-24. The first says 20 modules a deployment; later issues of the page say 50,
which could not be read here and is taken from memory.
"""

MODULES_PER_DEPLOYMENT = 50
"""Without the two of the runtime."""
DESIRED_BYTES = 32 * 1024
"""The desired properties of one module, as JSON."""
TEXT_BYTES = 4 * 1024
"""One text within a twin."""
TWIN_DEPTH = 10
"""Levels within desired properties; from memory of the same pages (the issue of 2018 says 5)."""
NAME_CHARACTERS = 128
CREATE_OPTIONS_CHARACTERS = 512
"""One piece of create options: longer ones go on in `createOptions01` to `createOptions07`; from memory."""
CREATE_OPTIONS_PIECES = 8
LONGEST_STORE_SECONDS = 7 * 24 * 3600
"""Our own: what is a week old is of no use to a model that judges the present, and fills the disk."""
