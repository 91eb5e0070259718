"""Reading a form into its Struct.

The framework's own reader keeps the last thousand forms in memory, passwords among them; this one keeps none.
"""

from typing import Any, TypeVar, get_args, get_origin

import msgspec
from litestar.connection import Request

from lenmuc.core.errors import N_, Fault, Refused, fault
from lenmuc.web.bodies import form_fields

T = TypeVar("T", bound=msgspec.Struct)


def form_of(fields: list[tuple[str, str]], kind: type[T]) -> T:
    """The fields as a Struct whose fields are texts, numbers, booleans, or tuples of these.

    A field that the form repeats must be a tuple in the Struct. Raises `Refused` for a field that is unknown,
    missing, repeated or of the wrong kind.
    """
    known = {field.encode_name: field for field in msgspec.structs.fields(kind)}
    values: dict[str, Any] = {}
    faults: list[Fault] = []
    for name, value in fields:
        if name not in known:
            faults.append(fault(name[:60], N_("There is no such field in this form.")))
        elif get_origin(known[name].type) is tuple:
            values.setdefault(name, []).append(value)
        elif name in values:
            faults.append(fault(name, N_("This field may be given once only.")))
        else:
            values[name] = value
    for name, field in known.items():
        if name not in values:
            if field.required:
                faults.append(fault(name, N_("This field is missing.")))
            continue
        wanted = get_args(field.type)[0] if get_origin(field.type) is tuple else field.type
        try:
            values[name] = msgspec.convert(values[name], field.type, strict=False)
        except (msgspec.ValidationError, OverflowError):
            text = N_("Write a whole number.") if wanted is int else N_("This value is not possible here.")
            faults.append(fault(name, text))
    if faults:
        raise Refused(faults)
    return kind(**values)


async def read_form(request: Request[Any, Any, Any], kind: type[T]) -> T:
    """The form that the request carries. Its field `csrf` was checked and taken out at the gate."""
    return form_of(form_fields(await request.body()), kind)
