method = delete
when = !tls.authority
------
rust/net/res/signal.cer
