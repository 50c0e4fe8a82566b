"""CMR examinations and their case reports: one JSON document per exam and form, checked by cmr_dictionary."""
