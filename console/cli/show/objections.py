"""Say whom an objection touches, before it is recorded, and how a mistaken one is lifted."""

from collections.abc import Iterator, Sequence

from rich.console import Console
from rich.markup import escape

from console.cli.show.receipts import Receipt, draw_receipt
from console.desk.objections import CHANNEL, OPEN, STOPPED, Aim, Concerned

SHOWN_MAX = 20

SAYING = {
    STOPPED: "stopped, on every channel",
    CHANNEL: "not by this {channel} any more; the rest stays",
    OPEN: "stays: shares this person's {channel} (--address or --number stops that too)",
}


def concerned_lines(touched: Sequence[Concerned]) -> Iterator[str]:
    """Yield a line for each position that an objection touches or passes by."""
    for line in touched[:SHOWN_MAX]:
        effect = SAYING[line.effect].format(channel=line.channel)
        yield f"{line.person} ({line.role}) of {line.title} ({line.account}): {effect}"
    if len(touched) > SHOWN_MAX:
        yield f"and {len(touched) - SHOWN_MAX} more"
    if not touched:
        yield "no account knows whom it concerns: it binds whoever is added later"


def draw_concerned(console: Console, what: str, touched: Sequence[Concerned]) -> None:
    """Draw whom an objection would touch."""
    console.print(f"would {escape(what)}:")
    for line in concerned_lines(touched):
        console.print(f"  {escape(line)}")


def draw_objection(console: Console, receipt: Receipt, touched: Sequence[Concerned]) -> None:
    """Draw what was decided, and whom it touched."""
    draw_receipt(console, receipt)
    for line in concerned_lines(touched):
        console.print(f"  {escape(line)}")


def undo_of(aim: Aim) -> str:
    """Return the command that lifts the objection, if it turns out a recording error."""
    if aim.target is None:
        return "relance suppressions lift --address or --number ... --reason ... (seven days)"
    account = aim.target.account.id
    return f"relance suppressions lift {account} --person {aim.person} --reason ... (seven days)"
