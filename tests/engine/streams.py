"""Ask one stream of any kind, and fold what it decides."""

from datetime import datetime

from msgspec import Raw

from engine import rules
from engine.decision import Body, Outcome
from engine.ids import InputId, StreamId
from engine.inputs import Input
from engine.requests import Request
from engine.wire import encode_input
from engine.workspace import Workspace
from tests.engine.account.story import MONDAY, at


class Told:
    """A stream, and everything it decided."""

    def __init__(self, stream: StreamId, published: Workspace | None = None) -> None:
        """Begin with a stream of which nothing is known."""
        self.id = stream
        self.stream = rules.new(stream)
        self.published = published or Workspace()
        self.now = at(MONDAY, 8)
        self.bodies: list[Body] = []

    def ask(
        self, request: Request, *, when: datetime | None = None, name: str = "", actor: str = "ana"
    ) -> Outcome:
        """Ask at an instant, and return what it caused."""
        self.now = when or self.now
        item = Input(
            id=InputId(name or f"i{len(self.bodies)}"),
            stream=self.id,
            at=self.now,
            actor=actor,
            source="test",
            request=request,
        )
        body = rules.decide(self.stream, self.published, item, Raw(encode_input(item)))
        self.bodies.append(body)
        self.stream = rules.evolve(self.stream, body, item.id, len(self.bodies))
        return body.outcome
