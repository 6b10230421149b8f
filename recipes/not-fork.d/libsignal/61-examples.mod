# Examples and tools that would otherwise call upstream's servers.
method = sed
------
rust/net/chat/examples/fetch_profile_key_credential.rs : '(ZKGROUP_PARAMS_\w+: &str =\s*)"[^"]*"' = '$1"${zk.server}"'
    expect = 2
rust/net/chat/examples/chat_request_scaffold.rs : '"(?:grpc\.)?chat\.signal\.org"' = '"${chat.host}"'
    expect = 0..1
