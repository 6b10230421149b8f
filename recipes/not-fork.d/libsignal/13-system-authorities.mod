# The network's server has a certificate of a public authority: the system's roots are taken, and upstream's go.
method = sed
when = !tls.authority
------
rust/net/src/certs.rs : '(SIGNAL_ROOT_CERTIFICATES: RootCertificates =)\s*RootCertificates::FromStaticDers\(&\[[^;]*\]\);' = '$1 RootCertificates::Native;'
    expect = 1
