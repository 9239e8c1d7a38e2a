"""Makes a self-signed certificate for `make run HTTPS=1`, so that a phone on the same network opens its camera."""

from __future__ import annotations

import ipaddress
import socket
from datetime import UTC, datetime, timedelta
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

#: Apple refuses server certificates that live longer than 825 days.
LIFETIME = timedelta(days=397)
RENEW_BEFORE = timedelta(days=30)


def lan_address() -> str | None:
    """Return this machine's address on its network, or None without one. Sends nothing."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as knock:
        try:
            knock.connect(("192.0.2.1", 9))
            address = str(knock.getsockname()[0])
        except OSError:
            return None
    return None if address.startswith(("127.", "0.")) else address


def ensure(folder: Path) -> tuple[Path, Path]:
    """Return (certificate, key), made anew when absent, nearly expired, or this machine's address has changed."""
    certificate, key = folder / "certificate.pem", folder / "key.pem"
    names = ["127.0.0.1", *filter(None, [lan_address()])]
    if not (certificate.exists() and key.exists() and _still_good(certificate, names)):
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        _make(certificate, key, names)
    return certificate, key


def _still_good(path: Path, addresses: list[str]) -> bool:
    try:
        made = x509.load_pem_x509_certificate(path.read_bytes())
        names = made.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    except (ValueError, x509.ExtensionNotFound):
        return False
    listed = {str(address) for address in names.get_values_for_type(x509.IPAddress)}
    return made.not_valid_after_utc > datetime.now(UTC) + RENEW_BEFORE and set(addresses) <= listed  # noqa: TID251 - outside the application


def _make(certificate: Path, key: Path, addresses: list[str]) -> None:
    private = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "Volunteer Hub (self-signed)")])
    now = datetime.now(UTC)  # noqa: TID251 - outside the application
    hosts: list[x509.GeneralName] = [x509.DNSName("localhost")]
    hosts += [x509.IPAddress(ipaddress.ip_address(address)) for address in addresses]
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(private.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + LIFETIME)
        .add_extension(x509.SubjectAlternativeName(hosts), critical=False)
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH]), critical=False)
        .sign(private, hashes.SHA256())
    )
    key.touch(mode=0o600)
    key.write_bytes(
        private.private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        )
    )
    certificate.write_bytes(made.public_bytes(serialization.Encoding.PEM))
