"""Signing in and out, one's logins, the first administrator: by the pages."""

from __future__ import annotations

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from tests.makers.accounts import make_account, make_staff, sign_in
from volunteer_hub.accounts import queries, service
from volunteer_hub.accounts.models import Account, Login, Role, SignInKind
from volunteer_hub.core import clock
from volunteer_hub.core.db import db, transaction
from volunteer_hub.web.browsers import browser_words

PASSWORD = "correct horse"


@pytest.fixture
def keeper(app: Flask) -> Account:
    with transaction():
        return service.create_account("王站长", PASSWORD, {SignInKind.STAFF_NAME: "keeper"}, now=clock.now())


def attempt(client: FlaskClient, name: str, password: str, **more: str) -> tuple[int, str, str]:
    answer = client.post("/sign-in", data={"name": name, "password": password, **more})
    return answer.status_code, answer.headers.get("Location", ""), answer.text


def test_a_sign_in_name_is_taken_in_any_case_and_with_spaces(client: FlaskClient, keeper: Account) -> None:
    assert attempt(client, " Keeper ", PASSWORD)[:2] == (302, "/")


def test_signing_in_goes_on_to_where_one_wanted_to_go(client: FlaskClient, keeper: Account) -> None:
    assert attempt(client, "keeper", PASSWORD, next="/me/logins")[1] == "/me/logins"


def test_a_foreign_address_is_never_gone_on_to(client: FlaskClient, keeper: Account) -> None:
    assert attempt(client, "keeper", PASSWORD, next="//evil.example/")[1] == "/"


def test_a_wrong_password_and_a_wrong_name_say_the_same_and_keep_what_was_typed(
    client: FlaskClient, keeper: Account
) -> None:
    wrong_password = attempt(client, "keeper", "not the password")
    wrong_name = attempt(client, "nobody", "not the password")
    for status, _, page in (wrong_password, wrong_name):
        assert status == 422
        assert "登录名或密码不对。" in page
        assert "not the password" not in page
    assert 'value="keeper"' in wrong_password[2]


def test_five_wrong_passwords_from_one_address_wait_but_lock_nobody_else_out(
    client: FlaskClient, keeper: Account
) -> None:
    for _ in range(5):
        attempt(client, "keeper", "wrong")
    assert "请 15 分钟后再试" in attempt(client, "keeper", PASSWORD)[2]
    elsewhere = client.post(
        "/sign-in", data={"name": "keeper", "password": PASSWORD}, environ_overrides={"REMOTE_ADDR": "10.0.0.9"}
    )
    assert elsewhere.status_code == 302


def test_a_page_of_ones_own_asks_a_visitor_to_sign_in_and_remembers_the_way(client: FlaskClient) -> None:
    answer = client.get("/me/logins")
    assert answer.status_code == 302
    assert answer.headers["Location"] == "/sign-in?next=/me/logins"


def test_ones_logins_are_listed_and_one_elsewhere_can_be_ended(client: FlaskClient, keeper: Account) -> None:
    with transaction():
        service.open_login(keeper, "Mozilla/5.0 (iPhone) MicroMessenger/8.0", now=clock.now())
    other = queries.list_logins(keeper.id, clock.now())[0]
    sign_in(client, keeper)
    page = client.get("/me/logins").text
    assert "微信 · iPhone" in page
    assert "这台设备" in page
    assert client.post(f"/me/logins/{other.id}/end").status_code == 302
    assert db.session.get(Login, other.id, populate_existing=True).ended_at is not None
    assert client.get("/me/logins").status_code == 200


def test_somebody_elses_login_cannot_be_ended(client: FlaskClient, keeper: Account) -> None:
    with transaction():
        service.open_login(keeper, "his browser", now=clock.now())
    his = queries.list_logins(keeper.id, clock.now())[0]
    sign_in(client, make_account("别人"))
    client.post(f"/me/logins/{his.id}/end")
    assert db.session.get(Login, his.id, populate_existing=True).ended_at is None


def test_signing_out_everywhere_ends_this_browser_too(client: FlaskClient, keeper: Account) -> None:
    sign_in(client, keeper)
    assert client.post("/me/logins/end-all").headers["Location"] == "/sign-in"
    assert client.get("/me/logins").status_code == 302


def test_a_new_password_wants_the_old_one_and_ends_every_login(client: FlaskClient, keeper: Account) -> None:
    sign_in(client, keeper)
    refused = client.post("/me/password", data={"old_password": "wrong", "password": "another good one"})
    assert refused.status_code == 422
    assert "原密码不对。" in refused.text
    client.post("/me/password", data={"old_password": PASSWORD, "password": "another good one"})
    assert client.get("/me/logins").status_code == 302
    assert attempt(client, "keeper", "another good one")[0] == 302


def test_a_common_password_is_refused_at_its_field(client: FlaskClient, keeper: Account) -> None:
    sign_in(client, keeper)
    refused = client.post("/me/password", data={"old_password": PASSWORD, "password": "12345678"})
    assert "这个密码太常见" in refused.text


def test_the_setup_link_makes_the_first_administrator_once(client: FlaskClient) -> None:
    with transaction():
        secret = service.offer_setup(now=clock.now())
    typed = {"display_name": "周敏", "sign_in_name": "admin", "password": PASSWORD}
    assert client.get(f"/setup/{secret}").status_code == 200
    assert client.post(f"/setup/{secret}", data=typed).headers["Location"] == "/"
    assert "周敏，您好" in client.get("/").text
    again = client.post(f"/setup/{secret}", data=typed | {"sign_in_name": "second"})
    assert again.status_code == 422
    assert "这个安装链接已失效" in again.text
    assert db.session.scalars(select(Account.display_name)).all() == ["周敏"]


def test_a_language_is_chosen_and_kept(client: FlaskClient) -> None:
    client.post("/language/en", data={"next": "/sign-in"})
    assert 'lang="en"' in client.get("/sign-in").text


def test_work_stands_in_the_navigation_of_who_works(client: FlaskClient) -> None:
    assert "工作台" not in client.get("/").text
    sign_in(client, make_staff(Role.ADMINISTRATOR))
    page = client.get("/").text
    assert "工作台" in page
    assert "账号与授权" in page


@pytest.mark.parametrize(
    ("user_agent", "words"),
    [
        ("Mozilla/5.0 (Linux; Android 14; HarmonyOS) MicroMessenger/8.0 Chrome/116", ["微信", "HarmonyOS"]),
        ("Mozilla/5.0 (Windows NT 10.0) AppleWebKit Chrome/130 Safari/537 Edg/130", ["Edge", "Windows"]),
        ("Mozilla/5.0 (Macintosh; Intel Mac OS X) Version/17 Safari/605", ["Safari", "Mac"]),
        ("curl/8", ["其他浏览器"]),
    ],
)
def test_a_browser_is_named_as_its_owner_knows_it(user_agent: str, words: list[str]) -> None:
    assert browser_words(user_agent) == words
