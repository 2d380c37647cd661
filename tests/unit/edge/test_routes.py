"""Routes of the edge hub: which messages they take, and where each part is wrong."""

import re

import pytest
from verdazure.edge.language import LanguageError, Message, Route

ALERT = Message({"temperature": 91.5}, "filter", "alerts", {"level": "alert"}, {"contentType": "application/json"})
RAW = Message({"temperature": 20}, "camera", "frames")
LEAF = Message({"temperature": 20})
# What it says, and which of alert, raw and leaf it takes.
TAKEN = {
    "FROM /* INTO $upstream": "ARL",
    "FROM /messages/* INTO $upstream": "ARL",
    "from /messages/* into $UPSTREAM": "ARL",
    "FROM /messages/* WHERE true INTO $upstream": "ARL",
    "FROM /messages/modules/* INTO $upstream": "AR",
    "FROM /messages/modules/filter/* INTO $upstream": "A",
    "FROM /messages/modules/filter/outputs/* INTO $upstream": "A",
    "FROM /messages/modules/filter/outputs/alerts INTO $upstream": "A",
    "FROM /messages/modules/filter/outputs/others INTO $upstream": "",
    "FROM /twinChangeNotifications INTO $upstream": "",
    "FROM /messages/* WHERE level = 'alert' INTO $upstream": "A",
    "FROM /messages/* WHERE NOT IS_DEFINED(level) INTO $upstream": "RL",
    "FROM /messages/* WHERE NOT IS_DEFINED($connectionModuleId) INTO $upstream": "L",
    "FROM /messages/* WHERE $connectionModuleId = 'camera' INTO $upstream": "R",
    "FROM /messages/* WHERE $body.temperature > 50 INTO $upstream": "A",
    "FROM /messages/* WHERE $contentType = 'application/json' INTO $upstream": "A",
    "FROM /messages/* WHERE STARTS_WITH(level, 'al') INTO $upstream": "A",
    "FROM /messages/* WHERE LENGTH(level) * 2 = 10 INTO $upstream": "A",
    "FROM /messages/* WHERE SUBSTRING(level, 1, 2) = 'le' INTO $upstream": "A",
    "FROM /messages/* WHERE AS_NUMBER('7') = 7 INTO $upstream": "ARL",
    "FROM /messages/* WHERE IS_OBJECT($body) INTO $upstream": "ARL",
}


@pytest.mark.parametrize(("text", "taken"), TAKEN.items())
def test_a_route_takes_these_messages(text, taken):
    route = Route.read(text)
    named = {"A": ALERT, "R": RAW, "L": LEAF}
    assert "".join(name for name, message in named.items() if route.takes(message)) == taken


def test_a_route_knows_its_ends():
    route = Route.read(
        'FROM /messages/modules/camera/outputs/frames INTO BrokeredEndpoint("/modules/filter/inputs/frames")'
    )
    assert (route.from_module, route.from_output) == ("camera", "frames")
    assert (route.to_module, route.to_input, route.is_upstream) == ("filter", "frames", False)
    assert Route.read("FROM /messages/* INTO $upstream").takes_everything
    assert not Route.read("FROM /messages/* WHERE level = 'alert' INTO $upstream").takes_everything
    assert not Route.read("FROM /messages/modules/filter/* INTO $upstream").takes_everything


REFUSED = {
    "": "'' is no route; one reads: FROM ",
    "FROM /messages/*": "is no route",
    "INTO $upstream": "is no route",
    "FROM /messages INTO $upstream": "'/messages' is no source",
    "FROM /messages/modules/filter INTO $upstream": "'/messages/modules/filter' is no source",
    "FROM /messages/* INTO upstream": "'upstream' is no sink",
    'FROM /messages/* INTO BrokeredEndpoint("/modules/filter")': "is no sink",
    "FROM /messages/* WHERE level = INTO $upstream": "'level =' cannot be read at its end",
    "FROM /messages/* WHERE MATCHES(level) INTO $upstream": "MATCHES is no function of the query language",
}


@pytest.mark.parametrize(("text", "said"), REFUSED.items())
def test_what_no_hub_takes_is_refused_by_its_part(text, said):
    with pytest.raises(LanguageError, match=re.escape(said)):
        Route.read(text)


WEATHER = {
    "Temperature": 50,
    "PrevTemperatures": [20, 30, 40],
    "IsEnabled": True,
    "Location": {"City": "Redmond", "State": "WA"},
    "HistoricalData": [{"Month": "Feb", "Temperature": 40}, {"Month": "Jan", "Temperature": 30}],
}
# The expressions of Microsoft's page on routing queries, over the message that it shows.
PUBLISHED = {
    "$contentEncoding = 'UTF-8'": True,
    "processingPath = 'hot'": True,
    "$contentEncoding = 'UTF-8' AND processingPath = 'hot'": True,
    "$body.Weather.HistoricalData[0].Month = 'Feb'": True,
    "$body.Weather.HistoricalData[0x1].Month = 'Feb'": False,
    "$body.Weather.Temperature = 50 AND $body.Weather.IsEnabled": True,
    "length($body.Weather.Location.State) = 2": True,
    "$body.Weather.Temperature = 50 AND processingPath = 'hot'": True,
    "$body[0] = 'Feb'": False,
    "is_defined($body.Weather.Location.Country)": False,
}


@pytest.mark.parametrize(("condition", "goes"), PUBLISHED.items())
def test_what_the_documentation_shows_is_read_as_it_says(condition, goes):
    message = Message(
        body={"Weather": WEATHER}, properties={"processingPath": "hot"}, system={"contentEncoding": "UTF-8"}
    )
    assert Route.read(f"FROM /messages/* WHERE {condition} INTO $upstream").takes(message) is goes
