# Where builds come from, and libsignal under the network's name.
method = sed
------
settings.gradle.kts build.gradle.kts : 'https://build-artifacts\.signal\.org/libraries/maven/?' = '${packages.maven}'
    expect = 0..
gradle/libs.versions.toml : '"org\.signal:libsignal-(\w+)' = '"${packages.javaGroup}:libsignal-$1'
