"""What all tables of the configuration file are made of: the common form, names, paths and variables."""

from typing import Annotated

from msgspec import Meta, Struct

NAME_PATTERN = r"^[A-Za-z0-9][A-Za-z0-9_.-]*$"

Name = Annotated[
    str,
    Meta(pattern=NAME_PATTERN, extra={"expected": 'a name of letters, digits, "_", "." and "-"'}),
]
FilePath = Annotated[str, Meta(min_length=1, extra={"expected": "a path"})]
Variable = Annotated[str, Meta(pattern=r"^[^=]+$", extra={"expected": 'the name of a variable, without "="'})]
Variables = dict[Variable, Annotated[str, Meta(extra={"expected": "a string"})]]


def about(description: str, example: object = None, default: str | None = None) -> Meta:
    """What a key is for, said once for the docs, the schema, hotrun.toml.example and `hotrun init`.

    `description` starts with a verb and has at most 20 words; Markdown. `example` is a value that is not the default.
    `default` words the default where the value that stands for it says nothing, such as None.
    """
    return Meta(
        description=description,
        examples=None if example is None else [example],
        extra=None if default is None else {"default": default},
    )


class Table(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """The common form of all tables of the file."""
