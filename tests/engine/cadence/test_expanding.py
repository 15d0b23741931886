"""Which touches an enrolment wants, given who takes part."""

from msgspec import structs

from engine.cadence import TouchDraft, expand
from engine.plan import Fill, Phase, Role, StepKind
from tests.engine.cadence.examples import step
from tests.engine.cadence.tables import COLLECTIVITE, RADAR, SAAS

ALL = {"responsable_service": "ada", "dgs": "bob", "dsi": "cid", "daf": "dot"}


def addressed(drafts: tuple[TouchDraft, ...]) -> list[tuple[str, str, str, int]]:
    """Return step, role, person and place of each."""
    return [(draft.step.id, draft.role, draft.person, draft.follower) for draft in drafts]


def test_the_campaigns_own_work_is_nobodys_enrolment() -> None:
    """80 accounts must not mean 80 copies of a preparation task."""
    drafts = expand(COLLECTIVITE, ALL, phase=Phase.OUTREACH)

    assert {"1.1", "1.2"}.isdisjoint(draft.step.id for draft in drafts)


def test_alternatives_take_the_first_that_has_a_person() -> None:
    """A DGA stands in where there is no DGS."""
    without_dgs = {"responsable_service": "ada", "dga": "eve"}

    drafts = expand(COLLECTIVITE, without_dgs, phase=Phase.OUTREACH)

    assert ("1.5", "dga", "eve", 0) in addressed(drafts)


def test_an_optional_role_without_a_person_gives_nothing() -> None:
    """Its steps are skipped."""
    drafts = expand(COLLECTIVITE, {"responsable_service": "ada"}, phase=Phase.OUTREACH)

    assert {draft.role for draft in drafts} == {"responsable_service"}


def test_a_required_role_without_a_person_gives_a_touch_for_nobody_yet() -> None:
    """The plan shows what waits for a person."""
    drafts = expand(SAAS, {}, phase=Phase.OUTREACH)

    assert {(draft.role, draft.person) for draft in drafts} == {("decideur", "")}


def test_each_role_gets_its_touch_in_the_order_of_roles() -> None:
    """Following persons come after the first."""
    people = {"daf": "dot", "achats": "eve", "dsi": "cid", "responsable_service": "ada"}

    drafts = expand(RADAR, people, phase=Phase.OUTREACH)

    assert [row for row in addressed(drafts) if row[0] == "4.8"] == [
        ("4.8", "responsable_service", "ada", 0),
        ("4.8", "achats", "eve", 1),
        ("4.8", "dsi", "cid", 2),
        ("4.8", "daf", "dot", 3),
    ]


def test_a_missing_optional_role_closes_the_ranks() -> None:
    """The next person becomes the first, and carries the gap."""
    drafts = expand(RADAR, {"daf": "dot", "achats": ""}, phase=Phase.OUTREACH)

    assert [row for row in addressed(drafts) if row[0] == "4.7"] == [
        ("4.7", "achats", "", 0),
        ("4.7", "daf", "dot", 1),
    ]


def test_one_person_in_two_roles_is_addressed_once() -> None:
    """The head of a small town's service is also its DSI."""
    drafts = expand(
        RADAR, {"responsable_service": "ada", "dsi": "ada", "achats": "eve"}, phase=Phase.OUTREACH
    )

    assert [row[2] for row in addressed(drafts) if row[0] == "4.5"] == ["ada"]


def test_a_step_for_those_who_replied_follows_their_order() -> None:
    """A meeting is with whoever answered, and with nobody else."""
    drafts = expand(COLLECTIVITE, ALL, phase=Phase.ENGAGED, replied=("cid", "ada", "gone"))

    assert [row for row in addressed(drafts) if row[0] == "1.8"] == [
        ("1.8", "dsi", "cid", 0),
        ("1.8", "responsable_service", "ada", 1),
    ]


def test_work_is_addressed_to_nobody() -> None:
    """It has no role and no person."""
    drafts = expand(COLLECTIVITE, ALL, phase=Phase.ENGAGED)

    assert ("1.13", "", "", 0) in addressed(drafts)


def test_an_index_names_the_entry_and_not_the_step() -> None:
    """Three entries share the number 1.10, each with an offset of its own."""
    drafts = expand(COLLECTIVITE, ALL, phase=Phase.OUTREACH)
    shared = [draft for draft in drafts if draft.step.id == "1.10"]

    assert [COLLECTIVITE.steps[draft.step_index] for draft in shared] == [
        draft.step for draft in shared
    ]
    assert len({draft.step_index for draft in shared}) == 3


def test_a_step_of_work_in_outreach_is_wanted_too() -> None:
    """4.1 is work, once per contract."""
    task = step(kind=StepKind.WORK, fill=Fill.NOBODY, roles=())
    sequence = structs.replace(SAAS, steps=(task, step(roles=(Role("head"),))))

    assert addressed(expand(sequence, {}, phase=Phase.OUTREACH)) == [("1", "", "", 0)]
