method = sed
------
TSConstants.swift : '(?<head>let kUDTrustRoots = )\[[^\]]*\]' = '$<head>["${sealedSender.trustRoots[0]}"]'
    when = !sealedSender.trustRoots[1]
    expect = 2
TSConstants.swift : '(?<head>let kUDTrustRoots = )\[[^\]]*\]' = '$<head>["${sealedSender.trustRoots[0]}", "${sealedSender.trustRoots[1]}"]'
    when = sealedSender.trustRoots[1]
    expect = 2
TSConstants.swift : '(?<head>let serverPublicParams = Data\(base64Encoded: )"[^"]*"' = '$<head>"${zk.server}"'
    expect = 2
TSConstants.swift : '(?<head>let callLinkPublicParams = Data\(base64Encoded: )"[^"]*"' = '$<head>"${zk.generic}"'
    expect = 2
TSConstants.swift : '(?<head>let backupServerPublicParams = Data\(base64Encoded: )"[^"]*"' = '$<head>"${zk.backup}"'
    expect = 2
TSConstants.swift : '(?<head>MrEnclave\()"[0-9a-f]{64}"' = '$<head>"${svr2.enclave}"'
    expect = 2..
