"""The engine's process in a benchmark: a home without a sample, whose mail is only counted."""

import asyncio
import sys
from pathlib import Path

import uvloop

from infra import telemetry
from infra.clock import WallClock
from infra.door.door import Door
from infra.home.assembly import opened_store, runtime_of
from infra.home.mailing import Post, SilentReconciler
from infra.runtime.garbage import collect_seldom
from infra.store.server import embedded_dsn
from tests.bench.counting_sender import counting_sender
from tests.bench.robot import Robot

PARTITIONS = 16


async def main(home: Path, postgres: Path) -> None:
    """Run until the standard input is closed."""
    clock = WallClock()
    robot = Robot(clock)
    dsn = embedded_dsn(postgres)
    async with opened_store(home, dsn, partition_count=PARTITIONS) as store:
        post = Post(sender=await counting_sender(store.pool), reconciler=SilentReconciler())
        runtime = await runtime_of(store, clock, post, home=home, watchers=(robot,))
        async with asyncio.TaskGroup() as group:
            running = group.create_task(runtime.run())
            others = [
                group.create_task(Door(home, runtime).run()),
                group.create_task(robot.run(runtime.inboxes)),
            ]
            await runtime.ready()
            collect_seldom()
            print("ready", flush=True)
            await asyncio.to_thread(sys.stdin.read)
            for task in others:
                task.cancel()
            runtime.stop()
            await running


if __name__ == "__main__":
    telemetry.set_up()
    uvloop.run(main(Path(sys.argv[1]), Path(sys.argv[2])))
