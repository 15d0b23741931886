"""The deliberate faults, all of them: see docs/breakages.md."""

from tests.breakages.faults import of_following, of_owning, of_rules, of_the_log, of_touching

TABLE = (
    *of_the_log.FAULTS,
    *of_owning.FAULTS,
    *of_following.FAULTS,
    *of_touching.FAULTS,
    *of_rules.FAULTS,
)
