"""Carbon: pure decisions about where and when power is clean. Neither Pulumi nor Azure."""
