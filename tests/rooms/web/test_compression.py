"""What travels packed, what does not, and that it is the same once unpacked."""

from __future__ import annotations

import gzip

import pytest
from flask.testing import FlaskClient
from hypothesis import given
from hypothesis import strategies as st

from volunteer_hub.web.compression import pack

PACKED = {"Accept-Encoding": "gzip, deflate, br"}
SHEET = "/static/css/hub.css"


@given(body=st.binary(max_size=5000), level=st.integers(1, 9), padding=st.integers(0, 64))
def test_any_reader_of_gzip_gets_back_what_went_in(body: bytes, level: int, padding: int) -> None:
    assert gzip.decompress(pack(body, level, padding)) == body


@pytest.mark.parametrize("address", [SHEET, "/static/js/steps.js", "/static/img/icons.svg", "/sign-in"])
def test_text_travels_packed_and_is_the_same(client: FlaskClient, address: str) -> None:
    with client.get(address) as plain:
        whole = plain.data
    packed = client.get(address, headers=PACKED)
    assert "Content-Encoding" not in plain.headers
    assert packed.headers["Content-Encoding"] == "gzip"
    assert int(packed.headers["Content-Length"]) == len(packed.data) < len(whole) * 0.6
    assert "Accept-Encoding" in packed.headers["Vary"]
    if address != "/sign-in":
        assert gzip.decompress(packed.data) == whole


def test_pictures_and_short_answers_stay_as_they_are(client: FlaskClient) -> None:
    for address in ("/static/img/icon-192.png", "/healthz"):
        with client.get(address, headers=PACKED) as answer:
            assert "Content-Encoding" not in answer.headers


@pytest.mark.parametrize("accepts", ["", "identity", "gzip;q=0", "br"])
def test_who_does_not_unpack_is_sent_the_plain_text(client: FlaskClient, accepts: str) -> None:
    with client.get(SHEET, headers={"Accept-Encoding": accepts}) as answer:
        assert "Content-Encoding" not in answer.headers


def test_a_file_that_is_still_good_is_not_sent_again(client: FlaskClient) -> None:
    first = client.get(SHEET, headers=PACKED)
    assert first.headers["ETag"].startswith("W/")
    with client.get(SHEET, headers={**PACKED, "If-None-Match": first.headers["ETag"]}) as again:
        assert (again.status_code, again.data) == (304, b"")


def test_a_part_of_a_file_is_sent_as_it_stands(client: FlaskClient) -> None:
    with client.get(SHEET, headers={**PACKED, "Range": "bytes=0-99"}) as part:
        assert (part.status_code, len(part.data)) == (206, 100)
        assert "Content-Encoding" not in part.headers


def test_the_length_of_a_page_tells_nothing_of_what_it_hides(client: FlaskClient) -> None:
    """Without the name of random length in the header, pages of one second have one length."""
    lengths = {len(client.get("/sign-in", headers=PACKED).data) for _ in range(12)}
    assert len(lengths) > 4
