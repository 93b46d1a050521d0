"""
What an office sets: one TOML file and the environment, which stands before the file.

``blockplan.toml`` in the data folder may hold any field of `Config`; a variable of the environment
is called like the field, in capitals, with ``BLOCKPLAN_`` before it (``BLOCKPLAN_DATABASE``).
"""

from __future__ import annotations

import os
import secrets
import tomllib
from functools import cache
from pathlib import Path
from string import Formatter
from typing import TYPE_CHECKING, Annotated, Any, Literal
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from django.conf import settings
from pydantic import AfterValidator, BaseModel, ConfigDict, Field, ValidationError

from blockplan.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Mapping

FILE = "blockplan.toml"
PREFIX = "BLOCKPLAN_"
LOOPBACK = frozenset({"localhost", "127.0.0.1", "::1"})


def _known_zone(name: str) -> str:
    try:
        ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        raise ValueError("there is no such time zone; write it like Asia/Shanghai") from None
    return name


def base_map_address(address: str) -> str:
    """
    The address of a base map's pictures, as ``https://.../{z}/{x}/{y}.png`` (XYZ, Web Mercator); empty: none.

    Raises
    ------
    ValueError
        If it is no address of the web, or does not say where zoom, column and row stand, or something else.
    """
    if not address:
        return address
    parts, wanted = urlsplit(address), {"z", "x", "y"}
    try:
        named = {name for _, name, _, _ in Formatter().parse(address) if name is not None}
    except ValueError:
        named = set()
    what = ""
    if parts.scheme not in {"http", "https"} or not parts.hostname:
        what = "is no address of the web"
    elif lacking := sorted(wanted - named):
        what = f"lacks {', '.join(f'{{{one}}}' for one in lacking)}"
    elif more := sorted(named - wanted):
        what = f"has {', '.join(f'{{{one}}}' for one in more)}, which nothing fills in"
    if what:
        raise ValueError(
            f"the base map {address!r} {what}; write it like https://tiles.example.org/{{z}}/{{x}}/{{y}}.png"
        )
    return address


def base_map_credit(crs: str) -> str | None:
    """To whom the base map belongs; None where none is set, or the plan is not said to lie on the earth."""
    if not settings.BASE_MAP or crs.strip().lower() == "local":
        return None
    return settings.BASE_MAP_CREDIT or urlsplit(settings.BASE_MAP).hostname


class MailServer(BaseModel):
    """An SMTP server; without a host nothing is sent, and pages do not offer mail."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    host: str = ""
    port: int = Field(default=25, gt=0, lt=65536)
    user: str = ""
    password: str = Field(default="", repr=False)
    tls: bool = False
    sender: str = ""


class OpenId(BaseModel):
    """The office's own identity service (OpenID Connect): its name, where it is, who we are to it."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    name: str = Field(default="OpenID", min_length=1, max_length=80)
    server: str
    client_id: str = Field(min_length=1)
    secret: str = Field(min_length=1, repr=False)


class Outsider(BaseModel):
    """A witness (C2SP tlog-witness): where it is asked, and its key in one line."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    address: str
    key: str


class Config(BaseModel):
    """
    Settings of the web service.

    Attributes
    ----------
    data
        Folder of keys, files, logs and, by default, the database.
    database
        ``postgresql://user:password@host:port/name``; None takes SQLite in the data folder.
    address
        Where readers find the service; anything but this machine must be https.
    office
        The name of the office, on every page.
    imprint
        Who answers for the service: name, address, telephone, mail; a line each.
    proxies
        Reverse proxies in front, whose ``X-Forwarded-For`` is believed; 0 believes none.
    arrival_by_proxy
        Whether the proxy in front sets ``X-Request-Start`` (when a request reached it) over what was sent.
    openid
        Sign-in of the staff by OpenID Connect; None offers none.
    witnesses
        Who signs, hour by hour, that each record only grows.
    timestamps
        Address of a time-stamping authority (RFC 3161), asked once a day; empty asks none.
    base_map
        Pictures of a base map under the plan (`base_map_address`); empty shows none.
    base_map_credit
        To whom the base map belongs, which stands on the map.
    zone
        Time zone of the office's own lists, as ``Asia/Shanghai``; empty is that of its notices if they
        share one, else UTC. Notices keep the time of their place.
    language
        In which links begin that the service hands out, ``zh``, ``en`` or ``ja``; None takes what a
        browser asks for.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    data: Path = Path("blockplan-data")
    database: str | None = Field(default=None, repr=False)
    address: str = "http://localhost:8000"
    office: str = ""
    imprint: str = ""
    mail: MailServer = MailServer()
    witnesses: tuple[Outsider, ...] = ()
    timestamps: str = ""
    proxies: int = Field(default=0, ge=0, le=5)
    arrival_by_proxy: bool = False
    openid: OpenId | None = Field(default=None, repr=False)
    language: Literal["zh", "en", "ja"] | None = None
    zone: Annotated[str, AfterValidator(_known_zone)] = ""
    base_map: Annotated[str, AfterValidator(base_map_address)] = ""
    base_map_credit: str = ""
    workers: int = Field(default=2, ge=1, le=64)
    threads: int = Field(default=8, ge=1, le=256)

    @property
    def https(self) -> bool:
        """Whether readers come by https."""
        return urlsplit(self.address).scheme == "https"

    @property
    def hosts(self) -> list[str]:
        """Names by which the service may be called."""
        host = urlsplit(self.address).hostname or ""
        return sorted(LOOPBACK) if host in LOOPBACK else [host]

    @property
    def keys(self) -> Path:
        """Folder of private keys and of the newest signed checkpoints."""
        return self.data / "keys"

    @property
    def files(self) -> Path:
        """Folder of the files that came with entries."""
        return self.data / "files"

    @property
    def begun(self) -> bool:
        """Whether a service was set up in the data folder before."""
        return (self.keys / "secret").exists()

    def openid_app(self) -> dict[str, Any]:
        """The identity service as allauth wants it."""
        said = self.openid
        if said is None:
            return {}
        return {
            "provider_id": "office",
            "name": said.name,
            "client_id": said.client_id,
            "secret": said.secret,
            "settings": {"server_url": said.server, "oauth_pkce_enabled": True},
        }

    def secret(self) -> str:
        """
        The secret that Django signs with; made once, readable by its owner alone.

        Where there is no data folder nothing is written: an import of the settings (by a type checker, say)
        gets a secret that passes with it.
        """
        if not self.data.is_dir():
            return secrets.token_urlsafe(64)
        path = self.keys / "secret"
        if not path.exists():
            self.keys.mkdir(parents=True, exist_ok=True, mode=0o700)
            made = path.with_name(f"secret.{secrets.token_hex(4)}")
            with os.fdopen(os.open(made, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
                file.write(secrets.token_urlsafe(64))
            try:
                os.link(made, path)  # where another process was first, its secret counts
            except FileExistsError:
                pass
            finally:
                made.unlink()
        return path.read_text(encoding="utf-8")


def read_config(environment: Mapping[str, str], **given: Any) -> Config:
    """
    The settings: `given` (of a command) before the environment, before the file.

    Raises
    ------
    UsageError
        If a setting is not known or not what it should be; the message names it and where it stands.
    """
    said: dict[str, Any] = {
        name: environment[PREFIX + name.upper()]
        for name in Config.model_fields
        if PREFIX + name.upper() in environment and name not in {"mail", "openid", "witnesses"}
    }
    said |= {key: value for key, value in given.items() if value is not None}
    path = Path(said.get("data", Config.model_fields["data"].default)) / FILE
    written = _read_file(path)
    try:
        config = Config.model_validate(written | said)
    except ValidationError as error:
        faults = "\n".join(
            f"  {'.'.join(str(part) for part in fault['loc'])}: {fault['msg']}" for fault in error.errors()
        )
        raise UsageError(
            f"Settings of the web service ({path}, {PREFIX}... or options) are off:\n{faults}\n"
            "Put them right and start again."
        ) from None
    _check_address("address", config.address)
    if config.openid is not None:
        _check_address("openid.server", config.openid.server)
    return config


@cache
def config_of_environment() -> Config:
    """The settings of this process."""
    return read_config(os.environ)


def _read_file(path: Path) -> dict[str, Any]:
    if not path.is_file():
        return {}
    try:
        return tomllib.loads(path.read_text(encoding="utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise UsageError(f"{path} cannot be read as TOML: {error}. Put it right and start again.") from None


def _check_address(name: str, said: str) -> None:
    address = urlsplit(said)
    if address.scheme not in {"http", "https"} or not address.hostname:
        raise UsageError(f"{name} is {said!r}; write it like https://plans.example.org.")
    if address.scheme == "http" and address.hostname not in LOOPBACK:
        raise UsageError(
            f"{name} is {said}: what people write to an office must not travel in the open. "
            f"Put a server with a certificate in front and set {name} to https://..."
        )
