"""Addresses of servers: which are spelled so that they may be sent to at all."""

from __future__ import annotations

from ipaddress import ip_address
from urllib.parse import urlsplit


def is_loopback(url: str) -> bool:
    """Whether an address is on this computer, by name alone; nothing is looked up."""
    host = urlsplit(url).hostname or ""
    if host == "localhost":
        return True
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return False


def server_address(url: str) -> str:
    """Check an address that will be sent to, without its last slash.

    Raises:
        ValueError: neither https nor http on this computer; or with a name, password, query or
            fragment in it.
    """
    _plain(url)
    parts = urlsplit(url)
    if parts.query or parts.fragment or "?" in url or "#" in url:
        raise ValueError("an address of a server has no query and no fragment")
    if parts.scheme != "https" and not (parts.scheme == "http" and is_loopback(url)):
        raise ValueError("readings travel over https; http is for this computer alone")
    return url.rstrip("/")


def web_address(url: str) -> str:
    """Check an address that a person may open.

    Raises:
        ValueError: it is neither http nor https.
    """
    _plain(url)
    if urlsplit(url).scheme not in ("http", "https"):
        raise ValueError("an address begins with https://")
    return url


def _plain(url: str) -> None:
    """Refuse what two readers could read differently."""
    if not url.isascii() or any(mark in url for mark in ' \\\t\r\n"<>') or not url.isprintable():
        raise ValueError("an address has plain letters, without spaces")
    parts = urlsplit(url)
    if not parts.hostname or "@" in parts.netloc:
        raise ValueError("an address names a host, and no user")
    try:
        _ = parts.port
    except ValueError as error:
        raise ValueError("the port of the address is not a number") from error
