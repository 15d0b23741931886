"""People: give somebody a position in an account, and addresses."""

from uuid import uuid4

from cyclopts import App

from console.cli.asking import ask_all, ask_and_show, show_receipt
from console.cli.context import Context
from console.cli.parameters import AccountName, PersonFile, Phones
from console.cli.typed import Row, one_of, row_of, told
from console.desk.asking import intake_of
from console.desk.errors import UsageError
from console.desk.finding import AccountRef, account_to_ask, person_of
from console.desk.same_human import check_whose
from console.desk.words import key_of
from engine.requests import AddContactPoint, AddPerson
from infra.contacts.normal import NormalContact, normal_email, normal_phone, phone_region
from infra.intake import Submission, new_input_id

app = App(name="people")

POINTS = ("email", "phone")
"""What a file may give besides names; each may be repeated."""


@app.command
async def add(
    account: AccountName,
    *,
    context: Context,
    role: str,
    family_name: str = "",
    given_name: str = "",
    salutation: str = "",
    function: str = "",
    source_contact: str = "",
    email: tuple[str, ...] = (),
    phone: Phones = (),
    file: PersonFile = "",
    person: str = "",
    domain: str = "",
    another: bool = False,
    invented: bool = False,
) -> None:
    """Give a person a position in an account; names and addresses are sealed first.

    For a value, - reads the next line of standard input: what stands in arguments can be
    read by every user of the machine, and stays in the shell's history.

    Args:
        role: Such as responsable_service, dgs, dsi, daf or elu; maire means elu.
        family_name: Family name; needed, here or in the file.
        given_name: Given name.
        salutation: As messages greet, such as "Madame Martin".
        function: Such as "directrice générale des services".
        source_contact: Where the address comes from; messages say it.
        email: An e-mail address; may be repeated, the first is written to.
        person: An id of your own; by default a new one. The same human in a second account
            keeps the id.
        another: Somebody else than those of whom an address or a number is known.
        domain: What a service head heads, or an élu answers for, such as education.
        invented: Nobody of this name exists.
    """
    views = await context.home.views()
    known = await account_to_ask(views, account)
    key = key_of(person, name="--person") if person else f"person-{uuid4().hex[:12]}"
    given = {
        "given_name": given_name,
        "family_name": family_name,
        "salutation": salutation,
        "function": function,
        "source_contact": source_contact,
    }
    row = row_of(file, fields=(*given, *POINTS))
    texts = {name: told(one_of(row, name, value), name) for name, value in given.items()}
    if not texts["family_name"]:
        raise UsageError("people add", "be told --family-name", "none", remedy="or name a --file")
    contacts = _contacts(known, email, phone, row)
    if not another:
        tagger = await context.home.tagger()
        await check_whose(views, tagger, contacts, person=key, is_new=not person)
    intake = await intake_of(context.session)
    input_id = new_input_id()
    request = AddPerson(
        person=key,
        role=role,
        points=await intake.points(key, contacts, input_id=input_id),
        fields=await intake.seal(key, texts, input_id=input_id),
        is_invented=invented,
        domain=domain,
    )
    what = f"add {key} as {role} of {known.label}"
    await ask_and_show(context, known.stream, request, what=what, input_id=input_id)


@app.command
async def contact(
    account: AccountName,
    person: str,
    *,
    context: Context,
    email: tuple[str, ...] = (),
    phone: Phones = (),
    file: PersonFile = "",
    another: bool = False,
) -> None:
    """Give a person another address or number.

    Args:
        person: Whose: id or role.
        another: Somebody else than those of whom it is known.
        email: An e-mail address; may be repeated; - reads it from standard input.
    """
    views = await context.home.views()
    known = await account_to_ask(views, account)
    key = await person_of(views, known, person)
    contacts = _contacts(known, email, phone, row_of(file, fields=POINTS))
    if not contacts:
        raise UsageError("people contact", "be told --email or --phone", "neither")
    if not another:
        await check_whose(views, await context.home.tagger(), contacts, person=key, is_new=False)
    intake = await intake_of(context.session)
    submissions: list[Submission] = []
    for typed in contacts:
        input_id = new_input_id()
        (point,) = await intake.points(key, [typed], input_id=input_id)
        request = AddContactPoint(person=key, point=point)
        submissions.append(Submission(id=input_id, stream=known.stream, request=request))
    what = f"add {len(submissions)} contact points of {key} of {known.label}"
    show_receipt(context, what, await ask_all(context, submissions, what=what))


def _contacts(
    account: AccountRef, emails: tuple[str, ...], phones: tuple[str, ...], row: Row
) -> list[NormalContact]:
    region = phone_region(account.row.departement if account.row else "")
    return [
        *(
            normal_email(told(text, "--email"), field_name="--email")
            for text in (*emails, *row.get("email", ()))
        ),
        *(
            normal_phone(told(text, "--phone"), region=region, field_name="--phone")
            for text in (*phones, *row.get("phone", ()))
        ),
    ]
