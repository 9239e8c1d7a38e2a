"""The six classes that may not be published."""

from __future__ import annotations

import pytest

from volunteer_hub.activities.prohibited import CLASSES, KEYS, check_declarations, check_hints, find_hints
from volunteer_hub.core.errors import DomainError


def test_there_are_six_and_each_says_what_it_is_and_what_is_declared() -> None:
    assert len(set(KEYS)) == 6
    assert all(prohibited.sentence and prohibited.declaration for prohibited in CLASSES)


@pytest.mark.parametrize("left_out", KEYS)
def test_each_of_the_six_must_be_declared(left_out: str) -> None:
    with pytest.raises(DomainError) as caught:
        check_declarations(key for key in KEYS if key != left_out)
    assert (caught.value.code, caught.value.field) == ("declarations_missing", "declarations")
    assert caught.value.params == {"count": 1}


def test_an_unknown_declaration_counts_for_nothing() -> None:
    with pytest.raises(DomainError):
        check_declarations([*KEYS[:5], "anything"])


def test_all_six_pass_in_any_order_and_are_kept_in_ours() -> None:
    assert check_declarations(reversed(KEYS)) == list(KEYS)


@pytest.mark.parametrize(
    ("text", "key"),
    [
        ("社区工作人员周末值班", "work_duty"),
        ("机关例会", "internal_duty"),
        ("春季团建", "internal_duty"),
        ("组织观影", "personal_benefit"),
        ("具体内容待定", "unclear_purpose"),
        ("日结工资", "paid"),
        ("转发朋友圈即可", "hours_for_favours"),
        ("为灾区捐款", "hours_for_favours"),
    ],
)
def test_a_telling_word_is_found_with_its_class(text: str, key: str) -> None:
    assert {hint.prohibited.key for hint in find_hints("标题", text)} == {key}


def test_plain_service_rings_no_bell() -> None:
    assert find_hints("街道清洁日", "清扫人行道，劝导乱停乱放。", "文明交通执勤") == []


def test_a_hint_must_be_confirmed() -> None:
    hints = find_hints("养老院值班陪护")
    check_hints(hints, confirmed=True)
    check_hints([], confirmed=False)
    with pytest.raises(DomainError) as caught:
        check_hints(hints, confirmed=False)
    assert caught.value.field == "confirmed"
    assert caught.value.params == {"words": "值班"}
