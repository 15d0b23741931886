"""Fill an empty home with the sample: publications, accounts, people, one campaign.

Every input keeps its name, so that a filling that was cut short goes on where it was.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from engine.account.participants import default_participants
from engine.account.state import Position
from engine.decision import Refused
from engine.ids import WORKSPACE, InputId, StreamKind, stream_id
from engine.inputs import Lane
from engine.plan import Anchor, AnchorKind, Offset, PointTerms, Unit
from engine.plan import Sequence as Plan
from engine.requests import (
    AddAccount,
    AddPerson,
    Attributes,
    CreateCampaign,
    Enrol,
    Mailbox,
    PublishMailbox,
    PublishRuleset,
    PublishSequence,
)
from engine.ruleset import Ruleset
from engine.values import About, SequenceRef
from infra.intake import Intake, Submission
from infra.runtime.answers import Answer
from infra.sample.accounts import SampleAccount, load_accounts
from infra.sample.errors import SampleRefusedError
from infra.sample.people import SamplePerson, load_people
from sequences.catalogue import find_sequence
from sequences.hashing import sequence_hash
from sequences.load import load
from sequences.rulesets import load_ruleset

CAMPAIGN = "guichet-famille"
SEQUENCE = "collectivite-prise-de-contact-30j"
MAILBOX = "contact"
ELECTED = "elu"
BATCH_SIZE = 200

ABOUT = About(offer="guichet-famille", domain="education", is_digital=True)
NEXT_POINT = PointTerms(
    Offset(10, Unit.BUSINESS_DAY),
    Anchor(AnchorKind.VOTE),
    "point après le vote du budget",
    "un estimatif sur trois ans",
)
SENDER = {
    "email": "contact@solvaquin.example",
    "sender_name": "Ombeline Tarquevaux",
    "sender_function": "responsable des collectivités",
    "sender_phone": "+33199001742",
    "data_contact": "donnees@solvaquin.example",
}
"""The invented sender: nobody of this name exists, and `.example` reaches nobody."""

COMPANY = {"societe": "Solvaquin (société inventée)", "adresse_postale": "1 rue Fictive, Paris"}

VALUES = {
    "probleme": "les inscriptions périscolaires",
    "processus": "la saisie des dossiers d'inscription",
    "service": "éducation",
    "reference_proche": "une ville inventée de taille comparable",
    "reference_taille": "une ville inventée de 60 000 habitants",
    "gain_agents": "30 % de temps de saisie en moins (chiffre inventé)",
    "gain_usagers": "un délai de réponse de 12 à 4 jours (chiffre inventé)",
    "engagement_donnees": "hébergées en France et restituables à tout moment",
    "duree_projet": "six mois",
    "duree_annees": "trois",
    "lien_contenu@1.7": "https://contenus.solvaquin.example/dossier-technique",
    "lien_contenu@1.10": "https://contenus.solvaquin.example/retour",
    "lien_contenu@1.11": "https://contenus.solvaquin.example/estimatif",
    "creneau_1": "un mardi à 10 h",
    "creneau_2": "un jeudi à 14 h 30",
}
"""Values of the sample campaign; figures say themselves that they are invented."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Sample:
    """What the sample consists of."""

    accounts: tuple[SampleAccount, ...]
    people: tuple[SamplePerson, ...]
    ruleset: Ruleset
    plan: Plan

    @property
    def members(self) -> tuple[SampleAccount, ...]:
        """Return the accounts of the campaign, in the order of their keys."""
        keys = {person.account_key for person in self.people}
        return tuple(account for account in self.accounts if account.key in keys)

    def participants(self, account: str) -> dict[str, str]:
        """Return who takes part in an account's enrolment."""
        people = {
            person.key: Position(role=person.role)
            for person in self.people
            if person.account_key == account
        }
        return default_participants(people, self.plan, self.ruleset)


def load_sample() -> Sample:
    """Return the sample from its committed files."""
    loaded = load(find_sequence(SEQUENCE))
    if loaded.sequence is None or loaded.findings:
        raise SampleRefusedError(SEQUENCE, "sequence.findings")
    return Sample(
        accounts=load_accounts(),
        people=load_people(),
        ruleset=load_ruleset(),
        plan=loaded.sequence,
    )


async def fill(intake: Intake, sample: Sample, *, start_on: date) -> Intake:
    """Publish, add and enrol everything; return an intake that has seen the publications.

    Raises:
        SampleRefusedError: An input was refused or not answered; names it.
    """
    published = await _all(intake, [await _mailbox(intake), *_plans(sample)])
    intake = intake.having_seen(published)
    await _all(intake, [_account(account, sample) for account in sample.accounts])
    await _all(intake, [await _person(intake, person) for person in sample.people])
    await _all(intake, [_campaign(sample, start_on)])
    await _all(intake, [_enrolment(account, sample, start_on) for account in sample.members])
    return intake


async def _all(intake: Intake, submissions: Sequence[Submission]) -> list[Answer]:
    answers: list[Answer] = []
    for start in range(0, len(submissions), BATCH_SIZE):
        asked = submissions[start : start + BATCH_SIZE]
        for submission, answer in zip(
            asked, await intake.ask(asked, lane=Lane.BULK, batch="sample"), strict=True
        ):
            if answer is None:
                raise SampleRefusedError(submission.id, "unanswered")
            if isinstance(answer.outcome, Refused):
                raise SampleRefusedError(submission.id, answer.outcome.code)
            answers.append(answer)
    return answers


def _plans(sample: Sample) -> list[Submission]:
    return [
        Submission(
            id=InputId("sample:ruleset"),
            stream=WORKSPACE,
            request=PublishRuleset(ruleset=sample.ruleset, is_first=True),
        ),
        Submission(
            id=InputId("sample:sequence"),
            stream=WORKSPACE,
            request=PublishSequence(hash=sequence_hash(sample.plan), sequence=sample.plan),
        ),
    ]


async def _mailbox(intake: Intake) -> Submission:
    name = InputId("sample:mailbox")
    mailbox = Mailbox(
        name=MAILBOX,
        domain="solvaquin.example",
        fields=await intake.seal(f"mailbox:{MAILBOX}", SENDER, input_id=name),
        values=COMPANY,
    )
    return Submission(id=name, stream=WORKSPACE, request=PublishMailbox(mailbox=mailbox))


def _account(account: SampleAccount, sample: Sample) -> Submission:
    singular, plural = account.words
    locality = sample.ruleset.locality(account.departement)
    attributes = Attributes(
        name=account.name,
        name_with_article=account.name_with_article,
        kind=singular,
        kind_plural=plural,
        siren=account.siren or "",
        population=account.population,
        departement=account.departement,
        school_zone=account.school_zone or "",
        holiday_area=locality.holiday_area if locality else "",
        time_zone=account.time_zone,
        is_sample=True,
    )
    return Submission(
        id=InputId(f"sample:account:{account.key}"),
        stream=stream_id(StreamKind.ACCOUNT, account.key),
        request=AddAccount(attributes=attributes),
    )


async def _person(intake: Intake, person: SamplePerson) -> Submission:
    name = InputId(f"sample:person:{person.key}")
    texts = {
        "given_name": person.given_name,
        "family_name": person.family_name,
        "salutation": person.salutation,
        "function": person.function,
        "source_contact": person.source_contact,
    }
    request = AddPerson(
        person=person.key,
        role=person.role,
        points=await intake.points(person.key, person.contacts, input_id=name),
        fields=await intake.seal(person.key, texts, input_id=name),
        is_invented=person.is_invented,
    )
    return Submission(
        id=name, stream=stream_id(StreamKind.ACCOUNT, person.account_key), request=request
    )


def _campaign(sample: Sample, start_on: date) -> Submission:
    request = CreateCampaign(
        title="Guichet famille (exemple)",
        sequence=SequenceRef(sample.plan.name, sequence_hash(sample.plan)),
        about=ABOUT,
        start_on=start_on,
        segment="communes de plus de 50 000 habitants et grandes intercommunalités",
        policy="éducation",
        goals={"meetings": 8, "next_points": 80},
        accounts_min=50,
        accounts_max=100,
        next_point=NEXT_POINT,
        values=VALUES,
        mailbox=MAILBOX,
    )
    return Submission(
        id=InputId("sample:campaign"),
        stream=stream_id(StreamKind.CAMPAIGN, CAMPAIGN),
        request=request,
    )


def _enrolment(account: SampleAccount, sample: Sample, start_on: date) -> Submission:
    request = Enrol(
        sequence=SequenceRef(sample.plan.name, sequence_hash(sample.plan)),
        about=ABOUT,
        participants=sample.participants(account.key),
        start_on=start_on,
        campaign=CAMPAIGN,
        next_point=NEXT_POINT,
        values=VALUES,
    )
    return Submission(
        id=InputId(f"sample:enrol:{account.key}"),
        stream=stream_id(StreamKind.ACCOUNT, account.key),
        request=request,
    )
