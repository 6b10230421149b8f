# What a packaged application reads: it takes nothing from the environment.
method = json
------
config/production.json : serverUrl = "${chat.url}"
config/production.json : storageUrl = "${storage.url}"
config/production.json : cdn["0"] = "${cdn0}"
config/production.json : cdn["2"] = "${cdn2}"
config/production.json : cdn["3"] = "${cdn3}"
config/production.json : sfuUrl = "${sfu.url}/"
config/production.json : challengeUrl = "${captcha.challenge}"
config/production.json : registrationChallengeUrl = "${captcha.registration}"
config/production.json : serverPublicParams = "${zk.server}"
config/production.json : serverTrustRoots = json '${sealedSender.trustRoots}'
config/production.json : genericServerPublicParams = "${zk.generic}"
config/production.json : backupServerPublicParams = "${zk.backup}"
config/production.json : updatesEnabled = json '${updates.enabled}'
config/production.json : stripePublishableKey = "${payments.stripe}"
    expect = 0..1
config/production.json : directoryUrl = "https://${cdsi.host}"
    expect = 0..1
config/production.json : directoryMRENCLAVE = "${cdsi.enclave}"
    expect = 0..1
