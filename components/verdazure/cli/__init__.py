"""The `verdazure` command."""
