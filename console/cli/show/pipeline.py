"""Draw the pipeline: accounts by status and stage, and campaigns."""

from rich.console import Console
from rich.markup import escape

from console.cli.show.tables import table
from projections.queries.campaigns import CampaignLine
from projections.queries.pipeline import Pipeline, Share

EMPTY = (
    "No account yet. Add one: relance accounts add NAME; "
    "or start Relance on an empty folder to load the sample."
)
NO_CAMPAIGN = "No campaign yet. Found one: relance campaigns create KEY --title ... --sequence ..."


def draw_pipeline(console: Console, found: Pipeline) -> None:
    """Draw both tables, or what to do while there is nothing."""
    if not found.groups:
        console.print(EMPTY)
        return
    grid = table(f"Accounts on {found.today.isoformat()}")
    for name in ("status", "stage"):
        grid.add_column(name)
    for name in ("accounts", "< 30 d", "30-90 d", "> 90 d", "next point", "overdue", "chaudes"):
        grid.add_column(name, justify="right")
    for group in found.groups:
        numbers = (
            group.account_count,
            group.recent_count,
            group.ageing_count,
            group.old_count,
            group.with_next_point_count,
            group.overdue_count,
            group.hot_count,
        )
        grid.add_row(group.status, group.stage, *(_count(number) for number in numbers))
    console.print(grid)
    console.print(f"With a dated next point: {_share(found.all_accounts)} of all accounts,")
    console.print(f"  {_share(found.enrolled_accounts)} of those that went through a sequence.\n")
    draw_campaigns(console, found.campaigns)


def draw_campaigns(console: Console, campaigns: tuple[CampaignLine, ...]) -> None:
    """Draw how far each campaign has got."""
    if not campaigns:
        console.print(NO_CAMPAIGN)
        return
    grid = table("Campaigns")
    for name in ("campaign", "sequence", "opened"):
        grid.add_column(name)
    for name in ("prepared", "enrolled", "active", "engaged", "ended", "next point", "chaudes"):
        grid.add_column(name, justify="right")
    for campaign in campaigns:
        ended = campaign.finished_count + campaign.withdrawn_count
        told = (escape(campaign.title), f"[dim]{campaign.id}[/]", campaign.aims)
        grid.add_row(
            "\n".join(filter(None, told)),
            campaign.sequence,
            campaign.standing,
            f"{campaign.prepared_count}/{campaign.preparation_count}",
            *(_count(number) for number in (campaign.registered_count, campaign.active_count)),
            *(_count(number) for number in (campaign.engaged_count, ended)),
            *(_count(number) for number in (campaign.with_next_point_count, campaign.hot_count)),
        )
    console.print(grid)


def _count(number: int) -> str:
    return str(number) if number else "[dim]·[/]"


def _share(share: Share) -> str:
    return f"{share.with_next_point_count} of {share.account_count} ({share.share:.0%})"
