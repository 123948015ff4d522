from collections.abc import Sequence
from typing import Any

from wagtail.fields import StreamField


class BodyField(StreamField):
    """A StreamField whose blocks stay out of migrations.

    The column holds JSON whatever the blocks are. A project that adds a block, or leaves polls out, changes code and
    not schema, and needs no migration in a package that it did not write.
    """

    def deconstruct(self) -> tuple[str, str, Sequence[Any], dict[str, Any]]:
        name, path, _args, kwargs = super().deconstruct()
        kwargs.pop("block_lookup", None)
        return name, path, [[]], kwargs

    def clone(self) -> "BodyField":
        _name, _path, _args, kwargs = self.deconstruct()
        return self.__class__(self.block_types_arg, block_lookup=self.block_lookup, **kwargs)
