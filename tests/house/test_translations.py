"""English is whole: every sentence of code and templates has one, and no page falls back into Chinese."""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import cache
from pathlib import Path

import pytest
from babel.messages.extract import extract_from_dir
from babel.messages.frontend import parse_mapping_cfg
from babel.messages.pofile import read_po
from flask import Flask
from flask.testing import FlaskClient

from tests.catalogues import FOLDER
from tests.makers import accounts, regions, volunteers
from volunteer_hub.accounts.models import Account, Role
from volunteer_hub.volunteers.models import Volunteer

ROOT = Path(__file__).resolve().parents[2]
KEYWORDS = {"N_": None, "_": None, "_l": None, "gettext": None, "lazy_gettext": None}
#: Han characters and the punctuation that goes with them.
CHINESE = re.compile(r"[\u3000-\u303f\u3400-\u9fff\uff00-\uffef]+")
PLACES = re.compile(r"%\((\w+)\)([a-z])|(%%)|\{(\w+)\}")
COMMENT = re.compile(r"\{#.*?#\}", re.DOTALL)
SENTENCE = re.compile(r"""\b_\(\s*(?:'(?:[^'\\]|\\.)*'|"(?:[^"\\]|\\.)*")""")


@cache
def sentences() -> dict[str, str]:
    """Return every marked sentence with a place where it stands."""
    with (ROOT / "babel.cfg").open(encoding="utf-8") as file:
        methods, options = parse_mapping_cfg(file)
    found = extract_from_dir(ROOT, methods, options, keywords=KEYWORDS)
    return {str(sentence): f"{path}:{line}" for path, line, sentence, _comments, _context in found}


@cache
def english() -> dict[str, str]:
    """Return the English of every sentence in the catalogue; a fuzzy one is none."""
    with (FOLDER / "en" / "LC_MESSAGES" / "messages.po").open("rb") as file:
        catalogue = read_po(file, locale="en")
    return {str(message.id): "" if message.fuzzy else str(message.string) for message in catalogue if message.id}


def places(sentence: str) -> list[tuple[str, ...]]:
    return PLACES.findall(sentence)


def test_every_sentence_has_its_english() -> None:
    missing = [f"{where}  {sentence}" for sentence, where in sentences().items() if not english().get(sentence)]
    assert not missing, "Run `make messages` and translate:\n" + "\n".join(missing)


def test_the_english_keeps_the_places_to_be_filled() -> None:
    wrong = [chinese for chinese, words in english().items() if sorted(places(chinese)) != sorted(places(words))]
    assert not wrong


def test_the_english_holds_no_chinese() -> None:
    wrong = [words for words in english().values() if CHINESE.search(words)]
    assert not wrong


def test_the_catalogue_holds_only_what_is_still_said() -> None:
    dead = [sentence for sentence in english() if sentence not in sentences()]
    assert not dead, "Run `make messages`:\n" + "\n".join(dead)


def test_templates_say_nothing_outside_the_catalogue() -> None:
    wrong = []
    for path in sorted((ROOT / "templates").rglob("*.html")):
        text = COMMENT.sub(lambda comment: "\n" * comment[0].count("\n"), path.read_text(encoding="utf-8"))
        for number, line in enumerate(SENTENCE.sub("", text).splitlines(), start=1):
            if CHINESE.search(line):
                wrong.append(f"{path.relative_to(ROOT)}:{number}  {line.strip()}")
    assert not wrong, "\n".join(wrong)


def everybody() -> None:
    """Nobody signs in."""


def a_volunteer() -> Volunteer:
    return volunteers.make_volunteer(regions.make_district().community, "Li Lei")


def staff(role: Role) -> Callable[[], Account]:
    return lambda: accounts.make_staff(role, name="Han Meimei")


CAST: dict[str, Callable[[], Account | Volunteer | None]] = {
    "everybody": everybody,
    "a volunteer": a_volunteer,
    **{role.value: staff(role) for role in Role if role is not Role.TEAM_LEADER},
}


@pytest.mark.parametrize("who", CAST)
def test_pages_in_english_hold_no_chinese_but_names(app: Flask, client: FlaskClient, who: str) -> None:
    regions.make_district()
    if (account := CAST[who]()) is not None:
        accounts.sign_in(client, account)
    names = sorted({"中文", *(row[1] for row in regions.ROWS)}, key=len, reverse=True)
    seen, wrong = 0, []
    for rule in app.url_map.iter_rules():
        if rule.arguments or "GET" not in (rule.methods or ()):
            continue
        answer = client.get(rule.rule, headers={"Accept-Language": "en"})
        if answer.status_code != 200 or answer.mimetype != "text/html":
            continue
        seen += 1
        text = answer.text
        for name in names:
            text = text.replace(name, "")
        wrong += [f"{rule.rule}: {found}" for found in CHINESE.findall(text)]
    assert seen >= 4
    assert not wrong, "\n".join(wrong)


def test_the_language_chosen_stays(client: FlaskClient) -> None:
    client.post("/language/en", data={"next": "/sign-in"})
    assert "Sign in" in client.get("/sign-in", headers={"Accept-Language": "zh-CN"}).text
    client.post("/language/zh", data={"next": "/sign-in"})
    assert "登录" in client.get("/sign-in", headers={"Accept-Language": "en"}).text
