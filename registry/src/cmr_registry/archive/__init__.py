"""Imaging studies and series; packs, segments and index objects in encrypted boxes; fixity. No HTTP lives here.

There is no database row per instance: the index object of a segment is the only list of its instances.
"""
