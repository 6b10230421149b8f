# What holds where production.json says nothing. Upstream names its staging network here.
method = json
------
config/default.json : serverUrl = "${chat.url}"
config/default.json : storageUrl = "${storage.url}"
config/default.json : cdn["0"] = "${cdn0}"
config/default.json : cdn["2"] = "${cdn2}"
config/default.json : cdn["3"] = "${cdn3}"
config/default.json : sfuUrl = "${sfu.url}/"
config/default.json : contentProxyUrl = "http://${contentProxy.host}:443"
config/default.json : updatesUrl = "${updates.url}/desktop"
config/default.json : resourcesUrl = "${updates.resources}"
config/default.json : updatesPublicKey = "${updates.publicKey}"
config/default.json : appImageUpdatesPublicKey = "${updates.publicKey}"
    expect = 0..1
config/default.json : challengeUrl = "${captcha.challenge}"
config/default.json : registrationChallengeUrl = "${captcha.registration}"
config/default.json : certificateAuthority = "${tls.authorityPem}"
config/default.json : serverPublicParams = "${zk.server}"
config/default.json : serverTrustRoots = json '${sealedSender.trustRoots}'
config/default.json : genericServerPublicParams = "${zk.generic}"
config/default.json : backupServerPublicParams = "${zk.backup}"
config/default.json : stripePublishableKey = "${payments.stripe}"
config/default.json : directoryUrl = "https://${cdsi.host}"
    expect = 0..1
config/default.json : directoryMRENCLAVE = "${cdsi.enclave}"
    expect = 0..1
