# The only authority that clients of the network trust for TLS: a DER certificate, in the place of upstream's root.
method = replace
when = tls.authority
------
rust/net/res/signal.cer = base64 ${tls.authority}
