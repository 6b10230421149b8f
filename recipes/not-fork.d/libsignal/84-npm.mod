# The name of the package for Node. Applications take it under upstream's name: "npm:@NETWORK/libsignal-client@VERSION".
method = json
------
node/package.json : name = "@${id}/libsignal-client"
    was = "@signalapp/libsignal-client"
node/package.json : repository = "${packages.source}/libsignal"
node/package-lock.json : name = "@${id}/libsignal-client"
node/package-lock.json : packages[""].name = "@${id}/libsignal-client"
