"""Training when power is clean: jobs with limits that go on where they were, and schedules that know the grid.

environments  where a command runs, by digest or version
jobs          steps: commands and sweeps, their inputs and outputs, limits, checkpoints
timing        fixed, typical and live schedules
definition    the documents that Azure ML takes, pure
live          what is done at a moment with a live schedule, pure
component     TrainingSchedule; imported by its own name, as it needs Pulumi
finetuning    FineTuning, which hands a command of verdazure_jobs to a TrainingSchedule
"""
