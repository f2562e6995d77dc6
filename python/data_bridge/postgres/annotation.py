"""The annotations of a class body, resolved before the class exists."""

import sys
import typing
from collections import ChainMap
from collections.abc import Iterator, Mapping
from types import FrameType
from typing import Any, ClassVar

if sys.version_info >= (3, 14):
    import annotationlib

    def _written(namespace: Mapping[str, Any]) -> Mapping[str, Any]:
        annotate = annotationlib.get_annotate_from_class_namespace(namespace)
        if annotate is None:
            return typing.cast(Mapping[str, Any], namespace.get("__annotations__", {}))
        return annotationlib.call_annotate_function(annotate, annotationlib.Format.FORWARDREF)

else:

    def _written(namespace: Mapping[str, Any]) -> Mapping[str, Any]:
        return typing.cast(Mapping[str, Any], namespace.get("__annotations__", {}))


def resolve(name: str, namespace: Mapping[str, Any]) -> Iterator[tuple[str, Any]]:
    """Give attribute and type for each annotation of a class body, but for class variables.

    Names are looked up where the class statement could have seen them: in the class body, in the
    function around it, in the module.

    Args:
        name: the class's name, for errors.
        namespace: what the class body left behind.

    Raises:
        TypeError: an annotation names what cannot be found.
    """
    module = sys.modules.get(namespace.get("__module__", ""))
    module_names = {} if module is None else vars(module)
    written = _written(namespace)
    # In `date: date = Column(...)` the annotation means the type, not what the body assigned.
    body_names = {key: value for key, value in namespace.items() if key not in written}
    local_names = ChainMap(body_names, _around(module_names))
    for attribute, annotation in written.items():
        holder = type(name, (), {"__annotations__": {attribute: annotation}})
        try:
            hints = typing.get_type_hints(holder, module_names, local_names, include_extras=True)
        except NameError as error:
            raise TypeError(
                f"{name}.{attribute}: the annotation names {error.name!r}, which is not known"
            ) from None
        resolved = hints[attribute]
        if resolved is not ClassVar and typing.get_origin(resolved) is not ClassVar:
            yield attribute, resolved


def _around(module_names: Mapping[str, Any]) -> dict[str, Any]:
    """Find the local names of the function in which the class statement stands."""
    frame: FrameType | None = sys._getframe(1)
    while frame is not None:
        if frame.f_globals is module_names:
            return frame.f_locals
        frame = frame.f_back
    return {}
