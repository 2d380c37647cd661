"""What the planners save on published work, side by side with what was published."""
