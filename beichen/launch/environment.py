"""The environment variables, read in one place. Standard library only.

Every value is checked where it is read; the error names the variable and the values it may take.
"""

from __future__ import annotations

import ipaddress
import os
import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import parse_qs, unquote, urlsplit
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

CHECKOUT = Path(__file__).resolve().parents[2]
ROLES = ("owner", "web", "worker")
SHORTEST_TOKEN = 24
WEB_THREADS = 8
"""Threads of a web process, and the most connections it takes; half of them may read at once (`ui.lanes`)."""
PASSED_ON = (
    "sslmode", "sslrootcert", "sslcert", "sslkey", "sslcrl", "sslnegotiation", "ssl_min_protocol_version",
    "channel_binding", "gssencmode", "target_session_attrs", "connect_timeout", "keepalives_idle",
)  # fmt: skip
"""What of an address goes to libpq as it is, for every one of our logins."""


class BadEnvironment(Exception):
    """A variable holds a value that is not allowed; the text names both."""


@dataclass(frozen=True)
class DatabaseAddress:
    """Where the database listens; `host` may be a socket folder."""

    name: str
    user: str
    password: str
    host: str
    port: str
    options: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True)
class Environment:
    """What the process was told from outside."""

    database: DatabaseAddress | None
    role: str
    data_dir: Path
    host: str
    port: int
    secret_key: str
    debug: bool
    demo: bool
    tls: bool
    smtp: str
    public_url: str
    metrics_token: str = ""
    time_zone: str = "Asia/Shanghai"


def database_address(url: str) -> DatabaseAddress:
    """Split `postgresql://user:password@host:port/name?host=/socket/folder&sslmode=verify-full`."""
    parts = urlsplit(url)
    if parts.scheme not in ("postgresql", "postgres") or not parts.path.strip("/"):
        raise BadEnvironment(
            "BEICHEN_DATABASE_URL must look like postgresql://user:password@host:5432/name, but it does not."
        )
    query = parse_qs(parts.query)
    unknown = sorted(set(query) - {"host", "port", *PASSED_ON})
    if unknown:
        raise BadEnvironment(
            f"BEICHEN_DATABASE_URL carries {unknown[0]!r}, which is not passed on; it may carry host, port, "
            f"{', '.join(PASSED_ON)}."
        )
    return DatabaseAddress(
        name=unquote(parts.path.lstrip("/")),
        user=unquote(parts.username or ""),
        password=unquote(parts.password or ""),
        host=query.get("host", [unquote(parts.hostname or "")])[0],
        port=query.get("port", [str(parts.port or "")])[0],
        options=tuple((name, query[name][0]) for name in PASSED_ON if name in query),
    )


def _port(text: str) -> int:
    if text.isascii() and text.isdigit() and 0 < int(text) < 65536:
        return int(text)
    raise BadEnvironment(f"BEICHEN_PORT is {text!r}; it must be a whole number from 1 to 65535.")


def _host(text: str) -> str:
    try:
        ipaddress.ip_address(text)
    except ValueError as error:
        raise BadEnvironment(
            f"BEICHEN_HOST is {text!r}; it must be an IP address: 127.0.0.1 for this machine alone, 0.0.0.0 for all."
        ) from error
    return text


def _role(text: str) -> str:
    if text in ROLES:
        return text
    raise BadEnvironment(f"BEICHEN_DB_ROLE is {text!r}; it must be one of {', '.join(ROLES)}.")


def _smtp(text: str) -> str:
    if not text or (urlsplit(text).scheme in ("smtp", "smtps") and urlsplit(text).hostname):
        return text
    raise BadEnvironment(
        "BEICHEN_SMTP_URL must look like smtp://user:password@host:587?from=beichen@example.com (or smtps://), "
        "but it does not."
    )


def _time_zone(text: str) -> str:
    """Where the company lives: its days begin and end there."""
    try:
        return ZoneInfo(text).key
    except (ZoneInfoNotFoundError, ValueError, OSError) as error:
        raise BadEnvironment(
            f"BEICHEN_TIME_ZONE is {text!r}; it must be the name of a time zone, such as Asia/Shanghai."
        ) from error


def _secret(env: Mapping[str, str], data_dir: Path) -> str:
    """The signing key: given, in a named file, or the one the launcher keeps beside the data."""
    if env.get("BEICHEN_SECRET_KEY"):
        return env["BEICHEN_SECRET_KEY"]
    path = Path(env.get("BEICHEN_SECRET_KEY_FILE") or data_dir / "secret_key")
    if path.is_file():
        return path.read_text(encoding="utf-8").strip()
    if env.get("BEICHEN_SECRET_KEY_FILE"):
        raise BadEnvironment(f"BEICHEN_SECRET_KEY_FILE names {path}, which cannot be read.")
    return ""


def _metrics_token(env: Mapping[str, str]) -> str:
    """What a scraper shows at /metrics: given, or in a named file; without one the address does not exist."""
    path = env.get("BEICHEN_METRICS_TOKEN_FILE", "")
    try:
        token = env.get("BEICHEN_METRICS_TOKEN") or (Path(path).read_text(encoding="utf-8").strip() if path else "")
    except OSError as error:
        raise BadEnvironment(f"BEICHEN_METRICS_TOKEN_FILE names {path}, which cannot be read.") from error
    if (token or path) and (len(token) < SHORTEST_TOKEN or not token.isascii()):
        raise BadEnvironment(
            f"BEICHEN_METRICS_TOKEN must be at least {SHORTEST_TOKEN} plain letters and digits; "
            "make one with `openssl rand -hex 32`."
        )
    return token


def _public_url(text: str) -> str:
    """The address people type, where it is not the host and port listened on; "" when not given."""
    parts = urlsplit(text)
    if text and (parts.scheme not in ("http", "https") or not parts.hostname or parts.path not in ("", "/")):
        raise BadEnvironment(
            f"BEICHEN_PUBLIC_URL is {text!r}; it must look like https://beichen.example.com, without a path."
        )
    return text.rstrip("/")


def read(env: Mapping[str, str] = os.environ) -> Environment:
    """Read every variable; raises BadEnvironment with a sentence for the first that is wrong."""
    data_dir = Path(env.get("BEICHEN_DATA_DIR") or CHECKOUT / "var").absolute()
    url = env.get("BEICHEN_DATABASE_URL", "")
    return Environment(
        database=database_address(url) if url else None,
        role=_role(env.get("BEICHEN_DB_ROLE") or "owner"),
        data_dir=data_dir,
        host=_host(env.get("BEICHEN_HOST") or "127.0.0.1"),
        port=_port(env.get("BEICHEN_PORT") or "8000"),
        secret_key=_secret(env, data_dir),
        debug=env.get("BEICHEN_DEBUG") == "1",
        demo=env.get("BEICHEN_DEMO") == "1",
        tls=env.get("BEICHEN_TLS") == "1",
        smtp=_smtp(env.get("BEICHEN_SMTP_URL", "")),
        public_url=_public_url(env.get("BEICHEN_PUBLIC_URL", "")),
        metrics_token=_metrics_token(env),
        time_zone=_time_zone(env.get("BEICHEN_TIME_ZONE") or Environment.time_zone),
    )


def version() -> str:
    """Of this checkout, from its package description."""
    found = re.search(r'^version = "(.+)"', (CHECKOUT / "pyproject.toml").read_text(encoding="utf-8"), re.MULTILINE)
    return found[1] if found else "0"
