"""The types that all tables of hotrun.toml share: the common base, names, paths and variables."""

from typing import Annotated

from msgspec import Meta

from hotrun.core.model.settings import Settings

NAME_PATTERN = r"^[A-Za-z0-9][A-Za-z0-9_.-]*$"

Name = Annotated[
    str,
    Meta(pattern=NAME_PATTERN, extra={"expected": 'a name of letters, digits, "_", "." and "-"'}),
]
FilePath = Annotated[str, Meta(min_length=1, extra={"expected": "a path"})]
Variable = Annotated[str, Meta(pattern=r"^[^=]+$", extra={"expected": 'the name of a variable, without "="'})]
Variables = dict[Variable, Annotated[str, Meta(extra={"expected": "a string"})]]

Table = Settings  # the base of all tables in the file
