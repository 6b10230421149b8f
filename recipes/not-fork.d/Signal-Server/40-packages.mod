# Where libsignal and other of upstream's own builds come from.
method = xml
------
pom.xml : project/repositories/repository[id=signal-build-artifacts]/url = "${packages.maven}"
    was = https://build-artifacts.signal.org/libraries/maven
pom.xml : project/repositories/repository[id=signal-build-artifacts]/name = "${name} builds"
