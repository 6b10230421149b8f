# The sample configuration, with the public halves of the network's keys. Secrets belong into a bundle that is in no recipe.
method = yaml
------
service/config/sample.yml : unidentifiedDelivery.certificate = "${sealedSender.serverCertificate}"
service/config/sample.yml : tus.uploadUri = "${cdn3}/upload"
service/config/sample.yml : storageService.uri = "${storage.host}"
service/config/sample.yml : svr2.uri = "${svr2.host}"
service/config/sample.yml : svrb.uri = "${svrb.host}"
service/config/sample.yml : apn.bundleId = "${ios.bundleId}"
