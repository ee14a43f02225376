"""Which addresses the service may fetch from: public ones, and hosts that the operator names.

`is_global` of Python's ipaddress alone lets multicast, NAT64 and 6to4 through, so the networks are listed here.
IANA IPv4 and IPv6 Special-Purpose Address Registries, 2025; of IPv6 only global unicast, 2000::/3, is public.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network

from colorfast.errors import SettingsError

NOT_PUBLIC_4 = tuple(
    IPv4Network(network)
    for network in (
        "0.0.0.0/8",  # this network
        "10.0.0.0/8",  # private
        "100.64.0.0/10",  # carrier-grade NAT, and a cloud's metadata
        "127.0.0.0/8",  # loopback
        "168.63.129.16/32",  # a public number that answers only inside a cloud's machine
        "169.254.0.0/16",  # link-local, and most clouds' metadata
        "172.16.0.0/12",  # private
        "192.0.0.0/24",  # protocol assignments, and a cloud's metadata
        "192.0.2.0/24",  # documentation
        "192.88.99.0/24",  # 6to4 relays
        "192.168.0.0/16",  # private
        "198.18.0.0/15",  # benchmarks
        "198.51.100.0/24",  # documentation
        "203.0.113.0/24",  # documentation
        "224.0.0.0/4",  # multicast
        "240.0.0.0/4",  # reserved, and broadcast
    )
)

PUBLIC_6 = IPv6Network("2000::/3")
NOT_PUBLIC_6 = tuple(
    IPv6Network(network)
    for network in (
        "2001::/23",  # protocol assignments: Teredo, benchmarks, ORCHID
        "2001:db8::/32",  # documentation
        "2002::/16",  # 6to4: holds an IPv4 address
        "3fff::/20",  # documentation
    )
)

HOST = re.compile(r"(?P<host>\[[0-9A-Fa-f:.]+\]|[A-Za-z0-9._-]+)(?::(?P<port>[0-9]{1,5}))?")


def is_public(address: str) -> bool:
    """Return whether an address, as text, belongs to the public internet; False for what is no address."""
    try:
        found = ip_address(address)
    except ValueError:
        return False
    if isinstance(found, IPv4Address):
        return not any(found in network for network in NOT_PUBLIC_4)
    return _is_public_6(found)


def _is_public_6(address: IPv6Address) -> bool:
    if address.scope_id is not None or address not in PUBLIC_6:  # NAT64, mapped, local: none is in 2000::/3
        return False
    return not any(address in network for network in NOT_PUBLIC_6)


@dataclass(frozen=True, slots=True)
class AllowedHosts:
    """Hosts that the operator vouches for, whatever their addresses are."""

    named: frozenset[tuple[str, int | None]] = frozenset()
    """Name or address as it stands in a URL, in lower case, and its port; None for every port."""

    def __contains__(self, host_and_port: tuple[str, int]) -> bool:
        host, port = host_and_port
        return bool({(plain_host(host), port), (plain_host(host), None)} & self.named)


def allowed_hosts(texts: Iterable[str]) -> AllowedHosts:
    """Return the hosts named as HOST or HOST:PORT, IPv6 in brackets. Raises SettingsError."""
    return AllowedHosts(frozenset(_host_and_port(text) for text in texts))


def plain_host(host: str) -> str:
    """Return a host in the one form that it is compared in: lower case, no brackets, no dot at the end."""
    return host.strip("[]").rstrip(".").lower()


def is_loopback(host: str) -> bool:
    """Return whether a server that listens on this host is heard on this machine alone."""
    if plain_host(host) == "localhost":
        return True
    try:
        return ip_network(plain_host(host)).is_loopback
    except ValueError:
        return False


def _host_and_port(text: str) -> tuple[str, int | None]:
    found = HOST.fullmatch(text)
    port = int(found["port"]) if found and found["port"] else None
    if found is None or (port is not None and not 0 < port < 1 << 16):
        raise SettingsError("--allow-host", text, "HOST or HOST:PORT, an IPv6 address in brackets")
    return plain_host(found["host"]), port
