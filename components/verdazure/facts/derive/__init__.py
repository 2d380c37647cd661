"""How each table came to be: one module a table, from the source files that it names."""
