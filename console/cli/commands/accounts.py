"""Accounts: make an organisation known, give it values, move its stage."""

from cyclopts import App

from console.cli.asking import ask_and_show, ask_of_sale
from console.cli.context import Context
from console.cli.parameters import AccountName, AtLeastNone, Reason
from console.desk.errors import UsageError
from console.desk.finding import account_to_ask
from console.desk.words import key_of, pairs_of
from console.desk.zones import check_zones
from engine.ids import StreamKind, stream_id
from engine.requests import AddAccount, Attributes, ChangeStage, ChangeStatus, SetValues
from engine.ruleset import Locality, Ruleset
from projections.queries.published import ruleset_in_force

app = App(name="accounts")


@app.command
async def add(
    name: str,
    *,
    context: Context,
    siren: str = "",
    key: str = "",
    name_with_article: str = "",
    kind: str = "",
    kind_plural: str = "",
    population: AtLeastNone = 0,
    departement: str = "",
    zone: str = "",
    tz: str = "",
) -> None:
    """Make an organisation known; its id is its SIREN, else --key, and never changes.

    Zones and clock follow from the département where they are not given.

    Args:
        name: Its name, such as Niort.
        siren: Nine digits.
        key: An id of your own, for an organisation without a SIREN.
        name_with_article: As messages name it, such as "la Ville de Niort".
        kind: Such as commune.
        kind_plural: Such as communes.
        population: Inhabitants.
        departement: Code, such as 79.
        zone: School holiday zone, where it is not that of the département.
        tz: Time zone, where it is not that of the département.
    """
    account = _siren(siren) if siren else key_of(key, name="--key (or --siren)")
    ruleset = await (await context.home.published()).ask(ruleset_in_force)
    locality = _locality(ruleset, departement)
    check_zones(ruleset, school_zone=zone, time_zone=tz)
    attributes = Attributes(
        name=name,
        name_with_article=name_with_article,
        kind=kind,
        kind_plural=kind_plural,
        siren=_siren(siren) if siren else "",
        population=population,
        departement=departement,
        school_zone=zone or locality.school_zone,
        holiday_area=locality.holiday_area,
        time_zone=tz or locality.time_zone,
    )
    what = f"add {name} ({account})"
    stream = stream_id(StreamKind.ACCOUNT, account)
    await ask_and_show(context, stream, AddAccount(attributes=attributes), what=what)


@app.command
async def values(account: AccountName, *pairs: str, context: Context) -> None:
    """Set values that messages of an account use; a touch blocked for one goes on.

    Args:
        pairs: NAME=VALUE, one or more; NAME@STEP=VALUE for the message of one step.
    """
    given = pairs_of(pairs, name="the values", example="probleme='les inscriptions'")
    if not given:
        raise UsageError("the values", "be given", "none", remedy="such as NAME=VALUE")
    views = await context.home.views()
    known = await account_to_ask(views, account)
    what = f"set {', '.join(given)} of {known.label}"
    await ask_and_show(context, known.stream, SetValues(values=given), what=what)


@app.command
async def stage(account: AccountName, stage: str, *, context: Context, reason: Reason = "") -> None:
    """Move an account to a stage of the cycle, if its entry condition is met.

    Args:
        stage: Such as qualification.
    """
    views = await context.home.views()
    known = await account_to_ask(views, account)
    what = f"move {known.label} to {stage}"
    request = ChangeStage(stage=stage, reason=reason)
    await ask_of_sale(context, known, request, what=what)


@app.command
async def status(account: AccountName, status: str, *, context: Context) -> None:
    """Make an account a prospect; a client it becomes by relance record purchase.

    Args:
        status: lead or prospect.
    """
    views = await context.home.views()
    known = await account_to_ask(views, account)
    what = f"make {known.label} a {status}"
    request = ChangeStatus(status=status)
    await ask_of_sale(context, known, request, what=what)


def _siren(text: str) -> str:
    from stdnum.exceptions import ValidationError
    from stdnum.fr import siren

    try:
        return str(siren.validate(text))
    except ValidationError:
        rule = "be nine digits whose last confirms the others"
        raise UsageError("--siren", rule, text, remedy="look it up once more") from None


def _locality(ruleset: Ruleset | None, departement: str) -> Locality:
    if ruleset is None:
        return Locality("Europe/Paris")
    locality = ruleset.locality(departement)
    if locality is None and departement:
        raise UsageError("--departement", "be the code of a département, such as 79", departement)
    return locality or Locality(ruleset.time_zone)
