# Names that server and client must agree on, and the suffix of hosts that may stand in logs.
method = sed
------
rust/net/chat/src/grpc.rs : '(SIGNAL_ERRORINFO_DOMAIN: &str = )"[^"]*"' = '$1"${wire.errorDomain}"'
    expect = 1
rust/net/infra/src/dns/dns_utils.rs : '(SIGNAL_DOMAIN_SUFFIX: &str = )"\.signal\.org"' = '$1"${chat.host}"'
    expect = 1
rust/net/infra/src/utils.rs : 'security@signal\.org' = '${contact.security}'
    expect = 0..1
