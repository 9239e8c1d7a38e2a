"""A mobile signs in however it is typed."""

from __future__ import annotations

import pytest
from flask import Flask

from tests.makers.accounts import GRANTED
from volunteer_hub.accounts import queries, service
from volunteer_hub.accounts.models import SignInKind
from volunteer_hub.core.db import transaction


@pytest.mark.parametrize(
    "typed",
    [
        "13804375566",
        "138 0437 5566",
        "138-0437-5566",
        "+86 13804375566",
        "８６１３８０４３７５５６６",
        " 13804375566\u200b",
    ],
)
def test_every_spelling_of_a_mobile_finds_its_account(app: Flask, typed: str) -> None:
    with transaction():
        account = service.create_account("李晓梅", "shan-shui-2026", {SignInKind.MOBILE: "13804375566"}, now=GRANTED)
    assert [found.id for found in queries.list_by_sign_in_name(typed)] == [account.id]


def test_another_number_finds_nobody(app: Flask) -> None:
    with transaction():
        service.create_account("李晓梅", "shan-shui-2026", {SignInKind.MOBILE: "13804375566"}, now=GRANTED)
    assert queries.list_by_sign_in_name("13804375567") == []
