# Upstream has had a second, Ed25519 root since 0.96.4.
version >= 0.96.4
method = delete
------
rust/net/res/signal-ed25519.cer
