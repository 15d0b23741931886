"""What several commands take, with the help that says it: once."""

from typing import Annotated, TypeAlias

from cyclopts import Parameter, validators

AccountName: TypeAlias = Annotated[str, Parameter(help="Its id, SIREN or whole name.")]
PersonInvolved: TypeAlias = Annotated[str, Parameter(help="Who: id or role.")]
TouchName: TypeAlias = Annotated[str, Parameter(help="Its name, T-217901911-4.")]
TaskName: TypeAlias = Annotated[str, Parameter(help="Its name, `K-217901911-2`.")]
Reason: TypeAlias = Annotated[str, Parameter(help="Why.")]
ToldReason: TypeAlias = Annotated[str, Parameter(help="Why; it stands in the timeline.")]
RunningEnrolment: TypeAlias = Annotated[
    int | None, Parameter(help="Which enrolment; by default the only one that runs.")
]
NarrowedEnrolment: TypeAlias = Annotated[
    int, Parameter(help="Only this enrolment; by default all that run.")
]
AtLeastNone: TypeAlias = Annotated[int, Parameter(validator=validators.Number(gte=0))]
AtLeastOne: TypeAlias = Annotated[int, Parameter(validator=validators.Number(gte=1))]
Phones: TypeAlias = Annotated[
    tuple[str, ...], Parameter(help="A telephone number; may be repeated.")
]
PersonFile: TypeAlias = Annotated[
    str,
    Parameter(
        help="A file with the personal values, as a JSON object or a CSV header and one row; "
        "- reads standard input."
    ),
]
MessageValues: TypeAlias = Annotated[
    tuple[str, ...], Parameter(help="A value for messages, NAME=VALUE; may be repeated.")
]
