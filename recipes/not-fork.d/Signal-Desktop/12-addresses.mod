# Addresses of upstream's servers for when names are not resolved.
method = replace
------
build/dns-fallback.json = text "[]\n"
