# What is left are constants of tests and comments. The name that takes upstream's place there has as many letters, since a test
# counts them in a DNS message. Links to the descriptions of the protocols (signal.org/docs, /blog) stay.
method = sed
------
dns_message.rs : 'concat_bytes!\(6, b"signal", 3, b"org"' = 'concat_bytes!(2, b"my", 7, b"invalid"'
    expect = 2
**/*.rs : '(?<!SIGNAL_ERRORINFO_DOMAIN: &str = "grpc\.chat\.)signal\.org(?!/docs|/blog)' = 'my.invalid'
    expect = 20..
**/*.rs : 'reflector-(?:staging-)?signal\.global\.ssl\.fastly\.net' = 'reflector.invalid'
    expect = 0..
**/*.rs : 'reflector-nrgwuv7kwq-uc\.a\.run\.app' = 'reflector-g.invalid'
    expect = 0..
