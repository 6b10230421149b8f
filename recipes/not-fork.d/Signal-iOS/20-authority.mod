method = replace
when = tls.authority
------
SignalServiceKit/Resources/Certificates/signal-messenger.cer = base64 ${tls.authority}
