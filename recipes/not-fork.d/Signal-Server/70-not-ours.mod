# Upstream's own continuous integration and sponsors.
method = delete
------
.github/
