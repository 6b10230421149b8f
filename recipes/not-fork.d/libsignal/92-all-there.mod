method = assert-present
------
rust/net/src/env.rs : 'hostname: "${chat.host}"'
    expect = 1..2
rust/net/src/env.rs : 'nonzero!\(${chat.port}_u16\)'
    expect = 1..
rust/net/src/env.rs : '"${keyTransparency.signingKey}"' 
rust/net/chat/src/grpc.rs : 'SIGNAL_ERRORINFO_DOMAIN: &str = "${wire.errorDomain}"'
    expect = 1
/README.md : 'changed for ${name}'
