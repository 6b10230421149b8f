# Upstream has had a second, Ed25519 root since 0.96.3.
version >= 0.96.3
method = delete
------
rust/net/res/signal-ed25519.cer
