"""A broken download goes on where it stopped, if the file is still the same."""

from __future__ import annotations

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select

from tests.makers.accounts import make_staff, sign_in
from tests.makers.exports import make_ready_export
from tests.makers.ledger import make_crowd
from tests.makers.regions import make_district
from volunteer_hub.accounts.models import Role, ScopeKind
from volunteer_hub.audit.models import AuditEntry
from volunteer_hub.core.db import db
from volunteer_hub.exchange import export_jobs, piece_reading
from volunteer_hub.exchange.models import ExportPiece

#: Small pieces, so that a small file has many.
PIECE = 100


@pytest.fixture
def address(client: FlaskClient, monkeypatch: pytest.MonkeyPatch) -> str:
    """The address of a file in many pieces, for its owner's browser."""
    for module in (export_jobs, piece_reading):
        monkeypatch.setattr(module, "PIECE", PIECE)
    places = make_district()
    make_crowd([places.community], 12, 5)
    office = make_staff(Role.OFFICE, ScopeKind.REGION, "220403")
    export_id = make_ready_export(office, places.county)
    assert len(db.session.scalars(select(ExportPiece.number)).all()) > 10
    sign_in(client, office)
    return f"/office/exports/{export_id}/file"


def test_the_whole_file_says_that_parts_may_be_had(client: FlaskClient, address: str) -> None:
    answer = client.get(address)
    assert (answer.status_code, answer.headers["Accept-Ranges"]) == (200, "bytes")
    assert int(answer.headers["Content-Length"]) == len(answer.data)
    assert answer.headers["ETag"].strip('"')
    assert answer.headers["Cache-Control"] == "no-store"
    assert answer.headers["Content-Disposition"].startswith("attachment; filename=export-")


@pytest.mark.parametrize(
    ("asked", "part"),
    [
        ("bytes=0-0", slice(0, 1)),
        ("bytes=0-", slice(0, None)),
        ("bytes=99-100", slice(99, 101)),
        ("bytes=100-199", slice(100, 200)),
        ("bytes=250-733", slice(250, 734)),
        ("bytes=500-", slice(500, None)),
        ("bytes=-7", slice(-7, None)),
        ("bytes=300-99999999", slice(300, None)),
    ],
)
def test_any_part_is_that_part(client: FlaskClient, address: str, asked: str, part: slice) -> None:
    whole = client.get(address).data
    answer = client.get(address, headers={"Range": asked})
    assert answer.status_code == 206
    assert answer.data == whole[part]
    start, end, _ = part.indices(len(whole))
    assert answer.headers["Content-Range"] == f"bytes {start}-{end - 1}/{len(whole)}"
    assert int(answer.headers["Content-Length"]) == end - start


def test_a_download_broken_again_and_again_ends_with_the_same_bytes(client: FlaskClient, address: str) -> None:
    whole = client.get(address)
    had = b""
    while len(had) < len(whole.data):
        headers = {"Range": f"bytes={len(had)}-", "If-Range": whole.headers["ETag"]}
        answer = client.get(address, headers=headers)
        assert answer.status_code == 206
        had += answer.data[:333]
    assert had == whole.data


def test_a_part_of_another_file_is_answered_with_the_whole(client: FlaskClient, address: str) -> None:
    answer = client.get(address, headers={"Range": "bytes=10-", "If-Range": '"another"'})
    assert answer.status_code == 200
    assert answer.data == client.get(address).data


@pytest.mark.parametrize("asked", ["bytes=0-1,5-9", "lines=1-2", "nonsense"])
def test_what_cannot_be_served_in_one_part_is_served_whole(client: FlaskClient, address: str, asked: str) -> None:
    assert client.get(address, headers={"Range": asked}).status_code == 200


def test_a_part_beyond_the_end_is_refused_with_the_size(client: FlaskClient, address: str) -> None:
    size = len(client.get(address).data)
    answer = client.get(address, headers={"Range": f"bytes={size}-"})
    assert (answer.status_code, answer.headers["Content-Range"]) == (416, f"bytes */{size}")


def test_the_same_file_need_not_be_sent_again_and_looking_takes_nothing(client: FlaskClient, address: str) -> None:
    mark = client.head(address).headers["ETag"]
    assert client.get(address, headers={"If-None-Match": mark}).status_code == 304


def test_every_part_fetched_is_in_the_trail_and_a_look_is_not(client: FlaskClient, address: str) -> None:
    client.head(address)
    assert client.get(address).data
    assert client.get(address, headers={"Range": "bytes=5-"}).data
    trail = db.session.scalars(select(AuditEntry).where(AuditEntry.action == "exchange.download"))
    assert [row.details["bytes"] for row in trail] == ["all", "bytes=5-"]


def test_a_file_erased_on_the_way_breaks_off_and_is_then_not_found(client: FlaskClient, address: str) -> None:
    answer = client.get(address, buffered=False)
    body = iter(answer.response)
    assert next(body)
    client.post(address.replace("/file", "/cancel"))
    with client.application.app_context():
        export_jobs.erase_expired()
    with pytest.raises(Exception, match="not_found"):
        list(body)
    assert client.get(address).status_code == 404
