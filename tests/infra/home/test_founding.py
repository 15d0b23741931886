"""What a folder becomes on its first start, and what a later start may ask of it."""

from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest

from infra.home.errors import HomeFileError, HomeFormError, NowError, SampleOnlyError
from infra.home.facts import FILE_NAME, HomeFacts, Past, read_facts, write_facts
from infra.home.founding import own_facts, sample_facts, stored_facts
from infra.sample.filling import load_sample

SAMPLE = load_sample()
NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)
AUGUST = datetime(2026, 8, 20, 7, tzinfo=UTC)
PAST = Past(start_on=date(2026, 6, 1), now_at=AUGUST)


class TestFirstStart:
    def test_without_a_given_now_plays_up_to_the_wall_clock(self) -> None:
        """The home then goes on with the wall clock: no instant is written down."""
        facts = sample_facts(SAMPLE, now_at=None, wall_now_at=NOW)

        assert facts == HomeFacts(past=Past(start_on=date(2026, 10, 26)))

    def test_with_a_given_now_begins_before_it(self) -> None:
        """Within the summer's quiet the third call lies weeks back."""
        facts = sample_facts(SAMPLE, now_at=AUGUST, wall_now_at=NOW)

        assert facts.past is not None
        assert facts.past.now_at == AUGUST
        assert facts.past.start_on.isoweekday() == 1
        assert AUGUST.date() - facts.past.start_on > timedelta(days=42)

    @pytest.mark.parametrize(
        "now_at", [datetime(2025, 9, 20, tzinfo=UTC), datetime(2028, 9, 2, tzinfo=UTC)]
    )
    def test_refuses_a_now_outside_the_calendars(self, now_at: datetime) -> None:
        """Without school holidays the play would write to people who are away."""
        rule = "end a play within the sample's calendars, 2025-09-01 to 2028-08-31"

        with pytest.raises(NowError, match=rule):
            sample_facts(SAMPLE, now_at=now_at, wall_now_at=NOW)

    def test_of_an_own_home_takes_no_given_now(self, tmp_path: Path) -> None:
        """Real people must not be written to on an invented day."""
        assert own_facts(tmp_path, now_at=None) == HomeFacts()
        with pytest.raises(SampleOnlyError, match="expected --now with a sample home"):
            own_facts(tmp_path, now_at=NOW)


class TestLaterStart:
    def test_refuses_a_home_that_lost_its_file(self, tmp_path: Path) -> None:
        """Begun anew, a sample would be taken for an own home, and write to real hosts."""
        (tmp_path / "keys").mkdir()

        with pytest.raises(HomeFileError, match="got: nothing; restore it"):
            stored_facts(tmp_path, now_at=None)

    def test_finds_what_was_written(self, tmp_path: Path) -> None:
        """A second start goes on; it decides nothing anew."""
        write_facts(tmp_path, HomeFacts(past=PAST))

        assert stored_facts(tmp_path, now_at=None) == HomeFacts(past=PAST)
        assert stored_facts(tmp_path, now_at=AUGUST) == HomeFacts(past=PAST)

    def test_of_an_empty_folder_finds_nothing(self, tmp_path: Path) -> None:
        """Then it is the first."""
        assert stored_facts(tmp_path, now_at=NOW) is None

    def test_refuses_another_now(self, tmp_path: Path) -> None:
        """The past was played up to the first one."""
        write_facts(tmp_path, HomeFacts(past=PAST))

        with pytest.raises(NowError, match="be the one the home was begun with"):
            stored_facts(tmp_path, now_at=NOW)

    def test_refuses_a_now_for_an_own_home(self, tmp_path: Path) -> None:
        """Its clock is the wall clock."""
        write_facts(tmp_path, HomeFacts())

        with pytest.raises(SampleOnlyError):
            stored_facts(tmp_path, now_at=NOW)


class TestFile:
    def test_of_another_form_is_refused(self, tmp_path: Path) -> None:
        """Older code would misread what newer code wrote."""
        (tmp_path / FILE_NAME).write_text('{"form": 7}')

        with pytest.raises(HomeFormError, match="to have form 1, got: 7"):
            read_facts(tmp_path)

    @pytest.mark.parametrize("text", ["", "{", '{"past": {"start_on": "soon"}}'])
    def test_that_does_not_decode_is_refused(self, tmp_path: Path, text: str) -> None:
        """A guess could make a sample of somebody's own home, or the reverse."""
        (tmp_path / FILE_NAME).write_text(text)

        with pytest.raises(HomeFileError, match="restore it from a backup"):
            read_facts(tmp_path)
