"""Models that a worker keeps loaded: never more than the bound, each loaded once, none taken from who uses it."""

from collections import OrderedDict
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from random import Random
from threading import Barrier
from time import sleep

import pytest
from hypothesis import given
from hypothesis import strategies as st
from verdazure_jobs.keeping import Keeper, Loaded, weights_bytes


class Shelf:
    """Models by name with their sizes, and what happened to them."""

    def __init__(self, **sizes: int) -> None:
        self._sizes = sizes
        self.loaded: list[str] = []
        self.unloaded: list[str] = []

    def __call__(self, name: str) -> Callable[[], Loaded[str]]:
        def load() -> Loaded[str]:
            self.loaded.append(name)
            return Loaded(name, self._sizes[name], self.unloaded.append)

        return load


def test_a_model_is_loaded_once_and_stays() -> None:
    keeper, shelf = Keeper[str](100), Shelf(phi=60)

    for _ in range(3):
        with keeper.use("phi", shelf("phi")) as model:
            assert model == "phi"

    now = keeper.now()
    assert shelf.loaded == ["phi"]
    assert (now.kept, now.kept_bytes, now.loads, now.reused, now.unloads) == (("phi",), 60, 1, 2, 0)


def test_the_model_that_was_used_longest_ago_goes_first() -> None:
    keeper, shelf = Keeper[str](100), Shelf(phi=40, bge=40, whisper=40)

    for name in ("phi", "bge", "phi", "whisper"):
        with keeper.use(name, shelf(name)):
            pass

    assert shelf.unloaded == ["bge"]
    assert keeper.now().kept == ("phi", "whisper")


def test_a_model_larger_than_the_bound_is_used_and_not_kept_and_costs_the_others_nothing() -> None:
    keeper, shelf = Keeper[str](100), Shelf(phi=40, llama=101)

    for name in ("phi", "llama"):
        with keeper.use(name, shelf(name)) as model:
            assert model == name

    assert shelf.unloaded == ["llama"]
    assert keeper.now().kept == ("phi",)


def test_a_model_in_use_is_not_taken_away_and_the_other_one_is_kept_when_there_is_room_again() -> None:
    keeper, shelf = Keeper[str](100), Shelf(phi=60, bge=60)

    with ExitStack() as bge, keeper.use("phi", shelf("phi")):
        bge.enter_context(keeper.use("bge", shelf("bge")))
        assert keeper.now().kept == ("phi",)
        assert shelf.unloaded == []
    assert keeper.now().kept == ("bge",)
    assert shelf.unloaded == ["phi"]


def test_room_is_made_before_loading_for_what_is_expected() -> None:
    keeper, shelf = Keeper[str](100), Shelf(phi=60, bge=60)
    with keeper.use("phi", shelf("phi")):
        pass

    def load() -> Loaded[str]:
        assert shelf.unloaded == ["phi"]
        return shelf("bge")()

    with keeper.use("bge", load, expect_bytes=60):
        pass

    assert keeper.now().kept == ("bge",)


def test_those_who_ask_at_the_same_time_wait_for_one_load_even_of_a_model_that_is_too_large() -> None:
    for size in (60, 160):
        keeper, shelf, started, inside = Keeper[str](100), Shelf(phi=size), Barrier(6), Barrier(6)

        def use(_: int, keeper=keeper, shelf=shelf, started=started, inside=inside) -> str:  # type: ignore[no-untyped-def]
            started.wait()
            with keeper.use("phi", shelf("phi")) as model:
                inside.wait(5)
                return str(model)

        with ThreadPoolExecutor(6) as threads:
            assert list(threads.map(use, range(6))) == ["phi"] * 6
        assert shelf.loaded == ["phi"]
        assert keeper.now().reused == 5


def test_a_load_that_fails_reaches_the_caller_and_the_next_one_tries_again() -> None:
    keeper, shelf = Keeper[str](100), Shelf(phi=60)

    def fail() -> Loaded[str]:
        raise MemoryError("no room on the GPU")

    with pytest.raises(MemoryError), keeper.use("phi", fail):
        pass
    with keeper.use("phi", shelf("phi")) as model:
        assert model == "phi"


def test_a_model_that_cannot_be_unloaded_does_not_stop_the_next_one() -> None:
    keeper, shelf = Keeper[str](100), Shelf(bge=60)

    def fail(_: str) -> None:
        raise RuntimeError("the session is stuck")

    with keeper.use("phi", lambda: Loaded("phi", 60, fail)):
        pass
    with keeper.use("bge", shelf("bge")) as model:
        assert model == "bge"
    assert keeper.now().kept == ("bge",)


@pytest.mark.parametrize("refused", [lambda: Keeper[str](0), lambda: Loaded("phi", -1)])
def test_a_bound_or_a_size_that_means_nothing_is_refused(refused: Callable[[], object]) -> None:
    with pytest.raises(ValueError, match="Allowed"):
        refused()


def test_the_weights_of_a_module_are_its_parameters_and_buffers() -> None:
    class Tensor:
        def __init__(self, nbytes: int) -> None:
            self.nbytes = nbytes

    class Module:
        def parameters(self) -> list[Tensor]:
            return [Tensor(400), Tensor(40)]

        def buffers(self) -> list[Tensor]:
            return [Tensor(8)]

    assert weights_bytes(Module()) == 448


def test_many_threads_never_find_a_model_unloaded_under_them_nor_more_kept_than_the_bound() -> None:
    class Model:
        """Knows whether it may still be asked."""

        def __init__(self) -> None:
            self.there = True

        def unload(self) -> None:
            self.there = False

    keeper = Keeper[Model](100)

    def work(seed: int) -> bool:
        draw, fine = Random(seed), True  # noqa: S311
        for _ in range(150):
            name = draw.choice("abcde")
            with keeper.use(name, lambda name=name: Loaded(Model(), SIZES[name], Model.unload)) as model:  # type: ignore[misc]
                sleep(0)
                fine = fine and model.there and keeper.now().kept_bytes <= 100
        return fine

    with ThreadPoolExecutor(8) as threads:
        assert all(threads.map(work, range(8)))
    now = keeper.now()
    assert now.loads + now.reused == 8 * 150
    assert now.loads - now.unloads == len(now.kept)


SIZES = {"a": 10, "b": 25, "c": 40, "d": 70, "e": 101}


@given(st.lists(st.sampled_from(sorted(SIZES)), max_size=40))
def test_one_after_another_it_keeps_what_a_list_by_last_use_would(names: list[str]) -> None:
    keeper, shelf, expected = Keeper[str](100), Shelf(**SIZES), OrderedDict[str, int]()

    for name in names:
        with keeper.use(name, shelf(name)):
            pass
        if SIZES[name] <= 100:
            expected[name] = expected.pop(name, SIZES[name])
        while sum(expected.values()) > 100:
            expected.popitem(last=False)
        assert keeper.now().kept == tuple(expected)


@given(st.lists(st.tuples(st.sampled_from(sorted(SIZES)), st.booleans()), max_size=40))
def test_whoever_uses_what_the_bound_holds_and_nothing_in_use_goes(steps: list[tuple[str, bool]]) -> None:
    keeper, shelf, using = Keeper[str](100), Shelf(**SIZES), []

    for name, begins in steps:
        if begins:
            context = keeper.use(name, shelf(name))
            context.__enter__()
            using.append((name, context))
        elif using:
            using.pop(0)[1].__exit__(None, None, None)
        in_memory = {each: shelf.loaded.count(each) - shelf.unloaded.count(each) for each in SIZES}
        assert keeper.now().kept_bytes <= 100
        assert set(in_memory.values()) <= {0, 1}
        assert all(in_memory[each] for each, _ in using)
        assert {each for each, there in in_memory.items() if there} == set(keeper.now().kept) | {e for e, _ in using}
