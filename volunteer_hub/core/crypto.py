"""Keys, encrypted columns and blind indexes; nobody else touches a key.

Every ciphertext and index carries the tag of its algorithm, so that another (SM4, SM3) can be added
beside it later.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import os
from functools import lru_cache

from cryptography.exceptions import InvalidSignature, InvalidTag
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.asymmetric.utils import encode_dss_signature
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from sqlalchemy import Dialect, Text
from sqlalchemy.types import TypeDecorator

#: What reading a column raises when it was written under another key, or moved.
UNREADABLE = (ValueError, InvalidTag)

_master: bytes = b""


def use_master_key(secret: str) -> None:
    """Set the master secret from which every purpose's key is derived; called by the factory."""
    global _master  # noqa: PLW0603 - one deployment has one master key, set before the first request
    _master = secret.encode()
    key_for.cache_clear()
    _cipher.cache_clear()


@lru_cache(maxsize=256)
def key_for(purpose: str) -> bytes:
    """Return the 32-byte key of one purpose, derived by HKDF-SHA256 (RFC 5869)."""
    if not _master:
        raise RuntimeError("the master key has not been set")
    return HKDF(algorithm=SHA256(), length=32, salt=None, info=purpose.encode()).derive(_master)


def sign(purpose: str, message: bytes, length: int = 32) -> bytes:
    """Return an HMAC-SHA256 of the message under the purpose's key, cut to `length` bytes."""
    return hmac.digest(key_for(purpose), message, "sha256")[:length]


def same(left: bytes, right: bytes) -> bool:
    """Compare two secrets in constant time."""
    return hmac.compare_digest(left, right)


def blind_index(purpose: str, value: str) -> str:
    """Return a keyed hash of a normalised value: equal for equal values, useless without the key.

    An unkeyed hash of an identity number falls to enumeration in minutes; this one needs the key.
    """
    return "h1" + sign(f"blind:{purpose}", value.encode()).hex()[:40]


def fingerprint(value: bytes) -> str:
    """Return a SHA-256 hex digest, for tokens of full entropy and payload comparison."""
    return hashlib.sha256(value).hexdigest()


class EncryptedText(TypeDecorator[str]):
    """Text that is AES-256-GCM in the database, bound to its table and column."""

    impl = Text
    cache_ok = True

    def __init__(self, place: str) -> None:
        super().__init__()
        self.place = place

    def process_bind_param(self, value: str | None, dialect: Dialect) -> str | None:
        """Encrypt under the place's key with a fresh nonce."""
        if value is None:
            return None
        nonce = os.urandom(12)
        sealed = _cipher(self.place).encrypt(nonce, value.encode(), self.place.encode())
        return "a1:" + base64.b64encode(nonce + sealed).decode()

    def process_result_value(self, value: str | None, dialect: Dialect) -> str | None:
        """Decrypt; a wrong key or a moved ciphertext raises."""
        if value is None:
            return None
        algorithm, _, payload = value.partition(":")
        if algorithm != "a1":
            raise ValueError(f"unknown cipher tag {algorithm!r}")
        raw = base64.b64decode(payload)
        return _cipher(self.place).decrypt(raw[:12], raw[12:], self.place.encode()).decode()


@lru_cache(maxsize=64)
def _cipher(place: str) -> AESGCM:
    """Return a column's cipher, kept because making it takes longer than using it."""
    return AESGCM(key_for(f"column:{place}"))


def seal_box(secret: bytes, text: bytes, about: bytes) -> bytes:
    """Encrypt under a key of its own (AES-256-GCM, 32 bytes), bound to what it is about; the nonce comes first."""
    nonce = os.urandom(12)
    return nonce + AESGCM(secret).encrypt(nonce, text, about)


def open_box(secret: bytes, sealed: bytes, about: bytes) -> bytes:
    """Return what `seal_box` was given. Raises InvalidTag under another key or subject."""
    return AESGCM(secret).decrypt(sealed[:12], sealed[12:], about)


def seal_bytes(purpose: str, content: bytes, about: bytes) -> bytes:
    """Encrypt content under the purpose's key, bound to what it is about."""
    return seal_box(key_for(f"bytes:{purpose}"), content, about)


def open_bytes(purpose: str, sealed: bytes, about: bytes) -> bytes:
    """Return what `seal_bytes` was given. Raises InvalidTag under another key, purpose or subject."""
    return open_box(key_for(f"bytes:{purpose}"), sealed, about)


def read_device_key(text: str) -> ec.EllipticCurvePublicKey:
    """Return a P-256 public key from its uncompressed point in base64url. Raises ValueError."""
    point = base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))
    return ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), point)


def is_signed(text: bytes, signature: bytes, public_key: str) -> bool:
    """Tell whether a device signed the text: ECDSA P-256 with SHA-256, r and s of 32 bytes, as WebCrypto gives."""
    if len(signature) != 64:
        return False
    r, s = int.from_bytes(signature[:32], "big"), int.from_bytes(signature[32:], "big")
    try:
        read_device_key(public_key).verify(encode_dss_signature(r, s), text, ec.ECDSA(SHA256()))
    except InvalidSignature:
        return False
    return True


def sign_openly(purpose: str, message: bytes) -> bytes:
    """Return an Ed25519 signature (RFC 8032) under the purpose's own key: 64 bytes that anybody can check."""
    return _signer(purpose).sign(message)


def public_key(purpose: str) -> bytes:
    """Return the 32 bytes with which `sign_openly` of a purpose is checked; they may be published."""
    return _signer(purpose).public_key().public_bytes_raw()


def is_signed_openly(message: bytes, signature: bytes, public: bytes) -> bool:
    """Tell whether the holder of a public key signed a message with `sign_openly`."""
    try:
        Ed25519PublicKey.from_public_bytes(public).verify(signature, message)
    except (InvalidSignature, ValueError):
        return False
    return True


def _signer(purpose: str) -> Ed25519PrivateKey:
    return Ed25519PrivateKey.from_private_bytes(key_for(f"ed25519:{purpose}"))
