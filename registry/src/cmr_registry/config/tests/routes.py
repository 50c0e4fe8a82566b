"""Every route of every kind with its door: Django views, ninja operations, Starlette routes."""

from collections.abc import Iterator
from dataclasses import dataclass

from django.urls import URLPattern, URLResolver, get_resolver

from cmr_registry.accounts.doors import Door
from cmr_registry.config.api import api
from cmr_registry.config.principal import principal_of_scope
from cmr_registry.config.sign_in_routes import SIGN_IN_ROUTES
from cmr_registry.dicomweb.app import build, routes


@dataclass(frozen=True)
class Route:
    """A route: where it is, its name, the methods that it answers, its door (None: it has none)."""

    path: str
    name: str
    methods: tuple[str, ...]
    door: Door | None


def every_route() -> list[Route]:
    return [*django_routes(), *starlette_routes()]


def django_routes() -> list[Route]:
    operations = ninja_doors()
    return [_route(path, pattern, operations) for path, pattern in _patterns(get_resolver(), "")]


def starlette_routes() -> list[Route]:
    table = routes(build(principal_of_scope))
    return [Route(path, f"dicomweb {method} {path}", (method,), door) for method, path, door in table]


def ninja_doors() -> dict[str, dict[str, Door | None]]:
    """Name of the route -> method -> door of its operation."""
    doors: dict[str, dict[str, Door | None]] = {}
    for _, router in api._routers:
        for view in router.path_operations.values():
            for operation in view.operations:
                name = view.url_name or operation.operation_id
                for method in operation.methods:
                    doors.setdefault(name, {})[method] = getattr(operation.view_func, "door", None)
    return doors


def _route(path: str, pattern: URLPattern, operations: dict[str, dict[str, Door | None]]) -> Route:
    name = str(pattern.name)
    if path.startswith("api/v1/") and name in operations:
        (door,) = set(operations[name].values())
        return Route(path, name, tuple(operations[name]), door)
    if path.startswith("accounts/") and name in SIGN_IN_ROUTES:
        return Route(path, name, ("GET",), Door(None, SIGN_IN_ROUTES[name]))
    return Route(path, name, ("GET",), getattr(pattern.callback, "door", None))


def _patterns(resolver: URLResolver, prefix: str) -> Iterator[tuple[str, URLPattern]]:
    for pattern in resolver.url_patterns:
        path = prefix + str(pattern.pattern)
        if isinstance(pattern, URLResolver):
            yield from _patterns(pattern, path)
        else:
            yield path, pattern
