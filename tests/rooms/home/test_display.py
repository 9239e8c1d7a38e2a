"""How pages look is chosen in the browser, by forms alone, and kept there."""

from __future__ import annotations

import pytest
from flask.testing import FlaskClient


def choose(client: FlaskClient, **chosen: str) -> str:
    answer = client.post("/display", data={"next": "/sign-in", **chosen})
    assert (answer.status_code, answer.headers["Location"]) == (302, "/sign-in")
    return client.get("/sign-in").text


def test_large_type_is_one_press_away_and_one_press_back(client: FlaskClient) -> None:
    assert 'name="elder" value="1"' in client.get("/sign-in").text
    large = choose(client, elder="1")
    assert 'class=" elder"' in large
    assert "css/elder.css" in large
    assert "data-read-aloud" in large
    plain = choose(client, elder="0")
    assert 'class=" elder"' not in plain
    assert "css/elder.css" not in plain


@pytest.mark.parametrize(
    ("theme", "sheets"),
    [("dark", 1), ("system", 1), ("light", 0)],
)
def test_the_theme_needs_no_script(client: FlaskClient, theme: str, sheets: int) -> None:
    choose(client, theme="light" if theme == "dark" else "dark")
    page = choose(client, theme=theme)
    links = [line for line in page.splitlines() if "dark.css" in line]
    assert len(links) == sheets
    if theme == "dark":
        assert "media" not in links[0]
    if theme == "system":
        assert "prefers-color-scheme: dark" in links[0]


def test_one_choice_leaves_the_other(client: FlaskClient) -> None:
    choose(client, elder="1")
    page = choose(client, theme="dark")
    assert 'class=" elder"' in page


@pytest.mark.parametrize("given", [{"theme": "pink"}, {"elder": "yes"}, {}])
def test_what_cannot_be_meant_changes_nothing(client: FlaskClient, given: dict[str, str]) -> None:
    choose(client, elder="1")
    assert 'class=" elder"' in choose(client, **given)


def test_nobody_is_sent_to_a_foreign_page(client: FlaskClient) -> None:
    answer = client.post("/display", data={"elder": "1", "next": "https://evil.example/"})
    assert answer.headers["Location"] == "/"


def test_the_page_one_was_on_is_come_back_to_with_its_filters(client: FlaskClient) -> None:
    page = client.get("/activities?words=%E8%AF%BB%E4%B9%A6").text
    assert 'name="next" value="/activities?words=%E8%AF%BB%E4%B9%A6"' in page


def test_a_form_that_came_back_is_come_back_to(client: FlaskClient) -> None:
    page = client.post("/sign-in", data={"name": "", "password": ""}).text
    assert 'name="next" value="/sign-in"' in page


def test_the_choices_are_on_a_page_of_their_own_and_say_what_holds(client: FlaskClient) -> None:
    choose(client, theme="dark")
    page = client.get("/display").text
    assert 'name="theme" value="dark" aria-pressed="true"' in page
    assert 'name="elder" value="0" aria-pressed="true"' in page
