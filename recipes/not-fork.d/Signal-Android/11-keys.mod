# Whose word is believed.
method = sed
------
app/build.gradle.kts : '"UNIDENTIFIED_SENDER_TRUST_ROOTS", "new String\[\]\{[^}]*\}"' = '"UNIDENTIFIED_SENDER_TRUST_ROOTS", "new String[]{ \"${sealedSender.trustRoots[0]}\"}"'
    when = !sealedSender.trustRoots[1]
app/build.gradle.kts : '"UNIDENTIFIED_SENDER_TRUST_ROOTS", "new String\[\]\{[^}]*\}"' = '"UNIDENTIFIED_SENDER_TRUST_ROOTS", "new String[]{ \"${sealedSender.trustRoots[0]}\", \"${sealedSender.trustRoots[1]}\"}"'
    when = sealedSender.trustRoots[1]
app/build.gradle.kts : '"ZKGROUP_SERVER_PUBLIC_PARAMS", "\\"[^"\\]*\\""' = '"ZKGROUP_SERVER_PUBLIC_PARAMS", "\"${zk.server}\""'
app/build.gradle.kts : '"GENERIC_SERVER_PUBLIC_PARAMS", "\\"[^"\\]*\\""' = '"GENERIC_SERVER_PUBLIC_PARAMS", "\"${zk.generic}\""'
app/build.gradle.kts : '"BACKUP_SERVER_PUBLIC_PARAMS", "\\"[^"\\]*\\""' = '"BACKUP_SERVER_PUBLIC_PARAMS", "\"${zk.backup}\""'
app/build.gradle.kts : '"(SVR2_MRENCLAVE\w*)", "\\"[0-9a-f]{64}\\""' = '"$1", "\"${svr2.enclave}\""'
    expect = 0..
# Keys of others' services, paid for by upstream.
app/build.gradle.kts : '"STRIPE_PUBLISHABLE_KEY", "\\"[^"\\]*\\""' = '"STRIPE_PUBLISHABLE_KEY", "\"${payments.stripe}\""'
app/build.gradle.kts : '"STRIPE_BASE_URL", "\\"https[^"\\]*\\""' = '"STRIPE_BASE_URL", "\"${payments.stripeUrl}\""'
app/build.gradle.kts : '"GIPHY_API_KEY", "\\"[^"\\]*\\""' = '"GIPHY_API_KEY", "\"none\""'
app/build.gradle.kts : 'AIza[0-9A-Za-z_-]{35}' = 'none'
