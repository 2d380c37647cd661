"""How progress looks on a terminal and in a log."""

import sys

from verdazure.sandbox.progress import ProgressLine


def shown(capsys, monkeypatch, terminal: bool) -> str:
    monkeypatch.setattr(sys.stderr, "isatty", lambda: terminal)
    progress = ProgressLine()
    for text, seconds in [("download", 0), ("download", 1), ("build", 0), ("build", 29), ("build", 30)]:
        progress(text, seconds)
    progress.done()
    return capsys.readouterr().err


def test_on_a_terminal_the_time_counts_up_in_place(capsys, monkeypatch):
    expected = "download\r\033[Kdownload (1 s)\nbuild\r\033[Kbuild (29 s)\r\033[Kbuild (30 s)\n"
    assert shown(capsys, monkeypatch, terminal=True) == expected


def test_in_a_log_there_is_a_line_each_half_minute(capsys, monkeypatch):
    assert shown(capsys, monkeypatch, terminal=False) == "download\nbuild\nbuild (30 s)\n"
