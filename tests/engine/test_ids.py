"""Names of streams, and the partition each belongs to for ever."""

import pytest

from engine.ids import (
    StreamId,
    StreamKind,
    kind_of,
    name_of,
    partition_of,
    stream_id,
    task_id,
    touch_id,
)


@pytest.mark.parametrize(
    ("text", "hashed"),
    [
        ("21", -973932308),
        ("foobar", -790332482),
        ("a-little-bit-long-string", -985981536),
        ("a-little-bit-longer-string", -1486304829),
        ("lkjh234lh9fiuh90y23oiuhsafujhadof229phr9h19h89h8", -58897971),
        ("abc", 479470107),
    ],
)
def test_the_partition_is_that_of_kafkas_own_clients(text: str, hashed: int) -> None:
    """Vectors of Kafka's own tests: a reader with a standard client computes the same."""
    for count in (1, 16, 64, 2**31):
        assert partition_of(StreamId(text), count) == (hashed & 0x7FFFFFFF) % count


@pytest.mark.parametrize("kind", list(StreamKind))
def test_a_stream_is_named_by_its_kind_and_name(kind: StreamKind) -> None:
    """The name is taken apart again, even where it holds a colon."""
    stream = stream_id(kind, "a:b")

    assert (kind_of(stream), name_of(stream)) == (kind, "a:b")


def test_the_workspace_has_no_name() -> None:
    """There is one."""
    assert (kind_of(StreamId("workspace")), name_of(StreamId("workspace"))) == (
        StreamKind.WORKSPACE,
        "",
    )


def test_a_name_of_no_kind_is_no_stream() -> None:
    """It would be decided by whichever rules came first."""
    with pytest.raises(ValueError, match="is not a valid StreamKind"):
        kind_of(StreamId("acount:1"))


@pytest.mark.parametrize("name", ["account:a\0", "account:" + "a" * 193])
def test_a_name_that_no_table_holds_is_no_stream(name: str) -> None:
    """A record's key may be anything: an owner that looked it up would stop for ever."""
    with pytest.raises(ValueError, match="200"):
        kind_of(StreamId(name))


def test_touches_and_tasks_have_names_outside() -> None:
    """People say T-217901911-4 on the telephone."""
    assert (touch_id("217901911", 4), task_id("217901911", 2)) == (
        "T-217901911-4",
        "K-217901911-2",
    )
