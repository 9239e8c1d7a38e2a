"""Checks a 志愿服务证明 without network and without this project.

    python verify_certificate.py --keys keys.json 'TEXT'

TEXT is what any QR reader shows of the code on the paper (or standard input, where none is given). keys.json
is what `https://…/certificates/keys` answers, fetched once from the platform's own address and kept. Needs
Python 3.9 and the package `cryptography`, nothing else.

It tells whether the platform signed what the code says; compare that with the paper, line by line. Whether
the certificate was replaced or withdrawn since is known to the page alone. Ends with 0 where the signature
is right, 1 where it is not, 2 where nothing could be checked.
"""

from __future__ import annotations

import argparse
import base64
import hashlib
import json
import sys
from decimal import ROUND_DOWN, Decimal
from pathlib import Path

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

#: Stands before the payload under every signature.
DOMAIN = b"volunteer-hub certificate 1\n"
FORM = "vhc1"
PLACES = 12
GOOD, BAD, UNKNOWN = 0, 1, 2


class Refused(Exception):
    """Why nothing can be said (UNKNOWN), or what is wrong (BAD)."""

    def __init__(self, sentence: str, code: int) -> None:
        super().__init__(sentence)
        self.code = code


def main() -> int:
    """Check what the command line names; print what is signed, or why not."""
    parser = argparse.ArgumentParser(description="离线核对志愿服务证明上的二维码")
    parser.add_argument("text", nargs="?", help="二维码的文字；不给则从标准输入读")
    parser.add_argument("--keys", required=True, type=Path, help="平台公布的公钥文件（/certificates/keys）")
    parser.add_argument("--document", help="纸面上印的完整证件号码，一并核对")
    given = parser.parse_args()
    try:
        said, withdrawn = check(given.text or sys.stdin.read(), json.loads(given.keys.read_text(encoding="utf-8")))
        print("签名正确。以下内容由平台签发，请与纸面逐项对照：")
        for name, value in facts(said):
            print(f"  {name}：{value}")
        if given.document:
            print(f"  完整证件号码：{compare(said, given.document)}")
    except Refused as refusal:
        print(refusal)
        return refusal.code
    except (OSError, ValueError, KeyError, TypeError) as error:
        print(f"无法核对：{error}")
        return UNKNOWN
    if withdrawn:
        print("注意：签发用的密钥已被声明作废，请以核验页面为准。")
        return BAD
    print("是否已被替换或撤销，请扫码打开核验页面查看。")
    return GOOD


def check(text: str, published: dict) -> tuple[list, bool]:
    """Return what is signed, and whether its key was withdrawn. Raises Refused."""
    _, mark, carried = text.strip().rpartition("#")
    payload, dot, signature = carried.partition(".")
    if not mark or not dot:
        raise Refused("这不是志愿服务证明的二维码。", UNKNOWN)
    signed = _bytes(payload)
    try:
        said = json.loads(signed)
    except ValueError:
        raise Refused("二维码内容已损坏或被改动。", BAD) from None
    if not isinstance(said, list) or len(said) != PLACES or said[0] != FORM:
        raise Refused("不认识的二维码格式，请更新本程序。", UNKNOWN)
    key = next((key for key in published["keys"] if key["id"] == said[1]), None)
    if key is None:
        raise Refused("公钥文件里没有签发这份证明的密钥，请重新下载公钥文件。", UNKNOWN)
    try:
        Ed25519PublicKey.from_public_bytes(_bytes(key["public"])).verify(_bytes(signature), DOMAIN + signed)
    except InvalidSignature:
        raise Refused("签名不对：内容被改动过，或者不是平台签发的。", BAD) from None
    return said, bool(key.get("withdrawn"))


def facts(said: list) -> list:
    """Return what is signed as names and values."""
    _form, _key, number, name, volunteer, document, _digest, unit, minutes, since, until, issued = said
    hours = (Decimal(minutes) / 60).quantize(Decimal("0.01"), ROUND_DOWN)
    return [
        ("证明编号", number),
        ("姓名", name),
        ("志愿者编号", volunteer),
        ("证件号码（部分）", document),
        ("记录单位", unit),
        ("服务期间", f"{since} 至 {until}"),
        ("服务时长", f"{hours} 小时（{minutes} 分钟）"),
        ("开具日期", issued),
    ]


def compare(said: list, document: str) -> str:
    """Tell whether a whole document number is the one that was signed. Raises Refused where it is not."""
    salt, dot, digest = said[6].partition(".")
    if not dot:
        return "这份证明没有印完整号码，无从核对"
    if hashlib.sha256(f"{salt}:{document.strip().upper()}".encode()).hexdigest()[: len(digest)] != digest:
        raise Refused("完整证件号码与签发时的不符。", BAD)
    return "相符"


def _bytes(text: str) -> bytes:
    """Return what a text stands for in its one spelling; any other is an alteration."""
    try:
        content = base64.b64decode(text + "=" * (-len(text) % 4), altchars=b"-_", validate=True)
    except ValueError:
        content = b""
    if not content or base64.urlsafe_b64encode(content).decode().rstrip("=") != text:
        raise Refused("二维码内容已损坏或被改动。", BAD)
    return content


if __name__ == "__main__":
    sys.exit(main())
