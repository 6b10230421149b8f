# Where libsignal and other of upstream's own builds come from.
method = sed
------
pom.xml : '(?<head><id>signal-build-artifacts</id>\s*<name>)[^<]*(?<between></name>\s*<url>)[^<]*' = '$<head>${name} builds$<between>${packages.maven}'
    expect = 1
