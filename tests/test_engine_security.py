"""Against a real server with TLS, users and roles: what is refused, what is told, and that two roles are enough."""

from __future__ import annotations

import ipaddress
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from catalog.errors import EngineError
from catalog.store import Store
from indexer.build import apply_changes, rebuild
from indexer.engine import Engine, Query, Term, open_engine
from ranking.signals import prior
from tests.elasticsearch_server import Server, require
from tests.engine_contract import resource
from web import create_app

pytestmark = pytest.mark.xdist_group("elasticsearch")
VERSION = "9.2.0"
ROLES = (Path(__file__).parent.parent / "docs" / "operating.md").read_text(encoding="utf-8").partition("```yaml roles.yml\n")[2].partition("```")[0]


@dataclass
class Authority:
    """Signs certificates; `pem` is what HAOKE_ENGINE_CA names."""

    key: ec.EllipticCurvePrivateKey
    certificate: x509.Certificate

    @classmethod
    def make(cls, name: str = "haoke tests") -> Authority:
        key = ec.generate_private_key(ec.SECP256R1())
        subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
        now = datetime.now(UTC)
        unsigned = x509.CertificateBuilder(subject, subject, key.public_key(), x509.random_serial_number(), now - timedelta(days=400), now + timedelta(days=1))
        signed = unsigned.add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True).sign(key, hashes.SHA256())
        return cls(key, signed)

    @property
    def pem(self) -> bytes:
        return self.certificate.public_bytes(serialization.Encoding.PEM)

    def sign(self, host: str, *, days: int = 1) -> tuple[bytes, bytes]:
        """(private key, certificate) of a host for so many days from now; fewer than none have passed."""
        key = ec.generate_private_key(ec.SECP256R1())
        names = [x509.IPAddress(ipaddress.ip_address(host))] if host[0].isdigit() else [x509.DNSName(host)]
        end = datetime.now(UTC) + timedelta(days=days)
        subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, host)])
        unsigned = x509.CertificateBuilder(self.certificate.subject, subject, key.public_key(), x509.random_serial_number(), end - timedelta(days=30), end)
        signed = unsigned.add_extension(x509.SubjectAlternativeName(names), critical=False).sign(self.key, hashes.SHA256())
        private = key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
        return private, signed.public_bytes(serialization.Encoding.PEM)


@pytest.fixture(scope="module")
def authority() -> Authority:
    return Authority.make()


@pytest.fixture(scope="module")
def ca(authority: Authority, tmp_path_factory: pytest.TempPathFactory) -> str:
    path = tmp_path_factory.mktemp("ca") / "ca.pem"
    path.write_bytes(authority.pem)
    return str(path)


def started(key: bytes, certificate: bytes) -> Server:
    settings = {
        "xpack.security.enabled": "true",
        "xpack.security.autoconfiguration.enabled": "false",
        "xpack.security.http.ssl.enabled": "true",
        "xpack.security.http.ssl.key": "http.key",
        "xpack.security.http.ssl.certificate": "http.crt",
        "xpack.security.http.ssl.supported_protocols": "TLSv1.3,TLSv1.2",
    }
    server = Server(VERSION, settings=settings, scheme="https")
    server.put("config/http.key", key)
    server.put("config/http.crt", certificate)
    server.put("config/roles.yml", ROLES)
    server.run("elasticsearch-users", "useradd", "web", "-p", "reading-only", "-r", "haoke_web")
    server.run("elasticsearch-users", "useradd", "cli", "-p", "may-also-write", "-r", "haoke_write")
    server.launch()
    server.wait()
    return server


@pytest.fixture(scope="module")
def secured(authority: Authority) -> Iterator[Server]:
    require(VERSION)
    server = started(*authority.sign("127.0.0.1"))
    yield server
    server.stop()


@pytest.fixture
def opened(secured: Server, ca: str, monkeypatch: pytest.MonkeyPatch) -> Iterator[object]:
    engines: list[Engine] = []

    def opens(user: str, password: str, ca: str = ca, url: str = "") -> Engine:
        monkeypatch.setenv("HAOKE_ENGINE_USER", user)
        monkeypatch.setenv("HAOKE_ENGINE_PASSWORD", password)
        monkeypatch.setenv("HAOKE_ENGINE_CA", ca)
        engines.append(open_engine(url or secured.url))
        return engines[-1]

    yield opens
    for engine in engines:
        engine.close()


def test_the_writing_role_builds_and_the_reading_role_serves(opened, tmp_path: Path) -> None:
    with Store.open(tmp_path) as store:
        with store.transaction():
            for n in range(20):
                store.put(resource(f"a:{n}", "会计"))
        writing = opened("cli", "may-also-write")
        rebuild(store, writing, prior)
        rebuild(store, writing, prior)
        rebuild(store, writing, prior)  # drops the first
        with store.transaction():
            store.put(resource("b:1", "护士", kind="course"))
        apply_changes(store, writing, prior)
        assert not [f for f in writing.findings() if f[0] == "error"]
    reading = opened("web", "reading-only")
    assert reading.search(Query(clause=Term("title", "会计"), facets={"kind": 3})).total == 20
    assert reading.search(Query(clause=Term("title", "没有"))).generation == reading.active().name
    assert set(reading.get(["b:1"])) == {"b:1"}
    site = create_app(engine=reading).test_client()
    assert site.get("/readyz").status_code == 200
    assert site.get("/api/v1/search?q=会计").get_json()["total"] == 20


def test_the_reading_role_can_not_write(opened) -> None:
    reading = opened("web", "reading-only")
    with pytest.raises(EngineError, match=r"may not do that.*docs/operating\.md"):
        reading.begin("fingerprint")
    with pytest.raises(EngineError, match="may not do that"), reading.writer("g20260101-000000-abcd"):
        pass


def test_a_wrong_password_names_the_variables(opened) -> None:
    with pytest.raises(EngineError, match="HAOKE_ENGINE_PASSWORD"):
        opened("cli", "guessed").search(Query())


def test_a_certificate_of_an_unknown_authority_is_refused(opened, tmp_path: Path) -> None:
    (tmp_path / "other.pem").write_bytes(Authority.make("somebody else").pem)
    for ca in ("", str(tmp_path / "other.pem")):
        with pytest.raises(EngineError, match=r"certificate is not accepted.*HAOKE_ENGINE_CA"):
            opened("cli", "may-also-write", ca).search(Query())


def test_a_certificate_of_another_name_is_refused(opened, secured: Server) -> None:
    with pytest.raises(EngineError, match=r"certificate is not accepted.*host must stand in it"):
        opened("cli", "may-also-write", url=f"https://localhost:{secured.port}").search(Query())


def test_an_expired_certificate_is_refused(opened, authority: Authority) -> None:
    require(VERSION)
    server = started(*authority.sign("127.0.0.1", days=-1))
    try:
        with pytest.raises(EngineError, match=r"certificate is not accepted.*expired"):
            opened("cli", "may-also-write", url=server.url).search(Query())
    finally:
        server.stop()


def test_a_missing_ca_file_is_named(opened, tmp_path: Path) -> None:
    with pytest.raises(EngineError, match="no-such"):
        opened("cli", "may-also-write", str(tmp_path / "no-such.pem"))
