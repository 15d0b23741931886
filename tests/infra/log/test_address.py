"""Where a log may be, as a person writes it."""

import pytest

from infra.log.address import LogAddress, parse_address


@pytest.mark.parametrize(
    ("text", "address"),
    [
        ("postgres", LogAddress()),
        ("kafka://localhost:9092", LogAddress(("localhost:9092",), "relance")),
        ("kafka://localhost:9092/", LogAddress(("localhost:9092",), "relance")),
        ("kafka://a.example:1,[::1]:2/b-c", LogAddress(("a.example:1", "[::1]:2"), "b-c")),
    ],
)
def test_an_address_is_read_and_written(text: str, address: LogAddress) -> None:
    """What is stored says the prefix, so that its default may change."""
    assert parse_address(text) == address
    assert parse_address(str(address)) == address


@pytest.mark.parametrize(
    "text",
    [
        *("", "kafka", "kafka:/x:1", "kafka://", "kafka://host", "kafka://host:port"),
        *("kafka://a:1,", "kafka://a:1/UPPER", "kafka://a:1/x/y", "http://a:1", "kafka://u@a:1"),
        *("kafka://a:0", "kafka://a:65536"),
    ],
)
def test_what_is_no_address_is_refused(text: str) -> None:
    """A wrong one would start an empty home beside the right one."""
    with pytest.raises(ValueError, match="kafka://HOST:PORT"):
        parse_address(text)
