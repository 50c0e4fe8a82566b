"""Addresses of the import of tables."""

from starlette.routing import BaseRoute, Route

from cmr_connector.desk import table_pages, table_rows_pages
from cmr_connector.desk.visits import action, page

_FIELDS = 120


def table_routes() -> list[BaseRoute]:
    """Bring, map, look, accept, follow; saved mappings."""
    one, saved = "/reports/import/{number}", "/reports/import/mappings/{name}"
    many = {"most_fields": _FIELDS}
    return [
        Route("/reports/import", page(table_pages.imports)),
        Route("/reports/import", table_pages.bring, methods=["POST"]),
        Route(saved, page(table_rows_pages.mapping)),
        Route(f"{saved}/confirm", action(table_rows_pages.confirm), methods=["POST"]),
        Route(f"{saved}/drop-samples", action(table_rows_pages.drop_samples), methods=["POST"]),
        Route(f"{saved}/{{version}}.json", page(table_rows_pages.mapping_document)),
        Route(one, page(table_pages.columns)),
        Route(one, action(table_pages.save_columns, **many), methods=["POST"]),
        Route(f"{one}/columns/{{place}}", page(table_pages.column)),
        Route(f"{one}/columns/{{place}}", action(table_pages.save_column, **many), methods=["POST"]),
        Route(f"{one}/preview", page(table_pages.preview)),
        Route(f"{one}/accept", action(table_pages.accept, **many), methods=["POST"]),
        Route(f"{one}/again", action(table_pages.map_again), methods=["POST"]),
        Route(f"{one}/discard", action(table_pages.discard), methods=["POST"]),
        Route(f"{one}/rows", page(table_rows_pages.rows)),
        Route(f"{one}/part", page(table_rows_pages.rows_part, refreshes_itself=True)),
        Route(f"{one}/rows-to-mend.csv", page(table_rows_pages.refused)),
    ]
