"""Queries of a hub's own routes: those that Microsoft's page prints, and what a hub does not offer."""

import pytest
from verdazure.edge.language import LanguageError, check_query


@pytest.mark.parametrize(
    "query",
    [
        "true",
        " TRUE ",
        "$contentEncoding = 'UTF-8'",
        "processingPath = 'hot'",
        "$contentEncoding = 'UTF-8' AND processingPath = 'hot'",
        "$body.Weather.HistoricalData[0].Month = 'Feb'",
        "$body.Weather.Temperature = 50 AND $body.Weather.IsEnabled",
        "length($body.Weather.Location.State) = 2",
        "is_defined($body.properties.desired.telemetryConfig.sendFrequency)",
        "$twin.properties.desired.telemetryConfig.sendFrequency = '5m'",
        "$body.Weather.Temperature = 50 AND $twin.properties.desired.telemetryConfig.sendFrequency = '5m'",
        "$twin.tags.deploymentLocation.floor = 1",
        "$connectionDeviceId = 'line-001' AND $dt-subject = 'camera'",
    ],
)
def test_what_microsoft_prints_is_read(query):
    check_query(query)


@pytest.mark.parametrize(
    ("query", "said"),
    [
        ("", "cannot be read at its end"),
        ("level =", "cannot be read at its end"),
        ("level == 'alert'", "cannot be read at character 8"),
        ("median(level) = 1", "median is no function of the query language"),
        ("$body[0] = 'Feb'", "$body.0 cannot be asked for; a body is asked for by property"),
        ("is_defined($body)", "$body cannot be asked for"),
        ("$twin.floor = 1", "$twin.floor cannot be asked for; there are: $twin.tags.NAME"),
        ("$twin.tags = 1", "$twin.tags cannot be asked for"),
        ("$twin.properties.sent.rate = 1", "$twin.properties.sent.rate cannot be asked for"),
    ],
)
def test_what_a_hub_does_not_offer_is_refused(query, said):
    with pytest.raises(LanguageError) as error:
        check_query(query)
    assert said in str(error.value)
