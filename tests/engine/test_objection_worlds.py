"""An objection reaches its person everywhere at once, and nobody else."""

from random import Random

import pytest

from tests.engine.worlds import ObjectionWorld

WORLDS = 2_000
AT_ONCE = 250
ACTS = (14, 30)


def lived(seed: int) -> ObjectionWorld:
    """Return a world after some acts; who objected is out of reach after each of them."""
    chance = Random(seed)
    world = ObjectionWorld(chance)
    for _ in range(chance.randint(*ACTS)):
        act = chance.choices(
            (
                world.add_position,
                world.add_point,
                world.object_as_person,
                world.object_by_point,
                world.lift,
            ),
            (8, 4, 1, 1, 1),
        )[0]
        act()
        _check_out_of_reach(world, seed)
        world.deliver_some()
        _check_out_of_reach(world, seed)
    world.deliver_all()
    return world


def _check_out_of_reach(world: ObjectionWorld, seed: int) -> None:
    """The table alone holds every person's objection: no reaction is waited for."""
    told = {person for _, person, _ in world.reached(by_engine=False)}
    assert told.isdisjoint(world.objectors), seed


@pytest.mark.slow
@pytest.mark.parametrize("first", range(0, WORLDS, AT_ONCE))
def test_in_random_worlds_it_binds_its_person_and_harms_no_other(first: int) -> None:
    """Shared points, switchboards, extensions, people in several accounts, late reactions."""
    objected_count = kept_count = 0
    for seed in range(first, first + AT_ONCE):
        world = lived(seed)
        _check_out_of_reach(world, seed)
        lost = world.theirs_alone() - world.reached()
        assert not lost, (seed, sorted(lost))
        objected_count += len(world.objectors)
        kept_count += len(world.theirs_alone())
    assert objected_count > AT_ONCE // 2
    assert kept_count > AT_ONCE // 2
