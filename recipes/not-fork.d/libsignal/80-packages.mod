# Where builds are fetched from and published to, and under which name. Upstream's names of modules and namespaces stay, since
# the applications import them.
method = sed
------
java/build.gradle : 'https://storage\.googleapis\.com/build-artifacts\.signal\.org/libraries/maven' = '${packages.maven}'
    expect = 1
java/build.gradle : '(group\s*= )"org\.signal"' = '$1"${packages.javaGroup}"'
    expect = 1
LibSignalClient.podspec : 'https://build-artifacts\.signal\.org/libraries' = '${packages.prebuilt}'
    expect = 1
LibSignalClient.podspec : 'https://github\.com/signalapp/libsignal' = '${packages.source}/libsignal'
    expect = 2
node/zkgroup.js node/zkgroup.d.ts : '@signalapp/libsignal-client' = '@${id}/libsignal-client'
    expect = 2
sources.list : 'http://mirror\.signalusers\.org/ubuntu/\d+/' = '${packages.ubuntu}'
    expect = 0..
