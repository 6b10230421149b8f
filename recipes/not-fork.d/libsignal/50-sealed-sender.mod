# Upstream's server certificates (2: staging, 3: production) that sender certificates may name by number. The network's server sends
# its own in full, so that none has to be known here. The third one is a test vector whose secret key is public.
method = sed
------
rust/protocol/src/sealed_sender.rs : '(?s)    \(\n        [23],\n.*?\n    \),\n' = ''
    expect = 2
