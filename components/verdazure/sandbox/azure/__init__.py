"""A simulated Azure: a resource provider that stands in for `azure-native` and keeps what it is told in one file.

The engine starts it as the plugin of that name, so an unchanged program runs without an Azure account. A request passes
the modules in this order:

    plugin     installs the provider into a PULUMI_HOME
    __main__   serves it on a port of its own
    provider   the protocol's calls, each a few lines over the modules below
    wire       the protocol's values as plain Python
    schema     what the installed SDK says about a type: properties, enums, unions, API version
    arm        resource ids: paths (facts in `paths`), parents, scopes
    naming     the names and locations that azure-native fills in
    check      whether the SDK's types and Azure accept an input: `names`, `limits` of values, `relations` of properties
    diff       what changed between two property trees; `replace` says which changes replace a resource
    faults     what is ordered to fail
    azure      the service: create, read, update, delete
    life       what the service refuses: missing parents, taken names, locks, what never changes
    references whether what a resource names exists; `conditions` what others allow, `quota` how much there is
    answers    what the service answers, per type; `outputs` and `identity` (also addresses) help
    drift      what a refresh makes of an answer
    functions  the functions that stacks call
    edit       changes made behind Pulumi's back
    export     all that is held as one ARM template (facts in `export_shapes`)
    store      the state, an SQLite database
    errors     Azure's error codes and words
    host       the engine, for warnings
"""
