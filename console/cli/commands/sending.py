"""All sending at once: keep every e-mail back, let them go again."""

from cyclopts import App

from console.cli.asking import ask_and_show
from console.cli.context import Context
from console.cli.parameters import ToldReason
from console.desk.asking import intake_of
from engine.ids import WORKSPACE, InputId
from engine.requests import HoldSending, LiftSending
from engine.values import Sealed
from infra.intake import new_input_id

app = App(name="sending")


@app.command
async def hold(*, context: Context, reason: ToldReason) -> None:
    """Keep every e-mail of every mailbox back, until `relance sending resume`."""
    input_id = new_input_id()
    request = HoldSending(reason=await _sealed(context, reason, input_id))
    await ask_and_show(context, WORKSPACE, request, what="hold all sending", input_id=input_id)


@app.command
async def resume(*, context: Context, reason: str = "") -> None:
    """Let e-mails go again, follow-ups first; what is in doubt stays in doubt.

    Args:
        reason: Why it may go on; kept for ever, sealed.
    """
    input_id = new_input_id()
    request = LiftSending(reason=await _sealed(context, reason, input_id))
    await ask_and_show(context, WORKSPACE, request, what="let sending go on", input_id=input_id)


async def _sealed(context: Context, reason: str, input_id: InputId) -> Sealed | None:
    intake = await intake_of(context.session)
    sealed = await intake.seal(f"note:{input_id}", {"reason": reason}, input_id=input_id)
    return sealed[0] if sealed else None
