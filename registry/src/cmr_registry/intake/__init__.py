"""What connectors deliver: deliveries, verification before a byte is written, conflicts, acceptance, receipts.

The room orchestrates subjects, archive and exams in one transaction; it stores no image or value itself.
"""
