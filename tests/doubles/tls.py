"""A certificate authority of our own, and a leaf for this machine."""

import ssl
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import cache
from ipaddress import ip_address
from pathlib import Path
from tempfile import NamedTemporaryFile

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

NAMES = ("localhost", "fcm.googleapis.com", "oauth2.googleapis.com", "iamcredentials.googleapis.com")
"""Google's names are there for a machine whose hosts file says that they are this one."""


@dataclass(frozen=True, slots=True)
class Certificates:
    """As PEM: the authority to trust, and the leaf followed by its key."""

    ca: bytes
    leaf: bytes

    def server_context(self, *protocols: str) -> ssl.SSLContext:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        with NamedTemporaryFile() as file:
            file.write(self.leaf)
            file.flush()
            context.load_cert_chain(file.name)
        context.set_alpn_protocols(protocols)
        return context


@cache
def certificates() -> Certificates:
    """Made once a process: elliptic keys, about two milliseconds."""
    return make_certificates()


def make_certificates() -> Certificates:
    authority_key, leaf_key = (ec.generate_private_key(ec.SECP256R1()) for _ in range(2))
    authority, leaf = _name("Passerby test authority"), _name("localhost")
    identifier = x509.SubjectKeyIdentifier.from_public_key(authority_key.public_key())
    ca = (
        _certificate(authority, authority, authority_key.public_key())
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .add_extension(_may_sign(), critical=True)
        .add_extension(identifier, critical=False)
        .sign(authority_key, hashes.SHA256())
    )
    names: list[x509.GeneralName] = [*map(x509.DNSName, NAMES), x509.IPAddress(ip_address("127.0.0.1"))]
    signed = (
        _certificate(leaf, authority, leaf_key.public_key())
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .add_extension(x509.SubjectAlternativeName(names), critical=False)
        .add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH]), critical=False)
        .add_extension(x509.AuthorityKeyIdentifier.from_issuer_subject_key_identifier(identifier), critical=False)
        .sign(authority_key, hashes.SHA256())
    )
    key = leaf_key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    return Certificates(_pem(ca), _pem(signed) + key)


def kept_certificates(ca_file: Path) -> Certificates:
    """Those of `ca_file` and the leaf beside it; made and written when there are none, so that a double that is started again is trusted."""
    leaf_file = ca_file.with_name(f"{ca_file.name}.leaf")
    if not (ca_file.exists() and leaf_file.exists()):
        made = make_certificates()
        leaf_file.touch(0o600)
        leaf_file.write_bytes(made.leaf)
        ca_file.write_bytes(made.ca)
    return Certificates(ca_file.read_bytes(), leaf_file.read_bytes())


def _name(text: str) -> x509.Name:
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, text)])


def _pem(certificate: x509.Certificate) -> bytes:
    return certificate.public_bytes(serialization.Encoding.PEM)


def _certificate(subject: x509.Name, issuer: x509.Name, key: ec.EllipticCurvePublicKey) -> x509.CertificateBuilder:
    now = datetime.now(UTC)
    return (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer)
        .public_key(key)
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=30))
    )


def _may_sign() -> x509.KeyUsage:
    return x509.KeyUsage(
        digital_signature=True,
        content_commitment=False,
        key_encipherment=False,
        data_encipherment=False,
        key_agreement=False,
        key_cert_sign=True,
        crl_sign=True,
        encipher_only=False,
        decipher_only=False,
    )
