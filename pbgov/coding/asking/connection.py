"""The endpoint that the user names: where it is, and what may not be sent there."""

from __future__ import annotations

import ipaddress
import json
import os
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit, urlunsplit

from pbgov.errors import InputError, PbgovError

if TYPE_CHECKING:
    from collections.abc import Mapping

PATH = "/chat/completions"
SETTINGS: dict[str, Any] = {"temperature": 0, "max_tokens": 4096}
OURS = ("messages", "model", "n", "stream")
HIDDEN = "***"


class EndpointError(PbgovError):
    """The endpoint cannot be used, or has failed too often; what was answered before is kept."""


@dataclass(frozen=True)
class Endpoint:
    """One endpoint, the model asked there and its settings.

    Attributes
    ----------
    url : str
        The full address of the chat completions.
    host : str
        Host and port.
    model : str
    settings : dict
        What is sent beside the messages.
    key : str or None
        Never shown.
    """

    url: str
    host: str
    model: str
    settings: dict[str, Any]
    key: str | None = field(default=None, repr=False, compare=False)

    def body(self, system: str, question: str) -> bytes:
        """The request, byte for byte."""
        messages = [
            {"role": "system", "content": system},
            {"role": "user", "content": question},
        ]
        request = {"model": self.model, "messages": messages, "stream": False, **self.settings}
        # Half of a surrogate pair becomes its own JSON escape.
        return json.dumps(request, ensure_ascii=False).encode("utf-8", "backslashreplace")

    def without_key(self, text: str) -> str:
        """A text that came from elsewhere, with the key blotted out."""
        return text.replace(self.key, HIDDEN) if self.key else text


def name_endpoint(
    endpoint: str,
    model: str,
    *,
    key: str | None = None,
    key_variable: str | None = None,
    settings: Mapping[str, Any] | None = None,
    allow_plain_http: bool = False,
) -> Endpoint:
    """The endpoint of an address, nothing sent yet; see `pbgov.code_by_endpoint`.

    Raises
    ------
    InputError
        Where the address is not one, would carry texts and key unencrypted to a machine that is not
        this one or a private one, or the key, the model or a setting cannot be sent.
    """
    url, host = _address(endpoint, allow_plain_http)
    if not isinstance(model, str) or not model.strip():
        raise InputError("model is blank; name the model that the endpoint should use.")
    chosen = {**SETTINGS, **(settings or {})}
    chosen = {name: value for name, value in sorted(chosen.items()) if value is not None}
    taken = [name for name in OURS if name in chosen]
    if taken:
        raise InputError(f"settings may not hold {', '.join(taken)}: pbgov sets them itself.")
    try:
        json.dumps(chosen, allow_nan=False)
    except (TypeError, ValueError):
        raise InputError("settings hold a value that JSON cannot carry.") from None
    return Endpoint(url, host, model, chosen, _key(key, key_variable))


def _address(endpoint: str, allow_plain_http: bool) -> tuple[str, str]:
    try:
        parts = urlsplit(endpoint)
        name, port = parts.hostname, parts.port
    except ValueError:
        raise InputError("endpoint is no address; write it as http://127.0.0.1:8000/v1.") from None
    if parts.scheme not in ("http", "https") or not name:
        raise InputError(
            f"endpoint {endpoint!r} is no address; write it as http://127.0.0.1:8000/v1."
        )
    if parts.username is not None or parts.password is not None:
        raise InputError(
            "endpoint holds a user name or password, which would stand in records; pass key instead."
        )
    if parts.query or parts.fragment:
        raise InputError(
            "endpoint holds ? or #, where keys are sometimes put; leave that part out."
        )
    if parts.scheme == "http" and not allow_plain_http and not _is_near(name):
        raise InputError(
            f"http://{name} is not this machine or a private address: texts and key would travel"
            " unencrypted. Use https; where you know the way there to be safe, pass"
            " allow_plain_http=True. 明文 http 只用于本机或内网地址，请改用 https。"
        )
    path = parts.path.rstrip("/")
    path = path if path.endswith(PATH) else path + PATH
    host = f"[{name}]" if ":" in name else name
    host = host if port is None else f"{host}:{port}"
    return urlunsplit((parts.scheme, host, path, "", "")), host


def _is_near(name: str) -> bool:
    """True for this machine and for addresses that are not routed on the internet."""
    if name == "localhost":
        return True
    try:
        address = ipaddress.ip_address(name)
    except ValueError:
        return False
    within = getattr(address, "ipv4_mapped", None) or address  # ::ffff:8.8.8.8 is 8.8.8.8
    return (within.is_loopback or within.is_private) and not within.is_unspecified


def _key(key: str | None, variable: str | None) -> str | None:
    if key is not None and variable is not None:
        raise InputError("key and key_variable are both given; give one of them.")
    if variable is not None:
        key = os.environ.get(variable)
        if not key:
            raise InputError(
                f"The environment variable {variable!r} is not set; set it to the key."
            )
    if key is not None and not (key and key.isascii() and key.isprintable() and " " not in key):
        raise InputError(
            "The key is empty or holds a space, a line break or a character that is not ASCII;"
            " copy it again."
        )
    return key
