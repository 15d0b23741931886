"""Turn a sequence and its participants into the touches one enrolment wants."""

from collections.abc import Iterator, Mapping

from engine.cadence.touches import TouchDraft
from engine.plan import Fill, Phase, Sequence, Step


def expand(
    sequence: Sequence,
    participants: Mapping[str, str],
    *,
    phase: Phase,
    replied: tuple[str, ...] = (),
) -> tuple[TouchDraft, ...]:
    """Return the touches of one phase, in the order of steps and roles.

    The campaign's own work is nobody's enrolment and is left out.

    Args:
        sequence: The plan.
        participants: Role to person; a role without a person is absent or empty.
        phase: Whose steps.
        replied: Persons who answered, in the order they did; only steps for those who
            replied look at it.

    Returns:
        An optional role that nobody fills gives nothing; a required one gives a touch
        with an empty person.
    """
    return tuple(
        TouchDraft(step_index=index, step=step, role=role, person=person, follower=follower)
        for index, step in enumerate(sequence.steps)
        if step.phase is phase and not step.is_campaign_work
        for follower, (role, person) in enumerate(_addressed(step, participants, replied))
    )


def _addressed(
    step: Step, participants: Mapping[str, str], replied: tuple[str, ...]
) -> tuple[tuple[str, str], ...]:
    match step.fill:
        case Fill.NOBODY:
            return (("", ""),)
        case Fill.FIRST:
            return _first(step, participants)
        case Fill.EACH:
            return tuple(_each(step, participants))
        case Fill.REPLIED:
            roles = {
                person: role for role, person in reversed(tuple(participants.items())) if person
            }
            return tuple((roles[person], person) for person in replied if person in roles)


def _first(step: Step, participants: Mapping[str, str]) -> tuple[tuple[str, str], ...]:
    for role in step.roles:
        if person := participants.get(role.name, ""):
            return ((role.name, person),)
    return tuple((role.name, "") for role in step.roles if role.is_required)[:1]


def _each(step: Step, participants: Mapping[str, str]) -> Iterator[tuple[str, str]]:
    met: set[str] = set()
    for role in step.roles:
        person = participants.get(role.name, "")
        if person in met or not (person or role.is_required):
            continue
        if person:
            met.add(person)
        yield role.name, person
