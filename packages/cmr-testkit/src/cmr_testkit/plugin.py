"""The pytest plugin: hands synthetic exams to tests."""
