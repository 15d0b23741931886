"""Ask something of a running home, and show what was decided."""

from collections.abc import Sequence

from console.cli.context import CommandContext
from console.cli.show.receipts import Receipt, draw_receipt
from console.desk.asking import DecisionReceipt, submit
from console.desk.finding import AccountRef
from engine.ids import InputId, StreamId
from engine.requests import Request
from infra.intake import Submission, new_input_id


async def ask_and_show(
    context: CommandContext,
    stream: StreamId,
    request: Request,
    *,
    what: str,
    input_id: InputId | None = None,
) -> None:
    """Ask one thing, and show what came of it; errors as of `console.desk.asking.submit`.

    Args:
        context: Of the command.
        stream: Who decides.
        request: What is asked.
        what: The same in a sentence's words.
        input_id: The name to which something in the request was sealed; None takes a new one.
    """
    submission = Submission(stream=stream, request=request, id=input_id or new_input_id())
    show_receipt(context, what, await ask_all(context, [submission], what=what))


async def ask(
    context: CommandContext, stream: StreamId, request: Request, *, what: str
) -> tuple[DecisionReceipt, ...]:
    """Ask one thing, and return what came of it."""
    return await ask_all(context, [Submission(stream=stream, request=request)], what=what)


async def ask_all(
    context: CommandContext, submissions: Sequence[Submission], *, what: str
) -> tuple[DecisionReceipt, ...]:
    """Ask several things at once, and return what each caused."""
    with context.terminal.busy(f"{what}: waiting for the decision"):
        return await submit(context.session, submissions, what=what)


def show_receipt(
    context: CommandContext,
    what: str,
    decisions: tuple[DecisionReceipt, ...],
    *,
    undo: str = "",
    warnings: tuple[str, ...] = (),
) -> None:
    """Show what was decided, what to look at in it, and how to take it back."""
    receipt = Receipt(done=what, decisions=decisions, undo=undo, warnings=warnings)
    context.terminal.show(receipt, lambda console: draw_receipt(console, receipt))


async def ask_of_sale(
    context: CommandContext, account: AccountRef, request: Request, *, what: str
) -> None:
    """Ask for what somebody says of an account's sale, and show how to take it back."""
    decisions = await ask(context, account.stream, request, what=what)
    undo = f"relance record undo {account.id} --reason ..."
    show_receipt(context, what, decisions, undo=undo)
