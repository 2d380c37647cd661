"""The edge module: what it takes, judges and tells; and nothing lost while brokers come and go."""

import json
import shutil
import socket
import subprocess
import sys
from dataclasses import asdict

import numpy as np
import onnx
import pytest
from hypothesis import given
from hypothesis import strategies as st
from verdazure_jobs.edge.__main__ import Settings
from verdazure_jobs.edge.condensing import Condensed, Rules, take
from verdazure_jobs.edge.judging import Model
from verdazure_jobs.edge.readings import BadReading, Reading
from verdazure_jobs.edge.service import Energy, Module
from verdazure_jobs.edge.store import Full, Store
from verdazure_jobs.edge.uplink import Uplink

from benchmarks.edge_rig import EVERY_FAULT, HUB_PORT, WINDOW, build_model, payload, until, window_of

RULES = Rules(window=4, threshold=10.0, summary_windows=2)


def reading(n, *samples):
    return Reading("press-1", n, tuple(map(float, samples)), 100)


def test_faults_are_told_at_once_and_the_rest_is_summed_up():
    state, told = Condensed(), []
    for each in (reading(1, 1, 2), reading(2, 3, 4), reading(3, 20, 20, 20, 20)):
        told += take(state, each, RULES, max)
    assert told == [
        {"kind": "fault", "source": "press-1", "n": 3, "score": 20.0},
        {
            "kind": "summary", "source": "press-1", "first": 1, "last": 3, "windows": 2, "faults": 1,
            "mean": 11.25, "rms": 14.2741, "worst": 20.0, "rawBytes": 300, "missing": 0, "repeated": 0,
        },
    ]  # fmt: skip
    assert state == Condensed(last=3)


def test_what_comes_twice_counts_once_and_what_never_came_is_missing():
    state = Condensed()
    for n in (5, 6, 6, 5, 9):
        take(state, reading(n, 1), RULES, max)
    assert (state.repeated, state.missing, state.pending, state.raw_bytes) == (2, 2, [1.0, 1.0, 1.0], 300)


@given(st.lists(st.integers(1, 9), min_size=1, max_size=40), st.randoms())
def test_repeats_and_a_restart_at_any_place_change_nothing(sizes, random):
    messages = [reading(n, *range(size)) for n, size in enumerate(sizes)]
    plain, disturbed, told, again = Condensed(), Condensed(), [], []
    for each in messages:
        told += take(plain, each, RULES, max)
        for repeat in [each] * random.randint(1, 3):
            again += take(disturbed, repeat, RULES, max)
        disturbed = Condensed(**json.loads(json.dumps(asdict(disturbed))))
    assert [each | {"repeated": 0} for each in again if each["kind"] == "summary"] == [
        each for each in told if each["kind"] == "summary"
    ]
    assert [each for each in again if each["kind"] == "fault"] == [each for each in told if each["kind"] == "fault"]


@pytest.mark.parametrize(
    "bad",
    [
        b"", b"[]", b"{}", b'{"source": "a", "n": 1}', b'{"source": "a", "n": true, "samples": [1]}',
        b'{"source": "", "n": 1, "samples": [1]}', b'{"source": "a", "n": 1, "samples": []}',
        b'{"source": "a", "n": 1, "samples": [NaN]}', b'{"source": "a", "n": 1, "samples": ["1"]}', b"\xff",
        b" " * 70000,
    ],
)  # fmt: skip
def test_what_is_no_reading_is_refused(bad):
    with pytest.raises(BadReading):
        Reading.parse(bad)


def test_a_bad_message_does_not_stop_the_module(tmp_path):
    module = Module(Store(tmp_path / "s.db"), max, RULES)
    for each in (b"nonsense", b'{"source": "a", "n": 1, "samples": [1, 2]}'):
        module.handle(each)
    assert (module.counts.taken, module.counts.refused, module.counts.raw_bytes) == (1, 1, 42)


def test_state_and_outbox_change_together_or_not_at_all(tmp_path):
    store = Store(tmp_path / "s.db", longest_outbox=2)
    store.keep("a", Condensed(last=1), [{"x": 1}, {"x": 2}])
    with pytest.raises(Full, match="2 messages wait to be sent"):
        store.keep("a", Condensed(last=2), [{"x": 3}])
    store.keep("a", Condensed(last=3), [])
    store.sent(1)
    with pytest.raises(TypeError):
        store.keep("a", Condensed(last=4), [{"x": {1, 2}}])
    assert (store.state("a").last, store.waiting(), store.state("b")) == (3, 1, Condensed())


def test_numbers_go_on_over_restarts(tmp_path):
    for expected in (1, 2, 3):
        store = Store(tmp_path / "s.db")
        store.keep("a", Condensed(), [{}])
        waiting = store.next()
        assert waiting.number == expected
        store.sent(expected)
        store.close()


def test_a_killed_module_goes_on_where_it_was(tmp_path):
    program = """
import os, sys
from pathlib import Path
from verdazure_jobs.edge.condensing import Rules
from verdazure_jobs.edge.service import Module
from verdazure_jobs.edge.store import Store
module = Module(Store(Path(sys.argv[1])), max, Rules(4, 10.0, 2))
for n in range(int(sys.argv[2])):
    module.handle(b'{"source": "a", "n": %d, "samples": [1, 2]}' % n)
os._exit(9)
"""
    for count in (7, 13):
        command = [sys.executable, "-c", program, str(tmp_path / "s.db"), str(count)]
        assert subprocess.run(command, check=False).returncode == 9
    store = Store(tmp_path / "s.db")
    assert (store.state("a").last, store.state("a").missing, store.waiting()) == (12, 0, 3)


def test_the_way_up_keeps_the_order_over_any_outage(tmp_path):
    store, arrived, calls = Store(tmp_path / "s.db"), [], iter(range(1000))
    for n in range(20):
        store.keep("a", Condensed(), [{"n": n}])

    def send(waiting):
        call = next(calls)
        if call % 7 == 6:
            arrived.append(json.loads(waiting.body)["n"])  # it arrived, and nobody was told
        if call % 7 in (3, 6):
            raise ConnectionError("the link is down")
        arrived.append(json.loads(waiting.body)["n"])

    uplink = Uplink(store, send)
    uplink.start()
    until(lambda: store.waiting() == 0, 20, "all sent")
    uplink.stop()
    assert list(dict.fromkeys(arrived)) == list(range(20))
    assert arrived == sorted(arrived)


def test_a_full_outbox_makes_the_broker_wait(tmp_path):
    store = Store(tmp_path / "s.db", longest_outbox=1)
    module = Module(store, max, Rules(1, 0.5, 100))
    module.handle(b'{"source": "a", "n": 1, "samples": [1]}')
    module.stop()
    with pytest.raises(Full):
        module.handle(b'{"source": "a", "n": 2, "samples": [1]}')
    assert (store.state("a").last, module.counts.taken) == (1, 1)


@pytest.fixture(scope="module")
def model(tmp_path_factory):
    return build_model(tmp_path_factory.mktemp("model"))


def test_the_model_is_of_eight_bits_and_knows_a_knock(model):
    weights = [each.data_type for each in onnx.load(model).graph.initializer if len(each.dims) == 2]
    assert weights == [onnx.TensorProto.INT8, onnx.TensorProto.INT8]
    judge = Model(model)
    assert judge.window == WINDOW
    good = [judge(window_of(n)) for n in range(500, 700) if n % EVERY_FAULT != 137]
    knocks = [judge(window_of(n)) for n in range(137 + EVERY_FAULT, 5000, EVERY_FAULT)]
    assert max(good) < 0.1 < 0.3 < min(knocks)


def test_eight_bits_judge_as_thirty_two_do(model):
    small, large = Model(model), Model(model.with_name("float.onnx"))
    pairs = np.array([[small(window_of(n)), large(window_of(n))] for n in range(300)])
    assert np.abs(pairs[:, 0] - pairs[:, 1]).max() < 0.05


def test_energy_is_told_only_with_factors(tmp_path):
    module = Module(Store(tmp_path / "s.db"), max, RULES)
    module.counts.raw_bytes = 10**9
    told = module.report(10**7)
    assert (told["savedPercent"], "savedWh" in told) == (99.0, False)
    assert Energy(wh_per_gigabyte=50, watts_per_core=3).of(2 * 10**9, 7200) == {"savedWh": 100.0, "drawnWh": 6.0}


def test_settings_come_from_the_environment(capsys):
    given_ = {"MODEL": "m.onnx", "BROKER_HOST": "mqtt", "TOPIC": "plant/#", "THRESHOLD": "0.4"}
    read = Settings.read(given_)
    assert (str(read.store), read.broker_port, read.threshold, read.energy) == ("/data/module.db", 1883, 0.4, None)
    assert Settings.read({**given_, "WH_PER_GIGABYTE": "50", "WATTS_PER_CORE": "3"}).energy == Energy(50.0, 3.0)
    for wrong, said in (
        ({"MODEL": ""}, "MODEL is not set"),
        ({"THRESHOLD": "high"}, "THRESHOLD is 'high': a number is needed"),
        ({"THRESHOLD": "-1"}, "THRESHOLD is '-1': at least 0 is needed"),
        ({"WATTS_PER_CORE": "3"}, "WH_PER_GIGABYTE and WATTS_PER_CORE: give both or neither"),
    ):
        with pytest.raises(SystemExit, match="2"):
            Settings.read({**given_, **wrong})
        assert capsys.readouterr().err == f"error: {said}\n"


def _is_free(port):
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) != 0


@pytest.mark.skipif(shutil.which("mosquitto", path="/usr/sbin:/usr/bin") is None, reason="mosquitto is not installed")
@pytest.mark.skipif(not _is_free(HUB_PORT), reason=f"port {HUB_PORT} is taken, and azure-iot-device speaks to no other")
def test_ten_thousand_messages_survive_a_broker_restart_and_an_outage(tmp_path):
    from benchmarks.edge_module import MESSAGES, run

    outcome = run(tmp_path)
    once = dict(outcome.arrived)
    assert list(once) == list(range(1, len(once) + 1)), "each in order, none left out"
    summaries = [each for each in once.values() if each["kind"] == "summary"]
    spans = [(each["first"], each["last"], each["windows"], each["missing"]) for each in summaries]
    assert spans == [(first, first + 399, 100, 0) for first in range(0, MESSAGES, 400)]
    faults = [each["n"] for each in once.values() if each["kind"] == "fault"]
    assert faults == [4 * window + 3 for window in range(137, MESSAGES // 4, EVERY_FAULT)]
    assert sum(each["rawBytes"] for each in summaries) == sum(len(payload(n)) for n in range(MESSAGES))
    assert outcome.report["savedPercent"] >= 90
    assert outcome.grown_kb < 20_000
