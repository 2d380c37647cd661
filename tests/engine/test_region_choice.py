"""A region that a data strategy chose stays, whatever the strategy says later; what would be better is told."""

import json
import textwrap

PROGRAM = """
    import pulumi
    from verdazure import Landing

    strategy = {{"stored_gb": {{"Hot": 1000}}, "ask_prices": False, "candidates": {candidates}}}
    landing = Landing("ml", {{"team": "vision", "environment": "dev", "residency": "eu", "data_strategy": strategy}})
    pulumi.export("region", landing.location)
    pulumi.export("compared", landing.region_comparison)
    """


def test_a_choice_never_flips_by_itself(project, pulumi):
    folder = project(PROGRAM.format(candidates=["westeurope", "francecentral"]))
    assert "would be better" not in pulumi("up", "--yes", "--skip-preview", cwd=folder).stdout
    chosen = json.loads(pulumi("stack", "output", "--json", cwd=folder).stdout)
    assert chosen["region"] == "francecentral"
    assert chosen["compared"]["westeurope"] == (
        "1.2 kgCO2e a month (storage 1.2 kg); cost unknown: prices were not asked for; latency unknown; score 4.00"
    )

    wider = PROGRAM.format(candidates=["westeurope", "francecentral", "swedencentral"])
    (folder / "__main__.py").write_text(textwrap.dedent(wider))
    for command in (["preview"], ["up", "--yes", "--skip-preview"]):
        told = pulumi(*command, cwd=folder).stdout
        assert "swedencentral would be better than francecentral, the region in use" in told
        assert "4 unchanged" in told  # all but the landing's own arguments
    kept = json.loads(pulumi("stack", "output", "--json", cwd=folder).stdout)
    assert kept["region"] == "francecentral"
    assert "swedencentral" in kept["compared"]
