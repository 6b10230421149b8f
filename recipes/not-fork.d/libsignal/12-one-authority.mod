version >= 0.96.4
method = sed
------
rust/net/src/certs.rs : '\n[ \t]*// Signal Messenger Ed25519 root[^\n]*\n[ \t]*include_bytes!\("\.\./res/signal-ed25519\.cer"\),' = ''
    expect = 1
rust/net/src/certs.rs : '// Signal Messenger root, valid [^\n]*' = "// The root of the network's authority."
    expect = 1
