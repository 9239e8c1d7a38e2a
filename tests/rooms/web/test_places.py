"""Who gets a place when there are not enough."""

from __future__ import annotations

import threading
import time

import pytest

from volunteer_hub.web.places import Places, Urgency, limits

THREADS = 24
LIMITS = limits(THREADS)


def places(patience: float = 0) -> Places:
    return Places(LIMITS, patience)


def fill(door: Places, urgency: Urgency) -> int:
    """Take places of one urgency until there are no more; return how many there were."""
    taken = 0
    while door.enter(urgency):
        taken += 1
    return taken


def wait_until(door: Places, urgency: Urgency, number: int) -> None:
    until = time.monotonic() + 60
    while door.counts()["waiting"][urgency] != number:
        assert time.monotonic() < until
        time.sleep(0.005)


@pytest.mark.parametrize("urgency", list(Urgency))
def test_each_urgency_has_so_many_places_and_no_more(urgency: Urgency) -> None:
    door = places()
    assert fill(door, urgency) == min(LIMITS[urgency].at_once, LIMITS[urgency].among)
    door.leave(urgency)
    assert door.enter(urgency)


def test_check_ins_have_the_largest_share_and_exports_the_smallest() -> None:
    shares = [LIMITS[urgency].among for urgency in Urgency]
    assert shares == sorted(shares, reverse=True)
    assert LIMITS[Urgency.CHECK_IN].at_once == 8
    assert LIMITS[Urgency.EXPORT].at_once == 2


def test_exports_are_sent_away_first_then_pages_then_sign_in_and_check_ins_last() -> None:
    """Place after place is taken by check-ins; whoever is refused at some point is refused from then on."""
    door = places()
    gone: list[Urgency] = []
    while len(gone) < len(Urgency):
        for urgency in reversed(Urgency):
            if urgency in gone:
                continue
            if door.enter(urgency):
                door.leave(urgency)
            else:
                gone.append(urgency)
        door.enter(Urgency.CHECK_IN)
    assert gone[:2] == [Urgency.EXPORT, Urgency.PAGE]
    assert gone[-1] is Urgency.CHECK_IN


def test_whatever_is_not_a_check_in_leaves_a_place_for_one() -> None:
    door = places()
    for urgency in (Urgency.EXPORT, Urgency.PAGE, Urgency.SIGN_IN, Urgency.SYNC):
        fill(door, urgency)
    assert door.enter(Urgency.CHECK_IN)


@pytest.mark.parametrize("threads", [1, 2, 4, 8, 16, 64])
def test_any_number_of_threads_leaves_some_to_refuse_in(threads: int) -> None:
    shared = limits(threads)
    for urgency in (Urgency.SYNC, Urgency.SIGN_IN, Urgency.PAGE, Urgency.EXPORT):
        assert 1 <= shared[urgency].among < shared[Urgency.CHECK_IN].among
        assert threads <= 4 or shared[urgency].among + shared[urgency].waiting < threads


def test_a_check_in_waits_for_a_place_and_gets_it_before_a_page_that_waited_longer() -> None:
    door = places(patience=60)
    for _ in range(LIMITS[Urgency.CHECK_IN].at_once):
        assert door.enter(Urgency.CHECK_IN)
    order: list[Urgency] = []

    def come(urgency: Urgency) -> None:
        assert door.enter(urgency)
        order.append(urgency)

    threads = []
    for urgency in (Urgency.PAGE, Urgency.CHECK_IN):
        threads.append(threading.Thread(target=come, args=(urgency,)))
        threads[-1].start()
        wait_until(door, urgency, 1)
    door.leave(Urgency.CHECK_IN)
    threads[1].join(60)
    assert order == [Urgency.CHECK_IN]
    assert door.counts()["waiting"][Urgency.PAGE] == 1
    for _ in range(3):
        door.leave(Urgency.CHECK_IN)
    threads[0].join(60)
    assert order == [Urgency.CHECK_IN, Urgency.PAGE]


def test_a_queue_that_waits_for_its_own_turn_holds_no_page_back() -> None:
    door = places(patience=60)
    for _ in range(LIMITS[Urgency.SYNC].at_once):
        assert door.enter(Urgency.SYNC)
    waiting = threading.Thread(target=door.enter, args=(Urgency.SYNC,))
    waiting.start()
    wait_until(door, Urgency.SYNC, 1)
    assert door.enter(Urgency.PAGE)
    door.leave(Urgency.SYNC)
    waiting.join(60)
    assert not waiting.is_alive()


def test_patience_ends_and_leaves_nothing_behind() -> None:
    door = places(patience=0.05)
    fill(door, Urgency.PAGE)
    before = door.counts()
    assert not door.enter(Urgency.PAGE)
    after = door.counts()
    assert after["working"] == before["working"]
    assert not any(after["waiting"].values())
    assert after["refused"][Urgency.PAGE] == before["refused"][Urgency.PAGE] + 1


def test_only_so_many_pages_wait() -> None:
    door = places(patience=60)
    for _ in range(LIMITS[Urgency.PAGE].at_once):
        assert door.enter(Urgency.PAGE)
    threads = [threading.Thread(target=door.enter, args=(Urgency.PAGE,)) for _ in range(LIMITS[Urgency.PAGE].waiting)]
    for thread in threads:
        thread.start()
    wait_until(door, Urgency.PAGE, LIMITS[Urgency.PAGE].waiting)
    assert not door.enter(Urgency.PAGE)
    for _ in threads:
        door.leave(Urgency.PAGE)
    for thread in threads:
        thread.join(60)
