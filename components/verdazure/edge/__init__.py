"""Edge: what runs on devices near the data, and who gets it."""
