"""What can be set by name while the simulated site runs: dataclasses whose values are checked as JSON gives them."""

from dataclasses import Field, dataclass, fields
from typing import Any, ClassVar


@dataclass
class Adjustable:
    """Base of a dataclass of which every field has a default. A field may list its `choices` in its metadata."""

    called: ClassVar[str]  # what one of its fields is

    def update(self, values: dict[str, Any]) -> None:
        """Sets several by name, all or none; ValueError names what is wrong. `{"clear": true}` clears first."""
        wanted = {name: value for name, value in values.items() if name != "clear"}
        known = {each.name: each for each in fields(self)}
        for name, value in wanted.items():
            if name not in known:
                raise ValueError(f"no such {self.called}: {name}")
            self._check(known[name], value)
        if values.get("clear"):
            self.clear()
        for name, value in wanted.items():
            setattr(self, name, value)

    def _check(self, known: Field[Any], value: Any) -> None:
        usual = getattr(type(self)(), known.name)
        kinds: tuple[type, ...] = (type(usual), *known.metadata.get("also", ()))
        kinds += (int,) if kinds == (float,) else ()
        fits = isinstance(value, kinds) and not (isinstance(value, bool) and bool not in kinds)
        if not fits:
            raise ValueError(f"{known.name} takes {kinds[0].__name__}, not {value!r}")
        choices = known.metadata.get("choices")
        if choices and not set(value if isinstance(value, list) else [value]) <= set(choices):
            raise ValueError(f"{known.name} takes {', '.join(map(repr, choices))}, not {value!r}")

    def clear(self) -> None:
        """Every value is what it was at the start."""
        usual = type(self)()
        for each in fields(self):
            setattr(self, each.name, getattr(usual, each.name))

    def as_dict(self) -> dict[str, Any]:
        return {each.name: getattr(self, each.name) for each in fields(self)}
