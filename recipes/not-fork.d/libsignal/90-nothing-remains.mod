# Over the whole result, text and binary: nothing of upstream's network is left. What may stay is named in docs/RECIPES.md.
method = assert-absent
------
** : '(?i)(?<!SIGNAL_ERRORINFO_DOMAIN: &str = "grpc\.chat\.)signal\.org(?!/docs|/blog)' '(?i)whispersystems(?![./]textsecuregcm)' '(?i)signalusers' '(?i)signalcaptcha' 'textsecure-service'
** : 'global\.ssl\.fastly\.net' 'nrgwuv7kwq' 'build-artifacts'
** : 'BXu6QIKVz5MA8' 'BUkY0I\+9\+oPgDCn4' 'BbqY1DzohE4NUZoV' 'BYhU6tPjqP46KGZE' 'AMhf5ywVwITZMsff' 'ABSY21VckQcbSXVN'
rust/net/res/ : 'Signal Messenger' 'Open Whisper'
rust/attest/src/constants.rs : '"(?!0{64}"|${cdsi.enclave}"|${svr2.enclave}"|${svrb.enclave}")[0-9a-f]{64}"' 'group_id: (?!0,|${svr2.groupId},|${svrb.groupId},)\d'
rust/net/src/env.rs : '&hex!\("(?!${keyTransparency.signingKey}|${keyTransparency.vrfKey}|${keyTransparency.auditorKey})[0-9a-f]{64}"'
rust/net/src/env.rs : 'hostname: "(?!${chat.host}"|${cdsi.host}"|${svr2.host}"|${svrb.host}"|[a-z0-9.]+\.invalid"|host")' '"(?:2600:9000|2603:1030|2a01:111):'
rust/protocol/src/sealed_sender.rs : '\n    \(\n        [0-9]+,'
node/package.json java/build.gradle : '"@signalapp/libsignal-client"' '"org\.signal"'
rust/bridge/shared/types/src/net.rs : '= enable\.then\(' 'marking proxy invalid'
