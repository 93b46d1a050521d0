"""
The JSON API, for whoever reads or submits by a program: ``/api/v1/``, described in OpenAPI.

It says what the pages say and takes in what the form takes in; a rule of its own it has none.
"""
