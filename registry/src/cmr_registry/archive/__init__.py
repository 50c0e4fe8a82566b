"""Imaging studies and series; packs, segments and index objects in encrypted boxes; fixity. No HTTP lives here.

There is no database row per instance: the index object of a segment is the only list of its instances.

    places, objects            where a box belongs and which key opens it; named objects in the store
    packs                      the listing of a pack
    headers, pixel_data        what acceptance reads in an instance: header as DICOM JSON, where each frame lies
    composing                  packs -> segments and index objects of a series; writes objects, no rows
    index, reading             index objects back to instances; verified bytes and frames of an instance
    describing                 attributes, recognition and thumbnails of the series of an exam
    stacks, pixels, rendering  position x phase grids, decoded frames, pictures
"""
