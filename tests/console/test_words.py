"""What people type: options anywhere, names of touches, days, next points."""

import re
from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from console.cli.options import Options, split
from console.desk.errors import UsageError
from console.desk.moments import instant_of, meeting_of, next_point_of
from console.desk.words import key_of, pairs_of, place_of_text, task_of, touch_of
from console.desk.zones import check_zones
from engine.values import NextPoint
from infra.log.port import Place, Topic
from projections.accounts.organisations import searchable
from sequences.rulesets import load_ruleset


class TestOptions:
    @pytest.mark.parametrize(
        "words",
        [
            ["--json", "--as", "zoé", "timeline", "Niort"],
            ["timeline", "--json", "Niort", "--as=zoé"],
            ["timeline", "Niort", "--as", "zoé", "--json"],
        ],
    )
    def test_they_stand_anywhere(self, words: list[str]) -> None:
        """Nobody remembers on which side of a command an option goes."""
        options, rest = split(words)

        assert (options, rest) == (Options(is_json=True, actor="zoé"), ["timeline", "Niort"])

    def test_a_home_becomes_absolute(self) -> None:
        """A command changes no folder, but what it starts may."""
        options, _ = split(["status", "--home", "here"])

        assert options.home == Path.cwd() / "here"

    def test_words_after_the_end_of_options_are_left_alone(self) -> None:
        """A name may look like an option."""
        _, rest = split(["timeline", "--", "--json"])

        assert rest == ["timeline", "--", "--json"]

    @pytest.mark.parametrize(
        ("words", "sentence"),
        [
            (["--as"], "expected --as to have a value, got: none"),
            (["--as", "a", "--as", "b"], "expected --as to be given once, got: twice"),
            (["--as", "a\nb"], "expected --as to be a name of at most 100 printable signs"),
        ],
    )
    def test_what_cannot_be_read_is_said(self, words: list[str], sentence: str) -> None:
        """The actor stands in the log for ever."""
        with pytest.raises(UsageError) as caught:
            split(words)

        assert str(caught.value) == sentence


class TestNames:
    def test_an_account_may_hold_hyphens(self) -> None:
        """The number is what follows the last one."""
        assert touch_of("T-commune-79191-12") == ("commune-79191", 12)
        assert task_of("k-guichet-famille-2") == ("guichet-famille", 2)

    @pytest.mark.parametrize("text", ["T-79191", "K-79191-1", "T-79191-0", "T--1", "79191-1"])
    def test_what_names_no_touch_is_said(self, text: str) -> None:
        """A task's name given for a touch must not settle another."""
        with pytest.raises(UsageError, match=r"expected the touch to look like T-217901911-4, got"):
            touch_of(text)

    def test_pairs_keep_their_order_and_their_equals_signs(self) -> None:
        """A link holds equals signs."""
        pairs = pairs_of(["lien=https://a.example/?b=c", "duree=six mois"], name="x", example="y")

        assert list(pairs.items()) == [
            ("lien", "https://a.example/?b=c"),
            ("duree", "six mois"),
        ]

    @pytest.mark.parametrize("texts", [["a"], ["=b"], ["a="], ["a=1", "a=2"]])
    def test_half_a_pair_is_said(self, texts: list[str]) -> None:
        """A message would go out without it."""
        with pytest.raises(UsageError, match=r"expected --value to"):
            pairs_of(texts, name="--value", example="NAME=VALUE")

    @pytest.mark.parametrize("text", ["", "Guichet", "a b", "-a", "a" * 61])
    def test_an_id_that_could_not_be_typed_again_is_said(self, text: str) -> None:
        """It names a stream for ever."""
        with pytest.raises(UsageError, match=r"expected the campaign to be at most 60"):
            key_of(text, name="the campaign")

    @pytest.mark.parametrize(
        ("text", "place"),
        [
            ("3", Place(Topic.EVENTS, 3)),
            ("workspace", Place(Topic.WORKSPACE, 0)),
            ("-1", Place(Topic.WORKSPACE, 0)),
            ("inbox.bulk/1", Place(Topic.BULK, 1)),
        ],
    )
    def test_a_partition_goes_by_number_or_topic(self, text: str, place: Place) -> None:
        """Most people look at events, the others must still be reached."""
        assert place_of_text(text) == place

    @pytest.mark.parametrize("text", ["", "x", "outbox/1", "events/"])
    def test_what_names_no_partition_is_said(self, text: str) -> None:
        """An empty answer would look like an empty partition."""
        with pytest.raises(UsageError, match=r"expected the partition to be a number, workspace"):
            place_of_text(text)


class TestMoments:
    @pytest.mark.parametrize(
        ("text", "hour"),
        [
            ("2027-01-29T10:00", 9),
            ("2027-01-29 10:00", 9),
            ("2027-01-29T10:00+00:00", 10),
            ("2027-01-29", 8),
        ],
    )
    def test_an_instant_is_read_on_the_accounts_wall_clock(self, text: str, hour: int) -> None:
        """People say the hour that the clock on their wall shows."""
        instant = instant_of(text, name="--at", zone="Europe/Paris")

        assert instant == datetime(2027, 1, 29, hour, tzinfo=UTC)

    def test_another_zone_is_another_instant(self) -> None:
        """Réunion is three hours ahead of Paris in winter."""
        instant = instant_of("2027-01-29T10:00", name="--at", zone="Indian/Reunion")

        assert instant == datetime(2027, 1, 29, 6, tzinfo=UTC)

    def test_a_meeting_is_a_day_or_an_hour_of_it(self) -> None:
        """Some agree on the day first."""
        assert meeting_of("2027-01-29", name="--meeting") == date(2027, 1, 29)
        hour = meeting_of("2027-01-29T10:00", name="--meeting")
        assert isinstance(hour, datetime)
        assert hour.tzinfo is None

    @pytest.mark.parametrize("text", ["tomorrow", "2027-13-01", "2027-02-30"])
    def test_no_day_is_guessed(self, text: str) -> None:
        """A misread day moves a real appointment."""
        with pytest.raises(UsageError, match=r"such as 2027-01-29"):
            instant_of(text, name="--at")
        with pytest.raises(UsageError, match=r"be a day or an hour of it"):
            meeting_of(text, name="--meeting")

    def test_a_next_point_comes_whole_or_in_three(self) -> None:
        """Both ways must say the same."""
        point = NextPoint(on=date(2027, 3, 1), object="budget", deliverable="estimatif")

        whole = next_point_of("2027-03-01 | budget | estimatif", on="", about="", deliverable="")
        three = next_point_of("", on="2027-03-01", about="budget", deliverable="estimatif")

        assert whole == three == point
        assert next_point_of("", on="", about="", deliverable="") is None

    @pytest.mark.parametrize(
        ("text", "on", "rule"),
        [
            ("2027-03-01|budget", "", "look like DATE"),
            ("2027-03-01|budget|", "", "have a date, an object and a deliverable"),
            ("", "2027-03-01", "have a date, an object and a deliverable"),
            ("a|b|c", "2027-03-01", "come alone"),
            ("soon|budget|estimatif", "", "be a day such as"),
        ],
    )
    def test_half_a_next_point_is_said(self, text: str, on: str, rule: str) -> None:
        """A call must not close with half a promise."""
        with pytest.raises(UsageError, match=rule):
            next_point_of(text, on=on, about="", deliverable="")


class TestZones:
    @pytest.mark.parametrize(
        ("school_zone", "time_zone", "told"),
        [
            ("D", "", "expected --zone to be one of A, B, C, got: D"),
            ("", "localtime", "expected --tz to be a time zone by its place"),
            ("", "europe/paris", "got: europe/paris; did you mean Europe/Paris?"),
        ],
    )
    def test_an_unknown_one_is_refused(self, school_zone: str, time_zone: str, told: str) -> None:
        """Holidays of a zone that is none are kept by nobody, and no database knows localtime."""
        with pytest.raises(UsageError, match=re.escape(told)):
            check_zones(load_ruleset(), school_zone=school_zone, time_zone=time_zone)

    def test_what_is_known_or_was_not_given_passes(self) -> None:
        """Overseas has clocks of its own, and no school zone."""
        check_zones(load_ruleset(), school_zone="", time_zone="Indian/Reunion")
        check_zones(load_ruleset(), school_zone="B", time_zone="")
        check_zones(None, school_zone="D", time_zone="")


@pytest.mark.parametrize(
    ("typed", "title"),
    [
        ("saint denis", "Saint-Denis"),
        ("L'HAY LES ROSES", "L’Haÿ-les-Roses"),
        ("l’haÿ‑les‑roses", "L'Haÿ-les-Roses"),
        ("villeneuve d ascq", "Villeneuve-d'Ascq"),
    ],
)
def test_a_name_is_found_however_its_words_are_joined(typed: str, title: str) -> None:
    """Lists write them with spaces, keyboards with the one apostrophe they have."""
    assert searchable(typed) == searchable(title)
