"""`python -m cmr_connector` is `cmr-connector`."""

import sys

from cmr_connector.cli import main

if __name__ == "__main__":
    sys.exit(main())
