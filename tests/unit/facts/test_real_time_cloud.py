"""The user's own copy of a public table: read with its known errors mended. The rows here are made up."""

import pytest
from verdazure.facts import real_time_cloud
from verdazure.facts.real_time_cloud import Dated

HEADER = (
    "year,cloud-provider,cloud-region,location,provider-cfe-annual,power-usage-effectiveness,"
    "water-usage-effectiveness,grid-carbon-intensity-average-consumption-annual,"
    "grid-carbon-intensity-marginal-consumption-annual"
)


@pytest.fixture
def copy(tmp_path):
    def write(*rows: str, header: str = HEADER):
        file = tmp_path / "Cloud_Region_Metadata.csv"
        file.write_text("\n".join([header, *rows]), "utf-8")
        return file

    return write


def test_each_value_has_its_own_year_but_intensities_are_of_one(copy):
    table = real_time_cloud.read(
        copy(
            "2025,Oracle,swedencentral,Gavle,,9,9,999,999",
            "2024,Microsoft Azure,swedencentral,Sweden,,1.3,,,780",
            "2023,Microsoft Azure,swedencentral,Sweden,,1.2,,21,790",
            "2022,Microsoft Azure,swedencentral,Sweden,0.9,1.1,0.05,25,785",
            "2022,Microsoft Azure,uksouth,London,,,,220,430",
        )
    )
    sweden = table.regions["swedencentral"]
    assert table.intensity_year == 2023
    assert (sweden.pue, sweden.wue_l_per_kwh) == (Dated(1.3, 2024), Dated(0.05, 2022))
    assert (sweden.average_g_per_kwh, sweden.marginal_g_per_kwh) == (Dated(21, 2023), Dated(790, 2023))
    assert sweden.carbon_free_share == Dated(0.9, 2022)
    assert table.regions["uksouth"].average_g_per_kwh is None
    assert table.mended == ()


def test_known_errors_are_mended_and_named(copy):
    table = real_time_cloud.read(
        copy(
            "2023,Microsoft Azure,westus,Washington: West US,,1.15,,120,477",
            "2023,Microsoft Azure,northeurope,Finland,,,,82,795",
            "2023,Microsoft Azure,northeurope,Ireland,,1.19,,403,488",
            "2023,Microsoft Azure,asiapacific,Indonesia,,1.32,,650,780",
            "2023,Microsoft Azure,eastus3,Georgia: East US 3,,,,435,530",
        )
    )
    assert set(table.regions) == {"westus2", "northeurope", "indonesiacentral"}
    assert table.regions["northeurope"].average_g_per_kwh == Dated(403, 2023)
    assert table.mended == (
        "westus in 2023 is in Washington: read as westus2",
        "northeurope in 2023 has a row in Finland: left out",
        "asiapacific in 2023 is Indonesia: read as indonesiacentral",
        "eastus3 is not a public Azure region of the facts table: left out",
    )


def test_another_file_is_refused(copy):
    with pytest.raises(
        real_time_cloud.NotTheTable, match=r"has no column .*power-usage-effectiveness.*; give Cloud_Re"
    ):
        real_time_cloud.read(copy("a,b", header="year,region"))
    with pytest.raises(real_time_cloud.NotTheTable, match="no row of Microsoft Azure with an average intensity"):
        real_time_cloud.read(copy("2023,Oracle,uksouth,London,,,,220,430"))
    with pytest.raises(
        real_time_cloud.NotTheTable, match="usage-effectiveness of uksouth in 2023 is 'low', not a number"
    ):
        real_time_cloud.read(copy("2023,Microsoft Azure,uksouth,London,,low,,220,430"))
