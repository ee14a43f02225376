from __future__ import annotations

import pytest

from colorfast.errors import SettingsError
from colorfast.service.addresses import allowed_hosts, is_loopback, is_public

PUBLIC = ("1.1.1.1", "93.184.216.34", "172.32.0.1", "2606:4700::1111", "2a00:1450:4001::64")

NOT_PUBLIC = (
    "0.0.0.0", "10.1.2.3", "100.64.0.1", "100.100.100.200", "127.0.0.1", "127.255.255.254", "169.254.169.254",
    "168.63.129.16", "172.16.0.1", "172.31.255.255", "192.0.0.192", "192.0.2.1", "192.88.99.1", "192.168.1.1",
    "198.18.0.1", "198.51.100.1", "203.0.113.1", "224.0.0.1", "239.255.255.255", "240.0.0.1", "255.255.255.255",
    "::", "::1", "::7f00:1", "::ffff:127.0.0.1", "::ffff:8.8.8.8", "64:ff9b::7f00:1", "64:ff9b:1::a00:1",
    "100::1", "2001::1", "2001:2::1", "2001:10::1", "2001:db8::1", "2002:7f00:1::1", "3fff::1", "5f00::1",
    "fc00::1", "fd00:ec2::254", "fe80::1", "fe80::1%eth0", "2606:4700::1111%eth0", "fec0::1", "ff02::1",
    "", "localhost", "0x7f.1", "127.1", "2130706433", "1.1.1.1/32", "1.1.1.1 ", "[::1]",
)  # fmt: skip


@pytest.mark.parametrize("address", PUBLIC)
def test_an_address_of_the_internet_is_public(address):
    assert is_public(address)


@pytest.mark.parametrize("address", NOT_PUBLIC)
def test_an_address_that_leads_anywhere_else_is_not_public(address):
    assert not is_public(address)


def test_a_host_is_allowed_on_the_ports_that_were_named():
    allowed = allowed_hosts(["Shop.Example:8080", "10.0.0.5", "[fd00::1]:443"])
    assert ("shop.example", 8080) in allowed
    assert ("SHOP.example.", 8080) in allowed
    assert ("shop.example", 80) not in allowed
    assert ("10.0.0.5", 1234) in allowed
    assert ("fd00::1", 443) in allowed
    assert ("evil-shop.example", 8080) not in allowed


@pytest.mark.parametrize("text", ["", "a b", "http://a", "a:0", "a:65536", "a:b", "*", "::1", "a/b", "u@a"])
def test_a_host_that_cannot_stand_in_a_url_is_refused(text):
    with pytest.raises(SettingsError, match="--allow-host"):
        allowed_hosts([text])


def test_only_loopback_hosts_count_as_this_machine():
    assert all(map(is_loopback, ("127.0.0.1", "127.0.0.2", "localhost", "::1", "[::1]")))
    assert not any(map(is_loopback, ("0.0.0.0", "::", "10.0.0.1", "example.com", "")))
