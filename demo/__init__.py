"""The demonstration: composes testkit, connector and registry into a story on one machine.

Its centers, people and patients are invented and every page says so. It may import everything; nothing imports it
but the journeys, which let the same servers run.
"""
