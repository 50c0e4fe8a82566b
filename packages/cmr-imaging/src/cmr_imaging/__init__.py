"""What kind of series is this, and how do its slices lie in space and time?

Series recognition (text rules, header physics, geometry; every vote kept) and stack geometry from headers
live here in plain Python. Pixels are an extra. Nothing here reads files or knows of centers.
"""
