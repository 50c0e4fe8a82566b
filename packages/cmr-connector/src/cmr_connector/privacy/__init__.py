"""What a hospital's privacy officer asks for: the shadow run over the hospital's own exams, and the dossier.

A shadow run takes a sample through the connector's own chain, sends nothing, keeps nothing but counts. The
dossier is made of the profile's tables, this connector's settings and the counts of the last shadow run.
"""
