"""Place what is wanted day by day, by the order and the rules of the tables."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date, timedelta

from tests.sequences.oracle.french_days import DAY, Almanac
from tests.sequences.oracle.tables import Wanted, Wish

Dates = dict[tuple[str, str], tuple[date, str]]
"""Step and role: the day, and the rules that led there, joined by a plus."""


@dataclass(slots=True)
class Sheet:
    """A sheet of paper with what is placed so far."""

    wanted: Wanted
    almanac: Almanac
    placed: list[tuple[Wish, date]] = field(default_factory=list)

    def fill(self) -> Dates:
        """Return the dates: first persons by the day asked and their row, then the others."""
        dates: Dates = {(step, role): (on, "") for step, role, on in self.wanted.agreed}
        for (step, role), on in self.wanted.work.items():
            dates[step, role] = self._by_calendar(on)
        firsts: dict[int, tuple[date, tuple[str, ...]]] = {}
        for wish in sorted(self.wanted.wishes, key=_turn):
            begun = firsts[wish.row] if wish.follower else (wish.on, ())
            on, moves = self._land(wish, *begun)
            if not wish.follower:
                firsts[wish.row] = (on, moves)
            if wish.before is None or on <= wish.before:
                self.placed.append((wish, on))
                dates[wish.step, wish.role] = (on, "+".join(dict.fromkeys(moves)))
        return dates

    def _by_calendar(self, on: date) -> tuple[date, str]:
        rules = []
        while not self.almanac.is_open(on):
            is_weekend = on.isoweekday() > 5
            rules.append("window.weekend" if is_weekend else "window.holiday")
            on += DAY
        return on, "+".join(dict.fromkeys(rules))

    def _land(self, wish: Wish, on: date, moves: tuple[str, ...]) -> tuple[date, tuple[str, ...]]:
        while (found := self._refused(wish, on)) is not None:
            rule, on = found
            moves = (*moves, rule)
        return on, moves

    def _refused(self, wish: Wish, on: date) -> tuple[str, date] | None:
        """Return the first rule that refuses a day, and the first day that it permits."""
        rules: list[tuple[str, Callable[[date], bool]]] = [
            ("window.weekend", lambda day: day.isoweekday() > 5),
            ("window.holiday", self.almanac.is_holiday),
        ]
        if wish.avoids:
            rules += [
                ("window.bridge_day", self.almanac.is_bridge),
                ("window.quiet_period", self.almanac.is_quiet),
                ("window.school_holiday", lambda day: self.almanac.school_break(day) is not None),
            ]
        scope = "person" if self.wanted.is_per_person else "enrolment"
        rules += [
            (f"gap.{scope}", lambda day: self._is_near(wish, day)),
            ("cap.one_person_a_day", lambda day: self._is_taken(wish, day)),
        ]
        for rule, refuses in rules:
            day = on
            while refuses(day):
                day += DAY
            if day != on:
                return rule, day
        return None

    def _is_near(self, wish: Wish, day: date) -> bool:
        agreed = [on for _, _, on in self.wanted.agreed]
        others = agreed + [on for other, on in self.placed if self._keeps_gap(wish, other)]
        return any(max(day, other) < self._gap_end(min(day, other)) for other in others)

    def _keeps_gap(self, wish: Wish, other: Wish) -> bool:
        if wish.together and (wish.together, wish.role) == (other.together, other.role):
            return False
        if self.wanted.is_per_person:
            return wish.role == other.role
        return not wish.follower and not other.follower

    def _gap_end(self, day: date) -> date:
        count, unit = self.wanted.gap
        return self.almanac.later(day, count) if unit == "bd" else day + timedelta(days=count)

    def _is_taken(self, wish: Wish, day: date) -> bool:
        agreed = any(on == day and role != wish.role for _, role, on in self.wanted.agreed)
        return agreed or any(on == day and other.role != wish.role for other, on in self.placed)


def _turn(wish: Wish) -> tuple[bool, date, int, int]:
    return wish.follower > 0, wish.on, wish.row, wish.follower
