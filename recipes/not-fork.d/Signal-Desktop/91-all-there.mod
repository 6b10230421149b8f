method = assert-present
------
config/production.json : '"serverUrl": "${chat.url}"'
    expect = 1
config/production.json : '"serverPublicParams": "${zk.server}"'
    expect = 1
config/production.json : '"${sealedSender.trustRoots[0]}"'
    expect = 1
config/default.json : 'BEGIN CERTIFICATE'
    expect = 1
package.json : '"appId": "${desktop.appId}"'
    expect = 1
