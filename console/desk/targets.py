"""Find out of whom, and about which touch, something is reported."""

from dataclasses import dataclass

from console.desk.finding import AccountRef, account_to_ask, person_of
from console.desk.ports import Views
from console.desk.words import touch_of


@dataclass(frozen=True, slots=True, kw_only=True)
class Target:
    """Of whom, and about which touch, something is reported."""

    account: AccountRef
    person: str = ""
    touch: int = 0

    @property
    def label(self) -> str:
        """Return it as people read it."""
        return f"{self.person} of {self.account.label}" if self.person else self.account.label


async def target_of(views: Views, text: str, person: str) -> Target:
    """Return what `T-...`, or an account and a person, mean.

    Raises:
        UsageError: It is neither a touch nor an account that can be asked.
    """
    if not text.upper().startswith("T-"):
        account = await account_to_ask(views, text)
        return Target(account=account, person=await person_of(views, account, person))
    name, number = touch_of(text)
    account = await account_to_ask(views, name)
    return Target(account=account, person=await person_of(views, account, person), touch=number)
