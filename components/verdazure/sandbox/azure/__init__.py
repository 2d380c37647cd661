"""A simulated Azure: a resource provider that stands in for `azure-native` and keeps what it is told in one file.

The engine starts it as the plugin of that name, so an unchanged program runs without an Azure account. How it reads:

    __main__   serves the provider on a port of its own
    provider   the protocol's calls, each a few lines over the modules below
    wire       the protocol's values as plain Python
    schema     what the installed SDK says about a type: properties, enums, unions, API version
    check      whether an input is one that the SDK and Azure accept
    names      Azure's rules for names, per type
    naming     the names and locations that azure-native fills in
    arm        resource ids: paths, parents, scopes
    replace    which changes replace a resource
    diff       the differences between two property trees
    outputs    what the service answers, per type
    azure      the simulated service: create, read, update, delete, soft delete
    store      its state, an SQLite database
    functions  the functions that stacks call
    errors     Azure's error codes and words
    plugin     installs the provider into a PULUMI_HOME
"""
